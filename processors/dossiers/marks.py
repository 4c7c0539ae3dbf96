"""Which letters are boxes, ticked or empty? Each is written TICKED or EMPTY from then on.

Symbol fonts put their boxes where other fonts have letters, or 0xF000 above that: Word, LibreOffice and PDF
printers hand on one or the other, with or without the font's name.
"""

from __future__ import annotations

TICKED, EMPTY = "☒", "☐"
_TICKED = frozenset("☒☑⊠✓✔✗✘✕✖☓▣■◼⬛●⬤◉◎⦿⨂⊗⊛✅❎❌🗹🗷🗵🗸🗴🮱⮽⮾")
_EMPTY = frozenset("☐▢□◻⬜⬚◽▫○◯⭘⚪❍❏❐❑❒▭🔲⎕")
CHECKS, CROSSES = frozenset("✓✔🗸☑✅🗹"), frozenset("✗✘✕✖☓❌❎🗴🗷")
"""Where both stand in one choice, a cross says no."""

_FONTS = {
    "wingdings": ("þýxüûnl¤¥", "¨oqr¡£"),  # ☑ ☒ ☒ ✓ ✗ ■ ● ◉ ◎ and ◻ □ ❑ ❒ ○
    "wingdings2": ("RSTQUVPO¢\x98", "£*0\x99"),  # ☑ ☒ boxed crosses, ✓ ✗ ■ and □
    "webdings": ("ar=gn", "c"),  # ✓ ✗ ■ ●
    "zapfdingbats": ("3456789n", "mopqr"),
}
_BARE_TICKED = frozenset(chr(0xF000 + ord(letter)) for letter in "þýxüûnl¤¥RSTQPOag")
_BARE_EMPTY = frozenset(chr(0xF000 + ord(letter)) for letter in "¨oqr¡£*c")
SYMBOLIC = frozenset("".join(ticked + empty for ticked, empty in _FONTS.values()))
"""Letters that are marks in one of the symbol fonts."""


def mark_of(letter: str, font: str = "") -> str | None:
    """TICKED, EMPTY or None for a letter, in a font of this name if it is known."""
    if letter in _TICKED:
        return TICKED
    if letter in _EMPTY:
        return EMPTY
    name = "".join(font.lower().replace("itc", "").split()).rpartition("+")[2].removesuffix("-regular")
    known = next((_FONTS[key] for key in sorted(_FONTS, reverse=True) if name.startswith(key)), None)
    if known is not None:
        low = chr(ord(letter) - 0xF000) if "\uf000" <= letter <= "\uf0ff" else letter
        return TICKED if low in known[0] else EMPTY if low in known[1] else None
    return TICKED if letter in _BARE_TICKED else EMPTY if letter in _BARE_EMPTY else None
