"""Events: each names what happened to what, and carries the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json
from sqlalchemy import (
    Connection,
    Insert,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

import storage
from storage.ids import ids_in_json
from storage.refusals import Refusal, Refused

GENESIS = "0" * 64
"""What the first event names as the hash before it."""


@dataclass(frozen=True)
class Head:
    """Where the chain stands: the last event's `seq` and hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Event:
    """`seq` counts from 1 without a gap; `actor` is a role or an opaque id, never a name."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]
    previous: str
    hash: str

    @classmethod
    def after(cls, head: Head, facts: Facts, subject: str, actor: str, at: datetime) -> Event:
        """The next event. Raises ValueError for a datetime that does not know its time zone."""
        if at.utcoffset() is None:
            raise ValueError("an event needs a datetime that knows its time zone")
        stated = {
            "seq": head.seq + 1,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": actor,
            "action": facts.action,
            "subject": subject,
            "facts": facts.model_dump(mode="json"),
            "previous": head.hash,
        }
        return cls._of(stated, digest(stated))

    @classmethod
    def parse(cls, line: str | bytes) -> Event:
        """The event of a line of the log; its hash is as stated. Raises ValueError for anything else."""
        try:
            stated = from_json(line, allow_inf_nan=False)
            return cls._of(stated, stated["hash"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an event: {error}") from error

    @classmethod
    def _of(cls, stated: dict[str, Any], hash_: str) -> Event:
        return cls(
            seq=stated["seq"],
            at=datetime.fromisoformat(stated["at"]),
            actor=stated["actor"],
            action=stated["action"],
            subject=stated["subject"],
            facts=stated["facts"],
            previous=stated["previous"],
            hash=hash_,
        )

    def line(self) -> str:
        """As it stands in the log, without the line's end."""
        return canonical(self._stated() | {"hash": self.hash})

    def is_of(self, line: str) -> bool:
        """Whether this is its line, and its hash that of what it states: `is_whole` in half the time."""
        own = f'"hash":"{self.hash}",'
        stated, _, rest = line.partition(own)
        return hashlib.sha256((stated + rest).encode()).hexdigest() == self.hash and self.line() == line

    def is_whole(self) -> bool:
        """Whether its hash is that of what it states."""
        return self.hash == digest(self._stated())

    def ids_of(self, line: str) -> list[str]:
        """Every id in the facts, of which `line` holds the text: so they are not written anew."""
        return ids_in_json(line.partition('"facts":')[2].partition(f',"hash":"{self.hash}"')[0])

    def parsed_facts(self) -> Facts:
        """Raises KeyError for an action nobody knows, ValidationError."""
        return kinds_of_events()[self.action].model_validate(self.facts)

    def _stated(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "facts": self.facts,
            "previous": self.previous,
        }

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)


class Vault(Protocol):
    """What the register needs of the vault: a Bucket, or anything that keeps bytes under keys."""

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes, *, only_if_absent: bool = False) -> bool: ...


@dataclass(frozen=True)
class Change:
    """What an event may look at as it changes the register: no clock, no chance, so that the same log always
    gives the same register.
    """

    connection: Connection
    vault: Vault
    event: Event

    @property
    def subject(self) -> str:
        return self.event.subject

    def row(self, table: Table, id_: str) -> Row[Any]:
        """The row of this id. Raises Refused when there is none."""
        row = self.connection.execute(_row_of(table), {"id_": id_}).one_or_none()
        if row is None:
            raise Refused(Refusal.UNKNOWN, id_)
        return row

    def add(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Adds these rows, of the same columns each."""
        self.connection.execute(_insert_of(table), rows)

    def has(self, table: Table, **values: Any) -> bool:
        """Whether there is a row of these values."""
        return self.connection.execute(select(*table.primary_key).filter_by(**values)).first() is not None

    def remove(self, table: Table, **values: Any) -> bool:
        """Whether there were rows of these values, which are none any more."""
        return self.connection.execute(delete(table).filter_by(**values)).rowcount > 0

    def set(self, table: Table, id_: str, **values: Any) -> None:
        """Changes columns of the row of this id."""
        self.connection.execute(_update_of(table), {"id_": id_, **values})


@cache  # a statement is built, and its cache key made, once
def _row_of(table: Table) -> Select[Any]:
    return select(table).where(table.c.id == bindparam("id_"))


@cache
def _insert_of(table: Table) -> Insert:
    return insert(table)


@cache
def _update_of(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("id_"))


class Facts(BaseModel):
    """What happened: a class for each kind of event, beside what else there is of its subject.

    Facts go to the audit log, so they hold opaque ids, codes and hashes: no name, candidate number or birth
    date, and no text that a person typed. What must be known beside lies in the vault, under the key that a
    fact names. `action` is what the log calls the kind, `french` what people do; the subject is given beside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    action: ClassVar[str]
    french: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if _KINDS.setdefault(cls.action, cls) is not cls:
            raise TypeError(f"two kinds of events are called {cls.action}")

    def apply(self, change: Change) -> bool:
        """Changes the register, now and whenever the log is replayed. Raises Refused.

        False, having changed nothing, when all was so already. A kind that does not say what it changes is
        kept by the log alone.
        """
        return True

    @classmethod
    def apply_each(cls, happened: Sequence[tuple[Self, Change]]) -> int:
        """Several that follow each other: how many, until one changed nothing. Raises as `apply` does."""
        for done, (facts, change) in enumerate(happened):
            if not facts.apply(change):
                return done
        return len(happened)


_KINDS: dict[str, type[Facts]] = {}


@cache
def kinds_of_events() -> Mapping[str, type[Facts]]:
    """By action, all there are: each module of `storage` registers its own as it is imported."""
    for module in walk_packages(storage.__path__, "storage."):
        import_module(module.name)
    return _KINDS


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> str:
    """One JSON text for one value, so that hashes can be compared."""
    return _CANONICAL.encode(value)


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
