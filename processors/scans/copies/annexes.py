"""Answer sheets printed in the subject (documents réponses): whose are they, and where in the copy?

They lie anywhere in a pile: after a copy, in its folded sheet, on top of it. So they are taken out before the
pile is explained, and each then joins the copy of the candidate whom it names, or the one that it lies with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from processors.scans.copies.identity import Attribution, Evidence, attribute, sure_owner
from processors.scans.copies.reunion import likeness
from processors.scans.readings import FieldReading, PageKind, PageReading

_CONFIDENT = 0.9


@dataclass(frozen=True)
class Annex:
    """`verso` is None where there is none, `lost` where an answer was to stand on it."""

    recto: PageReading
    verso: PageReading | None = None
    lost: bool = False

    @property
    def pages(self) -> tuple[PageReading, ...]:
        return (self.recto,) if self.verso is None else (self.recto, self.verso)


@dataclass(frozen=True)
class Neighbour:
    """A copy as its sheets make it: its pages by number, the candidate who is its owner or seems to be."""

    kept: Mapping[int, PageReading]
    candidate: str | None

    @property
    def length(self) -> int:
        return max(self.kept, default=0)


@dataclass(frozen=True)
class Handed:
    """What is handed in with one copy, in order; `unsure`: annexes that may be this copy's, or another's.

    Of `unsure`, those that name nobody else stand among `annexes`, too. `doubles`: scanned twice.
    """

    annexes: tuple[Annex, ...] = ()
    doubles: tuple[Annex, ...] = ()
    unsure: tuple[Annex, ...] = ()

    @property
    def pages(self) -> tuple[PageReading, ...]:
        return tuple(page for annex in self.annexes for page in annex.pages)


def taken_out(
    pages: Sequence[PageReading], two_sided: Collection[str]
) -> tuple[list[PageReading], list[Annex]]:
    """The pages that are no annex's, and the annexes. `two_sided`: the models with answers on the verso.

    A verso bears nothing by which to know it: it is the page scanned after its recto, or before it where the
    leaves were fed face down. Of the others an empty verso comes along, as duplex scanners make it.
    """
    left = dict(enumerate(pages))
    annexes = []
    for k, recto in enumerate(pages):
        if recto.kind is not PageKind.ANNEX:
            continue
        del left[k]
        answered = recto.model in two_sided
        beside = [j for j in (k + 1, k - 1) if j in left and _is_verso(left[j], recto, answered)]
        verso = left.pop(beside[0]) if beside else None
        if verso is not None:
            verso = replace(verso, kind=PageKind.ANNEX)
        annexes.append(Annex(recto, verso, lost=answered and verso is None))
    return list(left.values()), annexes


def _is_verso(page: PageReading, recto: PageReading, answered: bool) -> bool:
    if page.half is not None or page.headed:
        return False
    if page.kind is PageKind.INSIDE:
        return answered and recto.number is not None and page.number == recto.number + 1
    return page.kind in (PageKind.FOREIGN, PageKind.UNREADABLE) and (answered or page.blank)


def handed_in(
    annexes: Sequence[Annex],
    sheets: Mapping[int, Evidence],
    order: Sequence[PageReading],
    copy_of: Mapping[int, int],
    copies: Sequence[Neighbour],
) -> tuple[list[Handed], list[Annex]]:
    """What is handed in with each of the copies, and the annexes that are nobody's of this file.

    `sheets`: what each recto says of its owner; `order`: all pages of the file; `copy_of`: of each page of a
    copy, which of the `copies` it lies in.
    """
    mine: list[list[Annex]] = [[] for _ in copies]
    unsure: list[list[Annex]] = [[] for _ in copies]
    nobodys = []
    for annex in annexes:
        evidence = sheets[annex.recto.page]
        beside = _beside(annex, order, copy_of)
        owner = _owner(annex, evidence, beside, copies)
        if owner is not None:
            mine[owner].append(annex)
            continue
        (alone,) = attribute([[evidence]])
        named = alone.candidate.number if alone.candidate is not None else sure_owner(evidence)
        if alone.candidate is not None or not beside:
            nobodys.append(annex)  # of somebody whose copy is not here
            continue
        held = {*beside, *(k for k, copy in enumerate(copies) if named and copy.candidate == named)}
        for k in held:
            unsure[k].append(annex)
        if named is None and not evidence.findings:
            mine[beside[0]].append(annex)
    return [
        _handed(some, doubtful, copy) for some, doubtful, copy in zip(mine, unsure, copies, strict=True)
    ], nobodys


def _beside(annex: Annex, order: Sequence[PageReading], copy_of: Mapping[int, int]) -> list[int]:
    """The copies that an annex lies between: the one before it first; one alone where it lies within."""
    at = next(k for k, page in enumerate(order) if page.page == annex.recto.page)
    before = next((copy_of[page.page] for page in order[at::-1] if page.page in copy_of), None)
    after = next((copy_of[page.page] for page in order[at:] if page.page in copy_of), None)
    return [k for k in dict.fromkeys((before, after)) if k is not None]


def _owner(
    annex: Annex, evidence: Evidence, beside: Sequence[int], copies: Sequence[Neighbour]
) -> int | None:
    """The copy that an annex belongs to: by two readings of it; by one and its place; by number and place."""
    (alone,) = attribute([[evidence]])
    if alone.candidate is not None:
        return _only([k for k, copy in enumerate(copies) if copy.candidate == alone.candidate.number])
    if evidence.findings:
        return None
    named = sure_owner(evidence)
    if named is not None:
        return _only([k for k in beside if copies[k].candidate == named])
    if evidence.voices:
        return None
    return _only([k for k in beside if _goes_on(annex.recto, copies[k], within=len(beside) == 1)])


def _only(found: Sequence[int]) -> int | None:
    return found[0] if len(found) == 1 else None


def _goes_on(recto: PageReading, copy: Neighbour, within: bool) -> bool:
    """Whether the number on a page without a name is the next of this copy, whose pages count it in."""
    number, total = _sure(recto.number_reading), _sure(recto.total_reading)
    if number is None or total is None or not copy.length < number <= total:
        return False
    counted = {_sure(page.total_reading) for page in copy.kept.values()} - {None}
    return counted == {total} or (within and not counted)


def _handed(annexes: Sequence[Annex], unsure: Sequence[Annex], copy: Neighbour) -> Handed:
    """In the order of their numbers, else in that of the file."""
    kept: list[Annex] = []
    doubles: list[Annex] = []
    for annex in sorted(annexes, key=lambda annex: (annex.recto.number or 99, annex.recto.page)):
        twice = any(
            one.recto.model == annex.recto.model and likeness(one.recto, annex.recto) > 0 for one in kept
        )
        (doubles if twice else kept).append(annex)
    return Handed(tuple(kept), tuple(doubles), tuple(unsure))


def missing_after(length: int, handed: Handed) -> tuple[int, ...]:
    """The pages after the sheets that the annexes' own numbers say are not there."""
    numbers = {_sure(page.number_reading) for page in handed.pages} - {None}
    beyond = {number for number in numbers if number is not None and number > length}
    if not beyond:
        return ()
    totals = [total for page in handed.pages if (total := _sure(page.total_reading)) is not None]
    last = max([*beyond, *totals])
    # a page that bears no number may be any of them
    unread = sum(_sure(page.number_reading) is None for page in handed.pages)
    gaps = sorted(set(range(length + 1, last + 1)) - beyond)
    return tuple(gaps) if len(gaps) > unread else ()


def _sure(reading: FieldReading | None) -> int | None:
    if reading is None or reading.confidence <= _CONFIDENT:
        return None
    text = reading.text.replace(" ", "")
    return int(text) if text else None


def seems(owner: Attribution) -> str | None:
    """The number of a copy's owner, or of the one who seems to be, where a person will look anyway."""
    if owner.candidate is not None:
        return owner.candidate.number
    return owner.guesses[0].candidate if owner.guesses else None
