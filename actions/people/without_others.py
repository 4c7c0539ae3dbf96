"""A text on one candidate, without what names anybody else."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection

from processors.plain import plain
from storage.people.accounts import all_accounts
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.correctors import all_correctors

_OFFICES = {
    *("centre", "college", "coordination", "des", "direction", "division", "examen", "examens", "lycee"),
    *("pour", "scolarite", "secretariat", "service", "session"),
}
"""Words by which accounts may be called that are no person's own."""


class Others:
    """What names anybody but one candidate. A word that is also a name goes with the names."""

    def __init__(self, connection: Connection, person: EnrolledCandidate) -> None:
        names = [line.family_name for line in enrolled_in(connection)]
        names += [one.name for one in all_correctors(connection)]
        accounts = {word for one in all_accounts(connection) for word in _words_of(one.name)}
        mine = set(_words_of(f"{person.family_name} {person.first_names}"))
        self._words = {word for name in names for word in _words_of(name)} | (accounts - _OFFICES)
        self._words -= mine
        self._number = person.number

    def out_of(self, text: str) -> str:
        """The text, with […] in their place: their names, numbers of candidates and addresses."""
        text = re.sub(r"\S+@\S+", "[…]", text)
        text = re.sub(
            rf"\d{{{len(self._number)}}}", lambda found: found[0] if found[0] == self._number else "[…]", text
        )
        return re.sub(r"\w+", lambda found: "[…]" if plain(found[0]) in self._words else found[0], text)

    def out_of_all(self, value: Any) -> Any:
        """The same of every text in a JSON value."""
        if isinstance(value, dict):
            return {key: self.out_of_all(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.out_of_all(one) for one in value]
        return self.out_of(value) if isinstance(value, str) else value


def _words_of(name: str) -> list[str]:
    """Of three letters or more: a particle names nobody."""
    return [word for word in re.findall(r"\w+", plain(name)) if len(word) > 2]
