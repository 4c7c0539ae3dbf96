"""Correctors: who may correct what, and by which token each comes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from processors.circular.half_days import Half
from processors.circular.oral_parts import JurorRole
from processors.circular.session import Session
from processors.correcting.lots import Eligible
from processors.lists.people import Corrector, read_correctors
from processors.lists.tables import Import
from storage.database.register import Register
from storage.database.schema import copies, correctors, lots
from storage.events import Change, Facts
from storage.ids import new_id, token_hash
from storage.people.purged import kept_correctors


class CorrectorsImported(Facts):
    """As for candidates. Subject: `correctors`."""

    action = "correctors.imported"
    french = "liste des correcteurs reçue"
    file: str
    ids: tuple[str, ...]

    def apply(self, change: Change) -> bool:
        lines = kept_correctors(change.vault.get(self.file))
        known = set(change.connection.scalars(select(correctors.c.id)))
        for id_, line in zip(self.ids, lines, strict=True):
            person = {
                "reference": line.id,
                "name": line.name,
                "email": line.email,
                "schools": line.schools,
                "companies": line.companies,
                "exams": line.exams,
                "quota": line.quota,
                "days": [day.isoformat() for day in line.days],
                "never_with": line.never_with,
                "options": line.options,
                "role": line.role,
                "away": [f"{day.isoformat()} {half.value}" for day, half in line.away],
            }
            if id_ in known:
                change.set(correctors, id_, **person)
            else:
                change.add(correctors, {"id": id_, **person})
        return True


class TokenIssued(Facts):
    """`hash`: SHA-256 of the token, which only the corrector has. Subject: the corrector."""

    action = "corrector.token_issued"
    french = "jeton de correcteur remis"
    hash: str

    def apply(self, change: Change) -> bool:
        change.set(correctors, change.row(correctors, change.subject).id, token_hash=self.hash)
        return True


@dataclass(frozen=True, kw_only=True)
class CorrectorRow(Eligible):
    """Personal data. `reference`: the id in the service's own file."""

    reference: str
    name: str
    email: str
    exams: tuple[str, ...]
    days: tuple[date, ...]
    role: JurorRole
    away: tuple[tuple[date, Half], ...]
    has_token: bool


def import_correctors(
    register: Register, data: bytes, session: Session | None, *, actor: str, at: datetime
) -> Import[Corrector]:
    """Correctors, without tokens: see issue_token. Nothing is taken as long as one line is wrong."""
    imported = read_correctors(data, session)
    if not imported.problems:
        file = register.keep_list(data)
        with register.transaction() as transaction:
            rows = transaction.connection.execute(select(correctors.c.reference, correctors.c.id))
            known = {row.reference: row.id for row in rows}
            ids = tuple(known.get(row.id) or new_id("corr") for row in imported.rows)
            facts = CorrectorsImported(file=file, ids=ids)
            transaction.record(facts, "correctors", actor=actor, at=at)
    return imported


def issue_token(register: Register, corrector: str, *, actor: str, at: datetime) -> str:
    """A new token for this corrector, seen this once; an earlier one is worth nothing from now on."""
    token = secrets.token_urlsafe(24)
    register.record(TokenIssued(hash=token_hash(token)), corrector, actor=actor, at=at)
    return token


def corrector_by_id(connection: Connection, id_: str) -> CorrectorRow | None:
    return next(iter(_correctors(connection, correctors.c.id == id_)), None)


def corrector_by_token(connection: Connection, token: str) -> CorrectorRow | None:
    return next(iter(_correctors(connection, correctors.c.token_hash == token_hash(token))), None)


def all_correctors(connection: Connection, exam: str | None = None) -> list[CorrectorRow]:
    """With an exam, those who correct it."""
    return [row for row in _correctors(connection) if exam is None or exam in row.exams]


def _correctors(connection: Connection, *conditions: ColumnElement[bool]) -> list[CorrectorRow]:
    assigned = (
        select(func.count())
        .select_from(copies.join(lots))
        .where(lots.c.corrector == correctors.c.id)
        .scalar_subquery()
        .label("assigned")
    )
    query = select(correctors, assigned).where(*conditions).order_by(correctors.c.reference)
    rows = []
    for row in connection.execute(query):
        values = dict(row._mapping)
        values["has_token"] = values.pop("token_hash") is not None
        values["days"] = tuple(date.fromisoformat(day) for day in row.days)
        values["role"] = JurorRole(row.role)
        halves = (text.split(" ", 1) for text in row.away)
        values["away"] = tuple((date.fromisoformat(day), Half(half)) for day, half in halves)
        for name in ("schools", "companies", "exams", "never_with", "options"):
            values[name] = tuple(values[name])
        rows.append(CorrectorRow(**values))
    return rows
