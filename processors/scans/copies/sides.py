"""The sides of a scan: what each image shows, and what an A3 sheet's side says of the places of its pages."""

from __future__ import annotations

from collections.abc import Sequence

from processors.scans.readings import Half, PageKind, PageReading, Turn


def sides(pages: Sequence[PageReading]) -> list[list[PageReading]]:
    """The pages of each image in the order of the file: one, or the halves of an A3 from left to right.

    A first page lies at the right of its sheet, upright. Where all lie at the left, the scanner has put two
    pages side by side (« 2 en 1 »): they are those of two images.
    """
    images: list[list[PageReading]] = []
    for page in pages:
        if page.half is not None and images and images[-1][0].image == page.image:
            images[-1].append(page)
        else:
            images.append([page])
    images = [_from_left(side) if len(side) == 2 else side for side in images]
    opening = {side.index(p) for side in images if len(side) == 2 for p in side if p.kind is PageKind.FIRST}
    return [[page] for side in images for page in side] if opening == {0} else images


def slots(sides: Sequence[Sequence[PageReading]]) -> dict[int, int]:
    """The place in its sheet, 1 to 4, of each page that lies on an A3: recto 4 | 1, verso 2 | 3.

    Where A4 pages lie on larger areas, an area of which nothing is known is no side of a sheet.
    """
    found: dict[int, int] = {}
    lying = any(page.area is not None for side in sides for page in side)
    for side in sides:
        if len(side) == 2 and not (lying and all(page.kind is PageKind.FOREIGN for page in side)):
            recto = any(page.kind is PageKind.FIRST for page in side)
            found |= {page.page: slot for page, slot in zip(side, (4, 1) if recto else (2, 3), strict=True)}
    return found


def _from_left(side: Sequence[PageReading]) -> list[PageReading]:
    """The halves as they lie when the sheet stands upright, whichever way it was fed.

    Of a portrait image the upper half is called the left one (see `half_boxes`), which it is where the sheet
    was turned clockwise.
    """
    left, right = sorted(side, key=lambda page: page.half is Half.RIGHT)
    telling = [page for page in side if page.kind is PageKind.FIRST]
    telling = telling or [page for page in side if page.kind is PageKind.INSIDE] or list(side)
    turned = sum(page.turn in (Turn.OVER, Turn.RIGHT) for page in telling) * 2 > len(telling)
    return [right, left] if turned else [left, right]
