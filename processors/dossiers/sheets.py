"""Where do sheets lie on a photograph? Each seen from above, lit evenly, without what it lies on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.dossiers.layout import Page
from processors.scans.readings import Gray

Quad = NDArray[np.float32]
"""Four corners, clockwise from the top left: 4 × 2, in points of the photograph."""

_SMALL = 640  # points of the longer side of the picture that sheets are looked for on
_STEPS = (
    0.015,
    0.03,
    0.05,
    0.08,
    0.12,
    0.2,
)  # of the brightness: a shadow is less steep than an edge
_GAPS = (3, 9, 15, 31)  # points: of an edge that is not seen everywhere
_LEAST, _MOST = 0.12, 0.97  # of a photograph: what fills it has no corners to be seen
_OVERLAP, _ALIKE = 0.02, 0.8  # of a sheet: another that lies over it, another outline of the same
_FILLED = 0.86  # of its corners' outline is sheet: more is hidden by no hand and no fold
_LONG = (1.2, 1.65)  # times as long as wide: A4 is 1.41
_BRIGHTER = 1.07  # times what lies beside it
_SEEN, _SEEN_AT_LEAST = 0.7, 0.5  # of all sides, of each, is where the sheet ends to be seen
_NEAR = 6  # points of the small picture
_PARALLEL = 0.3  # of two sides: the sine of their angle
_POINTS = 40  # of a side that are looked at
_CLOSE, _TWICE = 0.008, 2.0  # of the shorter side; no darker ground counts for more
_KNOWN = 0.1  # of a side lies in the picture
_ASIDE = 0.022  # of the shorter side, from the edge: sheets cast shadows
_BAND = 0.1  # of the shorter side: a band of gray in a table is less high
_CURL, _CORNER = 0.07, 0.05  # of the shorter side, how far a bent side leaves its chord; of a side, its ends
_ON_EDGE, _TRACED = 2.0, 0.5  # points: as near the outline runs to a side; of a side that it does
_WIDTH, _HEIGHT = 1700, 2404  # points of a flat sheet
_MESH = 16  # of them from one point whose place is reckoned to the next
_DEGREE = 3  # of the curve along which a side bends


@dataclass(frozen=True)
class _Outline:
    """A sheet: its corners, and how far each side bends inward, points, by where on its chord, 0 to 1.

    `bends`: four polynomials, the highest power first.
    """

    quad: Quad
    bends: NDArray[np.float64]


def sheets_on(gray: Gray) -> tuple[Gray, ...]:
    """The sheets whose edges are seen on a photograph, flat, from the left."""
    return tuple(evenly_lit(_flat(gray, sheet)) for sheet in _outlines(gray))


def _outlines(gray: Gray) -> list[_Outline]:
    scale = _SMALL / max(gray.shape)
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # without its print, which is thinner than that
    if min(small.shape) < _SMALL / 4:
        return []
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    blank = np.asarray(cv2.medianBlur(closed, 5), np.uint8)
    seen = [sheet for sheet in _candidates(blank) if _seen(blank, sheet) > _SEEN]
    kept: list[_Outline] = []
    for sheet in sorted(seen, key=_area, reverse=True):  # what is lit of a sheet lies within it
        if not any(_shared(sheet, other) for other in kept):
            alike = [other for other in seen if _shared(sheet, other) > _ALIKE * _area(sheet)]
            kept.append(max(alike, key=lambda other: _contrast(blank, other)))
    if len(kept) == 1 and _goes_on(blank, kept[0]):
        return []
    left = sorted(kept, key=lambda sheet: float(sheet.quad[:, 0].mean()))
    return [_Outline(sheet.quad / np.float32(scale), sheet.bends / scale) for sheet in left]


def _area(sheet: _Outline) -> float:
    return cv2.contourArea(sheet.quad)


def _shared(one: _Outline, other: _Outline) -> float:
    """What they have in common, square points; 0 where that is a mere edge."""
    area = float(cv2.intersectConvexConvex(one.quad, other.quad)[0])
    return area if area > _OVERLAP * min(_area(one), _area(other)) else 0.0


def _candidates(blank: Gray) -> Iterator[_Outline]:
    """Outlines with four corners of what one can walk over without a step."""
    light = blank.astype(np.float32)
    across, down = (cv2.Sobel(light, cv2.CV_32F, dx, 1 - dx, ksize=3, scale=1 / 8) for dx in (1, 0))
    steps = cv2.magnitude(across, down) / np.maximum(light, 16)
    for step, gap in itertools.product(_STEPS, _GAPS):
        level = (steps < step).astype(np.uint8)
        level[[0, -1]] = level[:, [0, -1]] = 0
        kernel = np.ones((gap, gap), np.uint8)
        outlines, _ = cv2.findContours(cv2.erode(level, kernel), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            if not _LEAST < cv2.contourArea(outline) / blank.size < _MOST:
                continue
            region = cv2.dilate(cv2.drawContours(np.zeros_like(level), [outline], -1, 1, cv2.FILLED), kernel)
            (whole,), _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            quad = _corners(np.asarray(whole, np.int32), blank.shape[1], blank.shape[0])
            if quad is None or not _like_a4(quad):
                continue
            if cv2.contourArea(whole) > _FILLED * cv2.contourArea(quad):
                yield _Outline(quad, _bends(quad, np.asarray(whole, np.float32)[:, 0], *blank.shape[::-1]))


def _bends(quad: Quad, outline: Quad, wide: int, high: int) -> NDArray[np.float64]:
    """How each side bends, as the outline along it does; straight where too little of that is seen.

    The picture's own sides are none of the sheet's, whatever lies along them.
    """
    bends = np.zeros((4, _DEGREE + 1))
    for k, (begin, along, inward) in enumerate(_chords(quad)):
        if _along_the_edge(begin, begin + along, wide, high):
            continue
        at = (outline - begin) @ along / (along @ along)
        off = (outline - begin) @ inward
        near = (np.abs(at - 0.5) < 0.5 - _CORNER) & (np.abs(off) < _CURL * min(_sides(quad)))
        for _ in range(3):
            if near.sum() < _POINTS or np.ptp(at[near]) < _TRACED:
                bends[k] = 0
                break
            bends[k] = np.polyfit(at[near], off[near], _DEGREE)
            apart = np.abs(np.polyval(bends[k], at) - off)
            near &= apart <= max(_ON_EDGE, 2 * float(np.median(apart[near])))
    return bends


def _chords(quad: Quad) -> Iterator[tuple[Quad, Quad, Quad]]:
    """Of each side: where it begins, the way to its end, and one point inward."""
    for begin, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = end - begin
        yield begin, along, np.array([-along[1], along[0]], np.float32) / np.float32(np.linalg.norm(along))


def _corners(outline: NDArray[np.int32], wide: int, high: int) -> Quad | None:
    """Where its four sides meet: the picture's own side, which cuts a sheet, is none if it can be."""
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, True)
    for slack in (0.004, 0.01, 0.02, 0.03, 0.045, 0.06):
        points = cv2.approxPolyDP(hull, slack * around, True)[:, 0].astype(np.float32)
        sides = list(zip(points, np.roll(points, -1, axis=0), strict=True))
        cut = sorted((side for side in sides if _along_the_edge(*side, wide, high)), key=_length)
        drop = [id(side) for side in cut[: max(0, len(sides) - 4)]]
        sides = [side for side in sides if id(side) not in drop]
        if len(sides) <= 4:
            break
    if len(sides) != 4:
        return None
    met = [_meeting(one, other) for one, other in zip(sides, [*sides[1:], sides[0]], strict=True)]
    if any(point is None for point in met):
        return None
    corners = np.array(met, np.float32)
    corners = corners[np.argsort(np.arctan2(*(corners - corners.mean(0)).T[::-1]))]  # clockwise
    return np.roll(corners, -int(np.argmin(corners.sum(1))), axis=0)


