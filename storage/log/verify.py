"""Is the audit log whole, and does the register say the same? Finds what was altered, removed, reordered,
forged, cut off or rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from sqlalchemy import Connection, Row, func, select

from processors.circular.deadlines import local_zone
from storage.bucket.keys import LOG, SEALS, seal_key, seal_number, segment_key, segment_range
from storage.bucket.objects import Bucket
from storage.database.register import Register
from storage.database.schema import chain, events, segments
from storage.events import GENESIS, Event, Head, Vault
from storage.log.certificates import check_certificates
from storage.log.checkpoints import Checkpoint
from storage.log.replay import check_against, lines_of
from storage.log.seals import Seal, signers

_AT_ONCE = timedelta(minutes=1)
"""Of three logs of several processes under load, the most that an event was dated before the last: 2.1 s."""


@dataclass(frozen=True)
class Problem:
    """`where`: an object of the audit bucket, or `register`; `message`: an English sentence."""

    where: str
    message: str


def verify(
    bucket: Bucket,
    key: Ed25519PublicKey,
    register: Register | None = None,
    *,
    checkpoint: Checkpoint | None = None,
) -> list[Problem]:
    """Every problem of the log and of the register, none when both are whole.

    The log alone cannot know that its last segments and their seals were all removed: the register can. That
    both were put back to the same earlier moment, a checkpoint kept elsewhere tells, and old versions where
    the store keeps them.
    """
    problems: list[Problem] = []
    # In the order against that of shipping, so that what is shipped meanwhile raises no alarm
    sealed = _sealed(register) if register else 0
    seals = _read_seals(bucket, key, sealed, problems)
    found = {item.key for item in bucket.list(LOG)}
    with register.reading() if register else nullcontext() as connection:
        own = _Own(connection, register.vault, sealed) if connection and register else None
        _check_segments(bucket, found, seals.values(), own, problems)
    for name in bucket.rewritten():
        problems.append(Problem(name, "The store still has what was first written here: it was replaced."))
    if own:
        problems += own.problems
        problems += [Problem("register", text) for text in own.against(seals.values())]
    if own and register:
        problems += [Problem("register", text) for text in own.altered]
        if not own.altered:
            with register.reading() as connection:
                found_wrong = check_certificates(bucket, key, connection)
                problems += [Problem(where, message) for where, message in found_wrong]
    if checkpoint:
        problems += [Problem("checkpoint", text) for text in checkpoint.against(seals, key)]
    return problems


def clock_steps(register: Register) -> list[str]:
    """Where the log's time goes back: English sentences. No tampering, but deadlines went by that clock.

    Processes that work at once may note their events some seconds out of order. What was noted to the day, so
    that nobody reads how long a corrector took, is of midnight and tells nothing of the clock.
    """
    said, latest = list[str](), datetime.min.replace(tzinfo=UTC)
    lines = select(events.c.line).order_by(events.c.seq).execution_options(yield_per=1000)
    with register.reading() as connection:
        for event in map(Event.parse, connection.scalars(lines)):
            if event.at.astimezone(local_zone()).time() == time(0):
                continue
            if latest - event.at > _AT_ONCE:
                said.append(
                    f"Event {event.seq} is of {event.at:%Y-%m-%d %H:%M:%S}, after one of {latest:%H:%M:%S}."
                )
                latest = event.at
            latest = max(latest, event.at)
    return said


def _sealed(register: Register) -> int:
    """How many seals the register knows to be written."""
    with register.reading() as connection:
        return connection.scalar(select(func.max(segments.c.n)).where(segments.c.seal.is_not(None))) or 0


class _Own:
    """What the register itself says of its events and of the segments that they left in."""

    def __init__(self, connection: Connection, vault: Vault, sealed: int) -> None:
        self.problems: list[Problem] = []
        self._connection = connection
        self._sealed = sealed
        self._at = Head()
        lines = lines_of(connection)
        self.altered = check_against(connection, lines, vault, self._follow)
        for line in lines:  # after one that could not be replayed
            with suppress(ValueError):
                self._follow(line)
        end = connection.execute(select(chain.c.seq, chain.c.hash)).one_or_none()
        if end is None or self._at != Head(*end):
            self.problems.append(
                Problem("register", "The last event is not the one that the chain ends with.")
            )
        self._segments = self._read_segments(self._at.seq)
        self.shipping = {
            segment_key(row.first, row.last) for row in self._segments.values() if row.n > sealed
        }

    def _follow(self, line: str) -> Event:
        """Its event, noting what is wrong with it. Raises ValueError for what is none."""
        trouble, self._at, event = _follow(self._at, line)
        self.problems += [Problem("register", text) for text in trouble]
        if event is None:
            raise ValueError("not an event")
        return event

    def _read_segments(self, end: int) -> dict[int, Row[Any]]:
        rows = {row.n: row for row in self._connection.execute(select(segments).order_by(segments.c.n))}
        n, last, waiting = 0, 0, False
        for row in rows.values():
            if (row.n, row.first) != (n + 1, last + 1) or not row.first <= row.last <= end or waiting:
                self.problems.append(Problem("register", f"Segment {row.n} cannot have been cut so."))
            n, last, waiting = row.n, row.last, row.seal is None
        return rows

    def against(self, seals: Iterable[Seal]) -> Iterator[str]:
        """Where the register's account of what was shipped is not what the seals say."""
        for seal in seals:
            row = self._segments.get(seal.n)
            written = seal.own_sha256()
            if (
                row is None
                or (row.first, row.last, row.cut_at) != (seal.first, seal.last, seal.sealed_at)
                or row.seal not in ((written,) if seal.n <= self._sealed else (written, None))
            ):
                yield f"The register does not know segment {seal.n} as it was sealed."

    def lines(self, first: int, last: int) -> dict[int, str]:
        """What it holds of these events, by their numbers."""
        query = select(events).where(events.c.seq.between(first, last)).order_by(events.c.seq)
        return {row.seq: row.line for row in self._connection.execute(query)}


