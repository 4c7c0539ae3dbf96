"""Stories that are disturbed, and what they come to undisturbed: on a store and a register of their own.

Each tells what was there before, and what is done, which can be done again.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from worlds import BUCKETS, own_world

from actions.corrected import lots as of_lots
from actions.corrected.archive import pull_all
from actions.decided.copies import decide as decide_of
from actions.decided.copies import report
from actions.dropped import deadlines, dossiers, inbox, pictures, scans, upkeep
from actions.prepare import prepare
from actions.site import now, open_site
from actions.stages import plainly
from cli.demo_session import FORM, write_demo_session
from flows.recurring import ship
from processors.circular.form import load_form
from processors.lists.people import CORRECTOR_COLUMNS, Attendance
from processors.scans.readings import CopyStatus
from specimens.batch import Kind, draw_batch, roster_csv
from specimens.people import invent_candidates
from specimens.rehearsal import attendance_csv
from storage.bucket.objects import Store
from storage.corrected.lots import all_lots
from storage.database.tables import metadata
from storage.decided.copies import current_copies
from storage.dropped.scans import ScanClaimed, ScanReleased
from storage.machine.weed import Weed
from storage.people.candidates import candidate_by_number, import_candidates
from storage.people.correctors import all_correctors, import_correctors, issue_token
from storage.states import Decision, ScanState, Trouble

CENTRE, EXAM, PAST = "0130051K", "U4", "U7"
PEOPLE = invent_candidates(np.random.default_rng(7), 4, CENTRE, [EXAM, PAST, "E5", "E6"], ["0040538N"])
LATER = timedelta(minutes=10)

# What a run leaves that was begun again: objects that nothing points at, which no one is ever shown.
LEFTOVERS = re.compile(
    r"vault (arrivals/(scan|doss)(-\w+)?\.json|reasons/copy-\w+\.txt|readings/(scan|doss-\w+)\.json)|"
    r"lots U4/lot/.*"
)
_RANDOM = (
    (re.compile(r"(cand|corr|scan|copy|lot|doss)_[0-9a-f]{16}"), r"\1"),
    (re.compile(r"(?<=-)[0-9a-f]{16}(?=\.)"), "x"),
    (re.compile(r"\b[ACDEFHJKMNPQRTUVWXY3479]{7}\b"), "number"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?"), "time"),
    (re.compile(r"(?<=readings/scan)-\d"), ""),
    (re.compile(r'(?<="seconds": )[\d.]+'), "0"),
)


def steady(text: str) -> str:
    """Without what is drawn by lot, and without times."""
    for pattern, instead in _RANDOM:
        text = pattern.sub(instead, text)
    return text


class Memory:
    """Pages are read once, in the undisturbed run; that readings are always the same is tested elsewhere."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}

    def of(self, real: Callable) -> Callable:
        def remembered(function, *args, **kwargs):
            given = [a for a in args if not isinstance(a, datetime)]  # when something was dropped
            told = [a.read_bytes() if isinstance(a, Path) else a for a in given]
            key = function.__name__ + hashlib.sha256(pickle.dumps(told)).hexdigest()
            if key not in self._known:
                self._known[key] = real(function, *args, **kwargs)
            return self._known[key]

        return remembered


def done(stage, *args):
    """A stage as a flow calls it."""
    return asyncio.run(plainly("", stage, *args))


def drop(data: bytes, name: str = "pile.pdf") -> None:
    open_site().store.inbox.put(f"scans/{CENTRE}/{EXAM}/{name}", data)


def process_all() -> None:
    """What the watch and its runs do."""
    done(inbox.note_scans)
    done(inbox.reopen_decided)
    for scan in done(inbox.find_waiting):
        asyncio.run(scans.process(scan.id, plainly))


