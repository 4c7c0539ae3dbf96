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
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection

from benchmarks.invented_season import (
    EXAMS,
    LOT,
    PILE,
    Season,
    Together,
    Vault,
    clock_of,
    number_of,
    uai_of,
)
from benchmarks.postgres import postgres
from processors.correcting.conflicts import Marked
from processors.correcting.lots import Plan, plan_lots
from storage.corrected.lots import all_lots, routable_copies
from storage.database.register import Register, events_of, head, open_register
from storage.decided.copies import copies_of_scan, copies_received
from storage.decided.counts import counts_by_centre, exam_counts
from storage.decided.decisions import copies_to_decide, count_to_decide
from storage.decided.findings import count_open_findings, findings_of_scan
from storage.dropped.scans import (
    arrivals_to_process,
    scan_by_id,
    scans_of_content,
    scans_with_copies_to_anonymise,
)
from storage.dropped.waiting import waiting_since
from storage.people.candidates import enrolled_as, enrolled_in
from storage.people.correctors import all_correctors

say = Console(soft_wrap=True, highlight=False, markup=False).print
PATIENCE = 1.35, 0.35  # the greatest powers for a whole épreuve, and for one scan
Question = Callable[[Connection], object]


def questions_of_a_scan(season: Season) -> dict[str, Question]:
    """What is asked for each scan, copy, or opened page."""
    scan, centre, exam = season.scans[len(season.scans) // 2], uai_of(0), EXAMS[0]
    numbers = [number_of(k) for k in range(PILE)]
    return {
        "files to read": arrivals_to_process,
        "files decided since": scans_with_copies_to_anonymise,
        "is work waiting": waiting_since,
        "a centre's roster": lambda c: enrolled_in(c, centre=centre),
        "candidates of a pile": lambda c: enrolled_as(c, numbers=numbers),
        "copies of a scan": lambda c: copies_of_scan(c, scan),
        "findings of a scan": lambda c: findings_of_scan(c, scan),
        "drops of the same bytes": lambda c: scans_of_content(c, scan_by_id(c, scan)),  # type: ignore[arg-type]
        "a centre reconciled": lambda c: copies_received(c, exam, centre),
        "a centre's counts": lambda c: exam_counts(c, exam, centre),
        "a corrector's lots": lambda c: all_lots(c, corrector="corr_0000000000000000"),
        "history of a scan": lambda c: events_of(c, scan),
    }


def questions_of_an_exam(season: Season) -> dict[str, Question]:
    """What concerns a whole épreuve, or all of them."""
    exam = EXAMS[0]
    return {
        "an épreuve's counts": lambda c: exam_counts(c, exam),
        "counts of every centre": lambda c: counts_by_centre(c, exam),
        "open findings counted": count_open_findings,
        "copies to decide counted": count_to_decide,
        "first page of those": lambda c: copies_to_decide(c, EXAMS, 50, 0),
        "copies to route": lambda c: routable_copies(c, exam),
        "correctors and loads": lambda c: all_correctors(c, exam),
        "lots": lambda c: all_lots(c, exam),
    }


def plan(season: Season, exam: str) -> tuple[Plan, float]:
    """And the processor seconds that the solver took."""
    with season.register.reading() as connection:
        ready = routable_copies(connection, exam)
        people = all_correctors(connection, exam)
    begun = time.process_time()
    planned = plan_lots(
        [Marked(c.id, c.school, c.centre, c.number) for c in ready],
        people,
        LOT,
        1,
    )
    return planned, time.process_time() - begun


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
    season.scan(EXAMS[0], [number_of(n) for n in range(PILE)])
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
