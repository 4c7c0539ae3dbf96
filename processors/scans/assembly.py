"""Which pages make which copy; is it complete, in order?"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from processors.findings import Code, Finding, Severity, finding, french_pages
from processors.people import Candidate
from processors.scans.evidence import header, trouble, whole
from processors.scans.identity import Attribution, Evidence, attribute, same_owner, sheet_evidence
from processors.scans.readings import (
    CopyReading,
    CopyStatus,
    FieldReading,
    Half,
    PageKind,
    PageReading,
    Sign,
    Turn,
)
from processors.scans.reunion import likeness, reunited
from processors.scans.sequence import (
    LENGTHS,
    MAX_PAGES,
    PAGES_PER_SHEET,
    SCANNED_TWICE,
    Costs,
    PageEvidence,
    Place,
    explain,
    number_costs,
)

_WRONG_SIDE = 12.0  # cost of a page whose place in the sheet contradicts what was seen of it


def assemble(
    pages: Sequence[PageReading],
    roster: Sequence[Candidate],
    centre: str,
    exam: str,
    label_pattern: str,
    model: str,
) -> tuple[tuple[CopyReading, ...], tuple[Finding, ...]]:
    """The copies of a scan in the order of the pile, and what concerns none of them.

    `model`: the name of the paper model that is in force; another one is said.
    """
    sheets = {
        p.page: sheet_evidence(p, roster, centre, exam, label_pattern)
        for p in pages
        if p.kind is PageKind.FIRST
    }
    ordered = reading_order(pages)
    places = explain(_evidence(ordered, sheets))
    grouped: dict[int, list[tuple[PageReading, Place]]] = defaultdict(list)
    loose: list[PageReading] = []
    for (page, _), place in zip(ordered, places, strict=True):
        if place.number is None and not grouped:
            loose.append(page)
        else:
            grouped[place.copy].append((page, place))
    whole_copies = reunited(grouped.values(), sheets)
    kept = [_kept(group) for group in whole_copies]
    owners = attribute([[sheets[p.page] for p in those.values() if p.page in sheets] for those in kept])
    copies = [
        _copy(group, those, owner, model)
        for group, those, owner in zip(whole_copies, kept, owners, strict=True)
    ]
    findings = [found for p in loose for found in _strangers([p])]
    return tuple(_one_copy_each(copies, pages)), tuple(findings)


def reading_order(pages: Sequence[PageReading]) -> list[tuple[PageReading, int | None]]:
    """The pages as a reader turns them, each with its place in the sheet (1 to 4) where the scan tells it.

    A4 scans are in order already. Of an A3 sheet, the recto bears pages 4 | 1 and the verso 2 | 3; sheets may
    have been scanned verso first, and a side may be lost, so sides are paired by what their numbers say.
    """
    sides: list[list[PageReading]] = []
    for page in pages:
        if page.half is not None and sides and sides[-1][0].image == page.image:
            sides[-1].append(page)
        else:
            sides.append([page])
    # least cost of the first k sides, and how many sides the last step took
    least: list[tuple[float, int]] = [(0.0, 0)]
    for k, side in enumerate(sides, start=1):
        best = (least[-1][0] + (_SIDE_ALONE if len(side) == 2 else 0.0), 1)
        for taken in (2, 3):
            if k >= taken:
                best = min(best, (least[-taken][0] + _sheet_cost(sides[k - taken : k]), taken))
        least.append(best)
    sheets: list[list[list[PageReading]]] = []
    k = len(sides)
    while k:
        sheets.append(sides[k - least[k][1] : k])
        k -= least[k][1]
    return [placed for sheet in reversed(sheets) for placed in _as_read(sheet)]


_SIDE_ALONE = 7.0  # cost of a lost side
_VERSO_FIRST = 3.0  # cost of a sheet fed verso first


def _sheet_cost(group: Sequence[Sequence[PageReading]]) -> float:
    """Cost of these images being the sides of one A3 sheet, one of them perhaps scanned twice."""
    rectos = [side for side in group if len(side) == 2 and _is_recto(side)]
    versos = [side for side in group if len(side) == 2 and not _is_recto(side)]
    if not rectos or not versos or len(rectos) + len(versos) < len(group):
        return math.inf
    sheets = np.arange(MAX_PAGES // PAGES_PER_SHEET) * PAGES_PER_SHEET
    by_side = [
        np.sum([_numbers(p.number_reading)[sheets + (slot or 1) - 1] for p, slot in _as_read([side])], axis=0)
        for side in group
    ]
    cost = float(np.sum(by_side, axis=0).min() - sum(np.min(side) for side in by_side))
    if group[0] is versos[0]:
        cost += _VERSO_FIRST
    for one, double in (s for s in (rectos, versos) if len(s) == 2):
        pairs = zip(_as_read([one]), _as_read([double]), strict=True)
        cost += SCANNED_TWICE - sum(likeness(page, other) for (page, _), (other, _) in pairs)
    return cost


def _as_read(group: Sequence[Sequence[PageReading]]) -> list[tuple[PageReading, int | None]]:
    """One page, one A3 side or both sides of a sheet, in reading order with their places in the sheet."""
    placed: list[tuple[PageReading, int | None]] = []
    for side in group:
        if len(side) == 1:
            placed.append((side[0], None))
        else:
            left, right = _left_and_right(side)
            placed += [(right, 1), (left, 4)] if _is_recto(side) else [(left, 2), (right, 3)]
    return sorted(placed, key=lambda page: page[1] or 0)


def _left_and_right(side: Sequence[PageReading]) -> tuple[PageReading, PageReading]:
    """The halves of an A3 image as they lie when it stands upright."""
    left, right = sorted(side, key=lambda p: p.half is Half.RIGHT)
    turned = sum(p.turn in (Turn.OVER, Turn.LEFT) for p in side) * 2 > len(side)
    first = next((p for p in side if p.kind is PageKind.FIRST), None)
    if first is not None:
        turned = first.turn is Turn.OVER
    return (right, left) if turned else (left, right)


def _is_recto(side: Sequence[PageReading]) -> bool:
    return any(p.kind is PageKind.FIRST for p in side)


def _evidence(
    ordered: Sequence[tuple[PageReading, int | None]], sheets: dict[int, Evidence]
) -> list[PageEvidence]:
    evidence: list[PageEvidence] = []
    sheet_before: Evidence | None = None
    for i, (page, slot) in enumerate(ordered):
        owner = 0.0
        if page.page in sheets:
            if sheet_before is not None:
                owner = same_owner(sheet_before, sheets[page.page])
            sheet_before = sheets[page.page]
        native, foreign = _belongs(page, slot)
        evidence.append(
            PageEvidence(
                number=_numbers(page.number_reading) + _side_costs(page, slot),
                total=_totals(page.total_reading),
                foreign=foreign,
                native=native,
                same_owner=owner,
                like_previous=likeness(page, ordered[i - 1][0]) if i >= 1 else 0.0,
                like_second_previous=likeness(page, ordered[i - 2][0]) if i >= 2 else 0.0,
            )
        )
    return evidence


def _belongs(page: PageReading, slot: int | None) -> tuple[float, float]:
    """Costs of the page being one of a copy, and of it being a foreign one."""
    if page.kind in (PageKind.FIRST, PageKind.INSIDE):
        return 0.0, 30.0
    if slot is not None:
        return 0.0, 10.0
    if page.kind is PageKind.UNREADABLE:
        return 1.0, 3.0
    return 6.0, 0.5


def _side_costs(page: PageReading, slot: int | None) -> Costs:
    """Costs by page number of what the page looks like: a first page opens a sheet, and only it does."""
    place = (np.arange(MAX_PAGES) % PAGES_PER_SHEET) + 1
    if slot is not None:
        return np.where(place == slot, 0.0, _WRONG_SIDE)
    if page.kind is PageKind.FIRST:
        return np.where(place == 1, 0.0, _WRONG_SIDE)
    if page.kind is PageKind.INSIDE:
        return np.where(place == 1, _WRONG_SIDE, 0.0)
    return np.zeros(MAX_PAGES)


def _numbers(reading: FieldReading | None) -> Costs:
    if reading is None or len(reading.inked) != 2:
        return np.zeros(MAX_PAGES)
    tens, units = (
        p.astype(np.float64) if ink else None
        for p, ink in zip(reading.probabilities, reading.inked, strict=True)
    )
    return number_costs(units, tens)


def _totals(reading: FieldReading | None) -> Costs:
    costs = _numbers(reading)[LENGTHS - 1]
    return np.asarray(costs - costs.min())


def _kept(group: Sequence[tuple[PageReading, Place]]) -> dict[int, PageReading]:
    """One page for each number of a copy, in their order: of doubles the first that is readable."""
    kept: dict[int, PageReading] = {}
    for page, place in group:
        number = place.number
        if number is not None and (
            number not in kept or (kept[number].trouble is not None and page.trouble is None)
        ):
            kept[number] = page
    return dict(sorted(kept.items()))


def _copy(
    group: Sequence[tuple[PageReading, Place]], kept: dict[int, PageReading], owner: Attribution, model: str
) -> CopyReading:
    members = [(page, place.number) for page, place in group if place.number is not None]
    foreign = [page for page, place in group if place.number is None]
    length = next((place.length for _, place in group if place.number is not None), 0)
    pages = list(kept.values())
    missing = tuple(sorted(set(range(1, length + 1)) - set(kept)))
    findings = [
        *_completeness(members, kept, missing, _strayed(group)),
        *_appearance(pages, foreign, model),
        *(
            replace(found, evidence=header([p for p in pages if p.page in found.pages] or pages))
            for found in owner.findings
        ),
    ]
    if missing or any(_unreadable(p) for p in pages):
        status = CopyStatus.INCOMPLETE
    elif owner.candidate is None or any(f.severity is Severity.BLOCKING for f in findings):
        status = CopyStatus.TO_DECIDE
    else:
        status = CopyStatus.COMPLETE
    return CopyReading(
        candidate=owner.candidate.number if owner.candidate else None,
        attributed_by=owner.by,
        status=status,
        pages=tuple(p.page for p in pages),
        missing=missing,
        seen=tuple(_seen(page, number) for number, page in kept.items()),
        guesses=owner.guesses,
        findings=tuple(findings),
    )


def _seen(page: PageReading, number: int) -> tuple[Sign, ...]:
    """What of the page itself says that it is page `number`; nothing when only its neighbours do."""
    signs = {
        Sign.NUMBER: page.number == number,
        Sign.FRAME: page.kind is PageKind.FIRST and number % PAGES_PER_SHEET == 1,
        Sign.SIDE: page.half is not None,
    }
    return tuple(sign for sign, there in signs.items() if there)


def _completeness(
    members: Sequence[tuple[PageReading, int]],
    kept: dict[int, PageReading],
    missing: Sequence[int],
    strayed: Collection[int],
) -> list[Finding]:
    findings = []
    if missing:
        beside = [kept[n] for n in sorted(kept) if {n - 1, n + 1} & set(missing)]
        there, what = sorted(p.page for p, _ in members), _the(missing)
        findings.append(finding(Code.MISSING_PAGES, there, what=what, evidence=whole(beside)))
    spare = {page.page: number for page, number in members if kept[number] is not page}
    if spare:
        what = french_pages(sorted(set(spare.values())))
        findings.append(finding(Code.DUPLICATE_PAGES, spare, what=what))
    as_scanned = [number for page, number in members if kept[number] is page]
    moved = [
        kept[number].page
        for number, expected in zip(as_scanned, sorted(as_scanned), strict=True)
        if number != expected or _fed_verso_first(kept, number) or kept[number].page in strayed
    ]
    if moved:
        findings.append(finding(Code.PAGES_OUT_OF_ORDER, moved))
    if members and all(p.number is None for p, _ in members):
        findings.append(finding(Code.NO_PAGE_NUMBERS, [p.page for p, _ in members]))
    return findings


def _strayed(group: Sequence[tuple[PageReading, Place]]) -> set[int]:
    """The pages that lie apart from the first of their copy, with others' pages between."""
    ids = {page.page for page, _ in group}
    beside = set(itertools.takewhile(ids.__contains__, itertools.count(min(ids))))
    return ids - beside


