"""Which pages make which copy; is it complete, in order?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from processors.findings import Code, Finding, Severity, finding, french_pages
from processors.lists.people import Candidate
from processors.scans.copies.annexes import Handed, Neighbour, handed_in, missing_after, seems, taken_out
from processors.scans.copies.identity import Attribution, attribute, sheet_evidence, sure_owner
from processors.scans.copies.misplaced import (
    blank_inside,
    confirmed,
    contradicted,
    sheets_unsure,
)
from processors.scans.copies.nameless import beside_nameless
from processors.scans.copies.pile import Pile, explain_pile
from processors.scans.copies.places import evidence_of
from processors.scans.copies.reunion import explained, reunited
from processors.scans.copies.sequence import Place
from processors.scans.copies.sides import sides, slots
from processors.scans.copies.strays import doubles, headed_strays, may_follow
from processors.scans.copies.swallowed import NOBODY, Doubted, Excused, lost_odds, of_two_hands
from processors.scans.leaving.evidence import header, trouble, whole
from processors.scans.leaving.shown import shown
from processors.scans.orders import PAGES_PER_SHEET
from processors.scans.pages.scale import is_off_scale, percent
from processors.scans.pages.twice import in_two_copies
from processors.scans.readings import (
    CopyReading,
    CopyStatus,
    PageKind,
    PageReading,
    Sign,
    Turn,
)

_TWO_AT_ONCE = {Code.TWO_HANDS, Code.PERHAPS_TWO_HANDS, Code.BLANK_INSIDE}


def assemble(
    pages: Sequence[PageReading],
    roster: Sequence[Candidate],
    centre: str,
    exam: str,
    label_pattern: str,
    model: str,
    two_sided: Collection[str] = (),
    excused: Excused = NOBODY,
    refused: Collection[str] = (),
    sheet: int = PAGES_PER_SHEET,
) -> tuple[tuple[CopyReading, ...], tuple[Finding, ...]]:
    """The copies of a scan in the order of the pile, and what concerns none of them.

    `model`: the name of the paper model that is in force; another one is said. `two_sided`: the models of
    annexes with answers on the verso; `excused`: who of the roster owes no copy here; `refused`: the models
    that must not be used; `sheet`: how many pages one has.
    """
    sheets = {
        p.page: sheet_evidence(p, roster, centre, exam, label_pattern)
        for p in pages
        if p.kind in (PageKind.FIRST, PageKind.ANNEX)
    }
    of_sheets, annexes = taken_out(pages, two_sided)
    images = sides(of_sheets)
    seen = slots(images)
    evidence = partial(evidence_of, slots=seen, sheets=sheets, of_sheet=sheet)
    pile = explained(images, lambda those: explain_pile(those, evidence, sheet), sheets)
    grouped: dict[int, list[tuple[PageReading, Place]]] = defaultdict(list)
    loose: list[PageReading] = []
    for page, place in pile.placed:
        if place.number is None and not grouped:
            loose.append(page)
        else:
            grouped[place.copy].append((page, place))
    whole_copies = reunited(grouped.values(), sheets)
    kept = [_kept(group) for group in whole_copies]
    owners = attribute([[sheets[p.page] for p in those.values() if p.page in sheets] for those in kept])
    copy_of = {page.page: k for k, those in enumerate(kept) for page in those.values()}
    neighbours = [Neighbour(those, seems(owner)) for those, owner in zip(kept, owners, strict=True)]
    handed, nobodys = handed_in(annexes, sheets, pages, copy_of, neighbours)
    apart = {page.page for annex in annexes for page in annex.pages}
    others = [page for page in pages if page.page not in apart]
    strays = headed_strays(others, copy_of, [copy.length for copy in neighbours])
    enrolled = [who.number for who in roster if who.centre == centre and exam in who.exams]
    two_hands = of_two_hands(kept, lost_odds(enrolled, excused, owners), exchanged=pile.passes)
    copies = [
        _copy(group, those, owner, model, refused, label_pattern, pile, with_it, strays.get(k, []), hands)
        for k, (group, those, owner, with_it, hands) in enumerate(
            zip(whole_copies, kept, owners, handed, two_hands, strict=True)
        )
    ]
    findings = [one for p in loose for one in _set_aside([p])]
    findings += [
        finding(Code.UNPLACED_ANNEX, [p.page for p in annex.pages], evidence=whole(annex.pages))
        for annex in nobodys
    ]
    copies = beside_nameless(_beside_a_fragment(copies, kept), kept, sheets, sheet)
    if pile.passes or not pile.usual:
        what = "tous les rectos, puis tous les versos" if pile.passes else pile.order.french
        findings.append(finding(Code.PILE_REORDERED, what=what))
    owned = [{sure_owner(sheets[p.page]) for p in those.values() if p.page in sheets} for those in kept]
    return tuple(in_two_copies(_one_copy_each(copies, owned, pages), pages)), tuple(findings)


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
    group: Sequence[tuple[PageReading, Place]],
    kept: dict[int, PageReading],
    owner: Attribution,
    model: str,
    refused: Collection[str],
    label_pattern: str,
    pile: Pile,
    handed: Handed,
    strays: Sequence[PageReading],
    hands: Doubted,
) -> CopyReading:
    members = [(page, place) for page, place in group if place.number is not None]
    foreign = [page for page, place in group if place.number is None and not page.undeclared]
    length = next((place.length for _, place in members), 0)
    pages = [*kept.values(), *handed.pages]
    missing = (*sorted(set(range(1, length + 1)) - set(kept)), *missing_after(length, handed))
    findings = [
        *_completeness(members, kept, missing, strays),
        *_order(members, kept, length, pile, handed, hands),
        *_annexes(handed),
        *_appearance(pages, foreign),
        *_other_paper(pages, model, refused),
        *shown(pages, owner.candidate, label_pattern),
        *(
            replace(found, evidence=header([p for p in pages if p.page in found.pages] or pages))
            for found in owner.findings
        ),
    ]
    if missing or any(_unreadable(p) for p in pages) or any(annex.lost for annex in handed.annexes):
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
        seen=(
            *(_seen(page, number, pile.order.sheet) for number, page in kept.items()),
            *[(Sign.ANNEX,)] * len(handed.pages),
        ),
        guesses=owner.guesses,
        findings=tuple(findings),
    )


def _seen(page: PageReading, number: int, sheet: int) -> tuple[Sign, ...]:
    """What of the page itself says that it is page `number`; nothing when only its neighbours do."""
    signs = {
        Sign.NUMBER: page.number == number,
        Sign.FRAME: page.kind is PageKind.FIRST and number % sheet == 1,
        Sign.SIDE: page.half is not None,
    }
    return tuple(sign for sign, there in signs.items() if there)


def _annexes(handed: Handed) -> list[Finding]:
    """What is amiss with the answer sheets that were handed in with a copy."""
    findings = []
    sure = [annex for annex in handed.annexes if annex not in handed.unsure]
    if sure:
        findings.append(finding(Code.ANNEX, [page.page for annex in sure for page in annex.pages]))
    for annex in handed.unsure:
        shown = whole(annex.pages)
        findings.append(finding(Code.UNPLACED_ANNEX, [p.page for p in annex.pages], evidence=shown))
    for annex in handed.annexes:
        if annex.lost:
            what, shown = "le verso d'un document réponse", whole(annex.pages)
            findings.append(finding(Code.MISSING_PAGES, [annex.recto.page], what=what, evidence=shown))
    if doubles := [page.page for annex in handed.doubles for page in annex.pages]:
        findings.append(finding(Code.DUPLICATE_PAGES, doubles, what="document réponse"))
    return findings


def _completeness(
    members: Sequence[tuple[PageReading, Place]],
    kept: dict[int, PageReading],
    missing: Sequence[int],
    strays: Sequence[PageReading],
) -> list[Finding]:
    findings = []
    if missing:
        beside = [kept[n] for n in sorted(kept) if {n - 1, n + 1} & set(missing)]
        there, what = sorted(p.page for p, _ in members), _the(missing)
        findings.append(finding(Code.MISSING_PAGES, there, what=what, evidence=whole(beside)))
    left = {p.page for p in kept.values()} | {stray.page for stray in strays}
    spare = {page.page: (page, place.number or 0) for page, place in members if page.page not in left}
    twice = doubles(
        {k: page for k, (page, _) in spare.items()}, {k: kept[number] for k, (_, number) in spare.items()}
    )
    others = [*strays, *(page for k, (page, _) in spare.items() if k not in twice)]
    broken = [page for page in others if page.kind is PageKind.UNREADABLE and page.trouble]
    if unknown := [page for page in others if page not in broken]:
        findings.append(finding(Code.UNDECLARED_PAGE, [p.page for p in unknown], evidence=whole(unknown)))
    findings += [
        finding(Code.UNREADABLE_PAGE, [p.page], what=p.trouble or "", evidence=trouble(p)) for p in broken
    ]
    if twice:
        what = french_pages(sorted({spare[k][1] for k in twice}))
        findings.append(finding(Code.DUPLICATE_PAGES, sorted(twice), what=what))
    if members and all(p.number is None for p, _ in members):
        findings.append(finding(Code.NO_PAGE_NUMBERS, [p.page for p, _ in members]))
    return findings


def _order(
    members: Sequence[tuple[PageReading, Place]],
    kept: dict[int, PageReading],
    length: int,
    pile: Pile,
    handed: Handed,
    hands: Doubted,
) -> list[Finding]:
    """What is out of the pile's order, and what is not sure of it."""
    findings = []
    there = {page.page for page in kept.values()}
    as_scanned = [(page, place) for page, place in members if page.page in there]
    positions = sorted(place.position or 0 for _, place in as_scanned)
    strayed = _strayed(members) if not pile.passes else set()
    moved = [
        page.page
        for (page, place), position in zip(as_scanned, positions, strict=True)
        if place.position != position or _other_order(place, pile) or page.page in strayed
    ]
    if moved:
        findings.append(finding(Code.PAGES_OUT_OF_ORDER, moved))
    elsewhere = contradicted(kept, length, len(handed.pages), pile.order.sheet)
    if elsewhere:
        findings.append(finding(Code.MISPLACED_PAGE, [p.page for p in elsewhere], evidence=whole(elsewhere)))
    for code, doubtful in (*hands.items(), (Code.BLANK_INSIDE, blank_inside(kept))):
        if doubtful:
            findings.append(finding(code, sorted(p.page for p in doubtful), evidence=whole(doubtful)))
    put_in_order = bool(moved) and not (all(p.half for p in kept.values()) and length == PAGES_PER_SHEET)
    unsure = sheets_unsure(kept, pile.order.sheet) or any(place.copy in pile.unsure for _, place in members)
    if unsure or (put_in_order and not confirmed(kept)):
        findings.append(_unsure(kept))
    return findings


