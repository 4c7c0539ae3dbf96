"""Receipts (récépissés): what a centre gets back for each file it dropped, as a page to print and as JSON.

A receipt lies in the centre's own folder of the inbox and may name its candidates; it goes nowhere else.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from papers.html import templates, typeset_html
from processors.findings import Code, Evidence, Finding, Severity
from processors.reconciliation import Reconciliation
from processors.scans.contract import finding_json

SCAN_AGAIN = {
    *(Code.MISSING_PAGES, Code.UNREADABLE_PAGE, Code.NOT_ANONYMOUS, Code.MIXED_COPY, Code.SCAN_AGAIN),
    *(Code.UNSURE_ORDER, Code.MISPLACED_PAGE, Code.TWO_HANDS, Code.PERHAPS_TWO_HANDS, Code.BLANK_INSIDE),
    Code.SAME_PAGE,
}


@dataclass(frozen=True)
class Changed:
    """What one version of a receipt (from 2) says that the one before did not. `at`: ISO 8601."""

    version: int
    at: str
    what: tuple[str, ...]

    @property
    def issued(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class ReceiptCopy:
    """One copy of the pile. `position` counts from 1 from the top; `pages` are those of the file."""

    position: int
    who: str | None  # "NOM Prénom, n° 01234567890", None when nobody could be named
    pages: tuple[int, ...]
    status: str  # complete, incomplete, to_decide, superseded
    findings: tuple[Finding, ...] = ()
    id: str = ""

    @property
    def to_do(self) -> tuple[Finding, ...]:
        """Of a candidate's second copy, which one counts, and nothing else before that is decided."""
        blocking = tuple(found for found in self.findings if found.severity is Severity.BLOCKING)
        if any(found.code is Code.SCAN_AGAIN for found in blocking):
            return blocking
        return tuple(found for found in blocking if found.code is Code.DUPLICATE_COPY) or blocking

    @property
    def to_scan_again(self) -> bool:
        """Whether another scan of the same paper can mend it."""
        return any(found.code in SCAN_AGAIN for found in self.to_do)

    @property
    def to_check(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity is Severity.WARNING)

    @property
    def mended(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity is Severity.INFO)


class Pile:
    """The copies of a file, by what is to be done about each."""

    copies: tuple[ReceiptCopy, ...]

    @property
    def to_do(self) -> tuple[ReceiptCopy, ...]:
        return tuple(copy for copy in self.copies if copy.to_do)

    @property
    def to_check(self) -> tuple[ReceiptCopy, ...]:
        return tuple(copy for copy in self.copies if copy.to_check and not copy.to_do)

    @property
    def fine(self) -> int:
        return sum(1 for copy in self.copies if not copy.to_do and not copy.to_check)


@dataclass(frozen=True)
class Receipt(Pile):
    """All that the page says. `quarantined`: the file could not be taken; `findings` then says why.

    `unread`: nothing is known yet of what is in it.
    """

    file: str
    scan: str
    sha256: str
    exam: str
    exam_title: str
    centre: str
    centre_name: str
    deposited: datetime
    issued: datetime
    deadline: datetime | None
    in_time: bool | None
    begun: datetime | None = None  # the deposit, where that is known
    counted: datetime | None = None  # what the deadline is judged by
    images: int = 0
    pages: int = 0
    quarantined: bool = False
    unread: bool = False
    copies: tuple[ReceiptCopy, ...] = ()
    findings: tuple[Finding, ...] = ()
    reconciliation: Reconciliation | None = None
    names: dict[str, str] = field(default_factory=dict)  # candidate number → "NOM Prénom"
    pictures: dict[Evidence, bytes] = field(default_factory=dict)  # JPEG
    mistaken: str = ""  # it should have brought a copy again, and did not
    version: int = 1
    changes: tuple[Changed, ...] = ()

    @property
    def to_scan_again(self) -> tuple[ReceiptCopy, ...]:
        return tuple(copy for copy in self.copies if copy.to_scan_again)

    @property
    def mended(self) -> tuple[ReceiptCopy, ...]:
        return tuple(copy for copy in self.copies if copy.mended)

    @property
    def at_odds(self) -> bool:
        """Whether attendance list and copies disagree, in a way that no file still to come explains."""
        known, due = self.reconciliation, self.deadline
        if known is None:
            return False
        overdue = due is not None and self.issued > due
        return bool(known.copy_of_absent or (overdue and known.present_without_copy))


def render_html(receipt: Receipt) -> str:
    return typeset_html(_templates.get_template("receipt.html").render(r=receipt))


def render_json(receipt: Receipt) -> str:
    """The same, for a program. Times in ISO 8601 with their offset."""
    reconciliation = asdict(receipt.reconciliation) if receipt.reconciliation else None
    return json.dumps(
        {
            "file": receipt.file,
            "scan": receipt.scan,
            "sha256": receipt.sha256,
            "exam": receipt.exam,
            "centre": receipt.centre,
            "begun": receipt.begun.isoformat() if receipt.begun else None,
            "deposited": receipt.deposited.isoformat(),
            "counted": (receipt.counted or receipt.deposited).isoformat(),
            "issued": receipt.issued.isoformat(),
            "deadline": receipt.deadline.isoformat() if receipt.deadline else None,
            "in_time": receipt.in_time,
            "taken": not receipt.quarantined,
            "read": not receipt.unread,
            "images": receipt.images,
            "pages": receipt.pages,
            "copies": [
                {
                    "position": copy.position,
                    "candidate": copy.who,
                    "pages": list(copy.pages),
                    "status": copy.status,
                    "findings": [finding_json(found) for found in copy.findings],
                }
                for copy in receipt.copies
            ],
            "findings": [finding_json(found) for found in receipt.findings],
            "reconciliation": reconciliation,
            "mistaken": receipt.mistaken,
            "version": receipt.version,
            "changes": [asdict(one) for one in receipt.changes],
        },
        ensure_ascii=False,
        indent=2,
    )


_templates = templates("papers")
_templates.filters.update(base64=lambda data: base64.b64encode(data).decode())
