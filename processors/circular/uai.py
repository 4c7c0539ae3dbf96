"""The UAI of a school or a centre: seven digits and a check letter."""

from __future__ import annotations

import re

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def check_letter(digits: str) -> str:
    """The letter that ends the UAI of these seven digits."""
    return _LETTERS[int(digits) % len(_LETTERS)]


def valid_uai(text: str) -> bool:
    return re.fullmatch(r"[0-9]{7}[A-Z]", text) is not None and check_letter(text[:7]) == text[7]
