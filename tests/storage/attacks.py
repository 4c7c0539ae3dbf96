"""Every single change that somebody without the signing key could make, to a log and to a register's file."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations, pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import JSON, Boolean, Date, Integer

from storage.bucket.keys import seal_key, segment_key
from storage.database.instants import Instant
from storage.database.tables import metadata
from storage.events import Event, canonical, digest
from storage.log.seals import Seal

THIEF = Ed25519PrivateKey.generate()
AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)

Log = dict[str, bytes]
"""The audit bucket's objects."""


def lines_of(data: bytes) -> list[str]:
    return data.decode().splitlines()


def joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def other(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, int):
        return 1 - value if value in (0, 1) else value + 1
    if isinstance(value, dict):
        return value | {"x": 1}
    assert isinstance(value, str)
    if re.match(r"\d{4}-\d\d-\d\d", value):
        return "2031" + value[4:]
    return ("1" if value[:1] == "0" else "0") + value[1:]


def rehashed(lines: list[str], start: int, previous: str | None) -> list[str]:
    """The chain made whole again from this line on."""
    told = lines[:start]
    for line in lines[start:]:
        stated = {name: value for name, value in json.loads(line).items() if name != "hash"}
        stated |= {"previous": previous} if previous else {}
        previous = digest(stated)
        told.append(Event.parse(json.dumps(stated | {"hash": previous})).line())
    return told


def attacks_on_a_segment(lines: list[str]) -> Iterator[tuple[str, bytes]]:
    for k, line in enumerate(lines):
        stated = json.loads(line)
        before = json.loads(lines[k - 1])["hash"] if k else None
        yield f"line {k} removed", joined(lines[:k] + lines[k + 1 :])
        yield f"line {k} doubled", joined([*lines[: k + 1], *lines[k:]])
        yield f"cut off before line {k}", joined(lines[:k])
        yield f"cut off in line {k}", joined(lines[:k]) + line[:40].encode()
        for name, value in stated.items():
            altered = canonical(stated | {name: other(value)})
            yield f"line {k}, {name} altered", joined([*lines[:k], altered, *lines[k + 1 :]])
        forged = [*lines[:k], canonical(stated | {"actor": "thief"}), *lines[k + 1 :]]
        yield f"line {k} forged, the chain mended", joined(rehashed(forged, k, before))
    for k in range(len(lines) - 1):
        swapped = [*lines[:k], lines[k + 1], lines[k], *lines[k + 2 :]]
        yield f"lines {k} and {k + 1} exchanged", joined(swapped)
    yield "other bytes for the same events", joined([json.dumps(json.loads(line)) for line in lines])


def attacks_on_the_log(log: Log) -> Iterator[tuple[str, Log]]:
    """What is done, and what it leaves: every object, line and field removed, altered, moved or forged."""
    seals = sorted((key for key in log if key.startswith("seals/")), key=lambda key: int(key[6:-5]))
    parts = sorted(log.keys() - set(seals))
    for key in log:
        yield f"{key} removed", {k: v for k, v in log.items() if k != key}
        yield f"{key} emptied", log | {key: b""}
    for n in range(len(seals)):
        yield f"cut off after {n}", {k: log[k] for k in (*parts[:n], *seals[:n])}
        yield f"begins after {n + 1}", {k: log[k] for k in (*parts[n + 1 :], *seals[n + 1 :])}
    for kind in (seals, parts):
        for one, two in combinations(kind, 2):
            yield f"{one} and {two} exchanged", log | {one: log[two], two: log[one]}
            yield f"{one} in the place of {two}", log | {two: log[one]}
    for key in seals:
        seal = json.loads(log[key])
        for name, value in seal.items():
            yield f"{key}, {name} altered", log | {key: canonical(seal | {name: other(value)}).encode()}
        yield f"{key} in other bytes", log | {key: json.dumps(seal).encode()}
    for key in parts[1:2]:
        for what, data in attacks_on_a_segment(lines_of(log[key])):
            yield f"{key}: {what}", log | {key: data}
    end = json.loads(log[seals[-1]])
    line = lines_of(log[parts[-1]])[-1]
    added = joined(rehashed([canonical(json.loads(line) | {"seq": end["last"] + 1})], 0, end["head"]))
    here = segment_key(end["last"] + 1, end["last"] + 1)
    yield "an event more, unsealed", log | {here: added}
    for signer in ("thief", "nobody"):
        seal = sealed(5, added, end["last"] + 1, before=log[seals[-1]])
        if signer == "nobody":
            seal = seal.model_copy(update={"signature": end["signature"]})
        yield f"an event more, sealed by {signer}", log | {here: added, seal_key(5): seal.to_bytes()}
    yield "something beside", log | {"notes.txt": b"", "log/notes.txt": b""}
    # Re-cut: the same events in other segments
    for n, (one, two) in enumerate(pairwise(parts), start=1):
        first = json.loads(log[seal_key(n)])["first"]
        data = log[one] + log[two]
        whole_ = sealed(n, data, first, before=log.get(seal_key(n - 1)))
        rest = {k: v for k, v in log.items() if k not in (one, two, seal_key(n + 1))}
        yield f"{one} and {two} re-cut", rest | {whole_.segment: data, seal_key(n): whole_.to_bytes()}
        yield f"{one} and {two} joined", {k: v for k, v in log.items() if k != two} | {one: data}


def sealed(n: int, data: bytes, first: int, *, before: bytes | None) -> Seal:
    """A seal as the thief can make it."""
    lines = lines_of(data)
    previous = hashlib.sha256(before).hexdigest() if before else None
    return Seal.of(
        n, first, first + len(lines) - 1, segment=data, head=json.loads(lines[-1])["hash"],
        previous=previous, at=AT, key=THIEF,
    )  # fmt: skip


def rows_of(path: Path, table: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    rows = connection.execute(f"SELECT rowid AS here, * FROM {table}").fetchall()
    connection.close()
    return rows


def other_cell(value: object) -> object:
    if value is None:
        return 1
    if isinstance(value, str) and value[:1] in "[{" and value:
        return "[1]" if value == "[]" else "[]"
    return other(value) if value != "" else "x"


MADE_UP = {Instant: "2026-05-20 18:00:00.000000", Date: "2026-05-20", Integer: 1, Boolean: 1, JSON: "[]"}


def marks_for(values: list) -> str:
    return ", ".join("?" * len(values))


def attacks_on_the_register(path: Path) -> Iterator[tuple[str, tuple[str, list]]]:
    """What is done, beginning with the table, and how: rows removed and added, every cell altered."""
    for table in (table.name for table in metadata.sorted_tables):
        rows = rows_of(path, table)
        for name, row in {"first": rows[0], "last": rows[-1]}.items() if rows else ():
            yield f"{table} {name} removed", (f"DELETE FROM {table} WHERE rowid = ?", [row["here"]])
        if not rows:
            made_up = [MADE_UP.get(type(column.type), "x") for column in metadata.tables[table].columns]
            yield f"{table} a row added", (f"INSERT INTO {table} VALUES ({marks_for(made_up)})", made_up)
        for row in rows[-1:]:
            cells = {name: row[name] for name in row.keys() if name != "here"}  # noqa: SIM118
            for name, value in cells.items():
                how = f'UPDATE {table} SET "{name}" = ? WHERE rowid = ?'
                yield f"{table} {name} altered", (how, [other_cell(value), row["here"]])
            added = [value if value is None else other_cell(value) for value in cells.values()]
            yield f"{table} a row added", (f"INSERT INTO {table} VALUES ({marks_for(added)})", added)
