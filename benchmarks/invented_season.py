"""A season of any size in a register: one centre through the event path, the others made of its rows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import (
    Integer,
    String,
    bindparam,
    cast,
    column,
    insert,
    literal,
    select,
    table,
    true,
    update,
)

from processors.circular.uai import check_letter
from processors.correcting.lots import Plan
from processors.scans.readings import CopyReading, CopyStatus, Guess, PageKind, PageReading, ScanReading, Turn
from storage.bucket.objects import ObjectInfo
from storage.corrected.lots import LotFormed
from storage.database.register import Register, Transaction, head
from storage.database.schema import (
    candidates,
    chain,
    copies,
    correctors,
    enrolments,
    event_subjects,
    events,
    findings,
    lots,
    scans,
)
from storage.decided.copies import CopyAnonymised, to_anonymise
from storage.decided.findings import ReconciliationMade
from storage.dropped.readings import keep_reading
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanStored, arrive
from storage.ids import new_id
from storage.people.candidates import import_candidates
from storage.states import LotState

AT = datetime(2026, 5, 20, 18, 0, tzinfo=UTC)
EXAMS = ("U1", "U2", "U3", "U4")
PLACES = 120  # candidates of a centre
PILE = 30  # copies in a scan
LOAD = 120  # copies of a corrector
LOT = 40


class Vault(dict[str, bytes]):
    """In memory: what is measured is the register."""

    def get(self, key: str) -> bytes:  # type: ignore[override]
        return self[key]

    def put(self, key: str, data: bytes, *, only_if_absent: bool = False) -> bool:
        self[key] = data
        return True


class Together(Register):
    """Everything that is recorded within the block in one transaction, as a rebuild does it."""

    _open: Transaction | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        if self._open is not None:
            yield self._open
            return
        with super().transaction() as transaction:
            self._open = transaction
            try:
                yield transaction
            finally:
                self._open = None


@dataclass
class Season:
    """A register that fills, and what was put into it."""

    register: Together
    copies: int
    centre: int = 0
    """The one that comes through the event path: another's candidates and schools have other numbers."""
    scans: list[str] = field(default_factory=list)

    def enrol(self) -> None:
        """Its centre."""
        columns = "candidate_number,registration_number,family_name,first_names,birth_date,school,centre"
        lines = [
            f"{number},{k + 1:03},NOM,Prénom,2004-03-01,{uai_of(self._first + k % 4 + 1)},"
            f"{uai_of(self._first)},SLAM,scolaire," + " ".join(EXAMS)
            for k, number in enumerate(self._numbers(0, PLACES))
        ]
        roster = "\n".join([f"{columns},option,category,exams", *lines]).encode()
        problems = import_candidates(self.register, roster, None, actor="service", at=AT).problems
        assert not problems, problems[:3]

    def scan_all(self) -> None:
        """Every pile of its centre, from its drop to its end."""
        for exam in EXAMS:
            for first in range(0, PLACES, PILE):
                with self.register.transaction():
                    self.scan(exam, self._numbers(first, PILE))

    @property
    def _first(self) -> int:
        return 1000 * self.centre

    def _numbers(self, first: int, many: int) -> list[str]:
        """Of so many candidates of its centre."""
        return [number_of(self._first + first + k) for k in range(many)]

    def multiply(self) -> None:
        """The other centres: by SQL, rows like those of the first, under names of their own."""
        with self.register.transaction() as transaction:
            connection = transaction.connection
            last = head(connection).seq
            connection.exec_driver_sql("CREATE TEMPORARY TABLE clones (j integer)")
            clones = table("clones", column("j", Integer))
            centres = range(1, self.copies // (PLACES * len(EXAMS)))
            connection.execute(insert(clones), [{"j": j} for j in centres])
            suffix = literal("-").concat(cast(clones.c.j, String))
            connection.execute(update(chain).values(seq=last * (len(centres) + 1)))
            for each in (candidates, enrolments, scans, copies, findings, events, event_subjects):
                values = [
                    column_.concat(suffix).label(column_.name)
                    if column_.name in _OWN
                    else (column_ + clones.c.j * last).label(column_.name)
                    if column_.name == "seq"
                    else column_
                    for column_ in each.c
                ]
                rows = select(*values).select_from(each.join(clones, true()))
                connection.execute(insert(each).from_select([one.name for one in each.c], rows))
            connection.execute(
                insert(correctors),
                [
                    {
                        "id": f"corr-{exam}-{k}",
                        "reference": f"{exam}-{k}",
                        "name": "Nom",
                        "email": f"{exam}-{k}@exemple.fr",
                        "schools": [f"{uai_of(k % 4 + 1)}-{k}"],
                        "companies": [],
                        "exams": [exam],
                        "quota": LOAD * 3 // 2,
                        "days": [],
                        "never_with": [],
                    }
                    for exam in EXAMS
                    for k in range(self.copies // len(EXAMS) // LOAD + 2)
                ],
            )
        if self.register.engine.dialect.name == "postgresql":  # it does so by itself, in its own time
            with self.register.transaction() as transaction:
                transaction.connection.exec_driver_sql("ANALYZE")

    def scan(self, exam: str, numbers: list[str]) -> str:
        """Dropped, claimed, stored, read, made anonymous, reconciled, done. One copy waits for a person."""
        sha256, record, centre = secrets.token_hex(32), self.register.record, uai_of(self._first)
        dropped = ObjectInfo(f"scans/{centre}/{exam}/{sha256[:12]}.pdf", sha256[:32], 9_000_000, AT)
        scan = arrive(self.register, dropped, exam, centre, actor="watch_inbox", at=AT)
        assert scan is not None
        record(ScanClaimed(attempt=1), scan, actor="process_scan", at=AT)
        record(ScanStored(sha256=sha256), scan, actor="process_scan", at=AT)
        reading = _reading(sha256, numbers)
        keep_reading(self.register, scan, 1, reading, 1.0, actor="process_scan", at=AT)
        with self.register.transaction() as transaction:
            ready = to_anonymise(transaction.connection, scan)
        for copy in ready:
            made = CopyAnonymised(anonymous_number=secrets.token_hex(4), sha256=secrets.token_hex(32))
            record(made, copy.id, actor="process_scan", at=AT)
        reconciled = ReconciliationMade(exam=exam, centre=centre, findings=())
        record(reconciled, f"{exam}/{centre}", actor="process_scan", at=AT)
        record(ScanProcessed(), scan, actor="process_scan", at=AT)
        self.scans.append(scan)
        return scan

    def form_lots(self, exam: str, plan: Plan) -> float:
        """The first ones through the event path, at so many a second, the rest by SQL."""
        clock = clock_of(self.register)
        begun = clock()
        first, rest = plan.lots[:50], plan.lots[50:]
        for number, lot in enumerate(first, start=1):
            formed = LotFormed(
                exam=exam, number=number, corrector=lot.corrector, copies=lot.copies, complementary=False
            )
            self.register.record(formed, new_id("lot"), actor="form_lots", at=AT)
        rate = len(first) / (clock() - begun)
        common = {"exam": exam, "state": LotState.ASSIGNED, "complementary": False, "formed_at": AT}
        rows = [
            {"id": f"lot-{n}", "number": n, "corrector": lot.corrector, **common}
            for n, lot in enumerate(rest, start=len(first) + 1)
        ]
        places = [
            {"which": copy, "into": row["id"], "place": place}
            for row, lot in zip(rows, rest, strict=True)
            for place, copy in enumerate(lot.copies, start=1)
        ]
        if rows:
            placed = update(copies).where(copies.c.id == bindparam("which"))
            placed = placed.values(lot=bindparam("into"), order_in_lot=bindparam("place"))
            with self.register.transaction() as transaction:
                transaction.connection.execute(insert(lots), rows)
                transaction.connection.execute(placed, places)
        return rate


_OWN = {"id", "candidate", "scan", "copy", "subject", "number", "inbox_key", "sha256", "anonymous_number"}
_OWN |= {"centre", "school"}
"""Columns whose values are another in each centre."""


def clock_of(register: Register) -> Callable[[], float]:
    """SQLite works within this process: its processor time, whatever else the machine does."""
    return time.process_time if register.engine.dialect.name == "sqlite" else time.perf_counter


def uai_of(k: int) -> str:
    return f"{k:07}{check_letter(f'{k:07}')}"


def number_of(k: int) -> str:
    return f"{k + 1:011}"


def page(k: int) -> PageReading:
    """A sound page: each fourth from 1 on is the first of a copy."""
    return PageReading(
        page=k,
        image=k,
        half=None,
        turn=Turn.NONE,
        kind=PageKind.FIRST if k % 4 == 1 else PageKind.INSIDE,
        model="ccyc",
        label=None,
        boxes={},
        number=None,
        total=None,
        blank=False,
        sharpness=1.0,
        resolution_dpi=200,
        frame=((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0)) if k % 4 == 1 else None,
    )


def _reading(sha256: str, numbers: list[str]) -> ScanReading:
    pages = tuple(page(k) for k in range(1, 4 * len(numbers) + 1))
    copies = tuple(
        CopyReading(number, ("label", "boxes"), CopyStatus.COMPLETE, tuple(range(4 * k + 1, 4 * k + 5)))
        if k
        else CopyReading(None, (), CopyStatus.TO_DECIDE, (1, 2, 3, 4), (), (Guess(number, 0.6),))
        for k, number in enumerate(numbers)
    )
    return ScanReading(sha256, len(pages), pages, copies, ())
