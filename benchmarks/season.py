"""How does a season grow? Synthetic readings, real SQL, the real solver.

python -m benchmarks.season --copies 10000 30000 100000 --register postgresql

The first centre comes through the event path; the others are made of its rows. For each size it says how many
events a second the register took, how long each of the main questions takes, and by which power of the number
of copies that grows from the last but one size to the last: about 0 for what concerns one scan, about 1 for
what concerns a whole épreuve.
"""

from __future__ import annotations

import argparse
import math
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy import (
    Connection,
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

from benchmarks.postgres import postgres
from processors.lots import EligibleCorrector, Plan, RoutableCopy, plan_lots
from processors.scans.readings import CopyReading, CopyStatus, Guess, PageKind, PageReading, ScanReading, Turn
from processors.uai import check_letter
from storage import audit, counts, persons, queries, waiting
from storage.facts import (
    CopyAnonymised,
    LotFormed,
    ReconciliationMade,
    ScanClaimed,
    ScanProcessed,
    ScanStored,
)
from storage.ids import new_id
from storage.intake import arrive, import_candidates, keep_reading
from storage.objects import ObjectInfo
from storage.register import Register, Transaction, head, open_register
from storage.schema import (
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
from storage.states import LotState

say = Console(soft_wrap=True, highlight=False, markup=False).print
AT = datetime(2026, 5, 20, 18, 0, tzinfo=UTC)
EXAMS = ("U1", "U2", "U3", "U4")
PLACES = 120  # candidates of a centre
PILE = 30  # copies in a scan
LOAD = 120  # copies of a corrector
LOT = 40
PATIENCE = 1.35, 0.35  # the greatest powers for a whole épreuve, and for one scan


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
    scans: list[str] = field(default_factory=list)

    def enrol(self) -> None:
        """The first centre."""
        columns = "candidate_number,registration_number,family_name,first_names,birth_date,school,centre"
        lines = [
            f"{_number(k)},{k + 1:03},NOM,Prénom,2004-03-01,{_uai(k % 4 + 1)},{_uai(0)},SLAM,scolaire,"
            + " ".join(EXAMS)
            for k in range(PLACES)
        ]
        roster = "\n".join([f"{columns},option,category,exams", *lines]).encode()
        problems = import_candidates(self.register, roster, None, actor="service", at=AT).problems
        assert not problems, problems[:3]

    def scan_all(self) -> None:
        """Every pile of the first centre, from its drop to its end."""
        for exam in EXAMS:
            for first in range(0, PLACES, PILE):
                with self.register.transaction():
                    self.scan(exam, [_number(first + k) for k in range(PILE)])

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
                        "schools": [f"{_uai(k % 4 + 1)}-{k}"],
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
        sha256, record, centre = secrets.token_hex(32), self.register.record, _uai(0)
        dropped = ObjectInfo(f"scans/{centre}/{exam}/{sha256[:12]}.pdf", sha256[:32], 9_000_000, AT)
        scan = arrive(self.register, dropped, exam, centre, actor="watch_inbox", at=AT)
        assert scan is not None
        record(ScanClaimed(attempt=1), scan, actor="process_scan", at=AT)
        record(ScanStored(sha256=sha256), scan, actor="process_scan", at=AT)
        reading = _reading(sha256, numbers)
        keep_reading(self.register, scan, 1, reading, 1.0, actor="process_scan", at=AT)
        with self.register.transaction() as transaction:
            ready = queries.to_anonymise(transaction.connection, scan)
        for copy in ready:
            made = CopyAnonymised(anonymous_number=secrets.token_hex(4), sha256=secrets.token_hex(32))
            record(made, copy.id, actor="process_scan", at=AT)
        made = ReconciliationMade(exam=exam, centre=centre, findings=())
        record(made, f"{exam}/{centre}", actor="process_scan", at=AT)
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


def _uai(k: int) -> str:
    return f"{k:07}{check_letter(f'{k:07}')}"


def _number(k: int) -> str:
    return f"{k + 1:011}"


def _reading(sha256: str, numbers: list[str]) -> ScanReading:
    pages = tuple(
        PageReading(
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
        for k in range(1, 4 * len(numbers) + 1)
    )
    copies = tuple(
        CopyReading(number, ("label", "boxes"), CopyStatus.COMPLETE, tuple(range(4 * k + 1, 4 * k + 5)))
        if k
        else CopyReading(None, (), CopyStatus.TO_DECIDE, (1, 2, 3, 4), (), (Guess(number, 0.6),))
        for k, number in enumerate(numbers)
    )
    return ScanReading(sha256, len(pages), pages, copies, ())


Question = Callable[[Connection], object]


def questions_of_a_scan(season: Season) -> dict[str, Question]:
    """What is asked for each scan, copy, or opened page."""
    scan, centre, exam = season.scans[len(season.scans) // 2], _uai(0), EXAMS[0]
    numbers = [_number(k) for k in range(PILE)]
    return {
        "files to read": queries.arrivals_to_process,
        "files decided since": queries.decided_scans,
        "is work waiting": queries.work_is_waiting,
        "a centre's roster": lambda c: persons.roster(c, centre=centre),
        "candidates of a pile": lambda c: persons.enrolled_as(c, numbers=numbers),
        "copies of a scan": lambda c: queries.copies_of_scan(c, scan),
        "findings of a scan": lambda c: queries.findings_of_scan(c, scan),
        "drops of the same bytes": lambda c: queries.scans_of_content(c, queries.scan(c, scan)),  # type: ignore[arg-type]
        "a centre reconciled": lambda c: queries.received(c, exam, centre),
        "a centre's counts": lambda c: counts.exam_counts(c, exam, centre),
        "a corrector's lots": lambda c: queries.all_lots(c, corrector="corr_0000000000000000"),
        "history of a scan": lambda c: audit.history(c, scan),
    }


def questions_of_an_exam(season: Season) -> dict[str, Question]:
    """What concerns a whole épreuve, or all of them."""
    exam = EXAMS[0]
    return {
        "an épreuve's counts": lambda c: counts.exam_counts(c, exam),
        "counts of every centre": lambda c: counts.counts_by_centre(c, exam),
        "open findings counted": counts.count_open_findings,
        "copies to decide counted": waiting.count,
        "first page of those": lambda c: waiting.copies_to_decide(c, EXAMS, 50, 0),
        "copies to route": lambda c: queries.routable(c, exam),
        "correctors and loads": lambda c: persons.all_correctors(c, exam),
        "lots": lambda c: queries.all_lots(c, exam),
    }


def plan(season: Season, exam: str) -> tuple[Plan, float]:
    """And the processor seconds that the solver took."""
    with season.register.reading() as connection:
        ready = queries.routable(connection, exam)
        people = persons.all_correctors(connection, exam)
    begun = time.process_time()
    planned = plan_lots(
        [RoutableCopy(c.id, c.school, c.centre, c.number) for c in ready],
        [EligibleCorrector(p.id, p.schools, (), (), p.quota, p.assigned) for p in people],
        LOT,
        1,
    )
    return planned, time.process_time() - begun


def clock_of(register: Register) -> Callable[[], float]:
    """SQLite works within this process: its processor time, whatever else the machine does."""
    return time.process_time if register.engine.dialect.name == "sqlite" else time.perf_counter


def measured(register: Register, question: Question) -> float:
    """Milliseconds, the best of ten."""
    clock, best = clock_of(register), math.inf
    for _ in range(10):
        with register.reading() as connection:
            begun = clock()
            question(connection)
            best = min(best, clock() - begun)
    return best * 1000


def fill(url: str, copies: int) -> tuple[Season, dict[str, float]]:
    """A season of so many copies, and how many events a second its first centre took."""
    vault = Vault()
    season = Season(Together(open_register(url, vault).engine, vault), copies)
    clock = clock_of(season.register)
    season.enrol()
    begun = clock()
    season.scan_all()
    rate = _events(season) / (clock() - begun)
    season.multiply()
    return season, {"events, a pile a transaction": rate}


def _events(season: Season) -> int:
    with season.register.reading() as connection:
        return head(connection).seq


def measure(url: str, copies: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Milliseconds of a scan's questions and of an épreuve's, and events a second."""
    season, rates = fill(url, copies)
    clock = clock_of(season.register)
    begun = clock()
    season.scan(EXAMS[0], [_number(n) for n in range(PILE)])
    taken_in = (clock() - begun) * 1000
    planned, planning = plan(season, EXAMS[0])
    rates["lots"] = season.form_lots(EXAMS[0], planned)
    small = {name: measured(season.register, asked) for name, asked in questions_of_a_scan(season).items()}
    large = {name: measured(season.register, asked) for name, asked in questions_of_an_exam(season).items()}
    season.register.engine.dispose()
    small["a pile taken in"] = taken_in
    return small, large | {"the plan of an épreuve": planning * 1000}, rates


def power(sizes: list[int], values: list[float]) -> float | None:
    """Of what power of the size the last growth is."""
    if len(sizes) < 2 or min(values[-2:]) <= 0:
        return None
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=[10_000, 30_000])
    parser.add_argument("--register", choices=["postgresql", "sqlite"], default="postgresql")
    wanted = parser.parse_args()
    sizes = sorted(wanted.copies)
    told = []
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres() if wanted.register == "postgresql" else nullcontext() as server,
    ):
        for size in sizes:
            url = server.create(f"s{size}") if server else f"sqlite:///{Path(folder) / str(size)}"
            told.append(measure(url, size))
            rates = ", ".join(f"{name} {rate:.0f}/s" for name, rate in told[-1][2].items())
            say(f"{size} copies: {rates}")
    failed = 0
    parts = ((0, "Of one scan or page (ms)", PATIENCE[1]), (1, "Of an épreuve (ms)", PATIENCE[0]))
    for part, title, most in parts:
        say(f"\n{title:32}" + "".join(f"{size:>10}" for size in sizes) + "     power")
        for name in told[0][part]:
            values = [each[part][name] for each in told]
            grown = power(sizes, values)
            bad = grown is not None and grown > most and values[-1] > 5
            failed += bad
            shown = "" if grown is None else f"{grown:10.2f}"
            say(f"{name:32}" + "".join(f"{v:10.1f}" for v in values) + shown + ("  too steep" if bad else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
