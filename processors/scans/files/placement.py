"""Is this PDF page one image and nothing else, and how is it laid on the page?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from processors.scans.readings import Turn

A4_INCHES = 297 / 25.4
_MAX_CONTENT = 1 << 20  # bytes of drawing operators; a scan has a hundred, an OCR layer some 100,000
_SLACK = 0.04  # of the page's size: how far an image may differ from the page it fills
_BEYOND = 6.0  # points, 2 mm: how far it may go beyond what is shown, in which no line of print has room
_STANDARD_DPI = (150, 200, 240, 300, 400, 600)

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """The one image that fills a page; `rotate` turns its pixels into the page as a viewer shows it."""

    image: pikepdf.Stream
    rotate: Turn
    dpi: float


@dataclass(frozen=True)
class _State:
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    hidden_text: bool = False
    plain: bool = True  # neither clipped nor transparent


def page_size(page: pikepdf.Page) -> tuple[float, float]:
    """Width and height as stored, in points."""
    x0, y0, x1, y1 = _box(page)
    unit = float(page.obj.get("/UserUnit", 1))
    return (x1 - x0) * unit, (y1 - y0) * unit


def placed_image(page: pikepdf.Page) -> Placed | None:
    """The image that is all a viewer sees of this page; None if there is none or there is more.

    What the image paints over does not count, nor does the invisible text of an OCR layer.
    """
    if any("/AP" in annotation for annotation in page.obj.get("/Annots", ())):
        return None
    found = _last_full_image(page)
    if found is None:
        return None
    image, matrix = found
    rotate = _rotation(matrix)
    if rotate is None:
        return None
    width, height = int(image.Width), int(image.Height)
    unit = float(page.obj.get("/UserUnit", 1))
    x0, y0, x1, y1 = _extent(matrix)
    across, up = (x1 - x0) * unit, (y1 - y0) * unit
    if rotate in (Turn.RIGHT, Turn.LEFT):
        across, up = up, across
    dpi_x, dpi_y = width * 72 / across, height * 72 / up
    if abs(dpi_x / dpi_y - 1) > 0.03:  # pixels that are not square, as from a fax
        return None
    dpi = (dpi_x + dpi_y) / 2
    if not 7 <= max(across, up) / 72 <= 18:
        dpi = _likely_dpi(width, height)
    total = Turn((rotate + int(page.obj.get("/Rotate", 0))) % 360)
    return Placed(image, total, dpi)


def has_inline_image(page: pikepdf.Page) -> bool:
    """Whether an image stands among the page's drawing operators themselves."""
    return any(operator == "INLINE IMAGE" for _, operator in _instructions(page))


def _likely_dpi(width: int, height: int) -> float:
    """Resolution of an A4 or A3 whose size in points says nothing."""
    guesses = [max(width, height) / A4_INCHES, max(width, height) / (A4_INCHES * 2**0.5)]
    return min(guesses, key=lambda dpi: min(abs(dpi / s - 1) for s in _STANDARD_DPI))


def _last_full_image(page: pikepdf.Page) -> tuple[pikepdf.Stream, Matrix] | None:
    content = page.obj.get("/Contents")
    parts = list(content) if isinstance(content, pikepdf.Array) else [content] if content is not None else []
    if sum(len(part.read_bytes()) for part in parts) > _MAX_CONTENT:
        return None
    box = _box(page)
    resources = page.obj.get("/Resources", pikepdf.Dictionary())
    images = resources.get("/XObject", pikepdf.Dictionary())
    states = resources.get("/ExtGState", pikepdf.Dictionary())
    found: tuple[pikepdf.Stream, Matrix] | None = None
    stack: list[_State] = []
    state = _State()
    path: list[Box | None] = []  # a rectangle, or None for any other path
    clip = False
    for operands, operator in _instructions(page):
        match operator:
            case "q":
                stack.append(state)
            case "Q":
                state = stack.pop() if stack else state
            case "cm":
                state = replace(state, matrix=_times(_matrix(operands), state.matrix))
            case "Tr":
                state = replace(state, hidden_text=int(operands[0]) == 3)
            case "gs":
                state = replace(state, plain=state.plain and _is_opaque(states.get(str(operands[0]))))
            case "re":
                x, y, w, h = (float(v) for v in operands)
                path.append(_extent(_times((w, 0, 0, h, x, y), state.matrix)))
            case "m" | "l" | "c" | "v" | "y" | "h":
                path.append(None)
            case "W" | "W*":
                clip = True
            case "n":
                if clip:
                    whole = len(path) == 1 and path[0] is not None and _covers(path[0], box)
                    state = replace(state, plain=state.plain and whole)
                path, clip = [], False
            case "f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*" | "sh" | "INLINE IMAGE":
                found, path, clip = None, [], False
            case "BDC" if str(operands[0]) == "/OC":  # a layer, which may be off
                return None
            case "Tj" | "TJ" | "'" | '"':
                found = found if state.hidden_text else None
            case "Do":
                drawn = images.get(str(operands[0]))
                found = None
                if isinstance(drawn, pikepdf.Stream) and state.plain and _is_opaque_image(drawn):
                    found = (drawn, state.matrix) if _fills(_extent(state.matrix), box) else None
            case _:
                pass
    return found


