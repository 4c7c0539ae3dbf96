"""Text made plain, for comparing what people wrote."""

from __future__ import annotations

import unicodedata

_SIGNS = str.maketrans(
    {"’": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "→": "-", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
    | {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss"}
)


def plain(text: str) -> str:
    """Lower case, without accents, typographic signs made plain, blanks made one."""
    text = unicodedata.normalize("NFKD", text.translate(_SIGNS)).encode("ascii", "ignore").decode()
    return " ".join(text.lower().split())