def _unsure(kept: dict[int, PageReading]) -> Finding:
    pages = list(kept.values())
    return finding(Code.UNSURE_ORDER, [p.page for p in pages], evidence=whole(pages))


def _beside_a_fragment(
    copies: Sequence[CopyReading], kept: Sequence[dict[int, PageReading]]
) -> list[CopyReading]:
    """A copy is not sure beside pages that have lost theirs and may be its own.

    Such pages have no first page of a sheet, or passed the scanner together with another sheet. They may be
    those of a copy without numbers, and of one that their own numbers go on from; a written page that comes
    alone and has no number is no side of a leaf, and anybody's.
    """
    astray = [
        not any(p.kind is PageKind.FIRST for p in those.values())
        or any(f.code in _TWO_AT_ONCE for f in copy.findings)
        for copy, those in zip(copies, kept, strict=True)
    ]
    made = list(copies)
    for k, (copy, those) in enumerate(zip(copies, kept, strict=True)):
        beside = [n for n in (k - 1, k + 1) if 0 <= n < len(kept) and astray[n]]
        last = max(those, default=0)
        its_own = [p for n in beside if may_follow(kept[n], last) for p in kept[n].values()]
        if copy.status is CopyStatus.COMPLETE and (its_own or (beside and not confirmed(those))):
            told = (
                finding(Code.UNDECLARED_PAGE, [p.page for p in its_own], evidence=whole(its_own))
                if its_own
                else _unsure(those)
            )
            made[k] = replace(copy, findings=(*copy.findings, told), status=CopyStatus.TO_DECIDE)
    return made


