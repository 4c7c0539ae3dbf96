"""What is kept no longer than it may be: a person plans, another confirms, then it is destroyed.

Killed at any instant, `carry_out` is simply run again: each step looks at what is already true.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from sqlalchemy import Connection, select

from actions.people.purge_plan import KeptList, Plan, buckets_of, lists_of, plan
from actions.reasons import keep_reason
from actions.site import Site
from papers.certificate import Destruction, certificate_pdf
from processors.circular.deadlines import french_instant
from processors.circular.retention import Held
from storage.bucket.keys import certificate_key, purge_list, tombstone
from storage.bucket.objects import Bucket, NotFoundError, StoreError
from storage.database.register import rewrite
from storage.database.schema import candidates
from storage.dropped.deposits import DossiersDated
from storage.events import Event, canonical
from storage.log.backups import kept_backups
from storage.log.certificates import Certificate, HoldingBackup
from storage.log.seals import raw
from storage.log.signing_key import replacements
from storage.machine.failures import forget_failures
from storage.machine.weed import compact, known_server
from storage.people.candidates import CandidatesImported, candidate_by_number
from storage.people.correctors import CorrectorsImported
from storage.people.holds import HoldLifted, HoldPlaced
from storage.people.purged import (
    attendance_without,
    correctors_without,
    left_of,
    roster_without,
    times_without,
)
from storage.people.purges import (
    PurgeBegun,
    PurgeConfirmed,
    PurgeDone,
    PurgePlanned,
    PurgeRow,
    Tombstone,
    purge_by_id,
    subject_of,
)
from storage.refusals import Refusal, Refused

_CARRIES_OUT = "purge"


def hold(site: Site, number: str, exam: str, reason: str, *, actor: str, at: datetime) -> Event | None:
    """Nothing of this candidate (by number) in this épreuve is destroyed until it is lifted."""
    who = _candidate(site, number)
    facts = HoldPlaced(exam=exam, reason=keep_reason(site.register.vault, who, reason))
    return site.register.record(facts, who, actor=actor, at=at)


def lift(site: Site, number: str, exam: str, reason: str, *, actor: str, at: datetime) -> Event | None:
    """None when there was no hold."""
    who = _candidate(site, number)
    facts = HoldLifted(exam=exam, reason=keep_reason(site.register.vault, who, reason))
    return site.register.record(facts, who, actor=actor, at=at)


def _candidate(site: Site, number: str) -> str:
    found = site.register.ask(candidate_by_number, number.strip())
    if found is None or found == number.strip():  # of whom no number is left
        raise Refused(Refusal.NO_CANDIDATE)
    return found


def propose(site: Site, *, actor: str) -> tuple[Plan, Event | None]:
    """What would go by the store's clock, and that it was planned; None where somebody had planned it."""
    at = site.store.time()
    made = plan(site, at)
    if made.empty:
        first = min((when for when in made.due.values() if when and when > at), default=None)
        said = f" : rien ne l’est avant le {french_instant(first)}" if first else ""
        raise Refused(Refusal.NOTHING_DUE, said)
    site.store.vault.put(purge_list(made.id), canonical(made.listed).encode())
    site.store.vault.put(tombstone(made.id), made.stone.to_bytes())
    event = site.register.record(PurgePlanned(), subject_of(made.id), actor=actor, at=at)
    return made, event


def confirm(site: Site, purge: str, *, actor: str) -> Event | None:
    """By another person, at her own account, of the very same list as it still is."""
    at = site.store.time()
    _known(site, purge)
    if plan(site, at).id != purge:
        raise Refused(Refusal.OTHER_PROPOSAL)
    return site.register.record(PurgeConfirmed(), subject_of(purge), actor=actor, at=at)


def carry_out(site: Site, purge: str, key: Ed25519PrivateKey) -> Certificate:
    """Destroys what two persons confirmed, unless a hold was placed since; the signed certificate.

    Raises StoreError when something of it is still there at the end.
    """
    row, vault = _known(site, purge), site.store.vault
    if row.confirmed_at is None:
        raise Refused(Refusal.NOT_CONFIRMED)
    if row.begun_at is None:
        _begin(site, purge)
    if row.certificate is None:
        _destroy(site, row)
        for info in list(vault.list("purges/")):
            if info.key.endswith(".list.json"):  # this one's, and of plans that came to nothing
                vault.erase(info.key)
        rewrite(site.register.engine)
        if not site.settings.s3_endpoint and (weed := known_server(site.settings.data_dir)):
            compact(weed)
        forget_failures(site.settings.data_dir)
        made = _certify(site, _known(site, purge), key)
        done = PurgeDone(certificate=made.own_sha256())
        site.register.record(done, subject_of(purge), actor=_CARRIES_OUT, at=site.store.time())
    return certificate(site, purge, raw(key.public_key()))


