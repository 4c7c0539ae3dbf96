"""The answer to a dropped file: its receipt, from what the register knows, laid beside it in the inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from actions.decided.reconciling import reconciliation_of
from actions.dropped.pictures import pictures_of
from actions.dropped.piles import mistaken
from actions.dropped.quarantine import clear_drop, keep_aside
from actions.site import Site
from papers.receipt_versions import following
from papers.receipts import Receipt, ReceiptCopy, render_html, render_json
from processors.findings import Finding
from processors.reconciliation import Reconciliation
from storage.bucket.keys import is_plain, receipt_key
from storage.bucket.objects import NotFoundError
from storage.decided.copies import CopyRow, copies_of_scan
from storage.decided.findings import FindingRow, findings_of_scan
from storage.dropped.deadlines import scans_due
from storage.dropped.scans import UNFINISHED, ScanRow, latest_drop, scan_by_id, scans_of_content
from storage.people.candidates import EnrolledCandidate, enrolled_as
from storage.states import Life, ScanState


def answer_and_clear(site: Site, scan: ScanRow, *, at: datetime) -> None:
    """The last thing done with a file that the register calls done: answered, it leaves the inbox."""
    answer(site, scan.id, at=at)
    if scan.sha256 is None:  # set aside before its bytes were kept, such as a file that had gone and is back
        keep_aside(site, scan)
    clear_drop(site, scan)


def answer(site: Site, scan_id: str, *, at: datetime) -> None:
    """Writes the receipt of this scan. A file that was received before is answered with the same.

    Under one name, the receipt is that of the file that was dropped last.
    """
    with site.register.reading() as connection:
        dropped = scan_by_id(connection, scan_id)
        assert dropped is not None, "only a scan of the register is ever answered"
        same = scans_of_content(connection, dropped)
        latest = [scan for scan in same if latest_drop(connection, scan.inbox_key) == scan.id]
    read = next(scan for scan in same if scan.id == (dropped.duplicate_of or dropped.id))
    made = receipt_of(site, read, at)
    for scan in latest:
        key = receipt_key(scan.inbox_key, scan.id)
        receipt = following(made, _issued(site, key))
        html, text = render_html(receipt).encode(), render_json(receipt).encode()
        site.store.inbox.put_alone(f"{key}.html", html, content_type="text/html; charset=utf-8")
        site.store.inbox.put_alone(f"{key}.json", text, content_type="application/json")


def issue(site: Site, scan: ScanRow, *, at: datetime) -> Receipt:
    """The receipt as it is now. What has changed since the last makes a version, which lies there, too."""
    key = receipt_key(scan.inbox_key, scan.id)
    before = _issued(site, key)
    read = site.register.ask(scan_by_id, scan.duplicate_of) if scan.duplicate_of else scan
    assert read is not None, "a file is only ever the same as one of the register"
    receipt = following(receipt_of(site, read, at), before)
    if before is not None and json.loads(before).get("version", 1) != receipt.version:
        answer(site, scan.id, at=at)
    return receipt


def _issued(site: Site, key: str) -> bytes | None:
    with suppress(NotFoundError):
        return site.store.inbox.get(f"{key}.json")
    return None


def receipt_of(site: Site, scan: ScanRow, at: datetime) -> Receipt:
    """What the register knows of this scan, its copies, and its centre and épreuve."""
    exam = site.session.exam(scan.exam) if scan.exam else None
    centre = site.session.centre(scan.centre) if scan.centre else None
    with site.register.reading() as connection:
        due = scans_due(connection, site.session, scan.exam, scan.centre)
        copies = copies_of_scan(connection, scan.id)
        findings = findings_of_scan(connection, scan.id)
        known = reconciliation_of(connection, exam.code, centre.uai) if exam and centre else None
        wrong = mistaken(connection, scan)
    name = scan.inbox_key.rpartition("/")[2]
    named = {copy.candidate for copy in copies if copy.candidate is not None}
    if known is not None:
        named |= {*known.enrolled, *known.received, *known.absent}
    people = {c.id: c for c in site.register.ask(enrolled_as, ids=named)}
    size = json.loads(site.store.vault.get(scan.reading))["scan"] if scan.reading else {}
    return Receipt(
        file=name if is_plain(name) else "(nom illisible)",
        scan=scan.id,
        sha256=scan.sha256 or "",
        exam=exam.code if exam else "",
        exam_title=exam.title if exam else "",
        centre=centre.uai if centre else "",
        centre_name=", ".join(filter(None, (centre.name, centre.city))) if centre else "",
        deposited=scan.deposited_at,
        begun=scan.begun_at,
        counted=scan.due_at,
        issued=at,
        deadline=due.at if due else None,
        in_time=due.met(scan.due_at) if due else None,
        images=size.get("images", 0),
        pages=size.get("pages", 0),
        quarantined=scan.state is ScanState.QUARANTINED,
        unread=scan.reading is None and scan.state in UNFINISHED,
        copies=tuple(receipt_copy(copy, people, findings) for copy in copies),
        findings=tuple(without_place(found) for found in findings if found.copy is None and _open(found)),
        reconciliation=_by_number(known, people) if known else None,
        names={c.number: f"{c.family_name} {c.first_names}" for c in people.values()},
        pictures=pictures_of(site, scan.id, map(without_place, filter(_open, findings))),
        mistaken=wrong,
    )


def receipt_copy(
    copy: CopyRow, people: Mapping[str, EnrolledCandidate], findings: list[FindingRow]
) -> ReceiptCopy:
    """A copy as the centre is told of it, with what is still open of it."""
    owner = people.get(copy.candidate) if copy.candidate else None
    return ReceiptCopy(
        position=copy.position,
        who=f"{owner.family_name} {owner.first_names}, n° {owner.number}" if owner else None,
        pages=tuple(page.page for page in copy.pages),
        status=copy.status if copy.life is Life.CURRENT else copy.life,
        findings=tuple(without_place(found) for found in findings if found.copy == copy.id and _open(found)),
        id=copy.id,
    )


def _open(found: FindingRow) -> bool:
    return found.resolved_by is None


def without_place(found: FindingRow) -> Finding:
    return Finding(found.code, found.severity, found.message, found.pages, found.evidence)


def _by_number(known: Reconciliation, people: dict[str, EnrolledCandidate]) -> Reconciliation:
    """The centre knows its candidates by number, the register by id."""

    def numbers(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(people[who].number for who in ids if who in people))

    return Reconciliation(
        enrolled=numbers(known.enrolled),
        present=None if known.present is None else numbers(known.present),
        absent=numbers(known.absent),
        received=numbers(known.received),
        unattributed=known.unattributed,
        present_without_copy=numbers(known.present_without_copy),
        copy_of_absent=numbers(known.copy_of_absent),
        copy_without_attendance=numbers(known.copy_without_attendance),
    )