def _fed_verso_first(kept: dict[int, PageReading], number: int) -> bool:
    """Whether the A3 sheet of this page was scanned with its verso before its recto."""
    recto = number - (number - 1) % PAGES_PER_SHEET
    first, second = kept.get(recto), kept.get(recto + 1)
    return first is not None and second is not None and first.half is not None and first.image > second.image


def _the(numbers: Sequence[int]) -> str:
    """`la page 3`, `les pages 3 et 4`."""
    return ("la " if len(numbers) == 1 else "les ") + french_pages(numbers)


def _appearance(pages: Sequence[PageReading], foreign: Sequence[PageReading], model: str) -> list[Finding]:
    findings: list[Finding] = []
    turned = [p.page for p in pages if p.turn is not Turn.NONE]
    if turned:
        findings.append(finding(Code.UPSIDE_DOWN, turned))
    findings += _strangers(foreign)
    exposed = [p for p in pages if p.exposed]
    if exposed:
        findings.append(finding(Code.NOT_ANONYMOUS, [p.page for p in exposed], evidence=whole(exposed)))
    old = [p for p in pages if p.model not in (None, model)]
    if old:
        names = sorted({(p.model or "").upper() for p in old})
        findings.append(finding(Code.OLD_MODEL, [p.page for p in old], what=", ".join(names)))
    for p in pages:
        if (why := _unreadable(p)) is not None:
            findings.append(finding(Code.UNREADABLE_PAGE, [p.page], what=why, evidence=trouble(p)))
    if pages and all(p.blank for p in pages):
        findings.append(finding(Code.BLANK_COPY, [p.page for p in pages], evidence=whole(pages)))
    return findings