def certificate(site: Site, purge: str, key: str) -> Certificate:
    """That of a purge that is done. Raises StoreError when it is not what was signed and noted in the log.

    `key`: what signs today, raw and in hexadecimal; an earlier one is known by the log.
    """
    row = _known(site, purge)
    if row.certificate is None:
        raise Refused(Refusal.NOT_CONFIRMED)
    try:
        data = site.store.audit.get(certificate_key(purge))
        found = Certificate.model_validate_json(data)
    except (NotFoundError, ValidationError):
        raise StoreError(f"the certificate {purge} is missing or cannot be read") from None
    keys = {key, *(facts.old for facts in site.register.ask(replacements).values())}
    if hashlib.sha256(data).hexdigest() != row.certificate or not any(map(found.is_signed_by, keys)):
        raise StoreError(f"the certificate {purge} is altered: it is not what was signed")
    return found


def _known(site: Site, purge: str) -> PurgeRow:
    row = site.register.ask(purge_by_id, purge)
    if row is None:
        raise Refused(Refusal.UNKNOWN, purge)
    return row


def _begin(site: Site, purge: str) -> None:
    at = site.store.time()
    if plan(site, at).id != purge:
        raise Refused(Refusal.OTHER_PROPOSAL)
    site.register.record(PurgeBegun(), subject_of(purge), actor=_CARRIES_OUT, at=at)


def _destroy(site: Site, row: PurgeRow) -> None:
    """Each object of the list, with all its versions; what must be read afterwards is replaced."""
    try:
        listed = json.loads(site.store.vault.get(purge_list(row.id)))
    except NotFoundError:
        return  # all of it was destroyed before
    stone = Tombstone.model_validate_json(site.store.vault.get(tombstone(row.id)))
    buckets = buckets_of(site)
    with site.register.reading() as connection:
        lists, known = lists_of(connection), _numbers(connection)
    gone = dict[str, set[str]]()
    for _, name, key, _ in listed:
        bucket = buckets[name]
        left = left_of(key) if name == "vault" else None
        if name == "vault" and key in lists:
            left = _without(lists[key], bucket.get(key), set(stone.candidates), known)
        if left is None:
            bucket.erase(key)
            gone.setdefault(name, set()).add(key)
        else:
            bucket.put_alone(key, left, content_type="application/octet-stream")
    for name, keys in gone.items():
        if still := keys & {info.key for info in buckets[name].versions()}:
            raise StoreError(f"{len(still)} objects of the bucket {name} are still there: run it again")


def _numbers(connection: Connection) -> set[str]:
    """Of candidates who still have one."""
    named = select(candidates.c.number).where(candidates.c.number != candidates.c.id)
    return set(connection.scalars(named))


def _without(kept: KeptList, data: bytes, purged: set[str], known: set[str]) -> bytes:
    if kept.action == CandidatesImported.action:
        return roster_without(data, kept.ids, purged)
    if kept.action == CorrectorsImported.action:
        return correctors_without(data, kept.ids)
    return (times_without if kept.action == DossiersDated.action else attendance_without)(data, known)


def _certify(site: Site, row: PurgeRow, key: Ed25519PrivateKey) -> Certificate:
    """Written once: what was written by a run that died is kept."""
    bucket: Bucket = site.store.audit
    stone = Tombstone.model_validate_json(site.store.vault.get(tombstone(row.id)))
    assert row.confirmed_by is not None and row.confirmed_at is not None
    backups = site.register.ask(kept_backups)
    made = Certificate(
        purge=row.id,
        session=site.session.name,
        planned_by=row.planned_by,
        planned_at=row.planned_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        done_at=site.store.time(),
        counts=stone.counts,
        people=len(stone.candidates),
        scans=len(stone.scans),
        dossiers=len(stone.dossiers),
        holds=len(stone.holds),
        list_sha256=stone.list_sha256,
        backups=tuple(
            HoldingBackup(name=one.name, sha256=one.sha256, noted_at=one.noted_at, encrypted=one.encrypted)
            for one in backups
            if row.begun_at and one.noted_at <= row.begun_at
        ),
    ).signed(key)
    if bucket.put(certificate_key(row.id), made.to_bytes(), only_if_absent=True):
        return made
    found = Certificate.model_validate_json(bucket.get(certificate_key(row.id)))
    if not found.is_signed_by(raw(key.public_key())):
        raise StoreError(f"something else stands in the place of the certificate {row.id}")
    return found


def printed_certificate(site: Site, found: Certificate) -> bytes:
    """On paper, a PDF in French: of the backups that it names, those that are pruned since are said to be."""
    kept = {(one.name, one.sha256) for one in site.register.ask(kept_backups)}
    return certificate_pdf(
        Destruction(
            purge=found.purge,
            session=site.session.title,
            counts={Held(kind).french: n for kind, n in found.counts.items()},
            grounds={row.kind.french: row.ground for row in site.session.retention},
            people=found.people,
            holds=found.holds,
            planned=(found.planned_by, found.planned_at),
            confirmed=(found.confirmed_by, found.confirmed_at),
            done=found.done_at,
            backups=tuple((one.name, (one.name, one.sha256) in kept) for one in found.backups),
            list_sha256=found.list_sha256,
            signature=found.signature,
        )
    )


def counts_of(site: Site, purge: str) -> dict[str, int]:
    """Of a purge, planned or done: objects by kind, in French."""
    stone = Tombstone.model_validate_json(site.store.vault.get(tombstone(purge)))
    return {Held(kind).french: n for kind, n in stone.counts.items()} | {"candidats": len(stone.candidates)}