def _other_order(place: Place, pile: Pile) -> bool:
    return not np.array_equal(place.order.numbers(place.length), pile.order.numbers(place.length))


def _strayed(group: Sequence[tuple[PageReading, Place]]) -> set[int]:
    """The pages that lie apart from the first of their copy, with others' pages between."""
    ids = {page.page for page, _ in group}
    beside = set(itertools.takewhile(ids.__contains__, itertools.count(min(ids))))
    return ids - beside


def _the(numbers: Sequence[int]) -> str:
    """`la page 3`, `les pages 3 et 4`."""
    return ("la " if len(numbers) == 1 else "les ") + french_pages(numbers)


def _other_paper(pages: Sequence[PageReading], model: str, refused: Collection[str]) -> Iterator[Finding]:
    """Sheets of another model: one that is refused waits for a person, any other is accepted and said."""
    other = [p for p in pages if p.kind is PageKind.FIRST and p.model not in (None, model)]
    for code, those in (
        (Code.REFUSED_MODEL, [p for p in other if p.model in refused]),
        (Code.OLD_MODEL, [p for p in other if p.model not in refused]),
    ):
        if those:
            names = sorted({(p.model or "").upper() for p in those})
            yield finding(code, [p.page for p in those], what=", ".join(names))


def _appearance(pages: Sequence[PageReading], foreign: Sequence[PageReading]) -> list[Finding]:
    findings: list[Finding] = []
    turned = [p.page for p in pages if p.turn is not Turn.NONE]
    if turned:
        findings.append(finding(Code.UPSIDE_DOWN, turned))
    if foreign:
        findings += _set_aside(foreign)
    for p in pages:
        if (why := _unreadable(p)) is not None:
            findings.append(finding(Code.UNREADABLE_PAGE, [p.page], what=why, evidence=trouble(p)))
    if pages and all(p.blank for p in pages):
        findings.append(finding(Code.BLANK_COPY, [p.page for p in pages], evidence=whole(pages)))
    return findings


