"""What on the pages of a copy would name somebody to a corrector: what is wiped, and what holds the copy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.findings import Code, Finding, finding
from processors.scans.evidence import whole
from processors.scans.readings import PageReading, StuckLabel


def shown(pages: Sequence[PageReading], number: str | None, label_pattern: str) -> list[Finding]:
    """A label is wiped where that hides no writing and it is the candidate's, whose `number` is known."""
    findings = []
    held = [p for p in pages if p.exposed or any(_waits(one, number, label_pattern) for one in p.labels)]
    if held:
        findings.append(finding(Code.NOT_ANONYMOUS, [p.page for p in held], evidence=whole(held)))
    wiped = [p.page for p in pages if p.labels and p not in held]
    if wiped:
        findings.append(finding(Code.LABEL_MISPLACED, wiped))
    if lifted := [p.page for p in pages if p.lifted]:
        findings.append(finding(Code.DRAWN_OVER, lifted))
    return findings


def _waits(label: StuckLabel, number: str | None, label_pattern: str) -> bool:
    """Whether a label hides writing, names another than the candidate, or lies inside and cannot be read."""
    if label.cuts or label.text is None or number is None:
        return label.cuts  # one that cannot be read lies at the top, where boxes name the candidate as well
    read = re.fullmatch(label_pattern, label.text)
    return read is None or read["candidate"] != number
