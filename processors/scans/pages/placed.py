"""The A4 pages that an image holds, each at the paper's true scale, and where the form lies on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from processors.circular.form import Form
from processors.scans.pages.a3 import a3_halves, part_box
from processors.scans.pages.bed import area_of, lying, paper
from processors.scans.pages.geometry import darkness, reduced
from processors.scans.pages.pageboxes import BOXES_PLAIN
from processors.scans.pages.registration import (
    FRAMES_SEEN,
    Placement,
    frames_scale,
    is_seen,
    place_annex,
    place_dark,
    place_halves,
)
from processors.scans.pages.scale import Drawn
from processors.scans.readings import Area, Gray, Half


@dataclass(frozen=True)
class PlacedImage:
    """A page image; at `MAP_DPI`, `scale` pixels to one, with its darkness; which form it is, and where."""

    gray: Gray
    small: Gray
    dark: Gray
    scale: float
    form: Form
    placement: Placement

    @classmethod
    def at(cls, gray: Gray, dpi: float, form: Form) -> PlacedImage:
        small, scale = reduced(gray, dpi)
        dark = darkness(small)
        placement = place_dark(dark, scale, form)
        if form.annexes:
            form, placement = place_annex(dark, scale, form, placement)
        return cls(gray, small, dark, scale, form, placement)


@dataclass(frozen=True)
class PageOf:
    """A page of an image: which half or area it is, how it was drawn to scale, and what is seen there."""

    half: Half | None
    area: Area | None
    drawn: Drawn
    placed: PlacedImage


def pages_of(gray: Gray, dpi: float, shrink: int, form: Form, likely: Drawn | None = None) -> list[PageOf]:
    """The one or two pages of an image, `shrink` times smaller than scanned; areas are of the scan itself.

    `likely`: what brings the other pages of the file to the paper's scale.
    """
    halves = a3_halves(gray, dpi, shrink)
    if len(halves) == 2:
        form = form.with_annexes(())  # an annex is a page of A4
    placed, drawn = _to_scale([page for _, page in halves], dpi, form, likely)
    area = _lying(gray, dpi, shrink, placed, form)
    if area is not None:
        x, y, width, height = (side // shrink for side in area)
        page = gray[part_box(gray.shape, dpi, None, (x, y, width, height))]
        (one,), drawn = _to_scale([page], dpi, form)
        return [PageOf(None, area, drawn, one)]
    if len(placed) == 2 and not any(is_seen(one.placement) for one in placed):
        whole = PlacedImage.at(gray, dpi, form)
        if frames_scale(whole.small, form) is not None:
            return [PageOf(None, None, Drawn(), whole)]
    if len(placed) == 2:
        places = [one.placement for one in placed]
        places = place_halves(places, [one.dark for one in placed], placed[0].scale, form)
        placed = [replace(one, placement=place) for one, place in zip(placed, places, strict=True)]
    return [PageOf(half, None, drawn, one) for (half, _), one in zip(halves, placed, strict=True)]


def _to_scale(
    pages: Sequence[Gray], dpi: float, form: Form, likely: Drawn | None = None
) -> tuple[list[PlacedImage], Drawn]:
    """The pages of an image, brought to the paper's scale where what lies on them is larger or smaller."""
    if likely is not None:
        placed = [PlacedImage.at(likely.of(page), dpi, form) for page in pages]
        if any(is_seen(one.placement) for one in placed):
            return placed, likely
    placed = [PlacedImage.at(page, dpi, form) for page in pages]
    surest = max((one.placement for one in placed), key=lambda place: (place.frames, place.boxes))
    drawn = Drawn.by(surest.stretch, surest.turn)
    if drawn.is_true:
        return placed, drawn
    again = [PlacedImage.at(drawn.of(page), dpi, form) for page in pages]
    found = max((one.placement for one in again), key=lambda place: (place.frames, place.boxes))
    if (found.frames < FRAMES_SEEN, found.boxes < surest.boxes) > (surest.frames < FRAMES_SEEN, False):
        return placed, Drawn()
    return again, drawn


def _lying(gray: Gray, dpi: float, shrink: int, placed: Sequence[PlacedImage], form: Form) -> Area | None:
    """Where on an A3 area a lone A4 lies, in the scan's own pixels; None if it is a side of an A3 sheet."""
    if len(placed) < 2 or all(is_seen(one.placement) for one in placed):
        return None
    small, _ = reduced(gray, dpi)
    best: tuple[tuple[float, float], Area] | None = None
    for x, y, width, height in lying(small, darkness(small)):
        left, top, wide, high = area_of(gray.shape, x, y, width, height, dpi / 25.4)
        page = gray[top : top + high, left : left + wide]
        found = PlacedImage.at(page, dpi, form).placement
        sure = found.frames, found.boxes
        if is_seen(found) and (best is None or sure > best[0]):
            x0, y0, x1, y1 = paper(found, page, (form.form.page_width, form.form.page_height))
            sheet = ((left + x0) * shrink, (top + y0) * shrink, (x1 - x0) * shrink, (y1 - y0) * shrink)
            shape = (gray.shape[0] * shrink, gray.shape[1] * shrink)
            best = sure, area_of(shape, *sheet, px_per_mm=1.0)
            if found.frames > FRAMES_SEEN or found.boxes > BOXES_PLAIN:
                break
    return best[1] if best is not None else None
