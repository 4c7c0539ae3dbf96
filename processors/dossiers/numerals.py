"""Numbers that a French sentence spells out, in figures: « du dix-neuf mai deux mille vingt-cinq »."""

from __future__ import annotations

import re

_UP_TO_SIXTEEN = (
    *("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize"),
)
_VALUES = {
    **{word: value for value, word in enumerate(_UP_TO_SIXTEEN, 2)},
    "un": 1,
    "une": 1,
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "cent": 100,
    "cents": 100,
    "mille": 1000,
}
_WORD = "|".join(sorted((word for word in _VALUES if not word.startswith("un")), key=len, reverse=True))
_JOINS = "(?: ?- ?| )"  # a line may break at the hyphen
_NUMERAL = re.compile(
    # « sept. » and « sept 2025 » are September; « un » alone is an article
    rf"\b(?!sept(?:\.|\s+(?:20)?\d\d\b))(?:{_WORD})(?:{_JOINS}(?:et{_JOINS})?(?:{_WORD})|{_JOINS}et{_JOINS}une?)*\b"
)


def in_figures(said: str) -> str:
    """Plain text with its spelled numbers as figures; the articles un and une stay."""
    return _NUMERAL.sub(lambda found: str(_value(re.findall(r"[a-z]+", found[0]))), said)


def _value(words: list[str]) -> int:
    thousands = value = 0
    for word in words:
        n = _VALUES.get(word, 0)
        if n == 1000:
            thousands, value = thousands + max(value, 1) * n, 0
        elif n == 100:
            value = max(value, 1) * n
        elif n == 20 and value % 100 == 4:  # quatre-vingts
            value += 76
        else:
            value += n
    return thousands + value
