"""The paper: blank CCYC and CMEN pages as printed, and what a candidate writes and sticks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from processors.circular.form import BoxedField, Form, Rectangle
from processors.lists.people import Candidate
from specimens.hand import PRINT_FONT, Hand, Ink, Rng, typeset
from specimens.words import WORDS

Gray = NDArray[np.uint8]

PAPER = 255
_PRINT, _RULE = 45, 205  # grays of printed lines and of the lines to write on
_ROOM = 8.0  # mm a line of writing, where there are no lines to write on
_EM = {"field": 2.6, "exam": 2.8, "model": 3.2, "label": 3.4}  # mm


class Model(StrEnum):
    CCYC = "ccyc"
    CMEN = "cmen"  # the old paper, without the registration number


class LabelState(StrEnum):
    WHOLE = "whole"
    SCRIBBLED = "scribbled"
    TORN = "torn"


@dataclass(frozen=True)
class Page:
    """The printing (label included) and the pen apart, both 255 where there is nothing."""

    printed: Gray
    pen: Gray
    ink: tuple[int, int, int] = (25, 25, 30)  # the pen's red, green, blue, for a scanner that sees colour

    def turned(self) -> Page:
        return replace(self, printed=self.printed[::-1, ::-1], pen=self.pen[::-1, ::-1])

    def beside(self, right: Page) -> Page:
        """The two pages of one side of an A3 sheet."""
        both = np.hstack([self.printed, right.printed]), np.hstack([self.pen, right.pen])
        return Page(*both, self.ink)


_LINE_MM = 4.0  # from one line of a label to the next


@dataclass(frozen=True)
class Label:
    """The candidate's label as it is stuck; the name above the bars where the centre prints it.

    `lines`: what else it prints, under the number.
    """

    payload: str
    name: str = ""
    state: LabelState = LabelState.WHOLE
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spot:
    """Where the middle of a label is stuck: mm from the page's top left; turned clockwise, in degrees."""

    x: float
    y: float
    turn: float = 0.0


