"""The health of the scanner and of its settings: what is wrong with a whole pile is said once, of the file.

Copies whose answers it hides are held; what it explains page by page is not said again for each copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from processors.findings import Code, Evidence, Finding, finding, french_pages
from processors.scans.copies.reunion import likeness
from processors.scans.copies.sequence import LIKEST
from processors.scans.leaving.evidence import whole
from processors.scans.pages.geometry import PX
from processors.scans.pages.marks import Found, Mark, paper_moves, steady_marks, steady_spots
from processors.scans.pages.traces import SIXTEENTHS
from processors.scans.readings import CopyReading, CopyStatus, Half, PageKind, PageReading, Trace, Turn

_SHOWN = 3  # pages as evidence of a finding that is the whole pile's
_MANY = 6  # pages
_MOST = 0.8
_HIDES_MM = 2.0  # a band of this width hides a letter of every line
_TILTED = 1.3  # degrees
_ALIKE = 3.0  # times the spread of the tilts
_GRAY = 150  # of paper; recycled paper is lighter on a poor scanner
_ONE_IMAGE = 0.93  # of what is dark in either
_SHORT_MM = 285  # of an A4; Letter is 279 mm long

Copies = tuple[CopyReading, ...]
Said = tuple[Copies, list[Finding]]
_Seen = tuple[Found, list[PageReading]]


@dataclass(frozen=True)
class _Pile:
    """The pages in the order of the file. `numbers`: page id → its copy (from 0) and its number there.

    `recto`: whether each page lies on the outer side of its leaf or sheet, by page id.
    """

    pages: tuple[PageReading, ...]
    numbers: dict[int, tuple[int, int]]
    recto: dict[int, bool]
    image_of: dict[int, int]

    @classmethod
    def of(cls, pages: Sequence[PageReading], copies: Copies) -> _Pile:
        numbers = {
            page: (k, number) for k, copy in enumerate(copies) for page, number in _numbered(copy).items()
        }
        known = {p.page: _is_recto(p, numbers[p.page][1]) for p in pages if p.page in numbers}
        odd = [known[p.page] == bool(p.image % 2) for p in pages if p.page in known]
        usual = sum(odd) * 2 >= len(odd)  # rectos are the images 1, 3, 5 …
        recto = {p.page: known.get(p.page, bool(p.image % 2) == usual) for p in pages}
        return cls(tuple(pages), numbers, recto, {p.page: p.image for p in pages})

    def copy_of(self, page: PageReading) -> int:
        return self.numbers.get(page.page, (-page.image, 0))[0]


def examine(pages: Sequence[PageReading], copies: Copies) -> tuple[Copies, tuple[Finding, ...]]:
    """The copies without what is said of the whole pile, held where it hides answers; and the findings."""
    pile = _Pile.of(pages, copies)
    findings: list[Finding] = []
    for look in (_marks, _turned, _repeated, _removed, _settings, _feeding):
        copies, said = look(pile, copies)
        findings += said
    return copies, tuple(findings)


def _numbered(copy: CopyReading) -> dict[int, int]:
    """Page id → page number of the copy."""
    there = [n for n in range(1, len(copy.pages) + len(copy.missing) + 1) if n not in copy.missing]
    return dict(zip(copy.pages, there, strict=False))


def _is_recto(page: PageReading, number: int) -> bool:
    return number % 4 in (0, 1) if page.half is not None else number % 2 == 1


# --- marks of the scanner ---


def _marks(pile: _Pile, copies: Copies) -> Said:
    traced = [(page, page.trace) for page in pile.pages if page.trace is not None]
    moving = paper_moves([trace for _, trace in traced])
    sensors: dict[tuple[bool, Half | None], list[tuple[PageReading, Trace]]] = defaultdict(list)
    halves: dict[Half | None, list[tuple[PageReading, Trace]]] = defaultdict(list)
    for page, trace in traced:
        sensors[pile.recto[page.page], page.half].append((page, trace))
        halves[page.half].append((page, trace))
    seen: list[_Seen] = []
    for (_, half), group in sensors.items():
        for mark in steady_marks([t for _, t in group], [pile.copy_of(p) for p, _ in group], moving):
            _add(seen, _on_image(mark, half, group[0][1].shape), [group[k][0] for k in mark.pages])
    findings = []
    for mark, pages in seen:
        what = f"{_place(mark)}, {_sides(pile, pages)}"
        hides = mark.mark is not Mark.LINE and mark.width >= _HIDES_MM
        narrow = Code.SCANNER_LINE if mark.mark is Mark.LINE else Code.SCANNER_BAND
        findings.append(_of_pile(Code.SCANNER_BLIND if hides else narrow, pages, what))
        if hides:
            copies = _held(copies, pages)
    spots: list[_Seen] = []
    for half, group in halves.items():
        for mark in steady_spots([t for _, t in group], [pile.copy_of(p) for p, _ in group]):
            _add(spots, _on_image(mark, half, group[0][1].shape), [group[k][0] for k in mark.pages])
    for (_, half), group in sensors.items():
        if all(p.kind is PageKind.FIRST for p, _ in group):
            continue  # what is printed there may look like spots
        for mark in steady_spots([t for _, t in group], [pile.copy_of(p) for p, _ in group]):
            _add(spots, _on_image(mark, half, group[0][1].shape), [group[k][0] for k in mark.pages])
    if spots:
        pages = [page for _, those in spots for page in those]
        places = " ; ".join(
            f"{mark.at:.0f} mm du bord gauche et {mark.top:.0f} mm du haut" for mark, _ in spots[:_SHOWN]
        )
        findings.append(_of_pile(Code.DIRTY_GLASS, pages, f"{places}, {_sides(pile, pages)}"))
    return copies, findings


def _add(seen: list[_Seen], mark: Found, pages: list[PageReading]) -> None:
    """One mark may be seen by both sensors, and on both halves of an A3."""
    for k, (other, those) in enumerate(seen):
        if mark.same_as(other):
            seen[k] = other, those + [page for page in pages if page not in those]
            return
    seen.append((mark, pages))


def _on_image(mark: Found, half: Half | None, shape: tuple[int, int]) -> Found:
    """The same on the whole A3 image, whose right (or lower) half begins where the other ends."""
    if half is not Half.RIGHT:
        return mark
    height, width = (side / PX for side in shape)
    beside = height >= width
    if mark.mark is Mark.SPOT:
        return replace(mark, at=mark.at + width) if beside else replace(mark, top=mark.top + height)
    if mark.across is beside:
        return replace(mark, at=mark.at + (width if beside else height))
    return mark


def _place(mark: Found) -> str:
    edge = "du bord gauche" if mark.across else "du haut"
    if mark.width < 1:
        return f"à {mark.at:.0f} mm {edge} de l'image"
    return f"de {mark.at:.0f} à {mark.at + mark.width:.0f} mm {edge} de l'image"


def _sides(pile: _Pile, pages: Sequence[PageReading]) -> str:
    rectos = sum(pile.recto[p.page] for p in pages)
    if rectos in (0, len(pages)):
        return "sur les rectos" if rectos else "sur les versos"
    return "sur les deux faces"


def _held(copies: Copies, pages: Sequence[PageReading]) -> Copies:
    """The copies with these pages are to be scanned again: part of their answers cannot be seen."""
    hidden = {p.page for p in pages if not p.blank}
    by_band = {p.page for p in pages if p.trouble_box is not None}  # it said so of each page
    held = []
    for copy in copies:
        if ids := [page for page in copy.pages if page in hidden]:
            why = "une bande du scanner y cache une partie de chaque ligne"
            found = finding(Code.UNREADABLE_PAGE, ids, what=why, evidence=map(Evidence, ids[:_SHOWN]))
            others = [
                f
                for f in copy.findings
                if f.code is not Code.UNREADABLE_PAGE or not by_band.issuperset(f.pages)
            ]
            copy = replace(copy, status=CopyStatus.INCOMPLETE, findings=(*others, found))
        held.append(copy)
    return tuple(held)


# --- the ways of the paper ---


def _turned(pile: _Pile, copies: Copies) -> Said:
    """All pages turned, or all of one side: the pile's, and not each copy's."""
    seen = [p for p in pile.pages if p.kind in (PageKind.FIRST, PageKind.INSIDE)]
    sides = {side: [p for p in seen if pile.recto[p.page] is side] for side in (True, False)}
    usual = {side: _usual_turn(pages) for side, pages in sides.items() if len(pages) >= _MANY // 2}
    turned = [
        p for side, pages in sides.items() for p in pages
        if usual.get(side, Turn.NONE) is not Turn.NONE and p.turn is usual[side]
    ]  # fmt: skip
    if len(turned) < _MANY // 2 or len({pile.copy_of(p) for p in turned}) < 2:
        return copies, []
    one_side = set(usual.values()) > {Turn.NONE}
    said = _of_pile(
        Code.SIDE_TURNED if one_side else Code.PILE_TURNED,
        sorted(turned, key=lambda p: p.page),
        "les versos" if not usual.get(True, Turn.NONE) else "les rectos",
    )
    ids = {p.page for p in turned}
    return tuple(_without(copy, Code.UPSIDE_DOWN, ids) for copy in copies), [said]


def _usual_turn(pages: Sequence[PageReading]) -> Turn:
    turns = [p.turn for p in pages]
    usual = max(set(turns), key=turns.count)
    return usual if turns.count(usual) >= _MOST * len(turns) else Turn.NONE


def _without(copy: CopyReading, code: Code, pages: set[int]) -> CopyReading:
    findings = []
    for found in copy.findings:
        rest = [page for page in found.pages if page not in pages]
        if found.code is not code or len(rest) == len(found.pages):
            findings.append(found)
        elif rest:
            findings.append(finding(code, rest))
    return replace(copy, findings=tuple(findings))


def _repeated(pile: _Pile, copies: Copies) -> Said:
    """The image of a side again where the other side of the leaf should be.

    It is how some drivers fill the place of a blank verso; nobody can tell from the file that it was blank.
    """
    images: dict[int, list[PageReading]] = defaultdict(list)
    for page in pile.pages:
        images[page.image].append(page)
    again: dict[int, int] = {}  # page id → that of which it is the same image
    for image, pages in images.items():
        following = images.get(image + 1, [])
        if len(pages) == len(following) and image not in {pile.image_of[page] for page in again}:
            pairs = list(zip(pages, following, strict=True))
            if all(_are_one(*pair) for pair in pairs):
                again |= {other.page: page.page for page, other in pairs}
    copies = tuple(_without_repeated(copy, again) for copy in copies)
    of = {page: copy for copy in copies for page in copy.pages}
    lost = [page for page, first in again.items() if first in of and of[first].missing]
    if len({of[again[page]].pages for page in lost}) < 2:
        return copies, []
    return copies, [_of_pile(Code.VERSOS_REPEATED, [p for p in pile.pages if p.page in lost], "")]


def _are_one(page: PageReading, other: PageReading) -> bool:
    """Whether these are one image, perhaps encoded anew, or two scans of one page that is written on."""
    if page.number != other.number or page.turn is not other.turn or page.half is not other.half:
        return False
    if page.trace is None or other.trace is None or (page.number is None and page.blank):
        return False
    if likeness(page, other) >= LIKEST:
        return True
    spots, others = page.trace.spots, other.trace.spots
    if spots.shape != others.shape:
        return False
    either, both = (int(np.bitwise_count(bits).sum()) for bits in (spots | others, spots & others))
    return both >= _ONE_IMAGE * either > 0


def _without_repeated(copy: CopyReading, again: dict[int, int]) -> CopyReading:
    """The copy without pages that were taken for the next ones and are the same image again."""
    numbers = _numbered(copy)
    out = [page for page in copy.pages if again.get(page) in numbers]
    if not out:
        return copy
    kept = [k for k, page in enumerate(copy.pages) if page not in out]
    missing = tuple(sorted({*copy.missing, *(numbers[page] for page in out)}))
    others = [f for f in copy.findings if f.code is not Code.MISSING_PAGES]
    what = ("la " if len(missing) == 1 else "les ") + french_pages(missing)
    found = finding(Code.MISSING_PAGES, copy.pages, what=what, evidence=map(Evidence, out))
    return replace(
        copy,
        status=CopyStatus.INCOMPLETE,
        pages=tuple(copy.pages[k] for k in kept),
        seen=tuple(copy.seen[k] for k in kept) if copy.seen else (),
        missing=missing,
        findings=(*others, found, finding(Code.DUPLICATE_PAGES, out, what=_originals(numbers, out, again))),
    )


def _originals(numbers: dict[int, int], out: Sequence[int], again: dict[int, int]) -> str:
    return french_pages(sorted({numbers[again[page]] for page in out}))


def _removed(pile: _Pile, copies: Copies) -> Said:
    """Sides that lack though the other side of their leaf, or A3 sheet, is there: no feeder loses one.

    Nor does it lose the last leaves of three copies or more, and no other.
    """
    if len(pile.pages) < _MANY or _mostly(pile, [p for p in pile.pages if _is_cut(p)]):
        return copies, []
    a3 = any(p.half is not None for p in pile.pages)
    seen = {number for p in pile.pages if (number := p.number) is not None}
    firsts = [p for p in pile.pages if p.kind is PageKind.FIRST]
    if not a3 and max(seen, default=0) > 2 and all(n % 2 for n in seen) and len(firsts) > 1:
        return copies, [_of_pile(Code.ONE_SIDED, pile.pages, "")]
    repeated = {k for k, copy in enumerate(copies) for f in copy.findings if f.code is Code.DUPLICATE_PAGES}
    lacking = [k for k, copy in enumerate(copies) if copy.missing and k not in repeated]
    missing = [set(copies[k].missing) for k in lacking]
    alone = any((front := _front(n, a3)) and not front & those for those in missing for n in those)
    ends = len(lacking) > 2 and all(min(copies[k].missing) > len(copies[k].pages) for k in lacking)
    if len(lacking) < 2 or not (alone or ends) or any(1 in those for those in missing):  # never blank
        return copies, []
    if any(p.blank for p in pile.pages if p.kind is PageKind.INSIDE):
        return copies, []
    pages = [p for p in pile.pages if pile.numbers.get(p.page, (-1, 0))[0] in lacking]
    return copies, [_of_pile(Code.BLANKS_REMOVED, pages, "", n=len(lacking))]


def _front(number: int, a3: bool) -> set[int]:
    """The pages on the other side of a leaf's, or of an A3 sheet's, back; none of another page."""
    if not a3:
        return set() if number % 2 else {number - 1}
    first = number - (number - 1) % 4
    return {first, first + 3} if number % 4 in (2, 3) else set()


# --- settings ---

_CURE = {
    "résolution inférieure à 150 dpi": "réglez le scanner sur 300 dpi",
    "trop claire": "augmentez le contraste ou numérisez en niveaux de gris plutôt qu'en noir et blanc",
    "floue": "nettoyez la vitre et la bande de verre du chargeur, puis vérifiez la résolution",
    "floue par endroits": "nettoyez la vitre et la bande de verre du chargeur",
    "page noire": "vérifiez le réglage de la luminosité et le sens des feuilles",
    "page coupée": "choisissez le format des feuilles (A4, ou A3 pour les feuilles doubles)",
    "coupée au bord de l'image": "serrez les guides du chargeur et choisissez le format des feuilles",
}


def _settings(pile: _Pile, copies: Copies) -> Said:
    """The same trouble on most pages is one of the scanner's settings; each copy then says it once."""
    findings = []
    for trouble, cure in _CURE.items():
        cut = trouble == "page coupée"
        pages = [p for p in pile.pages if p.trouble == trouble or (cut and _is_cut(p))]
        if len(pages) >= _MANY and _mostly(pile, pages):
            findings.append(_of_pile(Code.PILE_UNREADABLE, pages, f"{trouble}. {cure[0].upper()}{cure[1:]}"))
            ids = {p.page for p in pages}
            copies = tuple(_told_once(copy, ids, trouble) for copy in copies)
    return copies, findings


