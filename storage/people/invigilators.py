"""How many invigilators each school sends to a centre for an épreuve. The vault alone holds their names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from processors.circular.session import Session
from processors.lists.invigilation import Invigilator, Sent, counted, read_invigilators
from processors.lists.tables import Import
from storage.bucket.objects import NotFoundError
from storage.database.register import Register
from storage.database.schema import candidates, enrolments
from storage.database.schema_season import invigilators
from storage.events import Change, Facts


class InvigilatorsNamed(Facts):
    """What the schools that the list names said before counts no longer. Subject: `invigilators`.

    `file`: the list in the vault, with their names; `sent`: school, centre, épreuve, how many.
    """

    action = "invigilators.named"
    french = "surveillants désignés"
    file: str
    sent: tuple[tuple[str, str, str, int], ...]

    def apply(self, change: Change) -> bool:
        schools = {school for school, *_ in self.sent}
        change.connection.execute(delete(invigilators).where(invigilators.c.school.in_(schools)))
        names = ("school", "centre", "exam", "number")
        rows = [dict(zip(names, line, strict=True)) | {"file": self.file} for line in self.sent]
        change.add(invigilators, *rows)
        return True


def import_invigilators(
    register: Register, data: bytes, session: Session, *, actor: str, at: datetime
) -> Import[Invigilator]:
    """A list of one school or of several, each whole. Nothing is taken as long as one line is wrong."""
    schools = {school for school, _, _ in register.ask(enrolled_by_school)}
    imported = read_invigilators(data, session, schools)
    if not imported.problems:
        sent = tuple((*key, number) for key, number in sorted(counted(imported.rows).items()))
        facts = InvigilatorsNamed(file=register.keep_list(data), sent=sent)
        register.record(facts, "invigilators", actor=actor, at=at)
    return imported


def invigilators_sent(connection: Connection) -> Mapping[Sent, int]:
    return {
        (row.school, row.centre, row.exam): row.number for row in connection.execute(select(invigilators))
    }


def enrolled_by_school(connection: Connection) -> Mapping[Sent, int]:
    """How many candidates of a school sit an épreuve in a centre."""
    columns = (candidates.c.school, enrolments.c.centre, enrolments.c.exam)
    query = select(*columns, func.count()).select_from(candidates).join(enrolments).group_by(*columns)
    return {(school, centre, exam): number for school, centre, exam, number in connection.execute(query)}


def names_sent(register: Register, centre: str) -> list[Invigilator]:
    """Those whom schools send to a centre, by épreuve and name, as long as their names are kept."""
    with register.reading() as connection:
        query = select(invigilators.c.school, invigilators.c.file).where(invigilators.c.centre == centre)
        files = dict(connection.execute(query).all())
    found = list[Invigilator]()
    for school, file in files.items():
        try:
            lines = read_invigilators(register.vault.get(file)).rows
        except NotFoundError:  # destroyed, its time being over
            continue
        found += [line for line in lines if (line.school, line.centre) == (school, centre)]
    return sorted(found, key=lambda line: (line.exam, line.name))