def _set_aside(foreign: Sequence[PageReading]) -> list[Finding]:
    """What is said of pages that no copy has. Nobody knows of one that could not be decoded whose it is."""
    lost = [p for p in foreign if p.kind is PageKind.UNREADABLE and p.fingerprint is None]
    findings = [
        finding(Code.UNREADABLE_PAGE, [p.page], what=p.trouble or "", evidence=trouble(p)) for p in lost
    ]
    scaled = [p for p in foreign if is_off_scale(p)]
    headed = [p for p in foreign if p.undeclared and p not in scaled]
    others = [p for p in foreign if p not in (*lost, *scaled, *headed)]
    for code, pages in ((Code.FOREIGN_PAGE, others), (Code.UNDECLARED_PAGE, headed)):
        if pages:
            findings.append(finding(code, [p.page for p in pages], evidence=whole(pages)))
    for p in scaled:
        what = percent(p.scale)
        findings.append(finding(Code.OFF_SCALE_PAGE, [p.page], what=what, evidence=whole([p])))
    return findings


def _unreadable(page: PageReading) -> str | None:
    """Why this page must be scanned again, in French; it is one of the copy's by the others around it."""
    if page.trouble is None and page.kind in (PageKind.FOREIGN, PageKind.UNREADABLE):
        return "les cases de numérotation n'y sont pas visibles"
    return page.trouble


def _one_copy_each(
    copies: Sequence[CopyReading], owned: Sequence[set[str | None]], pages: Sequence[PageReading]
) -> list[CopyReading]:
    """Two copies of one candidate in a scan: neither goes on before a person has looked.

    `owned`: whose each sheet of a copy clearly is: one that lies in another's copy is one of that candidate.
    """
    claimed = [{c.candidate} | others for c, others in zip(copies, owned, strict=True)]
    return [
        replace(
            c,
            findings=(
                *c.findings,
                finding(Code.DUPLICATE_COPY, evidence=header([p for p in pages if p.page in c.pages])),
            ),
            status=CopyStatus.INCOMPLETE if c.missing else CopyStatus.TO_DECIDE,
        )
        if c.candidate is not None and sum(c.candidate in claim for claim in claimed) > 1
        else c
        for c in copies
    ]