def _mostly(pile: _Pile, pages: Sequence[PageReading]) -> bool:
    return len(pages) * 2 > len(pile.pages)


def _is_cut(page: PageReading) -> bool:
    """Whether the image ends where the page boxes should be, as on an area of Letter's length."""
    return page.number is None and page.trace is not None and max(page.trace.shape) < _SHORT_MM * PX


def _told_once(copy: CopyReading, pages: set[int], trouble: str) -> CopyReading:
    these = [f for f in copy.findings if f.code is Code.UNREADABLE_PAGE and pages.issuperset(f.pages)]
    if len(these) < 2:
        return copy
    ids = sorted({page for f in these for page in f.pages})
    one = finding(Code.UNREADABLE_PAGE, ids, what=trouble, evidence=map(Evidence, ids[:_SHOWN]))
    return replace(copy, findings=(*(f for f in copy.findings if f not in these), one))


def _feeding(pile: _Pile, copies: Copies) -> Said:
    """Leaves that all go in askew, as their first pages tell; and paper that comes out gray."""
    traced = [(p, p.trace) for p in pile.pages if p.trace is not None]
    findings = []
    tilts = {p.page: trace.seat[2] for p, trace in traced if trace.seat is not None}
    if len(tilts) >= _MANY:
        mean, spread = float(np.mean(list(tilts.values()))), float(np.std(list(tilts.values())))
        if abs(mean) >= max(_TILTED, _ALIKE * spread):
            findings.append(_of_pile(Code.PILE_ASKEW, [p for p, _ in traced if p.page in tilts], ""))
    gray = [
        p
        for p, trace in traced
        if float(np.median(trace.level[0])) < _GRAY * SIXTEENTHS and p.trouble != "page noire"
    ]
    if len(gray) >= _MANY and _mostly(pile, gray):
        findings.append(_of_pile(Code.PILE_GRAY, gray, ""))
    return copies, findings


def _of_pile(code: Code, pages: Sequence[PageReading], what: str, n: int | None = None) -> Finding:
    """A finding of the whole pile: all its pages, and of them a few to look at."""
    ids = sorted({p.page for p in pages})
    shown = [p for p in pages if p.page in ids[:_SHOWN]]
    return finding(code, ids, what=what, n=n, evidence=whole(shown))
