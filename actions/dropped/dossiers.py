"""What is done about a candidate's dossier: read from its files, in a child, and pronounced of."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from actions.isolation import isolated
from actions.office import as_readable
from actions.people.enrolled import candidate_of, sitting
from actions.site import Site
from processors.circular.session import Exam, Session
from processors.dossiers.contract import read_as_json
from processors.dossiers.files import MAX_BYTES, DepositedFile, UnreadableError, unpack
from processors.dossiers.findings import VERDICTS, Code, DossierFinding, Evidence, Verdict, finding
from processors.dossiers.pages import read_pages
from processors.lists.people import Candidate
from processors.scans.files.raster import BadScan
from storage.bucket.keys import kept_words, stored_file
from storage.dropped import deposits
from storage.dropped.deadlines import deposit_rules
from storage.dropped.dossiers import DossierDecided, dossier_by_id, keep_dossier_reading
from storage.events import Event
from storage.refusals import Refusal, Refused
from storage.states import Pronounced

ACTOR = "process_dossier"
_SECONDS = 600.0  # a dossier on paper takes a second or two a page


def read_deposit(
    deposited: Sequence[tuple[str, bytes]],
    session: Session,
    exam: Exam,
    candidate: Candidate,
    deposited_at: dt.datetime | None,
    extra: Sequence[DossierFinding] = (),
    roster: Sequence[Candidate] = (),
) -> dict[str, Any]:
    """The reading of a deposit's files, (name, bytes) each, as the contract's JSON, with `extra` findings.

    `roster`: everybody whom a piece may name.

    A file that crashes, hangs or bloats the child is set aside and said; the others are read without it.
    """
    files, said = _unpacked(deposited)
    said = (*said, *extra)
    files = as_readable(files)
    try:
        return isolated(
            read_as_json, files, said, session, exam, candidate, deposited_at, roster, seconds=_SECONDS
        )
    except BadScan:
        good = []
        for file in files:
            try:
                isolated(_try_pages, file)
                good.append(file)
            except BadScan:
                what = f"{file.name} : sa lecture a été arrêtée"
                said = (*said, finding(Code.UNREADABLE_PIECE, what, [Evidence(file.name, 1)]))
        try:
            return isolated(
                read_as_json,
                *(tuple(good), said, session, exam, candidate, deposited_at, roster),
                seconds=_SECONDS,
            )
        except BadScan:
            what = "la lecture du dossier a été arrêtée"
            said = (*said, finding(Code.UNREADABLE_PIECE, what, [Evidence(f.name, 1) for f in good]))
            return read_as_json((), said, session, exam, candidate, deposited_at)


def _unpacked(
    deposited: Sequence[tuple[str, bytes]],
) -> tuple[tuple[DepositedFile, ...], tuple[DossierFinding, ...]]:
    """All at once; one by one where one of them takes the child with it."""
    try:
        return isolated(unpack, tuple(deposited))
    except BadScan:
        if len(deposited) == 1:
            ((name, _),) = deposited
            what = f"{name} : sa lecture a été arrêtée"
            return (), (finding(Code.UNREADABLE_PIECE, what, [Evidence(name, 1)]),)
    parts = [_unpacked([one]) for one in deposited]
    return tuple(chain.from_iterable(files for files, _ in parts)), tuple(
        chain.from_iterable(said for _, said in parts)
    )


def read(site: Site, dossier_id: str) -> str:
    """The files in force, read; a file that came too late to replace another is kept and said."""
    with site.register.reading() as connection:
        row = dossier_by_id(connection, dossier_id)
        files = deposits.files_of(connection, dossier_id)
    assert row is not None, "a run is only ever started for a dossier of the register"
    own = site.session.exam(row.exam)
    candidate = candidate_of(site, row.candidate, row.exam)
    if own is None or candidate is None or not files:
        return "rien à lire"
    exam = site.register.ask(deposit_rules, own, candidate.school)
    counting, aside = deposits.in_force(files, exam)
    counting, beyond = deposits.fitting(counting, MAX_BYTES)
    contents = [
        (file.name, site.store.vault.get(stored_file(file.sha256), sha256=file.sha256)) for file in counting
    ]
    at = min(file.at for file in files)  # a dossier begun in time is in time
    extra = [finding(Code.LATE_ADDITION, file.name, [Evidence(file.name, 1)]) for file in aside]
    much = f"le dossier dépasse {MAX_BYTES // 10**6} Mo"
    extra += [
        finding(Code.UNREADABLE_PIECE, f"{file.name} : {much}", [Evidence(file.name, 1)]) for file in beyond
    ]
    roster = sitting(site, row.exam)
    reading = read_deposit(contents, site.session, exam, candidate, at, extra, roster)

    def as_read(connection: Connection) -> bool:
        """Whether neither a list of times nor more time came while it was read."""
        now = deposits.files_of(connection, dossier_id)[: len(files)]
        return now == files and deposit_rules(connection, own, candidate.school) == exam

    keep_dossier_reading(
        site.register, dossier_id, len(files), reading, still=as_read, actor=ACTOR, at=site.clock()
    )
    return VERDICTS[Verdict(reading["verdict"])]


def _try_pages(file: Any) -> None:
    try:
        read_pages(file)
    except UnreadableError:
        return


def pronounce(
    site: Site,
    dossier: str,
    decision: Pronounced,
    grounds: Sequence[Code],
    author: str,
    reason: str,
    *,
    actor: str,
    at: dt.datetime,
) -> Event | None:
    """What the commission decides; earlier decisions stay. Author and reason may name people: vault."""
    if not author.strip():
        raise Refused(Refusal.NO_AUTHOR)
    if not reason.strip():
        raise Refused(Refusal.NO_REASON)
    key = kept_words(dossier, "json")
    said = {"author": author.strip(), "reason": reason.strip()}
    site.register.vault.put(key, json.dumps(said, ensure_ascii=False).encode())
    facts = DossierDecided(decision=decision, grounds=tuple(grounds), reason=key)
    return site.register.record(facts, dossier, actor=actor, at=at)
