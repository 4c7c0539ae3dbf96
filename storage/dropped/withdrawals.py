"""A file dropped by mistake is taken back, whole; and put back."""

from __future__ import annotations

from sqlalchemy import select, update

from storage.database.schema import copies, findings, scans
from storage.decided.findings import resolve_findings
from storage.decided.versions import end_copies
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused
from storage.states import Life, ScanState

_DONE = (ScanState.PROCESSED, ScanState.QUARANTINED)


class ScanWithdrawn(Facts):
    """None of its copies counts any longer, and nothing is open of it. `reason`: key in the vault.

    What an earlier file had, and this one took the place of, does not come back by itself.
    """

    action = "scan.withdrawn"
    french = "fichier retiré"
    reason: str

    def apply(self, change: Change) -> bool:
        scan = change.row(scans, change.subject)
        if scan.state == ScanState.WITHDRAWN:
            return False
        if scan.state not in _DONE:
            raise Refused(Refusal.NOT_READ_YET)
        theirs = (copies.c.scan == scan.id, copies.c.life == Life.CURRENT)
        if change.connection.execute(select(copies.c.id).where(*theirs, copies.c.lot.is_not(None))).first():
            raise Refused(Refusal.COPY_IN_A_LOT)
        end_copies(change, Life.WITHDRAWN, *theirs)
        resolve_findings(change, findings.c.scan == scan.id)
        change.set(scans, scan.id, state=ScanState.WITHDRAWN)
        return True


class ScanRestored(Facts):
    """It counts again: it is read anew, or set aside again for what was said of it then.

    `withdrawn`: the number of the event that took it back.
    """

    action = "scan.restored"
    french = "fichier remis"
    withdrawn: int

    def apply(self, change: Change) -> bool:
        scan = change.row(scans, change.subject)
        if scan.state != ScanState.WITHDRAWN:
            return False
        if scan.read_attempt is not None:
            anew = {"state": ScanState.ARRIVED, "claimed_at": None, "read_attempt": None, "reading": None}
            change.set(scans, scan.id, **anew)
            return True
        settled_then = (findings.c.scan == scan.id, findings.c.resolved_by == self.withdrawn)
        change.connection.execute(update(findings).where(*settled_then).values(resolved_by=None))
        change.set(scans, scan.id, state=ScanState.QUARANTINED)
        return True
