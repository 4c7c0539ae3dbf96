"""The A4 pages of an image: itself, or the two halves of a whole A3 sheet's side."""

from __future__ import annotations

from processors.scans.readings import Area, Gray, Half


def is_a3(shape: tuple[int, ...], dpi: float) -> bool:
    """Whether an image of this shape (height, width) is a whole A3 sheet."""
    long, short = max(shape[:2]) / dpi * 25.4, min(shape[:2]) / dpi * 25.4
    return 360 <= long <= 480 and 250 <= short <= 340


def half_boxes(
    shape: tuple[int, ...], dpi: float, shrink: int = 1
) -> list[tuple[Half | None, tuple[slice, slice]]]:
    """The A4 pages of an image, `shrink` times smaller than scanned: itself or the halves of an A3.

    An A3 scanned upright on its short side is taken as a sheet turned clockwise: its left half is the top
    one. The cut is the middle, brought to a multiple of 16 of the scan's pixels so that it falls between JPEG
    blocks.
    """
    height, width = shape[:2]
    everything = slice(None)
    if not is_a3(shape, dpi):
        return [(None, (everything, everything))]
    cut = round(max(height, width) * shrink / 32) * 16 // shrink
    first, second = slice(None, cut), slice(cut, None)
    if width >= height:
        return [(Half.LEFT, (everything, first)), (Half.RIGHT, (everything, second))]
    return [(Half.LEFT, (first, everything)), (Half.RIGHT, (second, everything))]


def a3_halves(gray: Gray, dpi: float, shrink: int = 1) -> list[tuple[Half | None, Gray]]:
    """The A4 page images of an image, left then right; see `half_boxes`."""
    return [(half, gray[box]) for half, box in half_boxes(gray.shape, dpi, shrink)]


def part_box(shape: tuple[int, ...], dpi: float, half: Half | None, area: Area | None) -> tuple[slice, slice]:
    """Where on a whole image of this shape a page lies: ValueError if there is no such half."""
    if area is not None:
        x, y, width, height = area
        return slice(y, y + height), slice(x, x + width)
    if half is None:
        return slice(None), slice(None)
    boxes = dict(half_boxes(shape, dpi))
    if half not in boxes:
        raise ValueError(f"this image has no half {half}")
    return boxes[half]
