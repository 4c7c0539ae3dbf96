"""Who is to have an account of a centre: a list of names and addresses, from a CSV file."""

from __future__ import annotations

from dataclasses import dataclass

from processors.circular.session import Session
from processors.lists.tables import Cells, Import, read_table
from processors.lists.values import a_centre, an_address, some_text

COLUMNS = ("centre", "nom", "courriel")


@dataclass(frozen=True)
class CentrePerson:
    """`centre`: a UAI."""

    centre: str
    name: str
    email: str


def read_centre_people(data: bytes, session: Session | None = None) -> Import[CentrePerson]:
    """One line a person; a centre may have several. With a session, centres must be its own."""
    cells: Cells = {
        "centre": lambda text: a_centre(text, session),
        "nom": some_text,
        "courriel": an_address,
    }
    return read_table(
        data, COLUMNS, CentrePerson, cells, lambda one: [((one.email.lower(),), "cette adresse électronique")]
    )
