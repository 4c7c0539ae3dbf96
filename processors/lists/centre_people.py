"""Who is to have an account of a centre: a list of names and addresses, from a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from processors.circular.session import Session
from processors.lists.tables import Import, Row, read_table
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

    def parse(row: Row) -> CentrePerson:
        return CentrePerson(
            centre=row.take("centre", lambda text: a_centre(text, session)),
            name=row.take("nom", some_text),
            email=row.take("courriel", an_address),
        )

    def keys(person: CentrePerson) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (person.email.lower(),), "cette adresse électronique"

    return read_table(data, COLUMNS, parse, keys)