def _along_the_edge(one: Quad, other: Quad, wide: int, high: int) -> bool:
    """Whether a side runs along the picture's own."""
    edges = ((0, 0), (0, wide), (1, 0), (1, high))
    return any(max(abs(one[axis] - at), abs(other[axis] - at)) < _NEAR for axis, at in edges)


def _length(side: tuple[Quad, Quad]) -> float:
    return float(np.linalg.norm(side[1] - side[0]))


def _meeting(one: tuple[Quad, Quad], other: tuple[Quad, Quad]) -> Quad | None:
    """Where two lines meet; None where they are level with each other."""
    first, second = one[1] - one[0], other[1] - other[0]
    turn = float(first[0] * second[1] - first[1] * second[0])
    if abs(turn) < _PARALLEL * _length(one) * _length(other):
        return None
    apart = other[0] - one[0]
    return np.asarray(one[0] + first * float(apart[0] * second[1] - apart[1] * second[0]) / turn, np.float32)


def _sides(quad: Quad) -> tuple[float, float]:
    """How wide and how high it is, of opposite sides the mean."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2


def _like_a4(quad: Quad) -> bool:
    across, down = _sides(quad)
    return min(across, down) > 0 and _LONG[0] < max(across, down) / min(across, down) < _LONG[1]


def _seen(blank: Gray, sheet: _Outline) -> float:
    """How much of its edge is brighter within than without, of 0 to 1; 0 where one side is not.

    One side may lie beyond the picture.
    """
    known = [side[~np.isnan(side)] for side in _ratios(blank, sheet, _ASIDE)]
    shares = [float((side > _BRIGHTER).mean()) for side in known if len(side) > _KNOWN * _POINTS]
    return sum(shares) / len(shares) if len(shares) > 2 and min(shares) > _SEEN_AT_LEAST else 0.0


def _goes_on(blank: Gray, sheet: _Outline) -> bool:
    """Whether a side of it is a mere band, beyond which there is paper again: a table has some of gray."""
    beyond = [side[~np.isnan(side)] for side in _ratios(blank, sheet, _BAND)]
    return any(
        len(side) > _KNOWN * _POINTS and (side > _BRIGHTER).mean() < 1 - _SEEN_AT_LEAST for side in beyond
    )


def _contrast(blank: Gray, sheet: _Outline) -> float:
    """How many times brighter than what lies right beside it a sheet is along its edge."""
    return float(np.nanmean(np.minimum(np.concatenate(_ratios(blank, sheet, _CLOSE)), _TWICE)))


def _ratios(blank: Gray, sheet: _Outline, aside: float) -> list[NDArray[np.floating]]:
    """Of each side, at points along it: the brightness within to that without, so far from it."""
    off = aside * min(_sides(sheet.quad))
    found: list[NDArray[np.floating]] = []
    at = np.linspace(0.04, 0.96, _POINTS)
    for (begin, along, inward), bend in zip(_chords(sheet.quad), sheet.bends, strict=True):
        points = begin + np.outer(at, along) + np.outer(np.polyval(bend, at), inward)
        found.append(_at(blank, points + off * inward) / np.maximum(_at(blank, points - off * inward), 1))
    return found


def _at(blank: Gray, points: NDArray[np.floating]) -> NDArray[np.float32]:
    """The brightness there; NaN beyond the picture."""
    x, y = points.round().astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < blank.shape[1]) & (y < blank.shape[0])
    seen = np.full(len(points), np.nan, np.float32)
    seen[inside] = blank[y[inside], x[inside]]
    return seen


def _flat(gray: Gray, sheet: _Outline) -> Gray:
    """The sheet seen from above; between sides that bend, what lies nearer to one bends more as it does."""
    across, down = _sides(sheet.quad)
    width, height = (_WIDTH, _HEIGHT) if down > across else (_HEIGHT, _WIDTH)
    onto = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(onto, sheet.quad)
    u, v = np.meshgrid(*(np.linspace(0, 1, side // _MESH, dtype=np.float32) for side in (width, height)))
    where = cv2.perspectiveTransform(np.stack([u, v], -1).reshape(1, -1, 2), matrix)[0]
    bent = where.copy()
    nearness = (1 - v, u, v, 1 - u)  # to the top, the right side, the bottom, the left side
    for (begin, along, inward), bend, near in zip(_chords(sheet.quad), sheet.bends, nearness, strict=True):
        at = np.clip((where - begin) @ along / (along @ along), 0, 1)
        bent += np.outer(np.polyval(bend, at) * near.ravel(), inward)
    x, y = (cv2.resize(part, (width, height)) for part in bent.T.reshape(2, *u.shape))
    return np.asarray(cv2.remap(gray, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def evenly_lit(gray: Gray) -> Gray:
    """Without the shadow across the sheet, in which one threshold for all loses the print."""
    small = cv2.resize(gray, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 31)
    light = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, np.maximum(light, 1), scale=240), np.uint8)


def dpi_of(gray: Gray) -> float:
    """The resolution of a flat sheet, as if it were A4."""
    return float(max(gray.shape)) / (297 / 25.4)


@dataclass(frozen=True)
class Photographed:
    """Draws a sheet, flat and upright, at the resolution that it is asked for."""

    gray: Gray = field(repr=False)

    def __call__(self, dpi: float) -> Gray:
        scale = dpi / dpi_of(self.gray)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(self.gray, None, fx=scale, fy=scale, interpolation=how), np.uint8)

    def page(self, number: int) -> Page:
        """The sheet as a page, without what stands on it."""
        height, width = (side * 25.4 / dpi_of(self.gray) for side in self.gray.shape)
        return Page(number, width, height, (), "ocr", (), ((0.0, 0.0, width, height),), self)