class Press:
    """Prints blank pages of a form at a resolution, and carries candidates' writing onto them."""

    def __init__(self, form: Form, dpi: int) -> None:
        self.form = form
        self._dpi = dpi
        self.px_per_mm = dpi / 25.4
        self._blanks: dict[tuple[bool, Model], Gray] = {}

    def page(self, first: bool, hand: Hand, model: Model = Model.CCYC) -> Page:
        """A blank page for this pen; `first` is a sheet's first page, which bears the identity frame."""
        key, empty = (first, model), self._empty()
        if key not in self._blanks:
            # printed finer than it is scanned: a line may be one pixel and a half wide
            fine = Press(self.form, 2 * self._dpi)._print(first, model)
            size = empty.shape[1], empty.shape[0]
            self._blanks[key] = np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)
        return Page(self._blanks[key].copy(), empty, hand.ink)

    def empty_page(self) -> Page:
        """A sheet of white paper."""
        return Page(self._empty(), self._empty())

    def _empty(self) -> Gray:
        paper = self.form.form
        return np.full((self._px(paper.page_height), self._px(paper.page_width)), PAPER, np.uint8)

    def _px(self, mm: float) -> int:
        return round(mm * self.px_per_mm)

    def fields(self, model: Model) -> dict[str, BoxedField]:
        fields = dict(self.form.identity.fields)
        if model is Model.CMEN:
            del fields["registration_number"]
        return fields

    # --- printing ---

    def _print(self, first: bool, model: Model) -> Gray:
        image = self._empty()
        if first:
            self._print_top(image, model)
        if self.form.printed.rule_step is not None:
            for y in self._rules(first):
                self._line(image, (self._left, y), (self.form.form.page_width - self._left, y), 0.15, _RULE)
        if self.form.page_boxes is not None:
            page, total = self.form.page_boxes.page, self.form.page_boxes.total
            for field in (page, total):
                self._cells(image, field)
                x = (
                    field.zone.x + (field.zone.width - self._width(field.label, 2.4)) / 2
                    if field.label
                    else 0.0
                )
                self._type(image, field.label, x, field.cells.y - 1.2, 2.4)
            slash = (page.zone.corners[1][0] + total.cells.x) / 2
            self._type(image, "/", slash - 0.8, page.cells.y + 0.7 * page.cells.height, 4.2)
        return image

    def _print_top(self, image: Gray, model: Model) -> None:
        """What a first page has above its answers."""
        form, frame = self.form, self.form.identity.frame
        text = form.form.model_text if model is Model.CCYC else "Modèle CMEN v2 ©NEOPTEC"
        self._type(image, text, frame.x + 1, frame.y - 2.6, _EM["model"])
        self._box(image, frame, 0.5)
        for field in self.fields(model).values():
            self._cells(image, field)
            x = field.label_x
            if x is None:
                x = field.cells.x - self._width(field.label, _EM["field"]) - 1
            self._type(image, field.label, x, field.cells.y + 0.62 * field.cells.height, _EM["field"])
        if form.exam_block is not None:
            self._box(image, form.exam_block.frame, 0.4)
            for line, label in enumerate(form.exam_block.lines):
                self._type(
                    image, f"{label} :", form.exam_block.frame.x + 3, self._exam_baseline(line), _EM["exam"]
                )
        printed = form.printed
        for box in printed.boxes:
            self._box(image, box.frame, 0.4)
            self._type(image, box.label, box.frame.x + 2, box.frame.y + 4.5, _EM["exam"])
        for line_ in printed.texts:
            self._type(image, line_.text, *line_.at, line_.size)
        if printed.mark is not None:
            self._mark(image, printed.mark)

    def _mark(self, image: Gray, zone: Rectangle) -> None:
        """The mark of the Republic: a profile between two fields, three words and a name below."""
        flag = Rectangle(zone.x + 0.12 * zone.width, zone.y, 0.76 * zone.width, 0.42 * zone.height)
        (x0, y0), _, (x1, y1), _ = ((self._px(x), self._px(y)) for x, y in flag.corners)
        third = (x1 - x0) // 3
        image[y0:y1, x0 : x0 + third] = 95
        image[y0:y1, x1 - third : x1] = 120
        face = np.array(
            [(0.36, 0.0), (0.6, 0.05), (0.66, 0.4), (0.72, 0.55), (0.64, 0.62), (0.62, 0.85), (0.36, 1.0)]
        )
        outline = np.rint(face * [x1 - x0, y1 - y0] + [x0, y0]).astype(np.int32)
        cv2.fillPoly(image, [outline], float(PAPER))
        cv2.polylines(image, [outline], True, 150.0, 1, cv2.LINE_AA)
        for k, (word, em) in enumerate(
            (("Liberté • Égalité • Fraternité", 1.2), ("RÉPUBLIQUE", 2.2), ("FRANÇAISE", 2.2))
        ):
            x = zone.x + (zone.width - self._width(word, em)) / 2
            self._type(image, word, x, zone.y + (0.55 + 0.15 * k) * zone.height, em)

    def _rules(self, first: bool) -> NDArray[np.float64]:
        """Where lines to write on are printed, or would be, from the top."""
        top = self.form.answers_top + 5 if first else 14.5
        lowest = max((box.frame.y + box.frame.height for box in self.form.printed.boxes), default=0.0)
        if first:
            top = max(top, lowest + 5)
        bottom = self.form.answers_bottom - (6 if self.form.page_boxes is not None else 20)
        return np.arange(top, bottom, self.form.printed.rule_step or _ROOM)

    @property
    def _left(self) -> float:
        """The margin of what is written, on both sides."""
        frame = self.form.identity.frame
        return min(frame.x, self.form.form.page_width - frame.x - frame.width)

    def _exam_baseline(self, line: int) -> float:
        block = self.form.exam_block
        assert block is not None
        return block.frame.y + (line + 0.72) * block.frame.height / len(block.lines)

    def _line(
        self, image: Gray, start: tuple[float, float], end: tuple[float, float], width: float, gray: int
    ) -> None:
        (x0, y0), (x1, y1) = start, end
        ends = (self._px(x0), self._px(y0)), (self._px(x1), self._px(y1))
        cv2.line(image, *ends, gray, max(1, self._px(width)))

    def _box(self, image: Gray, box: Rectangle, width: float) -> None:
        (x0, y0), _, (x1, y1), _ = box.corners
        cv2.rectangle(
            image, (self._px(x0), self._px(y0)), (self._px(x1), self._px(y1)), _PRINT, max(1, self._px(width))
        )

    def _cells(self, image: Gray, field: BoxedField) -> None:
        cells = field.cells
        for i in range(field.count):
            self._box(image, Rectangle(cells.x + i * cells.pitch, cells.y, cells.width, cells.height), 0.2)

    def _width(self, text: str, em: float) -> float:
        return float(typeset(PRINT_FONT, self._px(em), text)[0].shape[1] / self.px_per_mm)

    def _type(self, image: Gray, text: str, x: float, baseline: float, em: float, gray: int = _PRINT) -> None:
        mask, row = typeset(PRINT_FONT, self._px(em), text)
        lay(image, mask, self._px(x), self._px(baseline) - row, gray)

    # --- writing ---

    def write_identity(self, page: Page, hand: Hand, candidate: Candidate, model: Model = Model.CCYC) -> None:
        """Fills the boxes of the identity frame."""
        birth = candidate.birth_date
        values = {
            "family_name": candidate.family_name, "first_names": candidate.first_names,
            "candidate_number": candidate.number, "registration_number": candidate.registration,
            "birth_day": f"{birth:%d}", "birth_month": f"{birth:%m}", "birth_year": f"{birth:%Y}",
        }  # fmt: skip
        for name, field in self.fields(model).items():
            self._write_boxes(page, hand, field, values[name][: field.count])

    def write_exam(self, page: Page, hand: Hand, values: Sequence[str]) -> None:
        """Fills the lines of the exam block, in the form's order, and what is left in the boxes beside it."""
        if self.form.exam_block is None:
            return
        lines = len(self.form.exam_block.lines)
        for box, value in zip(self.form.printed.boxes, values[lines:], strict=False):
            mask, row = hand.text(value, self.px_per_mm, 5.0)
            x, y = box.frame.x + 8, box.frame.y + box.frame.height - 4
            lay(page.pen, mask, self._px(x), self._px(y) - row, hand.tone)
        for line, value in enumerate(values[:lines]):
            mask, row = hand.text(value, self.px_per_mm, 4.0)
            lay(
                page.pen,
                mask,
                self._px(self._left + 52),
                self._px(self._exam_baseline(line)) - row,
                hand.tone,
            )

    def write_numbers(self, page: Page, hand: Hand, number: int, total: int) -> None:
        """Fills the page boxes, "n / N", from the right."""
        if self.form.page_boxes is None:
            return
        for field, value in ((self.form.pagination.page, number), (self.form.pagination.total, total)):
            text = f"{value:02d}" if hand.leading_zero else str(value)
            self._write_boxes(page, hand, field, text.rjust(field.count))

    def write_answer(self, page: Page, hand: Hand, rng: Rng, first: bool, lines: int | None = None) -> None:
        """Handwritten lines on the ruling, from the top; `lines` None fills the page."""
        baselines = self._rules(first)[1:]
        room = self.form.form.page_width - self._left - 12
        for y in baselines[:lines]:
            x = self._left + abs(rng.normal(0, 5))
            words = " ".join(rng.choice(WORDS["answers"], int(rng.integers(3, 11))))
            mask, row = hand.answer(words, self.px_per_mm)
            mask = mask[:, : self._px(room - x)]
            lay(page.pen, mask, self._px(x), self._px(y - 0.6 + rng.normal(0, 0.2)) - row, hand.tone)

    def write_line(
        self, page: Page, hand: Hand, text: str, at: tuple[float, float], up: bool = False
    ) -> None:
        """Writes a line wherever it begins: mm from the page's left, and of its baseline from the top.

        `up`: the page's side, from its lower end.
        """
        mask, row = hand.text(text, self.px_per_mm)
        x, y = self._px(at[0]), self._px(at[1])
        if up:
            lay(page.pen, np.ascontiguousarray(np.rot90(mask)), x - row, y - mask.shape[1], hand.tone)
        else:
            lay(page.pen, mask, x, y - row, hand.tone)

    def _write_boxes(self, page: Page, hand: Hand, field: BoxedField, text: str) -> None:
        cells = field.cells
        for i, character in enumerate(text):
            if character == " ":
                continue
            glyph = hand.boxed(character, self._px(cells.height))
            x, y = hand.wobble(self.px_per_mm)
            x += (cells.x + i * cells.pitch + cells.width / 2) * self.px_per_mm - glyph.shape[1] / 2
            y += (cells.y + cells.height / 2) * self.px_per_mm - glyph.shape[0] / 2
            lay(page.pen, glyph, round(x), round(y), hand.tone)

    # --- sticking ---

    def stick(self, page: Page, label: Label, rng: Rng, spot: Spot | None = None) -> None:
        """Sticks a label in the label zone or at a spot, a little askew; it covers what lies beneath."""
        sharp = 3  # drawn finer than the page, as a label printer does
        density = self.px_per_mm * sharp
        sticker = self._sticker(label, density)
        zone = self.form.identity.label_zone
        angle = np.radians(rng.normal(0, 1.2))
        h, w = (side / density for side in sticker.shape)
        room = max(0.0, (zone.width - w) / 2 - 1), max(0.0, (zone.height - h) / 2 - 0.5)
        x = zone.x + zone.width / 2 + rng.uniform(-1, 1) * room[0]
        y = zone.y + zone.height / 2 + rng.uniform(-1, 1) * room[1]
        if spot is not None:
            x, y, angle = spot.x, spot.y, angle + np.radians(spot.turn)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = np.array([x, y]) * self.px_per_mm - turn @ np.array([w, h]) * self.px_per_mm / 2
        place = np.column_stack([turn / sharp, centre])
        covered = np.full(sticker.shape, 255, np.uint8)
        if label.state is LabelState.TORN:
            self._tear(sticker, covered, rng)
        lowest = max(corner[1] for corner in ((0, 0), (w, 0), (0, h), (w, h)) @ turn.T) * self.px_per_mm
        size = page.printed.shape[1], min(page.printed.shape[0], int(centre[1] + lowest) + 3)
        sticker = np.asarray(cv2.GaussianBlur(sticker, (0, 0), sharp / 3), np.uint8)
        drawn = cv2.warpAffine(sticker, place, size, flags=cv2.INTER_LINEAR, borderValue=PAPER)
        mask = cv2.warpAffine(covered, place, size, flags=cv2.INTER_NEAREST) > 0
        page.printed[: size[1]][mask] = drawn[mask]
        page.pen[: size[1]][mask] = PAPER
        if label.state is LabelState.SCRIBBLED:
            inside = rng.uniform((0.08, 0.05), (0.92, 0.8), (26, 2)) - 0.5
            points = inside * [w, h] @ turn.T + [x, y]
            path = np.rint(points * self.px_per_mm * 8).astype(np.int32)
            cv2.polylines(page.pen, [path], False, 20, self._px(0.7), cv2.LINE_AA, shift=3)

    def _sticker(self, label: Label, density: float) -> Gray:
        """Bars, the payload in clear beneath, perhaps the name above, with the quiet zones (ten modules)."""
        printed = self.form.label
        bars = bar_row(label.payload)
        quiet = np.full(10, PAPER, np.uint8)
        row = np.concatenate([quiet, bars, quiet])
        width = round(row.size * printed.module_width * density)
        above = 4.5 if label.name else 1.5
        below = 5 + _LINE_MM * len(label.lines)
        sticker = np.full((round((above + printed.height + below) * density), width), 252, np.uint8)
        edges = np.rint(np.arange(row.size + 1) * printed.module_width * density).astype(int)
        strip = np.repeat(row, np.diff(edges))[:width]
        start, end = round(above * density), round((above + printed.height) * density)
        sticker[start:end, : strip.size] = np.minimum(strip, 252)
        size = round(_EM["label"] * density)
        under = [(text, above + printed.height + 3.6 + _LINE_MM * k) for k, text in enumerate(label.lines, 1)]
        for text, baseline in (
            (label.payload, above + printed.height + 3.6),
            (label.name, above - 1.2),
            *under,
        ):
            if text:
                mask, ascent = typeset(PRINT_FONT, size, text)
                mask = mask[:, :width]
                lay(sticker, mask, (width - mask.shape[1]) // 2, round(baseline * density) - ascent, 20)
        return sticker

    def _tear(self, sticker: Gray, covered: Gray, rng: Rng) -> None:
        """Torn in two: a wedge of it is gone, from the top edge to the bottom one."""
        h, w = sticker.shape
        middle, gap = rng.uniform(0.35, 0.65) * w, rng.uniform(0.06, 0.14) * w
        lean = rng.normal(0, 0.08) * w
        edge = [
            (middle - gap, 0),
            (middle + gap * 0.6, 0),
            (middle + gap + lean, h),
            (middle - gap * 0.4 + lean, h),
        ]
        wedge = np.rint(edge).astype(np.int32)
        cv2.fillPoly(sticker, [wedge], PAPER)
        cv2.fillPoly(covered, [wedge], 0)


def bar_row(payload: str) -> Gray:
    """A Code 128 symbol, one value a module: 0 bar, 255 space; no quiet zones."""
    code: Any = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.Code128)
    symbol = np.asarray(code.to_image(scale=1, add_quiet_zones=False), np.uint8)
    return np.asarray(symbol[0], np.uint8)


def lay(image: Gray, mask: Ink, x: int, y: int, gray: int) -> None:
    """Darkens `image` to `gray` where `mask` has ink, its top left at x, y; what falls outside is lost."""
    h, w = image.shape
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + mask.shape[1], w), min(y + mask.shape[0], h)
    if x0 >= x1 or y0 >= y1:
        return
    part = mask[y0 - y : y1 - y, x0 - x : x1 - x]
    # 255 at no ink, `gray` at full ink
    shade = PAPER - np.rint(part * ((PAPER - gray) / 255)).astype(np.uint8)
    np.minimum(image[y0:y1, x0:x1], shade, out=image[y0:y1, x0:x1])
