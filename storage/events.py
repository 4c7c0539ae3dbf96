"""Events: each names what happened to what, and carries the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storage.facts import Facts, parse_facts

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
            stated = json.loads(line)
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

    def is_whole(self) -> bool:
        """Whether its hash is that of what it states."""
        return self.hash == digest(self._stated())

    def parsed_facts(self) -> Facts:
        return parse_facts(self.action, self.facts)

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


def canonical(value: Any) -> str:
    """One JSON text for one value, so that hashes can be compared."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