def _strangers(pages: Sequence[PageReading]) -> list[Finding]:
    """What is said of pages that no copy has. Nobody knows of one that could not be decoded whose it is."""
    lost = [p for p in pages if p.kind is PageKind.UNREADABLE and p.fingerprint is None]
    foreign = [p for p in pages if p not in lost]
    found = [finding(Code.UNREADABLE_PAGE, [p.page], what=p.trouble or "", evidence=trouble(p)) for p in lost]
    if foreign:
        found.append(finding(Code.FOREIGN_PAGE, [p.page for p in foreign], evidence=whole(foreign)))
    return found


def _unreadable(page: PageReading) -> str | None:
    """Why this page must be scanned again, in French; it is one of the copy's by the others around it."""
    if page.trouble is None and page.kind in (PageKind.FOREIGN, PageKind.UNREADABLE):
        return "les cases de numérotation n'y sont pas visibles"
    return page.trouble


def _one_copy_each(copies: Sequence[CopyReading], pages: Sequence[PageReading]) -> list[CopyReading]:
    """Two copies of one candidate in a scan: neither goes on before a person has looked."""
    owners = [c.candidate for c in copies]
    return [
        replace(
            c,
            findings=(
                *c.findings,
                finding(Code.DUPLICATE_COPY, evidence=header([p for p in pages if p.page in c.pages])),
            ),
            status=CopyStatus.INCOMPLETE if c.missing else CopyStatus.TO_DECIDE,
        )
        if c.candidate is not None and owners.count(c.candidate) > 1
        else c
        for c in copies
    ]
