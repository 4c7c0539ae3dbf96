"""What was read of a scan: all of it in the vault, its copies in the register in the order of the pile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam

from processors.findings import Finding
from processors.scans.contract import scan_json
from processors.scans.readings import ScanReading
from storage.bucket.keys import kept_reading
from storage.database.register import Register
from storage.database.schema import findings, scans
from storage.decided.copies import FoundCopy, PlacedPage
from storage.decided.findings import settling, state_findings
from storage.decided.versions import take_reading
from storage.events import Change, Event, Facts
from storage.people.candidates import ids_of_numbers
from storage.refusals import Refusal, Refused
from storage.states import ScanState


class ScanRead(Facts):
    """`reading`: the key in the vault of all that was read; `copies` in the order of the pile."""

    action = "scan.read"
    french = "fichier lu"
    sha256: str
    attempt: int
    reading: str
    copies: tuple[FoundCopy, ...]
    findings: tuple[Finding, ...]

    def apply(self, change: Change) -> bool:
        scan = change.row(scans, change.subject)
        if scan.sha256 != self.sha256:
            raise Refused(Refusal.OTHER_BYTES)
        if scan.read_attempt == self.attempt:
            return False
        if scan.state != ScanState.PROCESSING or scan.attempt != self.attempt:
            raise Refused(Refusal.ATTEMPT_OVER)
        if not take_reading(self.copies, self.attempt, scan.exam, scan.centre, change):
            return False
        change.connection.execute(_SETTLE, {"scan_": scan.id, "event": change.event.seq})
        state_findings(change, self.findings, scan=scan.id, exam=scan.exam, centre=scan.centre)
        change.set(scans, scan.id, read_attempt=self.attempt, reading=self.reading)
        return True


_SETTLE = settling(
    findings.c.scan == bindparam("scan_"), findings.c.copy.is_(None), findings.c.seq < bindparam("event")
)
"""What was said of the scan as a whole before this reading."""


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
    key = register.keep(kept_reading(f"{scan}-{attempt}"), scan_json(reading, seconds))
    pages = {page.page: PlacedPage.of(page) for page in reading.pages}
    named = {copy.candidate for copy in reading.copies if copy.candidate is not None}
    named |= {guess.candidate for copy in reading.copies for guess in copy.guesses}
    with register.transaction() as transaction:
        ids = ids_of_numbers(transaction.connection, named)
        facts = ScanRead(
            sha256=reading.sha256,
            attempt=attempt,
            reading=key,
            copies=tuple(FoundCopy.of(copy, pages, ids) for copy in reading.copies),
            findings=(*reading.findings, *extra_findings),
        )
        return transaction.record(facts, scan, actor=actor, at=at)
