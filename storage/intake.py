"""What people bring: personal data goes to the vault and the register, opaque ids alone to the log."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, select

from processors.findings import Finding
from processors.people import (
    Candidate,
    Corrector,
    read_candidates,
    read_correctors,
)
from processors.scans.contract import scan_json
from processors.scans.readings import CopyReading, Corners, PageReading, ScanReading
from processors.session import Session
from processors.tables import Import
from storage.events import Event
from storage.facts import (
    CandidatesImported,
    CorrectorsImported,
    FoundCopy,
    GuessedCandidate,
    PlacedPage,
    ScanArrived,
    ScanRead,
    TokenIssued,
)
from storage.ids import in_parts, new_id
from storage.keys import arrival, kept_list, kept_reading
from storage.objects import ObjectInfo
from storage.register import Register, Transaction
from storage.schema import candidates, correctors, scans


def import_candidates(
    register: Register, data: bytes, session: Session | None, *, actor: str, at: datetime
) -> Import[Candidate]:
    """A roster. Known numbers keep their ids. Nothing is taken as long as one line is wrong."""
    imported = read_candidates(data, session)
    if not imported.problems:
        file = keep_file(register, data)
        with register.transaction() as transaction:
            numbers = (row.number for row in imported.rows)
            known = _ids_by(transaction, candidates.c.number, candidates.c.id, numbers)
            ids = tuple(known.get(row.number) or new_id("cand") for row in imported.rows)
            facts = CandidatesImported(file=file, ids=ids)
            transaction.record(facts, "candidates", actor=actor, at=at)
    return imported


def import_correctors(
    register: Register, data: bytes, session: Session | None, *, actor: str, at: datetime
) -> Import[Corrector]:
    """Correctors, without tokens: see issue_token. Nothing is taken as long as one line is wrong."""
    imported = read_correctors(data, session)
    if not imported.problems:
        file = keep_file(register, data)
        with register.transaction() as transaction:
            references = (row.id for row in imported.rows)
            known = _ids_by(transaction, correctors.c.reference, correctors.c.id, references)
            ids = tuple(known.get(row.id) or new_id("corr") for row in imported.rows)
            facts = CorrectorsImported(file=file, ids=ids)
            transaction.record(facts, "correctors", actor=actor, at=at)
    return imported


def issue_token(register: Register, corrector: str, *, actor: str, at: datetime) -> str:
    """A new token for this corrector, seen this once; an earlier one is worth nothing from now on."""
    token = secrets.token_urlsafe(24)
    register.record(TokenIssued(hash=token_hash(token)), corrector, actor=actor, at=at)
    return token


def token_hash(token: str) -> str:
    """Tokens are random, 192 bits: no salt, no slow hash needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def arrive(
    register: Register, dropped: ObjectInfo, exam: str | None, centre: str | None, *, actor: str, at: datetime
) -> str | None:
    """Takes note of a dropped file. Its new scan id, or None when this very drop is known already.

    `exam` and `centre` are those of the session, None when the key names none: keys may hold anything.
    """
    known = select(scans.c.id).where(scans.c.inbox_key == dropped.key, scans.c.etag == dropped.etag)
    with register.reading() as connection:
        if connection.execute(known).first():
            return None
    scan = new_id("scan")
    register.vault.put(arrival(scan), json.dumps({"key": dropped.key}).encode())
    facts = ScanArrived(
        exam=exam, centre=centre, etag=dropped.etag, size=dropped.size, deposited_at=dropped.last_modified
    )
    return scan if register.record(facts, scan, actor=actor, at=at) else None


def keep_reading(
    register: Register,
    scan: str,
    attempt: int,
    reading: ScanReading,
    seconds: float,
    *,
    extra_findings: Sequence[Finding] = (),
    actor: str,
    at: datetime,
) -> Event | None:
    """What was read of a scan: all of it in the vault, in the log what names nobody.

    `extra_findings` concern the scan as a whole, such as a late deposit. None when it is kept already.
    Raises Refused when this attempt is over, or the copies have gone further since.
    """
    key = kept_reading(f"{scan}-{attempt}")
    register.vault.put(key, json.dumps(scan_json(reading, seconds), ensure_ascii=False).encode())
    pages = {page.page: _placed(page) for page in reading.pages}
    named = {copy.candidate for copy in reading.copies if copy.candidate is not None}
    named |= {guess.candidate for copy in reading.copies for guess in copy.guesses}
    with register.transaction() as transaction:
        ids = _ids_by(transaction, candidates.c.number, candidates.c.id, named)
        facts = ScanRead(
            sha256=reading.sha256,
            attempt=attempt,
            reading=key,
            copies=tuple(_found(copy, pages, ids) for copy in reading.copies),
            findings=(*reading.findings, *extra_findings),
        )
        return transaction.record(facts, scan, actor=actor, at=at)


def keep_file(register: Register, data: bytes) -> str:
    """A list that somebody brought, in the vault; its key."""
    key = kept_list(hashlib.sha256(data).hexdigest())
    register.vault.put(key, data, only_if_absent=True)
    return key


def _ids_by(
    transaction: Transaction, known_as: Column[str], id_: Column[str], wanted: Iterable[str]
) -> dict[str, str]:
    return {
        row[0]: row[1]
        for part in in_parts(wanted)
        for row in transaction.connection.execute(select(known_as, id_).where(known_as.in_(part)))
    }


def _placed(page: PageReading) -> PlacedPage:
    return PlacedPage(
        page=page.page,
        image=page.image,
        half=page.half,
        area=page.area,
        turn=page.turn,
        frame=page.frame and _rounded(page.frame),
        model=page.model,
        exposed=page.exposed,
        labels=tuple(_rounded(label.area) for label in page.labels),
    )


def _rounded(corners: Corners) -> Corners:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def _found(copy: CopyReading, pages: Mapping[int, PlacedPage], ids: Mapping[str, str]) -> FoundCopy:
    guesses: Iterable[GuessedCandidate] = (
        GuessedCandidate(candidate=ids[guess.candidate], probability=round(float(guess.probability), 4))
        for guess in copy.guesses
        if guess.candidate in ids
    )
    return FoundCopy(
        id=new_id("copy"),
        candidate=ids[copy.candidate] if copy.candidate else None,
        attributed_by=copy.attributed_by,
        status=copy.status,
        pages=tuple(pages[page].model_copy(update={"annex": page in copy.annexes}) for page in copy.pages),
        missing=copy.missing,
        guesses=tuple(guesses),
        findings=copy.findings,
    )
