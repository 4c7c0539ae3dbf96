"""Opaque ids: all that the log, the flows and a corrector ever see of a person or a file."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, TypeVar

T = TypeVar("T")

Kind = Literal["cand", "corr", "scan", "copy", "lot", "doss", "acct", "tokn", "upld"]

_ID = re.compile(r'"((?:cand|corr|scan|copy|lot|doss|acct|tokn|upld)_[0-9a-f]{16})"')


def new_id(kind: Kind) -> str:
    """`scan_9f86d081884c7d65`: says nothing but what kind of thing it names."""
    return f"{kind}_{secrets.token_hex(8)}"


def token_hash(token: str) -> str:
    """Tokens are random, 192 bits: no salt, no slow hash needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def ids_in(value: Any) -> list[str]:
    """Every id that stands anywhere in JSON-like values, keys included."""
    return ids_in_json(json.dumps(value))


def ids_in_json(text: str) -> list[str]:
    return _ID.findall(text)


def in_parts(values: Iterable[T], most: int = 1000) -> Iterator[list[T]]:
    """So many at a time: a statement takes only some thousands of values."""
    waiting = iter(dict.fromkeys(values))
    while part := list(islice(waiting, most)):
        yield part
