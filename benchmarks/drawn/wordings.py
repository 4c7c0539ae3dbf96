"""Draws pieces in the words of those who really write them, as `wordings.toml` gathers them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from processors.lists.people import Candidate
from specimens.dossiers.documents import weeks_between
from specimens.dossiers.sheets import Sheet

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ABROAD = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SPELLED = (
    *("", "premier", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze"),
    *("douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt"),
    *("vingt et un", "vingt-deux", "vingt-trois", "vingt-quatre", "vingt-cinq", "vingt-six"),
    *("vingt-sept", "vingt-huit", "vingt-neuf", "trente", "trente et un"),
)
_COLUMN, _LETTER = 58.0, 2.3  # mm: between columns, and at most of a letter
_LAW = (
    "La durée totale du stage est appréciée en tenant compte de la présence effective de la ou du stagiaire "
    "dans l'organisme, sous réserve des droits à congés et autorisations d'absence prévus à l'article "
    "L.124-13 "
    "du code de l'éducation. Chaque période au moins égale à 7 heures de présence consécutives ou non est "
    "considérée comme équivalente à un jour de stage et chaque période au moins égale à 22 jours de présence "
    "consécutifs ou non est considérée comme équivalente à un mois."
)


@dataclass(frozen=True)
class Wording:
    """One way of writing one piece. `figures`: dates in digits; `states`: of dates, weeks and company."""

    name: str
    kind: str
    text: str
    states: tuple[str, ...]
    figures: bool = False


def drawn(sheet: Sheet, wording: Wording, person: Candidate, firm: str, first: date, last: date) -> bytes:
    """The piece as this sheet draws it, signed where it has a place for that."""
    weeks = weeks_between(first, last)
    words = {
        "nom": person.family_name,
        "prenom": person.first_names.title(),
        "firme": firm,
        "FIRME": firm.upper(),
        "numero": person.number,
        "du": _written(first, wording.figures),
        "au": _written(last, wording.figures),
        "from": f"{first.day} {_ABROAD[first.month - 1]} {first.year}",
        "to": f"{_ABROAD[last.month - 1]} {last.day}, {last.year}",
        "dulettres": _spelled(first),
        "aulettres": _spelled(last),
        "fait": _written(last, wording.figures),
        "sem": f"{weeks:g}",
        "jours": f"{weeks * 5:g}",
        "heures": f"{weeks * 35:g}",
        "ne": _written(person.birth_date, wording.figures),
        "loi": _LAW,
    }
    for which, day in (("d", first), ("f", last)):
        words |= {f"{which}j": f"{day.day:02}", f"{which}m": f"{day.month:02}", f"{which}a": str(day.year)}
    for line in wording.text.strip().splitlines():
        said = line.format(**words)
        if said == "~":
            sheet.mark("ink", sheet.left + 40, sheet.y + 2, firm)
            sheet.y += 24
        elif " | " in said:
            x = sheet.left
            for cell in said.split(" | "):
                sheet.text(cell, x=x)
                x += max(_COLUMN, len(cell) * _LETTER + 8)
            sheet.y += 7
        elif said.isupper() and len(said) < 60:
            sheet.line(said, 14, centred=True, bold=True, space=2.2)
        else:
            sheet.line(said)
    return sheet.file()


def _written(day: date, figures: bool) -> str:
    long = f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day:%d/%m/%Y}" if figures else long


def _spelled(day: date) -> str:
    """Of this century's first decades."""
    return f"{_SPELLED[day.day]} {_MONTHS[day.month - 1]} deux mille {_SPELLED[day.year - 2000]}"


def _read() -> tuple[Wording, ...]:
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(Wording(**{**one, "states": tuple(one["states"])}) for one in data["wording"])


WORDINGS = _read()
"""Each of another hand."""