def janitor_comes() -> None:
    """The watch, later, when Prefect says that the runs are over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(vars(open_site()), "clock", lambda: now() + LATER)
        for scan in done(upkeep.find_unfinished):
            if scan.state is ScanState.PROCESSING:
                done(upkeep.take_up, scan)


@cache
def pile(*kinds: Kind, people=PEOPLE, seed: int = 3) -> bytes:
    return draw_batch(seed, EXAM, CENTRE, people, kinds, load_form(FORM), dpi=150).pdf


def copies() -> list:
    with open_site().register.reading() as connection:
        return current_copies(connection)


def nothing() -> None:
    pass


def a_scan() -> None:
    drop(pile(Kind.OK, Kind.BLURRED))


def a_bad_file() -> None:
    open_site().store.inbox.put("elsewhere/pile.pdf", b"in no folder")


def the_same_twice() -> None:
    drop(pile(Kind.OK))
    process_all()
    drop(pile(Kind.OK), "again.pdf")


def a_list() -> None:
    marks = attendance_csv([Attendance(PEOPLE[0].number, True)])
    open_site().store.inbox.put(f"attendance/{CENTRE}/{EXAM}.csv", marks)
    open_site().store.inbox.put(f"attendance/{CENTRE}/{PAST}.csv", b"no list")


def a_dossier() -> None:
    key = f"dossiers/E5/{PEOPLE[0].number}/attestation.pdf"
    open_site().store.inbox.put(key, b"no PDF either")


def read_dossiers() -> None:
    done(inbox.take_dossiers)
    for dossier, _, _ in done(inbox.find_unread_dossiers):
        done(dossiers.read, dossier)


def an_unnamed_copy() -> None:
    drop(pile(Kind.ANONYMOUS, Kind.OK, seed=5))  # of two sheets, numbered: it is none of the copy beside it
    process_all()


def decide() -> None:
    """A person who was interrupted looks whether it still waits."""
    site = open_site()
    for copy in copies():
        if copy.status is CopyStatus.TO_DECIDE:
            with site.register.reading() as connection:
                owner = candidate_by_number(connection, PEOPLE[0].number)
            decide_of(site, copy.id, Decision.ATTRIBUTE, "lu", candidate=owner, actor="service", at=now())
    process_all()


def two_deaths() -> None:
    drop(b"%PDF-1.7 kills whoever reads it", "pile.pdf")
    done(inbox.note_scans)
    (scan,) = done(inbox.find_waiting)
    site, at = open_site(), now() - LATER
    for attempt in (1, 2):
        site.register.record(ScanClaimed(attempt=attempt), scan.id, actor="process_scan", at=at)
        released = ScanReleased(attempt=attempt, reason="dead")
        site.register.record(released, scan.id, actor="janitor", at=at)
    site.register.record(ScanClaimed(attempt=3), scan.id, actor="process_scan", at=at)


def set_aside() -> None:
    janitor_comes()
    done(inbox.note_scans)


def copies_for_lots() -> None:
    drop(pile(Kind.OK, Kind.OK))
    process_all()


def lots() -> None:
    site = open_site()
    exam = site.session.exam(EXAM)
    of_lots.form(site, exam, at=now(), actor="service")
    hers = of_lots.who_has(site, (site.settings.data_dir / "token").read_text()).id
    pull_all(site, hers, site.settings.data_dir / "hers", at=now())
    with site.register.reading() as connection:
        known = all_lots(connection)
    for lot in known:
        of_lots.give_back(site, of_lots.own(site, hers, lot.id, at=now())[0], at=now())


def a_reported_copy() -> None:
    copies_for_lots()
    lots()
    (copy, _) = copies()
    report(open_site(), copy.id, Trouble.ILLEGIBLE, "", actor="corrector", at=now())
    drop(pile(Kind.OK, seed=4), "again.pdf")


def sweep() -> None:
    done(deadlines.sweep)
    done(deadlines.sweep_dossiers)


def ship_all() -> None:
    done(ship)


@dataclass(frozen=True)
class Story:
    """`before`: undisturbed; `play`: what is disturbed."""

    name: str
    before: Callable[[], None]
    play: Callable[[], None]


STORIES = (
    Story("a scan", a_scan, process_all),
    Story("a bad file", a_bad_file, process_all),
    Story("the same file twice", the_same_twice, process_all),
    Story("attendance lists", a_list, lambda: done(inbox.take_attendance)),
    Story("a dossier", a_dossier, read_dossiers),
    Story("a decision", an_unnamed_copy, decide),
    Story("a third death", two_deaths, set_aside),
    Story("lots", copies_for_lots, lots),
    Story("a copy scanned again", a_reported_copy, process_all),
    Story("deadlines", nothing, sweep),
    Story("the audit log", copies_for_lots, ship_all),
)


@dataclass(frozen=True)
class Theatre:
    """Where stories are played, each in a world of its own that begins like any other."""

    weed: Weed
    template: Path
    known: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)

    def undisturbed(self, story: Story) -> dict[str, Counter[str]]:
        """The portrait that it comes to."""
        if story.name not in self.known:
            with self.world(self.template.with_name(f"calm {len(self.known)}")):
                story.before()
                story.play()
                self.known[story.name] = portrait(open_site().store)
        return self.known[story.name]

    @contextmanager
    def world(self, folder: Path, endpoint: str | None = None) -> Iterator[None]:
        """A data directory, a register and buckets, the store being reached at this address."""
        shutil.copytree(self.template, folder, dirs_exist_ok=True)
        with own_world(self.weed, folder, endpoint):
            yield


@contextmanager
def open_theatre(folder: Path, weed: Weed, memory: Memory) -> Iterator[Theatre]:
    """People and a session are made once, since that takes its time; lots are dealt the same way."""
    (folder / "empty").mkdir()
    write_demo_session(folder / "empty" / "session.toml", now())
    template = folder / "template"
    with Theatre(weed, folder / "empty").world(template):
        prepare()
        site, at = open_site(), now()
        roster = roster_csv(PEOPLE)
        corrector = ["C1", "Ada Arc", "ada@exemple.fr", "0840003X", "", EXAM, "9", "", ""]
        correctors = "\n".join(map(",".join, (CORRECTOR_COLUMNS, corrector))).encode()
        for imported in (
            import_candidates(site.register, roster, site.session, actor="service", at=at),
            import_correctors(site.register, correctors, site.session, actor="service", at=at),
        ):
            assert not imported.problems, imported.problems
        with site.register.reading() as connection:
            (known,) = all_correctors(connection)
        token = issue_token(site.register, known.id, actor="service", at=at)
        (template / "token").write_text(token)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (scans, "isolated"),
            (scans, "run_pages"),
            (scans, "run_each"),
            (pictures, "isolated"),
            (dossiers, "isolated"),
        ):
            patch.setattr(module, name, memory.of(getattr(module, name)))
        patch.setattr(of_lots, "secrets", _Fixed)
        yield Theatre(weed, template)


class _Fixed:
    """Lots are dealt the same way each time."""

    @staticmethod
    def randbits(_: int) -> int:
        return 1


def portrait(store: Store) -> dict[str, Counter[str]]:
    """Every row of every table and every object, without what is drawn by lot, and without times."""
    found: dict[str, Counter[str]] = {}
    with open_site().register.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name not in ("events", "event_subjects", "chain", "segments"):
                kept = [
                    c.is_not(None)
                    if c.name == "resolved_by"
                    else c  # by which event, events that repeat change
                    for c in table.c
                    if c.name not in ("seq", "k", "attempt", "read_attempt", "etag", "order_in_lot")
                ]
                rows = connection.execute(select(*kept))
                found[table.name] = Counter(steady(" | ".join(map(str, row))) for row in rows)
    found["objects"] = Counter()
    for name in BUCKETS:
        bucket = getattr(store, name)
        for info in bucket.list():
            data = bucket.get(info.key)
            if info.key.endswith((".json", ".jsonl")) and name != "audit":
                data = steady(data.decode()).encode()
            timed = info.key.endswith(".html") or name == "audit"
            content = "timed" if timed else hashlib.sha256(data).hexdigest()[:12]
            found["objects"][f"{name} {steady(info.key)} {content}"] += 1
    return found


def compare(rough: dict[str, Counter[str]], calm: dict[str, Counter[str]]) -> None:
    """Fails unless both are the same, but for leftovers."""
    left = rough["objects"] - calm["objects"]
    assert not [name for name in left if not LEFTOVERS.fullmatch(name.rpartition(" ")[0])], left
    rough["objects"] -= left
    assert rough == calm
