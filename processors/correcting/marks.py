"""Marks as a corrector gives them back: a table of anonymous numbers, each with a mark or a word for none."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from processors.lists.tables import BadValueError, Cells, Import, LineProblem, read_table
from processors.wording import plural

COLUMNS = ("numero", "note")
OPTIONAL = ("observations",)  # what spreadsheets are used for: never kept
MOST = 20
_DATE = re.compile(r"\d{1,2}[-./ ]?(?:[a-zéû]{3,9}\.?|\d{1,2}[-./]\d{2,4})", re.IGNORECASE)


class Unmarked(StrEnum):
    """Instead of a mark."""

    ABSENT = "ABS"
    NOT_MARKED = "NN"


_WORDS = {"abs": Unmarked.ABSENT, "absent": Unmarked.ABSENT, "absente": Unmarked.ABSENT}
_WORDS |= dict.fromkeys(("nn", "non notée", "non notee"), Unmarked.NOT_MARKED)


@dataclass(frozen=True)
class Mark:
    """`number`: anonymous; `value`: `12.5`, `ABS` or `NN`."""

    number: str
    value: str

    @property
    def french(self) -> str:
        return self.value.replace(".", ",")


def read_marks(data: bytes, numbers: Collection[str], step: Decimal) -> Import[Mark]:
    """A mark, or a word for none, for each of these numbers once. One bad line keeps all back."""
    cells: Cells = {
        "numero": lambda text: _number(text, numbers),
        "note": lambda text: a_mark(text, step),
    }
    read = read_table(data, COLUMNS, Mark, cells, lambda mark: [((mark.number,), "ce numéro")], OPTIONAL)
    lacking = sorted(set(numbers) - {mark.number for mark in read.rows})
    if read.problems or not lacking:
        return read
    said = f"Il manque {plural(len(lacking), 'copie', 'copies')} du lot : {', '.join(lacking)}."
    problem = LineProblem(len(read.rows) + 2, f"{said} Une copie sans note s'écrit {Unmarked.NOT_MARKED}.")
    return replace(read, rows=(), problems=(problem,), kept_back=len(read.rows))


def _number(text: str, numbers: Collection[str]) -> str:
    number = text.upper()
    if number in numbers:
        return number
    if re.fullmatch(r"[0-9][0-9.,]*E\+?[0-9]+", number):
        raise BadValueError("numéro arrondi par le tableur, mettez la colonne au format texte")
    raise BadValueError("ce numéro n'est pas celui d'une copie de ce lot")


def a_mark(text: str, step: Decimal) -> str:
    """`12.5`, or a word for none. The sentences quote no mark."""
    if not text:
        raise BadValueError("note absente, écrivez une note, ABS (absent) ou NN (copie non notée)")
    if word := _WORDS.get(text.lower()):
        return word.value
    said = text.replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", said):
        if _DATE.fullmatch(text):
            raise BadValueError("le tableur en a fait une date, mettez la colonne au format texte")
        raise BadValueError(f"un nombre de 0 à {MOST} est attendu, ABS (absent) ou NN (copie non notée)")
    value = Decimal(said)
    if value > MOST:
        raise BadValueError(f"une note va de 0 à {MOST}")
    if value % step:
        steps = str(step).replace(".", ",")
        raise BadValueError(f"les notes vont de {steps} en {steps}")
    return f"{value.normalize():f}"
