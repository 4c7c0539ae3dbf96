"""What correctors can reach of a session, and what they must not learn from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient

from actions.site import Site, now
from desk.app import create_app
from processors.circular.form import Form
from processors.scans.leaving.anonymity import Polygon
from storage.corrected.lots import LotRow, all_lots
from storage.decided.copies import CopyRow, copies_of_lot
from storage.dropped.scans import all_scans
from storage.people import accounts
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.states import Role

_PARTS = ("", "/lot.zip", "/bordereau.pdf", "/rendre")
_PASSWORD = "une phrase assez longue"


@dataclass(frozen=True)
class Writer:
    """Who wrote a copy, and where it lay in the pile. `sheet`: the candidate, as the roster has it.

    `frames`: the identity frame by page of the copy (from 1), in pixels of the upright page.
    """

    sheet: EnrolledCandidate
    copy: str
    scan: str
    position: int
    frames: dict[int, Polygon]


@dataclass(frozen=True)
class Taken:
    """A copy as the desk gives it to its corrector; `rank` in the lot, from 1; `path`: its address there."""

    lot: str
    rank: int
    number: str
    pdf: bytes
    path: str
    headers: str


@dataclass(frozen=True)
class Loot:
    """`others`: every other thing by name: lists, sheets, archives, pages of the desk.

    `writers`: the truth, by anonymous number; `formed`: when each lot was formed. `secrets`: texts that name
    a person, a centre or a file. `kept`: hashes under which the vault keeps what is not for correctors.
    """

    copies: tuple[Taken, ...]
    others: dict[str, bytes]
    writers: dict[str, Writer]
    formed: dict[str, datetime]
    roster: tuple[EnrolledCandidate, ...]
    secrets: frozenset[str]
    kept: frozenset[str]
    form: Form
    label_pattern: str


def gather(site: Site) -> Loot:
    """Everything that the correctors of this session can reach now, by every way that is open to them."""
    with site.register.reading() as connection:
        lots = [lot for lot in all_lots(connection) if _is_open(site, lot)]
        copies = {lot.id: copies_of_lot(connection, lot.id) for lot in lots}
        roster = tuple(enrolled_in(connection))
        scans = all_scans(connection)
    others: dict[str, bytes] = {}
    taken = []
    for corrector in sorted({lot.corrector for lot in lots}):
        own = [lot for lot in lots if lot.corrector == corrector]
        desk = _at_the_desk(site, corrector)
        for lot in own:
            ready = [copy for copy in copies[lot.id] if copy.ready]
            taken += [_taken(desk, lot, rank, copy) for rank, copy in enumerate(ready, 1)]
        others |= dict(_beside(desk, own))
    people = {(who.id, who.exam): who for who in roster}
    writers = {
        copy.anonymous_number: Writer(
            people[copy.candidate, copy.exam], copy.id, copy.scan, copy.position, _frames(copy)
        )
        for held in copies.values()
        for copy in held
        if copy.anonymous_number and copy.candidate
    }
    centres = {word for centre in site.session.centres for word in (centre.uai, centre.name, centre.city)}
    files = {scan.inbox_key.rpartition("/")[2].removesuffix(".pdf") for scan in scans}
    hashes = {scan.sha256 for scan in scans if scan.sha256} | {scan.etag for scan in scans}
    kept = {_stem(info.key) for info in site.store.vault.list() if not info.key.startswith("anonymous/")}
    return Loot(
        copies=tuple(taken),
        others=others,
        writers=writers,
        formed={lot.name: lot.formed_at for lot in lots},
        roster=roster,
        secrets=frozenset({word for who in roster for word in _naming(who)} | centres | files | hashes)
        | {scan.id for scan in scans},
        kept=frozenset(kept),
        form=site.form_of(None),
        label_pattern=site.session.label_pattern,
    )


def _is_open(site: Site, lot: LotRow) -> bool:
    exam = site.session.exam(lot.exam)
    return exam is not None and exam.in_window(now())


def _naming(who: EnrolledCandidate) -> Iterator[str]:
    yield from (who.number, who.id, who.family_name, f"{who.family_name} {who.first_names}", who.school)
    yield from (who.birth_date.isoformat(), f"{who.birth_date:%d/%m/%Y}", f"{who.birth_date:%d%m%Y}")


def _frames(copy: CopyRow) -> dict[int, Polygon]:
    return {k: page.frame for k, page in enumerate(copy.pages, 1) if page.frame is not None}


def _stem(key: str) -> str:
    return key.rpartition("/")[2].partition(".")[0]


def _taken(desk: TestClient, lot: LotRow, rank: int, copy: CopyRow) -> Taken:
    number = copy.anonymous_number or ""
    path = f"/lots/{lot.id}/{number}.pdf"
    answer = _got(desk, path)
    return Taken(lot.name, rank, number, answer.content, path, _said(answer).decode())


def _said(answer: Any) -> bytes:
    return "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()


def _at_the_desk(site: Site, corrector: str) -> TestClient:
    """A browser in which this corrector has signed in."""
    client = TestClient(create_app(site), base_url="http://localhost")
    token = accounts.invite(
        site.register, Role.CORRECTOR, corrector, f"{corrector}@exemple.fr", "Dominique Exemple",
        actor="redteam", at=now(),
    )  # fmt: skip
    shown = client.get(f"/invitation/{token}").text
    found = re.search(r'data-form-token="(\w+)"', shown)
    secret = re.search(r'name="secret" value="(\w+)"', shown)
    fields = {"password": _PASSWORD, "again": _PASSWORD, "secret": secret[1] if secret else ""}
    headers = {"x-form-token": found[1] if found else ""}
    client.post(f"/invitation/{token}", data=fields, headers=headers)
    return client


def _beside(desk: TestClient, lots: list[LotRow]) -> Iterator[tuple[str, bytes]]:
    """Every page and file that the desk gives a corrector beside the copies, with its headers."""
    for path in ("/lots", *(f"/lots/{lot.id}{part}" for lot in lots for part in _PARTS)):
        answer = _got(desk, path)
        yield f"desk{path}", answer.content
        yield f"desk{path} headers", _said(answer)


def _got(desk: TestClient, path: str) -> Any:
    answer = desk.get(path)
    assert answer.status_code == 200, f"the desk refuses {path}"
    return answer