def _read_seals(
    bucket: Bucket, key: Ed25519PublicKey, expected: int, problems: list[Problem]
) -> dict[int, Seal]:
    """The seals that can be read, by their numbers in order, saying what is wrong with each.

    `expected`: at least so many.
    """
    numbers = set()
    for item in bucket.list(SEALS):
        number = seal_number(item.key)
        if number is None:
            problems.append(Problem(item.key, "This object is no seal: it does not belong here."))
        else:
            numbers.add(number)
    seals, written = dict[int, Seal](), dict[int, bytes]()
    for n in range(1, max(numbers | {expected}, default=0) + 1):
        if n not in numbers:
            problems.append(Problem(seal_key(n), f"Seal {n} is missing."))
            continue
        written[n] = bucket.get(seal_key(n))
        try:
            seals[n] = Seal.model_validate_json(written[n])
        except ValidationError:
            problems.append(Problem(seal_key(n), f"Seal {n} is altered: it cannot be read."))
    signed_by = signers(seals, key)
    for n, seal in seals.items():
        before, first = seals.get(n - 1), n == 1
        previous = GENESIS if first else before and hashlib.sha256(written[n - 1]).hexdigest()
        last = 0 if first else before and before.last
        for wrong, message in (
            (not seal.is_signed_by(signed_by[n]), "is forged or altered: its signature is not of this key."),
            (written[n] != seal.to_bytes(), "is altered: its bytes are not those that were written."),
            (seal.n != n, f"is that of segment number {seal.n}: seals were exchanged."),
            (previous not in (None, seal.previous), f"does not follow seal {n - 1}."),
            (last not in (None, seal.first - 1), f"begins with event {seal.first}, which does not follow."),
            (seal.segment != segment_key(seal.first, seal.last), "names a segment that cannot be."),
        ):
            if wrong:
                problems.append(Problem(seal_key(n), f"Seal {n} {message}"))
    return seals


def _check_segments(
    bucket: Bucket, found: set[str], seals: Iterable[Seal], own: _Own | None, problems: list[Problem]
) -> None:
    sealed = {seal.segment: seal for seal in seals}
    at = Head()
    for key in sorted(found | sealed.keys(), key=lambda key: segment_range(key) or (0, 0)):
        seal, bounds = sealed.get(key), segment_range(key)
        if bounds is None:
            problems.append(Problem(key, "This object is no segment: it does not belong here."))
            continue
        first, last = bounds
        if key not in found:
            problems.append(
                Problem(key, f"Segment {first}-{last} is missing: its events are gone from the log.")
            )
            at = Head(last, seal.head if seal else "")
            continue
        data = bucket.get(key)
        if seal is None and own and key in own.shipping:
            continue  # written, its seal is about to be
        if seal is None:
            problems.append(Problem(key, f"Segment {first}-{last} has no seal: nothing vouches for it."))
        elif hashlib.sha256(data).hexdigest() != seal.sha256:
            problems.append(
                Problem(key, f"Segment {first}-{last} is altered: it is not what seal {seal.n} signed.")
            )
        lines = data.decode(errors="replace").split("\n")
        held = own.lines(first, last) if own else {}
        if (
            list(held) == list(range(first, last + 1))
            and lines == [*held.values(), ""]
            and own
            and not own.problems
        ):
            at = Event.parse(lines[-2]).head  # all of it was followed in the register
            continue
        for line in lines[:-1]:
            trouble, at, _ = _follow(at, line)
            problems += [Problem(key, text) for text in trouble]
            if own and held.get(at.seq) != line:
                problems.append(Problem(key, f"Event {at.seq} is not what the register holds."))
        if lines[-1] or at.seq != last:
            problems.append(Problem(key, f"Segment {first}-{last} is cut off: it ends after event {at.seq}."))
        at = Head(last, seal.head if seal else at.hash)


def _follow(at: Head, line: str) -> tuple[list[str], Head, Event | None]:
    """What is wrong with the event of this line, after `at`; where the chain stands then; the event."""
    try:
        event = Event.parse(line)
        whole = event.is_of(line)
    except ValueError:
        return [f"What should be event {at.seq + 1} is altered: it is no event."], Head(at.seq + 1, ""), None
    trouble = []
    if event.seq != at.seq + 1:
        trouble.append(f"Event {event.seq} stands where event {at.seq + 1} should: removed or reordered.")
    elif at.hash and event.previous != at.hash:
        trouble.append(f"Event {event.seq} does not follow event {at.seq}: one of them is not the original.")
    if not whole:
        trouble.append(f"Event {event.seq} is altered: its hash is not that of what it states.")
    return trouble, event.head, event