def _instructions(page: pikepdf.Page) -> list[tuple[Any, str]]:
    return [(step.operands, str(step.operator)) for step in pikepdf.parse_content_stream(page)]


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(v) for v in operands)
    return (a, b, c, d, e, f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _extent(m: Matrix) -> Box:
    """Where the unit square falls: x0, y0, x1, y1."""
    xs = (m[4], m[4] + m[0], m[4] + m[2], m[4] + m[0] + m[2])
    ys = (m[5], m[5] + m[1], m[5] + m[3], m[5] + m[1] + m[3])
    return min(xs), min(ys), max(xs), max(ys)


def _box(page: pikepdf.Page) -> Box:
    """What a viewer shows of the page, in points."""
    crop, media = ([float(v) for v in box] for box in (page.cropbox, page.mediabox))
    x0, y0 = max(min(crop[0::2]), min(media[0::2])), max(min(crop[1::2]), min(media[1::2]))
    x1, y1 = min(max(crop[0::2]), max(media[0::2])), min(max(crop[1::2]), max(media[1::2]))
    if x1 - x0 < 1 or y1 - y0 < 1:
        raise ValueError("the page has no area")
    return x0, y0, x1, y1


def _rotation(m: Matrix) -> Turn | None:
    """Clockwise turn of an axis-aligned placement; None if it is tilted or mirrored."""
    a, b, c, d = m[:4]
    slack = 0.002 * max(abs(v) for v in (a, b, c, d))
    if abs(b) <= slack and abs(c) <= slack and a * d > 0:
        return Turn.NONE if a > 0 else Turn.OVER
    if abs(a) <= slack and abs(d) <= slack and b * c < 0:
        return Turn.LEFT if b > 0 else Turn.RIGHT
    return None


def _covers(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + 2
        and outer[1] <= inner[1] + 2
        and outer[2] >= inner[2] - 2
        and outer[3] >= inner[3] - 2
    )


def _fills(placed: Box, page: Box) -> bool:
    slack_x, slack_y = _SLACK * (page[2] - page[0]), _SLACK * (page[3] - page[1])
    inwards = (placed[0] - page[0], placed[1] - page[1], page[2] - placed[2], page[3] - placed[3])
    return all(
        -_BEYOND <= side <= slack
        for side, slack in zip(inwards, (slack_x, slack_y, slack_x, slack_y), strict=True)
    )


def _is_opaque(state: Any) -> bool:
    if not isinstance(state, pikepdf.Dictionary):
        return True
    return (
        float(state.get("/ca", 1)) == 1
        and str(state.get("/BM", "/Normal")) in ("/Normal", "/Compatible")
        and str(state.get("/SMask", "/None")) == "/None"
    )


def _is_opaque_image(drawn: pikepdf.Stream) -> bool:
    return (
        str(drawn.get("/Subtype")) == "/Image"
        and not bool(drawn.get("/ImageMask", False))
        and not any(key in drawn for key in ("/SMask", "/Mask", "/OC"))
    )
