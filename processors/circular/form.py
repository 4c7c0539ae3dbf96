"""The form file: where everything is printed, in millimetres from the top-left of an upright page."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from processors.circular.numbers import USUAL, Numbers

Alphabet = Literal["digits", "letters"]


class Rectangle(NamedTuple):
    """x, y of the top-left corner, width and height, in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Clockwise from the top left."""
        right, bottom = self.x + self.width, self.y + self.height
        return ((self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom))

    def holds(self, other: Rectangle) -> bool:
        """Whether the other lies within, to a tenth of a millimetre."""
        (x0, y0), _, (x1, y1), _ = self.grown(0.1).corners
        return all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in other.corners)

    def meets(self, other: Rectangle) -> bool:
        """Whether the two have more than an edge in common."""
        (x0, y0), _, (x1, y1), _ = self.corners
        (u0, v0), _, (u1, v1), _ = other.corners
        return min(x1, u1) - max(x0, u0) > 0.1 and min(y1, v1) - max(y0, v0) > 0.1

    def grown(self, margin: float) -> Rectangle:
        return Rectangle(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


class Cells(NamedTuple):
    """A row of printed boxes: x, y of the first one, cell width and height, pitch (mm)."""

    x: float
    y: float
    width: float
    height: float
    pitch: float

    def extent(self, count: int) -> Rectangle:
        """The rectangle that holds the first `count` cells."""
        return Rectangle(self.x, self.y, self.pitch * (count - 1) + self.width, self.height)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class BoxedField(_Part):
    """A row of boxes for handwriting, one character a cell. `label_x`: where its label is printed, if not
    just before it."""

    label: str = ""
    label_x: float | None = None
    cells: Cells
    count: int = Field(gt=0, le=40)
    alphabet: Alphabet

    @property
    def zone(self) -> Rectangle:
        return self.cells.extent(self.count)


class Paper(_Part):
    """`pages_per_sheet`: 4, an A3 folded, or 2, a leaf; of an annex 1, or 2 if its verso is for answers.

    `a3_recto`, `a3_verso`: what a form says of its halves, left and right. No other way of folding is read.
    """

    name: str
    model_text: str
    page_width: float
    page_height: float
    pages_per_sheet: Literal[1, 2, 4]
    a3_recto: tuple[Literal["4"], Literal["1"]] | None = None
    a3_verso: tuple[Literal["2"], Literal["3"]] | None = None


_OF_BIRTH = {"birth_day": 2, "birth_month": 2, "birth_year": 4}
CELLS = {**USUAL.cells, **_OF_BIRTH}
"""The digits that a roster has for each of these rows, where its session does not say otherwise."""

NUMBER = "candidate_number"


class IdentityBlock(_Part):
    """`label_zone`: where a label is stuck; anywhere in the frame, where the file does not say."""

    frame: Rectangle
    mask_margin: float = Field(ge=0)
    label_zone: Rectangle
    fields: dict[str, BoxedField] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _label_anywhere(cls, data: Mapping[str, object]) -> Mapping[str, object]:
        return {"label_zone": data["frame"], **data} if "frame" in data else data


class ExamBlock(_Part):
    frame: Rectangle
    lines: tuple[str, ...] = ()


class Pagination(_Part):
    """The boxes "n / N", which are found together."""

    page: BoxedField
    total: BoxedField

    @model_validator(mode="after")
    def _is_one_line(self) -> Self:
        page, total = self.page.cells, self.total.cells
        if (page.y, page.width, page.height) != (total.y, total.width, total.height):
            raise ValueError("page and total must stand on one line, in boxes of one size")
        return self


class LabelFormat(_Part):
    symbology: str = "Code128"
    payload: str = ""
    module_width: float = 0.33
    height: float = 12.0


class PrintedText(_Part):
    """A line of print: `at` is the left end of its baseline, `size` its em, in millimetres."""

    text: str
    at: tuple[float, float]
    size: float = 2.6


class PrintedBox(_Part):
    """A printed frame that is not sought, with a word in it."""

    frame: Rectangle
    label: str = ""


class Print(_Part):
    """What is printed and not read, to draw the paper by. `mark`: where the mark of the Republic is."""

    rule_step: float | None = Field(default=8.0, gt=0)  # of the lines to write on; None: there are none
    mark: Rectangle | None = None
    texts: tuple[PrintedText, ...] = ()
    boxes: tuple[PrintedBox, ...] = ()


class OtherModel(_Part):
    """Another sheet with the same frames: the rows of digits that it has no boxes for tell it.

    `refused`: the session says that it must not be used.
    """

    name: str
    lacks: tuple[str, ...] = Field(min_length=1)
    refused: bool = False


class Form(_Part):
    """A paper model, as its form file describes it: a sheet of four pages, or two, or an annex.

    `page_boxes`: None on an annex that is not numbered; `annexes`: the models of the answer sheets that may
    be handed in with it, which a session says; `handed_in`: it is one of them.
    """

    form: Paper
    identity: IdentityBlock
    exam_block: ExamBlock | None = None
    page_boxes: Pagination | None = Field(default=None, alias="pagination")
    label: LabelFormat = LabelFormat()
    printed: Print = Field(default=Print(), alias="print")
    other_models: tuple[OtherModel, ...] = ()
    annexes: tuple[Form, ...] = Field(default=(), exclude=True)
    handed_in: bool = Field(default=False, exclude=True)
    numbered: ClassVar[bool] = True  # each is one candidate's, whose number has its row

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if troubles := list(self._troubles(info.context or CELLS)):
            raise ValueError("; ".join(troubles))
        return self

    def _troubles(self, cells: Mapping[str, int]) -> Iterator[str]:
        for name, field in self.identity.fields.items():
            wanted = cells.get(name, field.count)
            if field.count != wanted:
                yield f"{name} has {field.count} cells: the roster's have {wanted} digits"
            if name in cells and field.alphabet != "digits":
                yield f"{name} is made of digits, not of {field.alphabet}"
            if field.cells.pitch < field.cells.width:
                yield f"the cells of {name} overlap: their pitch is less than their width"
        page = Rectangle(0.0, 0.0, self.form.page_width, self.form.page_height)
        frame, zones = self.identity.frame, {n: f.zone for n, f in self.identity.fields.items()}
        yield from (
            f"{name} leaves the identity frame" for name, zone in zones.items() if not frame.holds(zone)
        )
        if not frame.holds(self.identity.label_zone):
            yield "the label's zone leaves the identity frame"
        if not page.holds(frame):
            yield "the identity frame leaves the page"
        if self.exam_block is not None:
            zones["exam_block"] = self.exam_block.frame
        if self.page_boxes is not None:
            zones |= {
                "pagination.page": self.page_boxes.page.zone,
                "pagination.total": self.page_boxes.total.zone,
            }
        below = {name: zones[name] for name in zones if name not in self.identity.fields}
        yield from (f"{name} leaves the page" for name, zone in below.items() if not page.holds(zone))
        yield from (f"{name} lies in the identity frame" for name, zone in below.items() if frame.meets(zone))
        for (name, zone), (other, there) in itertools.combinations(zones.items(), 2):
            if zone.meets(there):
                yield f"{name} and {other} overlap"
        for model in self.other_models:
            if unknown := sorted(set(model.lacks) - set(self.rows_of("digits"))):
                yield f"{model.name} lacks rows that this form does not have: {', '.join(unknown)}"
        if self.numbered and NUMBER not in self.identity.fields:
            yield f"there is no row for the candidate's number ({NUMBER})"
        if self.form.pages_per_sheet == PAGES_OF_A_SHEET:
            parts = {"exam_block": self.exam_block, "pagination": self.page_boxes}
            yield from (
                f"a sheet of four pages needs [{name}]" for name, part in parts.items() if part is None
            )

    @property
    def is_annex(self) -> bool:
        """What lacks a part that every sheet has is none."""
        lacks = self.exam_block is None or self.page_boxes is None
        return self.handed_in or lacks or self.form.pages_per_sheet == 1

    @property
    def pagination(self) -> Pagination:
        """The page boxes of a form that has some, as every sheet does."""
        assert self.page_boxes is not None
        return self.page_boxes

    @property
    def frames(self) -> tuple[Rectangle, ...]:
        """The printed frames of a first page, from the top."""
        return tuple(
            sorted([self.identity.frame, *([self.exam_block.frame] if self.exam_block else [])], key=_y)
        )

    @property
    def answers_top(self) -> float:
        """Where the answers of a first page begin: below its frames, and what a sheet prints beneath them."""
        lowest = [frame.y + frame.height for frame in self.frames]
        if not self.is_annex:  # where boxes and words are for answers
            lowest += [box.frame.y + box.frame.height for box in self.printed.boxes]
            lowest += [text.at[1] + text.size / 2 for text in self.printed.texts]
        return max(lowest)

    @property
    def answers_bottom(self) -> float:
        return self.page_boxes.page.cells.y if self.page_boxes is not None else self.form.page_height

    def rows_of(self, alphabet: Alphabet) -> dict[str, BoxedField]:
        """The boxed fields of the identity block that hold these characters, by name."""
        return {name: f for name, f in self.identity.fields.items() if f.alphabet == alphabet}

    def of_model(self, name: str | None) -> Form:
        """The annex of this name; else the sheet itself, whatever an old one was called."""
        return next((annex for annex in self.annexes if annex.form.name == name), self)

    def with_annexes(self, annexes: Sequence[Form]) -> Form:
        handed_in = tuple(annex.model_copy(update={"handed_in": True}) for annex in annexes)
        return self.model_copy(update={"annexes": handed_in})

    def refusing(self, models: Collection[str]) -> Form:
        """With these of the other models said to be refused."""
        named = {name.casefold() for name in models}
        others = (m.model_copy(update={"refused": m.name.casefold() in named}) for m in self.other_models)
        return self.model_copy(update={"other_models": tuple(others)})

    @property
    def refused(self) -> frozenset[str]:
        """Names of models that must not be used."""
        return frozenset(model.name for model in self.other_models if model.refused)


PAGES_OF_A_SHEET = 4


def _y(frame: Rectangle) -> float:
    return frame.y


class FormError(ValueError):
    """A form file that cannot be read by; the message names the file and everything that is wrong in it."""


def load_form(path: Path, numbers: Numbers = USUAL) -> Form:
    """Read a form file, whose boxes must fit these numbers. Raises FormError."""
    cells = {**numbers.cells, **_OF_BIRTH}
    try:
        return Form.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")), context=cells)
    except FileNotFoundError:
        raise FormError(f"there is no form file {path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormError(f"{path}: {error}") from error
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        said = (
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}".removeprefix(": ") for detail in details
        )
        raise FormError(f"{path}: {'; '.join(said)}") from error


_APART_MM = 12.0
"""Least distance on the page of two papers' identity frames that are alike: a scan may lie 5 mm off."""
_ALIKE_MM = 1.5


