"""The audit log: events leave the register for immutable, sealed segments, and come back from them.

A segment is first cut in the register, which makes its key, its bytes and its seal the same for whoever ships
it, and however often: a shipper that died is finished by the next, and two at once write the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from storage.bucket.keys import SEALS, seal_key, seal_number
from storage.bucket.objects import Bucket
from storage.database.register import Register, ReplayError, head
from storage.database.schema import events, segments
from storage.events import Event, Head
from storage.log.checkpoints import Checkpoint
from storage.log.seals import Seal, raw
from storage.log.signing_key import replacements
from storage.log.verify import Problem, verify

_MOST = 1000  # events in a segment


class AuditError(RuntimeError):
    """The log is not what it should be; the message says how."""


class KeyReplacedError(AuditError):
    """Another key signs what is to be shipped."""


def ship(register: Register, bucket: Bucket, key: Ed25519PrivateKey, *, at: datetime) -> int:
    """Brings every event of the outbox into the log; how many. It can be repeated and run twice at once.

    Raises AuditError when something else stands in the log's place, KeyReplacedError when this key must not
    sign what waits.
    """
    shipped = 0
    while (segment := _cut(register, at)) is not None:
        with register.reading() as connection:
            lines = _lines(connection, segment)
            before = select(segments.c.seal).where(segments.c.n == segment.n - 1)
            previous = connection.scalar(before)
            replaced = replacements(connection)
        new = next((facts.new for seq, facts in reversed(replaced.items()) if seq <= segment.first), None)
        if new not in (None, raw(key.public_key())):
            raise KeyReplacedError("the key of this log was replaced: put the new one in its place")
        data = "".join(f"{line}\n" for line in lines).encode()
        seal = Seal.of(
            segment.n,
            segment.first,
            segment.last,
            segment=data,
            head=Event.parse(lines[-1]).hash,
            previous=previous,
            at=segment.cut_at,
            key=key,
            replaces=replaced[segment.first].old if segment.first in replaced else None,
        )
        _write_once(bucket, seal.segment, data)
        _write_once(bucket, seal_key(seal.n), seal.to_bytes())
        with register.transaction() as transaction:
            transaction.connection.execute(
                update(segments).where(segments.c.n == seal.n).values(seal=seal.own_sha256())
            )
        shipped += len(lines)
    return shipped


def make_checkpoint(
    register: Register, bucket: Bucket, key: Ed25519PrivateKey, *, at: datetime
) -> Checkpoint:
    """Where the log stands, signed. Raises AuditError when it does not verify, or nothing is sealed yet."""
    _must_be_whole(verify(bucket, key.public_key(), register))
    last = max((n for item in bucket.list(SEALS) if (n := seal_number(item.key))), default=0)
    if not last:
        raise AuditError("nothing is sealed yet: ship the log first")
    return Checkpoint.of(Seal.model_validate_json(bucket.get(seal_key(last))), key, at=at)


def rebuild_register(bucket: Bucket, key: Ed25519PublicKey, register: Register) -> int:
    """Replays the log into an empty register; how many events. It then is what it was when they were shipped.

    Raises AuditError when the log does not verify, or the register is not empty.
    """
    _must_be_whole(verify(bucket, key))
    with register.reading() as connection:
        if head(connection) != Head():
            raise AuditError("the register is not empty: rebuild into a new one")
    replayed = 0
    for n in sorted(n for item in bucket.list(SEALS) if (n := seal_number(item.key))):
        seal = Seal.model_validate_json(bucket.get(seal_key(n)))
        with register.transaction() as transaction:
            try:
                replayed += transaction.replay(bucket.get(seal.segment).decode().split("\n")[:-1])
            except ReplayError as error:
                raise AuditError(f"{error} The log and the program disagree.") from error
            transaction.connection.execute(
                insert(segments).values(
                    n=n,
                    first=seal.first,
                    last=seal.last,
                    cut_at=seal.sealed_at,
                    seal=seal.own_sha256(),
                )
            )
    return replayed


def count_unsealed(connection: Connection) -> tuple[int, datetime | None]:
    """How many events the log does not have yet, and the time of the oldest of them."""
    counted = select(func.count()).select_from(events).where(_unsealed())
    oldest = connection.execute(_unsealed_lines().limit(1)).scalar()
    return connection.execute(counted).scalar_one(), Event.parse(oldest).at if oldest else None


def unsealed_lines(connection: Connection) -> list[str]:
    """The events that the log does not have yet, as they will stand in it."""
    return list(connection.scalars(_unsealed_lines()))


def _unsealed_lines() -> Select[str]:
    return select(events.c.line).where(_unsealed()).order_by(events.c.seq)


def _unsealed() -> ColumnElement[bool]:
    last = select(func.coalesce(func.max(segments.c.last), 0)).where(segments.c.seal.is_not(None))
    return events.c.seq > last.scalar_subquery()


def _must_be_whole(problems: Sequence[Problem]) -> None:
    if problems:
        raise AuditError("the log does not verify: " + " ".join(problem.message for problem in problems))


def _cut(register: Register, at: datetime) -> Row[tuple[int, int, int, datetime, str | None]] | None:
    """The segment that waits for its seal, else a new one of the outbox, None when that is empty."""
    waiting = select(segments).where(segments.c.seal.is_(None)).order_by(segments.c.n)
    latest = select(segments).order_by(segments.c.n.desc())
    with register.transaction() as transaction:
        connection = transaction.connection
        end = head(connection).seq
        if row := connection.execute(waiting).first():
            return row
        last = connection.execute(latest).first()
        n, first = (last.n + 1, last.last + 1) if last else (1, 1)
        if first > end:
            return None
        before_the_new_key = (seq - 1 for seq in replacements(connection) if seq > first)
        last_seq = min(end, first + _MOST - 1, *before_the_new_key)
        segment = {"n": n, "first": first, "last": last_seq, "cut_at": at}
        connection.execute(insert(segments).values(segment))
        return connection.execute(waiting).one()


def _lines(connection: Connection, segment: Row[tuple[int, int, int, datetime, str | None]]) -> list[str]:
    query = select(events.c.line).where(events.c.seq.between(segment.first, segment.last))
    return list(connection.scalars(query.order_by(events.c.seq)))


def _write_once(bucket: Bucket, key: str, data: bytes) -> None:
    if not bucket.put(key, data, only_if_absent=True) and bucket.get(key) != data:
        raise AuditError(f"{key} is in the log already, with other content than this register's")
