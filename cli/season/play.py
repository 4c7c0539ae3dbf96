"""A whole session on a moving clock: every row of its calendar, each gate one second early and on time."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

from actions.people.rosters import take_candidates
from actions.site import Site
from cli.console import console, print_table
from cli.season import duties, people
from cli.season.dossiers import Dossiers
from cli.season.orals import Oral
from cli.season.results import End
from cli.season.stage import MovingClock, Part, SeasonFailed, Stage, must, world
from cli.season.written import Written
from processors.circular.agenda import agenda
from processors.circular.session import Session
from specimens.batch import roster_csv
from storage.machine.weed import running
from storage.people.correctors import import_correctors
from storage.season.session import SessionLoaded

COPIES = 18


def play(data: Path, session: Session, file: Path, pool: ProcessPoolExecutor, copies: int = COPIES) -> None:
    """A session, of this file. Everything lies under `data` at the end.

    Raises SeasonFailed for what is not as it should be.
    """
    (data / "session.toml").symlink_to(file.resolve())
    if session.results is None:
        raise SeasonFailed(f"{file}: without juries, there is no season to play")
    clock = MovingClock(agenda(session)[0].at - timedelta(days=30))
    with running(data) as weed, world(data, clock, weed) as site:
        stage = Stage(site, clock, people.invent(session, copies), data / "season", _say)
        stage.folder.mkdir()
        _enrol(site, file, stage)
        gates = _plan(stage, pool)
        stage.play()
        told(stage, gates)


def _say(line: str) -> None:
    console.print(line, highlight=False)


def _enrol(site: Site, file: Path, stage: Stage) -> None:
    loaded = SessionLoaded(sha256=hashlib.sha256(file.read_bytes()).hexdigest(), name=site.session.name)
    site.register.record(loaded, "session", actor="service", at=stage.now)
    examiners = people.examiners_csv(stage.people, site.session)
    for read in (
        take_candidates(site, roster_csv(stage.people.candidates), actor="service", at=stage.now),
        import_correctors(site.register, examiners, site.session, actor="service", at=stage.now),
    ):
        said = " ".join(problem.message for problem in read.problems)
        must(not read.problems, f"the invented people are refused: {said}")


def _plan(stage: Stage, pool: ProcessPoolExecutor) -> list[str]:
    """Every gate there is."""
    session, gates = stage.site.session, list[str]()
    assert session.results is not None
    dossiers = [Dossiers.begin(pool, stage, exam) for exam in session.with_dossiers]
    piles = people.Piles.begin(pool, session, stage.people)
    parts: list[Part] = [
        *dossiers,
        *(Written(stage, exam, piles) for exam in session.written),
        *(Oral(stage, exam) for exam in session.exams if exam.orals),
        End(stage, session.results),
    ]
    for duty in session.duties:
        duties.plan(stage, duty)
        gates += [duties.gate(duty)] if duty.due else []
    for part in parts:
        part.plan()
        gates += part.gates()
    return gates


def rows_of(session: Session) -> list[str]:
    """Of the calendar, the duties to which the circular gives no date among them, and the purge."""
    undated = [f"duty/{duty.code}" for duty in session.duties if duty.due is None]
    return [*(entry.id for entry in agenda(session)), *undated, *(["purge"] if session.retention else [])]


def told(stage: Stage, gates: list[str]) -> None:
    """What was seen, in a table. Raises SeasonFailed for what was not."""
    rows = rows_of(stage.site.session)
    stage.say("")
    counted = Counter(_kind(row) for row in rows)
    table = [
        (
            kind,
            count,
            sum(_kind(row) == kind for row in rows if row in stage.seen),
            sum(_kind(gate) == kind for gate in gates),
            sum(_kind(gate) == kind for gate in gates if gate in stage.early),
            sum(_kind(gate) == kind for gate in gates if gate in stage.passed),
        )
        for kind, count in counted.items()
    ]
    total = ("all", *(sum(line[k] for line in table) for k in range(1, 6)))  # type: ignore[misc]
    columns = ("rows of the calendar", "there are", "seen", "gates", "one second early", "on time")
    print_table("What was seen", columns, [*table, total])
    wrong = [f"not seen: {row}" for row in rows if row not in stage.seen]
    wrong += [f"not tried one second early: {gate}" for gate in gates if gate not in stage.early]
    wrong += [f"not passed on time: {gate}" for gate in gates if gate not in stage.passed]
    if wrong:
        raise SeasonFailed("\n".join(wrong))


def _kind(row: str) -> str:
    head, _, rest = row.partition("/")
    return _KINDS.get(head) or _KINDS[rest.partition("/")[0]]


_KINDS = {
    "duty": "duties",
    "results": "marks and juries",
    "purge": "purge",
    "sitting": "written épreuves",
    "scans": "scans due",
    "meeting": "barème and entente meetings",
    "opens": "lots open",
    "closes": "corrections end",
    "deposit": "dossiers due",
    "mending": "dossiers mended",
    "control": "conformity controls",
    "concertation": "concertations",
    "orals": "orals",
}
