"""What on the pages of a copy would name somebody to a corrector: what is wiped, and what holds the copy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.findings import Code, Finding, finding
from processors.lists.people import Candidate
from processors.scans.leaving.evidence import part, whole
from processors.scans.pages.any_hand import read_again
from processors.scans.pages.names import may_name, names
from processors.scans.readings import Line, PageReading, StuckLabel


def shown(pages: Sequence[PageReading], owner: Candidate | None, label_pattern: str) -> list[Finding]:
    """A label is wiped where that hides no writing and it is the owner's; None: nobody knows whose it is."""
    findings = []
    number = owner.number if owner else None
    said = [part(page, line.box) for page, line in _naming(pages, owner)] if owner else []
    named = {one.page for one in said}
    held = [
        p
        for p in pages
        if p.page in named or p.exposed or any(_waits(one, number, label_pattern) for one in p.labels)
    ]
    if held:
        shows = (*whole(held), *said)
        findings.append(finding(Code.NOT_ANONYMOUS, [p.page for p in held], evidence=shows))
    wiped = [p.page for p in pages if p.labels and p not in held]
    if wiped:
        findings.append(finding(Code.LABEL_MISPLACED, wiped))
    if lifted := [p.page for p in pages if p.lifted]:
        findings.append(finding(Code.DRAWN_OVER, lifted))
    return findings


def _naming(pages: Sequence[PageReading], owner: Candidate) -> list[tuple[int, Line]]:
    """The lines that name the copy's own candidate, with their pages; few can be read again for the price."""
    lines = [(page.page, line) for page in pages for line in page.lines]
    worth = may_name([line for _, line in lines], owner)
    return [one for one, may in zip(lines, worth, strict=True) if may and names(read_again(one[1]), owner)]


def _waits(label: StuckLabel, number: str | None, label_pattern: str) -> bool:
    """Whether a label hides writing, names another than the candidate, or lies inside and cannot be read."""
    if label.cuts or label.text is None or number is None:
        return label.cuts  # one that cannot be read lies at the top, where boxes name the candidate as well
    read = re.fullmatch(label_pattern, label.text)
    return read is None or read["candidate"] != number
