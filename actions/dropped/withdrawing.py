"""A file dropped by mistake: taken back whole, put back; and whose pile it looks like."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from actions.decided.reconciling import reconcile_about
from actions.reasons import keep_reason
from actions.site import Site
from processors.scans.pages.voices import NUMBER
from storage.database.register import events_of
from storage.decided.copies import copies_of_scan
from storage.dropped.scans import ScanRow, scan_by_id
from storage.dropped.withdrawals import ScanRestored, ScanWithdrawn
from storage.events import Event
from storage.people.candidates import enrolled_as
from storage.refusals import Refusal, Refused


def withdraw(
    site: Site, scan_id: str, reason: str, *, by_centre: bool, actor: str, at: datetime
) -> Event | None:
    """None where it was withdrawn already. A centre may do so until something of the file was decided."""
    with site.register.reading() as connection:
        _must_be_known(connection, scan_id)
        copies = copies_of_scan(connection, scan_id)
    if by_centre and any(copy.decision for copy in copies):
        raise Refused(Refusal.DECIDED)
    facts = ScanWithdrawn(reason=keep_reason(site.register.vault, scan_id, reason))
    with site.register.transaction() as transaction:
        event = transaction.record(facts, scan_id, actor=actor, at=at)
        reconcile_about(transaction, site, copies, actor=actor, at=at)
    return event


def restore(site: Site, scan_id: str, *, actor: str, at: datetime) -> Event | None:
    """It is read anew, and counts as when it was dropped. None where it was not withdrawn."""
    with site.register.reading() as connection:
        _must_be_known(connection, scan_id)
        withdrawn = [e.seq for e in events_of(connection, scan_id) if e.action == ScanWithdrawn.action]
    if not withdrawn:
        return None
    return site.register.record(ScanRestored(withdrawn=withdrawn[-1]), scan_id, actor=actor, at=at)


def looks_like(site: Site, scan: ScanRow) -> str | None:
    """Whose pile it seems to be, in French: most numbers on its sheets are of another place's candidates."""
    if scan.reading is None:
        return None
    numbers = _numbers(json.loads(site.store.vault.get(scan.reading)), site.session.label_pattern)
    enrolled = site.register.ask(enrolled_as, numbers=numbers)
    written = {exam.code for exam in site.session.written}
    here = {who.number for who in enrolled if (who.exam, who.centre) == (scan.exam, scan.centre)}
    places = Counter((who.centre, who.exam) for who in enrolled if who.number not in here)
    for (uai, exam), count in places.most_common():
        if exam in written and count >= _SEVERAL and 2 * count > len(numbers):
            centre = site.session.centre(uai)
            return f"la pile de {exam} du centre {centre.name if centre else uai}"
    return None


_SEVERAL = 2
"""One number of another place is a stray sheet."""


def _numbers(reading: dict[str, Any], label_pattern: str) -> set[str]:
    """The candidate numbers on labels, else in boxes."""
    found = set()
    for page in reading.get("pages", ()):
        label = re.fullmatch(label_pattern, page["label"] or "")
        boxed = page["boxes"].get(NUMBER)
        if label or boxed:
            found.add(label["candidate"] if label else boxed["text"])
    return found


def _must_be_known(connection: Connection, scan_id: str) -> None:
    if scan_by_id(connection, scan_id) is None:
        raise Refused(Refusal.UNKNOWN, scan_id)
