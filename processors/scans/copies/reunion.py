"""Parts of one copy that lie apart in a pile: a sheet that strayed, or the whole copy scanned again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, product

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.scans.copies.identity import Evidence, sure_owner, together
from processors.scans.copies.pile import Pile, Side
from processors.scans.copies.sequence import LIKEST, Place, likeness_ratio
from processors.scans.pages.twice import one_page
from processors.scans.readings import PageKind, PageReading

Part = list[tuple[PageReading, Place]]
"""Pages that follow each other in the pile, each with its place in the copy."""


def reunited(parts: Iterable[Part], sheets: Mapping[int, Evidence]) -> list[Part]:
    """The parts, those of one copy joined where its first one lies. `sheets`: what their first pages say.

    One copy: as long, of one candidate by what each part says by itself; and each page that both have is the
    same paper, or too empty to tell, one at least being clearly the same.
    """
    copies: list[Part] = []
    before: Part | None = None
    for part in parts:
        home = next((copy for copy in copies if _one_copy(copy, part, sheets)), None)
        if home is not None:
            home += part
        elif before is not None and (longer := _going_on(before, part, sheets)):
            home = before
            home[:] = longer
        else:
            copies.append(home := list(part))
        before = home
    return copies


def _going_on(copy: Part, part: Part, sheets: Mapping[int, Evidence]) -> Part | None:
    """The copy with the sheets that lie after it, of its candidate, who counts anew on each or goes on.

    None if they may be the same sheets scanned again, as any may that bear no number, or if a page lacks.
    """
    length, anew = _whole(copy, 1), _whole(part, 1)
    after = anew or _whole(part, length + 1)
    if not (length and after) or (owner := _owner(copy, sheets)) is None or owner != _owner(part, sheets):
        return None
    orders = {place.order for _, place in (*copy, *part)}
    opening, others = ([page for page, _ in those if page.page in sheets] for those in (copy, part))
    said = any(page.number == place.number for page, place in part)
    twice = anew and (not said or any(_perhaps_one(*pair) for pair in product(opening, others)))
    if twice or len(orders) > 1 or any(order.falling or order.nested for order in orders):
        return None
    joined = [(page, replace(place, length=length + after)) for page, place in (*copy, *part)]
    return joined[: len(copy)] + [
        (page, _later(place, length if anew else 0)) for page, place in joined[len(copy) :]
    ]


def _perhaps_one(page: PageReading, other: PageReading) -> bool:
    return likeness(page, other) >= 0


def _whole(part: Part, first: int) -> int:
    """How many pages it has, if they are those of whole sheets from number `first` on; else 0."""
    numbers = sorted(place.number or 0 for _, place in part)
    whole = numbers == [*range(first, first + len(part))] and part and len(part) % part[0][1].order.sheet == 0
    return len(part) if whole else 0


def _later(place: Place, by: int) -> Place:
    assert place.number is not None and place.position is not None
    return replace(place, number=place.number + by, position=place.position + by)


def explained(
    images: Sequence[Side], explain: Callable[[Sequence[Side]], Pile], sheets: Mapping[int, Evidence]
) -> Pile:
    """The pile, explained without what was scanned again at its end where the rest is whole, in one order.

    There, the first leaf of a copy looks like one whose pile has lost leaves and came in another order.
    """
    pile = explain(images)
    parts = [list(part) for _, part in groupby(pile.placed, lambda one: one[1].copy)]
    if not pile.unsure:
        return pile
    last = parts.pop()
    home = next((part for part in parts if _one_copy(part, last, sheets)), [])
    twins = {place.number: page.page for page, place in home}
    if not all(place.number is not None and place.number in twins for _, place in last):
        return pile
    again = {page.page for page, _ in last}
    kept = [[page for page in side if page.page not in again] for side in images]
    rest = explained([side for side in kept if side], explain, sheets)
    there = Counter(place.copy for place in {place for _, place in rest.placed})
    if any((there[p.copy], p.order) != (p.length, rest.order) for _, p in rest.placed):
        return pile
    places = {page.page: place for page, place in rest.placed}
    back = [(page, places[twins[place.number]]) for page, place in last]
    return replace(rest, placed=(*rest.placed, *back))


def likeness(page: PageReading, other: PageReading) -> float:
    """Log likelihood ratio that these are two scans of one page; 0 where nothing can be said.

    What is clearly one by its imprints is one: a scan that lies a few millimetres off has another ink map. Of
    pages with next to nothing on them, which look alike whosever they are, imprints alone tell.
    """
    if page.fingerprint is None or other.fingerprint is None:
        return 0.0
    if (page.kind is PageKind.FIRST) != (other.kind is PageKind.FIRST):
        return likeness_ratio(0.0)
    if one_page(page.imprint, other.imprint):
        return LIKEST
    if page.fingerprint.shape != other.fingerprint.shape:  # on papers of two models
        return likeness_ratio(0.0)
    if max(float(page.fingerprint.std()), float(other.fingerprint.std())) < _FAINT:
        return 0.0
    alike = _correlation(page.fingerprint, other.fingerprint)
    if alike >= _PERHAPS and page.number == other.number:
        tilted = (_tilted(other.fingerprint, angle) for angle in _TILTS)
        alike = max(alike, *(_correlation(page.fingerprint, map_) for map_ in tilted))
    return likeness_ratio(alike)


_MARGIN = 4  # squares of the map by which two scans of a page may lie apart
_TILTS = (-4, -3, -2, -1, 1, 2, 3, 4)
"""Degrees by which they may be turned: page boxes alone tell little of it. Of 1,044 pairs of pages of others
none comes above 0.68, as with two; of 255 of one page scanned twice 43 lie below 0.88, 71 with two."""
_PERHAPS = 0.15  # correlation from which on the tilt may be what is wrong


def _correlation(map_: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    inner = np.ascontiguousarray(other[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN])
    return float(cv2.matchTemplate(map_, inner, cv2.TM_CCOEFF_NORMED).max())


def _tilted(map_: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    height, width = map_.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(map_, turn, (width, height)), np.float32)


_FAINT = 0.02
"""Spread of the fingerprints below which two pages are too empty, or too noisy, to be told apart."""


def _one_copy(copy: Part, part: Part, sheets: Mapping[int, Evidence]) -> bool:
    if _length(copy) != _length(part):
        return False
    owner = _owner(copy, sheets)
    if owner is None or owner != _owner(part, sheets):
        return False
    there = {place.number: page for page, place in copy if place.number is not None}
    again = [likeness(there[place.number], page) for page, place in part if place.number in there]
    return not again or (min(again) >= 0 and max(again) >= LIKEST)


def _length(part: Part) -> int | None:
    return next((place.length for _, place in part if place.number is not None), None)


def _owner(part: Part, sheets: Mapping[int, Evidence]) -> str | None:
    said: Sequence[Evidence] = [sheets[page.page] for page, _ in part if page.page in sheets]
    return sure_owner(together(said))
