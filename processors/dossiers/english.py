"""What firms abroad write of a stay, in the words that a French certificate has for it."""

from __future__ import annotations

import re

_IN_FRENCH = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_IN_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {
    **{month[:3]: french for month, french in zip(_IN_ENGLISH, _IN_FRENCH, strict=True)},
    **dict(zip(_IN_ENGLISH, _IN_FRENCH, strict=True)),
    "sept": "septembre",
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (20\d\d)\b)?")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?(?:,? (?=20\d\d\b))?")
_UNTIL = re.compile(
    rf"(?P<before>\d|{'|'.join(_IN_FRENCH)}) ?,?(?:to|until|till|through|and)(?: the)? (?=\d)"
)
_UNITS = ((re.compile(r"\bweeks?\b"), "semaines"), (re.compile(r"\bdays?\b"), "jours"))
_HOURS = re.compile(r"\bhours?\b")
_A_DATE = re.compile(rf"\b(?:{_MONTH})\b\.?,? ?\d|\d(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})\b")
_BOTH = re.compile(  # « du / from », « from (du) »
    r"\b(du|au|semaines?|jours?|heures?) ?/ ?(?:from|to|weeks?|days?|hours?)\b"
    r"|\b(?:from|to|weeks?|days?|hours?) ?\((du|au|semaines?|jours?|heures?)\)"
)
_ENGLISH = re.compile(r"\b(?:the|internship|traineeship|from|certify)\b")


def in_french(said: str) -> str:
    """Plain text with its English dates and lengths of time as a French text has them; others as they are."""
    said = _BOTH.sub(r"\1\2", said)
    if not (_ENGLISH.search(said) and (_A_DATE.search(said) or "week" in said)):
        return said
    said = _MONTH_FIRST.sub(lambda m: f"{m[2]} {_MONTHS[m[1]]} {m[3] or ''}", said)
    said = _DAY_FIRST.sub(lambda m: f"{m[1]} {_MONTHS[m[2]]} ", said)
    said = _UNTIL.sub(r"\g<before> au ", " ".join(said.split()))
    for word, unit in (*_UNITS, (_HOURS, "heures")):
        said = word.sub(unit, said)
    return said
