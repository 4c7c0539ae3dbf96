"""Averages, as the jury's application gives them: who is called to the control épreuves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from processors.circular.numbers import Numbers
from processors.circular.session_parts import ControlExams
from processors.lists.people import a_number, once_a_candidate
from processors.lists.tables import BadValueError, Import, read_table

COLUMNS = ("numero_candidat", "moyenne", "moyenne_professionnelle")


@dataclass(frozen=True)
class Averages:
    """A line, out of 20."""

    number: str
    average: Decimal
    professional: Decimal

    def calls(self, control: ControlExams) -> bool:
        """Whether this candidate may sit the control épreuves."""
        within = control.average_from <= self.average < control.average_below
        return within and self.professional >= control.professional_average_from


def read_averages(data: bytes, numbers: Numbers) -> Import[Averages]:
    """Each candidate once. One bad line keeps all back."""
    read = (a_number(numbers), _average, _average)
    return read_table(data, COLUMNS, Averages, dict(zip(COLUMNS, read, strict=True)), once_a_candidate)


def _average(text: str) -> Decimal:
    """The sentence quotes no mark."""
    said = text.replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", said) or Decimal(said) > 20:
        raise BadValueError("une moyenne de 0 à 20 est attendue")
    return Decimal(said)
