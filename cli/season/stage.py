"""What a season is played on: a clock that only goes on, a real store and register, and what was seen."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from actions.site import Site
from processors.circular.deadlines import french_day, local
from processors.lists.people import Candidate
from specimens.rehearsal import Rehearsal
from storage.bucket.objects import Bucket, ObjectInfo, Store, s3_client
from storage.database.register import open_register
from storage.machine.settings import Settings
from storage.machine.weed import Weed
from storage.refusals import Refusal, Refused

SECOND = timedelta(seconds=1)


class SeasonFailed(Exception):  # noqa: N818 - said to a person
    """Something is not as it should be."""


class MovingClock:
    """Says the instant that it was last moved to."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        return self._at

    def move(self, at: datetime) -> None:
        assert at >= self._at, "time does not go back"
        self._at = at


class _DatedInbox(Bucket):
    """What lies in it came now: the season takes it as soon as it drops it."""

    clock: MovingClock

    def _versions(self, **where: Any) -> Iterator[tuple[Sequence[ObjectInfo], Sequence[str]]]:
        for infos, folders in super()._versions(**where):
            yield [_at(info, self.clock()) for info in infos], folders


def _at(info: ObjectInfo, when: datetime) -> ObjectInfo:
    return ObjectInfo(info.key, info.etag, info.size, when, info.version)


class _SeasonStore(Store):
    """The embedded server's, with the season's clock in place of its own."""

    def __init__(self, weed: Weed, clock: MovingClock) -> None:
        client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
        super().__init__(client, inbox="inbox", vault="vault", audit="audit")
        self.inbox = _DatedInbox(client, "inbox")
        self.inbox.clock = clock
        self._clock = clock

    def time(self) -> datetime:
        return self._clock()


@dataclass(frozen=True)
class People:
    """`rehearsal`: the written part, with its piles; `candidates`: all, with their orals and dossiers."""

    rehearsal: Rehearsal
    candidates: Sequence[Candidate]


class Part(Protocol):
    """Of the season: what it plans, and which gates it tries."""

    def plan(self) -> None: ...

    def gates(self) -> list[str]: ...


@dataclass(order=True)
class _Act:
    at: datetime
    order: int
    row: str = field(compare=False)
    do: Callable[[], str | None] = field(compare=False)


@dataclass
class Stage:
    """`early`: what was said one second early, by gate; `passed`: gates tried on time, too.

    `folder`: what people take home: lists, papers, copies.
    """

    site: Site
    clock: MovingClock
    people: People
    folder: Path
    say: Callable[[str], None]
    rows: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    early: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    _acts: list[_Act] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=itertools.count)

    @property
    def now(self) -> datetime:
        return self.clock()

    def plan(self, row: str, at: datetime, do: Callable[[], str | None]) -> None:
        """`row`: of the calendar; it is seen once all that is planned of it was done. `do` says what was."""
        self.rows.add(row)
        heapq.heappush(self._acts, _Act(at, next(self._count), row, do))

    def play(self) -> None:
        """Everything in the order of time; raises SeasonFailed."""
        day = ""
        while self._acts:
            act = heapq.heappop(self._acts)
            self.clock.move(act.at)
            said = act.do()
            here = local(act.at)
            if (today := french_day(here.date())) != day:
                self.say(f"\n[bold]{today}[/]")
                day = today
            if said:
                self.say(f"  {here:%H:%M:%S}  {said}")
            if all(left.row != act.row for left in self._acts):
                self.seen.add(act.row)

    def refused(self, gate: str, act: Callable[[], object], code: Refusal) -> str:
        """What is said to whoever comes one second early. Raises SeasonFailed where it is not refused."""
        try:
            act()
        except Refused as no:
            if no.code is not code:
                raise SeasonFailed(f"{gate}: refused as {no.code}, not as {code}") from None
            return self.note_early(gate, no.sentence)
        raise SeasonFailed(f"{gate}: not refused one second early")

    def note_early(self, gate: str, said: str) -> str:
        self.early[gate] = said
        return f"[yellow]one second early[/]: {said}"

    def note_passed(self, gate: str) -> None:
        self.passed.add(gate)


def must(true: object, otherwise: str) -> None:
    if not true:
        raise SeasonFailed(otherwise)


@contextmanager
def world(data: Path, clock: MovingClock, weed: Weed) -> Iterator[Site]:
    """Store and register of a data directory, whose session file is there."""
    settings = Settings(data_dir=data)
    store = _SeasonStore(weed, clock)
    store.ensure_buckets()
    register = open_register(settings.url, store.vault)
    try:
        yield Site(settings, store, register, clock)
    finally:
        register.engine.dispose()