def paper_troubles(sheet: Form) -> Iterator[str]:
    """Why pages of these models could not be told apart, or put in their place."""
    if sheet.is_annex:
        yield f"{sheet.form.name} is no sheet: one has four pages or two, [exam_block] and [pagination]"
    yield from (
        f"{annex.form.name} is no annex: it has one page, or two"
        for annex in sheet.annexes
        if annex.form.pages_per_sheet == PAGES_OF_A_SHEET
    )
    for one, other in itertools.combinations((sheet, *sheet.annexes), 2):
        if one.form.name == other.form.name:
            yield f"two papers are called {one.form.name}"
        if _alike(one, other):
            yield (
                f"{one.form.name} and {other.form.name} cannot be told apart: their identity frames have the "
                f"same boxes, less than {_APART_MM:g} mm from each other"
            )


def _alike(one: Form, other: Form) -> bool:
    frame, there = one.identity.frame, other.identity.frame
    if max(abs(frame.x - there.x), abs(frame.y - there.y)) >= _APART_MM:
        return False
    rows, others = one.rows_of("digits"), other.rows_of("digits")
    off = [
        max(abs(a - b) for a, b in zip(_within(rows[name], frame), _within(others[name], there), strict=True))
        for name in rows.keys() & others.keys()
    ]
    return min(rows.keys() ^ others.keys(), default="") == "" and max(off, default=0.0) < _ALIKE_MM


def _within(field: BoxedField, frame: Rectangle) -> tuple[float, ...]:
    zone = field.zone
    return zone.x - frame.x, zone.y - frame.y, zone.width, zone.height
