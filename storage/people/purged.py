"""What a purge leaves in the vault in the place of what it destroys, for pages and replays to read.

Lists keep their lines, as many and in their order: of whom is purged, the opaque id takes the number's place,
and a name and a birth date that are nobody's. Nothing else of what was there is in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from processors.circular.numbers import ANY
from processors.lists.people import (
    ATTENDANCE_COLUMNS,
    DEPOSIT_COLUMNS,
    Candidate,
    Corrector,
    read_attendance,
    read_candidates,
    read_correctors,
    read_deposit_times,
)
from processors.lists.tables import Import
from storage.bucket.keys import ARRIVALS, PEOPLE, READINGS, REASONS, folder_of
from storage.events import canonical
from storage.people.purges import NAMELESS, NO_CORRECTOR, NO_DAY
from storage.refusals import Refusal, Refused

T = TypeVar("T")

GONE = "Détruit à la fin de la durée de conservation."
_PURGED = b'{"purged":'  # what no CSV that was ever taken begins with
_READING = canonical({"scan": {"images": 0, "pages": 0}, "pages": [], "pieces": [], "findings": []}).encode()


class _Candidates(BaseModel):
    purged: tuple[Candidate, ...]


class _Correctors(BaseModel):
    purged: tuple[Corrector, ...]


def kept_candidates(data: bytes) -> tuple[Candidate, ...]:
    """The lines of a roster, purged or not. Raises Refused for one that was never taken."""
    if data.startswith(_PURGED):
        return _Candidates.model_validate_json(data).purged
    return _taken(read_candidates(data, numbers=ANY))


def kept_correctors(data: bytes) -> tuple[Corrector, ...]:
    """As for candidates."""
    if data.startswith(_PURGED):
        return _Correctors.model_validate_json(data).purged
    return _taken(read_correctors(data, numbers=ANY))


def roster_without(data: bytes, ids: tuple[str, ...], purged: Container[str]) -> bytes:
    """The roster whose lines are of these ids, of some of whom nothing is to be left."""
    lines = (
        replace(
            line,
            number=id_,
            registration="",
            family_name=NAMELESS,
            first_names=NAMELESS,
            birth_date=NO_DAY,
        )
        if id_ in purged
        else line
        for id_, line in zip(ids, kept_candidates(data), strict=True)
    )
    return _kept(tuple(lines))


def correctors_without(data: bytes, ids: tuple[str, ...]) -> bytes:
    """The list of correctors, of whom nothing is left but what each was to correct."""
    lines = zip(ids, kept_correctors(data), strict=True)
    return _kept(tuple(replace(line, id=id_, **NO_CORRECTOR) for id_, line in lines))


def times_without(data: bytes, kept: Container[str]) -> bytes:
    """A deposit space's list: the lines of these numbers alone. It may have none left."""
    lines = [line for line in read_deposit_times(data, numbers=ANY).rows if line.number in kept]
    return _table(DEPOSIT_COLUMNS, [(x.number, x.file, x.deposited_at.isoformat()) for x in lines])


def attendance_without(data: bytes, kept: Container[str]) -> bytes:
    """As for times. Who was present stays in the register, by opaque ids."""
    lines = [line for line in read_attendance(data, numbers=ANY).rows if line.number in kept]
    return _table(ATTENDANCE_COLUMNS, [(line.number, "oui" if line.present else "non") for line in lines])


def left_of(key: str) -> bytes | None:
    """What takes the place of this object of the vault; None: nothing."""
    folder = folder_of(key)
    name = key.removeprefix(folder)
    if folder == PEOPLE and name.startswith("acct_"):
        return canonical({"email": name[:21], "name": NAMELESS, "password": None, "totp": None}).encode()
    if folder == PEOPLE and name.startswith("tokn_"):
        return canonical({"label": NAMELESS}).encode()
    if folder == ARRIVALS:
        return canonical({"key": f"purged/{name.removesuffix('.json')}", "name": NAMELESS}).encode()
    if folder == READINGS:
        return _READING
    if folder == REASONS:
        said = canonical({"author": NAMELESS, "reason": GONE}) if name.endswith(".json") else GONE
        return said.encode()
    return None


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    writer = csv.writer(text := io.StringIO(), lineterminator="\n")
    writer.writerows([columns, *rows])
    return text.getvalue().encode()


def _taken(read: Import[T]) -> tuple[T, ...]:
    if read.problems:
        raise Refused(Refusal.BAD_LINES)
    return read.rows


def _kept(lines: tuple[Candidate, ...] | tuple[Corrector, ...]) -> bytes:
    said = TypeAdapter(tuple[Candidate, ...] | tuple[Corrector, ...]).dump_python(lines, mode="json")
    return canonical({"purged": said}).encode()
