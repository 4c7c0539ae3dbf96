"""Scans whose run died: taken up, three times at most, then set aside, which is said."""

from __future__ import annotations

from datetime import timedelta

from actions.dropped.quarantine import keep_aside
from actions.dropped.receipts import answer_and_clear
from actions.site import Site
from processors.findings import Code, finding
from storage.database.register import events_of
from storage.decided.copies import CopyNotAnonymous, copies_of_scan, to_anonymise
from storage.dropped.readings import ScanRead
from storage.dropped.scans import (
    ScanClaimed,
    ScanProcessed,
    ScanQuarantined,
    ScanReleased,
    ScanReopened,
    ScanRow,
    ScanStored,
    arrivals_to_process,
    scan_by_id,
    stale_claims,
)
from storage.states import ScanState

ACTOR = "janitor"
ATTEMPTS = 3
SETTLING = timedelta(seconds=15)  # a run that has just died may still be told otherwise
_PROGRESS = {kind.action for kind in (ScanStored, ScanRead, ScanReopened)}


def find_unfinished(site: Site) -> list[ScanRow]:
    """Claimed and not done, or arrived long enough ago that a run should have claimed them."""
    before = site.clock() - SETTLING
    with site.register.reading() as connection:
        arrived = arrivals_to_process(connection)
        return [*stale_claims(connection, before), *(s for s in arrived if s.deposited_at < before)]


def take_up(site: Site, scan: ScanRow) -> None:
    """The watch starts the next attempt. A run that died before its claim counts as an attempt too."""
    with site.register.alone() as alone:
        if alone and _is_still(site, scan):
            _take_up(site, scan)


def _is_still(site: Site, scan: ScanRow) -> bool:
    """Else somebody else took it up, or a run has claimed it."""
    current = site.register.ask(scan_by_id, scan.id)
    return current is not None and (current.state, current.attempt) == (scan.state, scan.attempt)


def _take_up(site: Site, scan: ScanRow) -> None:
    attempt = scan.attempt
    if scan.state is ScanState.ARRIVED:
        attempt += 1
        if site.register.record(ScanClaimed(attempt=attempt), scan.id, actor=ACTOR, at=site.clock()) is None:
            return  # a run has claimed it meanwhile
    if _deaths(site, scan) + 1 < ATTEMPTS:
        released = ScanReleased(attempt=attempt, reason="run ended without finishing")
        site.register.record(released, scan.id, actor=ACTOR, at=site.clock())
        return
    set_aside(site, scan)
    answer_and_clear(site, scan, at=site.clock())


def _deaths(site: Site, scan: ScanRow) -> int:
    """How often it was taken up since it last got further. Runs that gave it back themselves do not count."""
    deaths = 0
    with site.register.reading() as connection:
        for event in events_of(connection, scan.id):
            if event.action == ScanReleased.action:
                deaths += event.actor == ACTOR
            elif event.action in _PROGRESS:
                deaths = 0
    return deaths


def set_aside(site: Site, scan: ScanRow) -> None:
    """The whole file, or, where its copies are known already, those of them that are not ready to leave."""
    failed = finding(Code.READING_FAILED, what=f"{ATTEMPTS} essais interrompus")
    with site.register.reading() as connection:
        copies = copies_of_scan(connection, scan.id)
        unready = to_anonymise(connection, scan.id)
    if not copies:
        aside = ScanQuarantined(sha256=keep_aside(site, scan), findings=(failed,))
        site.register.record(aside, scan.id, actor=ACTOR, at=site.clock())
        return
    for copy in unready:
        site.register.record(CopyNotAnonymous(findings=(failed,)), copy.id, actor=ACTOR, at=site.clock())
    site.register.record(ScanProcessed(), scan.id, actor=ACTOR, at=site.clock())
