"""A centre's rehearsal scan: copies with every kind of trouble, as one PDF, and the truth about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import cv2
import numpy as np

from processors.circular.form import Form, Rectangle
from processors.circular.numbers import USUAL, Numbers
from processors.lists.people import CANDIDATE_COLUMNS, Candidate
from processors.scans.orders import PAGES_PER_SHEET
from specimens.faults import Fault, damage, lay_note, print_squares, show_through
from specimens.hand import PRINT_FONT, Hand, Rng, typeset
from specimens.people import invent_candidates
from specimens.scanner import AS_IT_IS, Level, Mode, Setting, encode, pdf, scan
from specimens.sheet import PAPER, Label, LabelState, Model, Page, Press, Spot, lay


class Kind(StrEnum):
    """What was done to a copy."""

    OK = "ok"
    NO_LABEL = "no_label"
    NO_HEADER = "no_header"
    SCRIBBLED = "scribbled"
    TORN = "torn"
    ANONYMOUS = "anonymous"
    NO_NUMBERS = "no_numbers"
    OLD_MODEL = "old_model"
    MISSING_SIDE = "missing_side"
    DUPLICATE_SIDE = "duplicate_side"
    SWAPPED = "swapped"
    UPSIDE_DOWN = "upside_down"
    FOREIGN_PAGE = "foreign_page"
    BLANK = "blank"  # a header, no answer
    STRANGER = "stranger"  # label and boxes of someone who is not on the roster
    OTHER_LABEL = "other_label"  # the boxes of one candidate, the label of another
    WRONG_EXAM = "wrong_exam"  # a copy of another épreuve
    BLURRED = "blurred"  # one page beyond reading
    DRAFT = "draft"  # with a sheet of scrap paper, written on
    LABEL_INSIDE = "label_inside"  # a second label, stuck over the answer on the second page
    OTHER_SHEET = "other_sheet"  # a sheet of another candidate at its end
    ANNEX = "annex"  # with the first of the form's annexes, after its sheets or within
    UNDECLARED = "undeclared"  # with the last of the form's annexes, of which the reader is not to know
    SHINES_THROUGH = "shines_through"  # its label, on the second page, under what is written there
    NOTE = "note"  # lies on the second page
    NAMED = "named"  # with its candidate's name, or number, on the second page, outside the answers


GONE_IN_ONE_BIT = {Kind.SHINES_THROUGH, Kind.NOTE}
"""What a threshold leaves nothing of, or nothing of the lines that tell it."""

PLAIN = tuple(kind for kind in Kind if kind not in {Kind.ANNEX, Kind.UNDECLARED, *GONE_IN_ONE_BIT})
"""The kinds that a form without annexes can be drawn with, and that show on any scan."""

_LABEL_STATE = {Kind.SCRIBBLED: LabelState.SCRIBBLED, Kind.TORN: LabelState.TORN}
_ON_PAGE_2 = {Kind.SHINES_THROUGH, Kind.NOTE, Kind.NAMED}  # one sheet says as much as three
_OF_LEAVES = {Kind.MISSING_SIDE, Kind.DUPLICATE_SIDE, Kind.SWAPPED}  # whose first names the copy
_NO_LABEL = {Kind.NO_LABEL, Kind.ANONYMOUS}
_NO_BOXES = {Kind.NO_HEADER, Kind.ANONYMOUS}


@dataclass(frozen=True)
class CopyTruth:
    """One copy as it was drawn.

    `scanned_order`: its pages as they were scanned; on A3, sheet by sheet in reading order. `file_pages`: the
    same as A4 pages of the file, counted from 1 (an A3 recto gives 4, then 1), each with the copy's page that
    it shows, 0 for a foreign page; an annex follows the last sheet. `blurred`: pages of the copy beyond
    reading. `label`: what its bars say. `fault`: what happened to its paper. `blank`: pages of the copy on
    which nothing is answered.
    """

    candidate: str
    exam: str
    pages: int
    scanned_order: tuple[int, ...]
    dropped: tuple[int, ...]
    kind: Kind
    label: str | None
    blurred: tuple[int, ...]
    file_pages: tuple[tuple[int, int], ...]
    fault: Fault | None = None
    blank: tuple[int, ...] = ()


@dataclass(frozen=True)
class Batch:
    """A scan as a centre drops it, the roster it is read against and the truth about it."""

    pdf: bytes
    exam: str
    centre: str
    level: Level
    dpi: int
    mode: Mode
    a3: bool
    images: int
    roster: tuple[Candidate, ...]
    copies: tuple[CopyTruth, ...]

    @property
    def truth(self) -> dict[str, Any]:
        """Everything but the PDF, ready for JSON."""
        roster = [
            {
                "candidate": c.number, "registration": c.registration, "family_name": c.family_name,
                "first_names": c.first_names, "birth_date": c.birth_date.isoformat(), "school": c.school,
                "option": c.option,
            }
            for c in self.roster
        ]  # fmt: skip
        return {
            "exam": self.exam, "centre": self.centre, "level": self.level, "dpi": self.dpi, "a3": self.a3,
            "mode": self.mode, "images": self.images, "roster": roster,
            "copies": [asdict(copy) for copy in self.copies],
        }  # fmt: skip


def roster_csv(candidates: Sequence[Candidate]) -> bytes:
    """A roster as massicot imports it: UTF-8, commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CANDIDATE_COLUMNS)
    for c in candidates:
        writer.writerow(
            [c.number, c.registration, c.family_name, c.first_names, c.birth_date.isoformat(), c.school,
             c.centre, c.option, c.category, "|".join(c.exams)]
        )  # fmt: skip
    return out.getvalue().encode()


def draw_batch(
    seed: int, exam: str, centre: str, candidates: Sequence[Candidate], kinds: Sequence[Kind], form: Form, *,
    level: Level = Level.OFFICE, dpi: int = 200, mode: Mode = Mode.GRAY, a3: bool = False,
    other_exam: str = "U9", faults: Sequence[Fault | None] = (), label_at: Spot | None = None,
    setting: Setting = AS_IT_IS,
) -> Batch:  # fmt: skip
    """The scan of one copy for each of `kinds`, by the first of `candidates`; the others have no copy.

    The same arguments give the same bytes. `OTHER_LABEL` takes a roster of two at least. `other_exam` is the
    épreuve of a copy in the wrong pile. `faults`: what happens to the paper of each copy, in their order.
    `label_at`: where labels are stuck, if not where they belong; `setting`: of the scanner, for all pages.
    """
    a3 = a3 and form.form.pages_per_sheet == PAGES_PER_SHEET  # a leaf is A4
    if len(kinds) > len(candidates):
        raise ValueError("more copies than candidates")
    drawing = _Drawing(
        seed, exam, centre, tuple(candidates), form, level, dpi, mode, a3, other_exam, label_at, setting
    )
    for candidate, kind, fault in zip(candidates, kinds, [*faults, *[None] * len(kinds)], strict=False):
        drawing.add(candidate, kind, fault)
    return Batch(
        pdf(drawing.images, dpi), exam, centre, level, dpi, mode, a3, len(drawing.images), tuple(candidates),
        tuple(drawing.copies),
    )  # fmt: skip


class _Drawing:
    """A batch being drawn, copy after copy."""

    def __init__(
        self, seed: int, exam: str, centre: str, roster: tuple[Candidate, ...], form: Form, level: Level,
        dpi: int, mode: Mode, a3: bool, other_exam: str, label_at: Spot | None, setting: Setting,
    ) -> None:  # fmt: skip
        self._sheet = form.form.pages_per_sheet
        self._seed, self._exam, self._centre, self._roster = seed, exam, centre, roster
        self._level, self._dpi, self._mode, self._a3, self._other_exam = level, dpi, mode, a3, other_exam
        self._press, self._label_at, self._setting = Press(form, dpi), label_at, setting
        self.images: list[bytes] = []
        self.copies: list[CopyTruth] = []
        self._pages = 0

    def add(self, candidate: Candidate, kind: Kind, fault: Fault | None) -> None:
        # a generator of its own: a copy does not change when those before it do
        rng = np.random.default_rng([self._seed, len(self.copies)])
        if kind is Kind.STRANGER:
            candidate = self._stranger(rng)
        exam = self._other_exam if kind is Kind.WRONG_EXAM else self._exam
        count = self._sheet * int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
        if kind in _ON_PAGE_2:
            count = self._sheet
        elif kind in _OF_LEAVES:
            count = max(4, count)
        label = None if kind in _NO_LABEL else self._label(candidate, kind, exam, rng)
        pages = list(self._copy(candidate, kind, fault, exam, count, label, rng))
        answers = round((self._press.form.pagination.page.cells.y - 6) * self._press.px_per_mm)
        blank = tuple(
            number
            for number, page in enumerate(pages, 1)
            if number % self._sheet != 1 and (page.pen[:answers] == PAPER).all()
        )
        if fault is not None:
            for k in [1] if fault is Fault.CORNER else range(count):
                pages[k] = damage(pages[k], fault, self._press.px_per_mm, rng)
        sides, dropped = _feed(kind, count, self._a3, rng)
        target = min(count, int(rng.integers(2, 4))) if kind is Kind.BLURRED else 0
        blurred = tuple(number for side in sides if target in side for number in side)
        file_pages: list[tuple[int, int]] = []
        annex = list(self._annex(candidate, kind, count, rng)) if kind is Kind.ANNEX else []
        handed_in = len(sides) if rng.random() < 0.6 else 2  # 2: it lies in the folded sheet
        for k, shows in enumerate(sides, 1):
            paper = pages[shows[0] - 1]
            if len(shows) == 2:
                paper = paper.beside(pages[shows[1] - 1])
            if kind is Kind.UPSIDE_DOWN:
                paper, shows = paper.turned(), shows[::-1]
            self._scan(paper, rng, blurred=target in shows)
            file_pages += [(self._pages + i, shown) for i, shown in enumerate(shows, 1)]
            self._pages += len(shows)
            for n, side in enumerate(annex if k == handed_in else [], 1):
                self._scan(side, rng)
                self._pages += 1
                file_pages.append((self._pages, count + n))
        for paper in self._added(candidate, kind, rng):
            self._scan(paper, rng)
            shown_pages = 2 if paper.printed.shape[1] > paper.printed.shape[0] else 1
            file_pages += [(self._pages + i, 0) for i in range(1, shown_pages + 1)]
            self._pages += shown_pages
        order = tuple(shown for side in sides for shown in side)
        if self._a3 and kind is not Kind.SWAPPED:
            order = tuple(sorted(order))
        self.copies.append(
            CopyTruth(
                candidate.number, exam, count, order, dropped, kind, label.payload if label else None,
                blurred, tuple(file_pages), fault, blank,
            )
        )  # fmt: skip

    def _added(self, candidate: Candidate, kind: Kind, rng: Rng) -> Iterator[Page]:
        """The sides that are scanned after the copy and are not its own."""
        if kind is Kind.FOREIGN_PAGE:
            yield self._convocation(candidate)
        elif kind is Kind.DRAFT:
            hand, paper = Hand(rng), self._press.empty_page()
            paper.printed[:] = 226  # coloured paper
            self._press.write_answer(paper, hand, rng, first=False, lines=int(rng.integers(6, 16)))
            yield replace(paper, ink=hand.ink)
        elif kind is Kind.UNDECLARED:
            yield from self._annex(candidate, kind, self._sheet, rng)
        elif kind is Kind.OTHER_SHEET:
            other = next(c for c in self._roster[::-1] if c.number != candidate.number)
            label = self._label(other, Kind.OK, self._exam, rng)
            pages = list(self._copy(other, Kind.OK, None, self._exam, self._sheet, label, rng))
            if self._a3:
                yield pages[3].beside(pages[0])
                yield pages[1].beside(pages[2])
            else:
                yield from pages

    def _annex(self, candidate: Candidate, kind: Kind, count: int, rng: Rng) -> Iterator[Page]:
        """The sides of an answer sheet handed in after a copy of so many pages, numbered or not."""
        form = self._press.form.annexes[0 if kind is Kind.ANNEX else -1]
        press, hand, numbered = Press(form, self._dpi), Hand(rng), rng.random() < 0.6
        for side in range(form.form.pages_per_sheet):
            page = press.page(side == 0, hand)
            if side == 0:
                press.write_identity(page, hand, candidate)
            if numbered:
                last = count + form.form.pages_per_sheet
                press.write_numbers(page, hand, count + 1 + side, last)
            press.write_answer(page, hand, rng, side == 0, int(rng.integers(3, 12)))
            yield page

    def _scan(self, paper: Page, rng: Rng, blurred: bool = False) -> None:
        picture = scan(self._setting.drawn(paper), self._level, self._mode, self._dpi, rng, blurred)
        picture = self._setting.laid(picture, self._dpi)
        self.images.append(encode(picture, self._level, self._mode, self._dpi, rng))

    def _stranger(self, rng: Rng) -> Candidate:
        taken = {candidate.number for candidate in self._roster}
        one = self._roster[0]
        lengths = len(one.number), len(one.registration)
        like = USUAL if lengths == (11, 3) else Numbers(*(f"[0-9]{{{n}}}" for n in lengths))
        schools = sorted({candidate.school for candidate in self._roster})
        while True:
            (stranger,) = invent_candidates(rng, 1, self._centre, (self._exam,), schools, 900, like)
            if stranger.number not in taken:
                return stranger

    def _label(self, candidate: Candidate, kind: Kind, exam: str, rng: Rng) -> Label:
        if kind is Kind.OTHER_LABEL:
            others = [other for other in self._roster if other.number != candidate.number]
            candidate = others[-1]  # the last of a roster seldom has a copy of his own
        name = f"{candidate.family_name} {candidate.first_names}" if rng.random() < 0.4 else ""
        return Label(f"{exam}-{candidate.number}", name, _LABEL_STATE.get(kind, LabelState.WHOLE))

    def _copy(
        self,
        candidate: Candidate,
        kind: Kind,
        fault: Fault | None,
        exam: str,
        count: int,
        label: Label | None,
        rng: Rng,
    ) -> Iterator[Page]:
        """The copy's pages in reading order, upright."""
        press, hand = self._press, Hand(rng)
        model = Model.CMEN if kind is Kind.OLD_MODEL else Model.CCYC
        label_everywhere = rng.random() < 0.5
        written = 0 if kind is Kind.BLANK else int(rng.integers(max(1, count - 3), count + 1))
        if kind in (Kind.BLURRED, Kind.LABEL_INSIDE, *_ON_PAGE_2) or fault is Fault.CORNER:  # text is spoilt
            written = count
        for number in range(1, count + 1):
            first = number % self._sheet == 1
            page = press.page(first, hand, model)
            if first:
                press.write_exam(page, hand, ("BTS", "SIO " + candidate.option, exam, "écrit", "2026"))
                if kind not in _NO_BOXES:
                    press.write_identity(page, hand, candidate, model)
            if kind is not Kind.NO_NUMBERS:
                press.write_numbers(page, hand, number, count)
            if number <= written:
                lines = int(rng.integers(4, 20)) if number == written else None
                press.write_answer(page, hand, rng, first, lines)
            if first and label and (number == 1 or label_everywhere):
                press.stick(page, label, rng, self._label_at)
            if number == 2 and kind is Kind.LABEL_INSIDE and label:
                press.stick(page, label, rng, Spot(70, 60))
            yield self._on_page_2(page, hand, candidate, kind, label, rng) if number == 2 else page

    def _on_page_2(
        self, page: Page, hand: Hand, candidate: Candidate, kind: Kind, label: Label | None, rng: Rng
    ) -> Page:
        """The page with what a copy of this kind bears there."""
        press, family, first = self._press, candidate.family_name, candidate.first_names.title()
        if kind is Kind.SHINES_THROUGH and label:
            behind = press.empty_page()
            press.stick(behind, label, rng, self._label_at)
            return show_through(page, behind, rng.uniform(0.15, 0.45), press.px_per_mm)
        if kind is Kind.NOTE:
            lines = [hand.text(text, press.px_per_mm) for text in (f"{first} {family}", "merci de joindre")]
            place = Rectangle(rng.uniform(20, 110), rng.uniform(40, 180), 76, 76)
            return lay_note(page, lines, place, int(rng.integers(215, 253)), press.px_per_mm)
        if kind is Kind.NAMED:
            said = (f"{family} {first}", f"{first} {family}", f"N° {candidate.number}")
            at, text, where = (rng.uniform(9, 90), rng.uniform(9, 12)), str(rng.choice(said)), rng.random()
            if where < 0.2:
                return print_squares(page, text, (rng.uniform(30, 150), 270), 14, press.px_per_mm)
            side, foot = where < 0.4, where > 0.7
            if side or foot:
                at = (rng.uniform(5, 7), rng.uniform(120, 250)) if side else (at[0], 287 + at[1] / 3)
            press.write_line(page, hand, text, at, up=side)
        return page

    def _convocation(self, candidate: Candidate) -> Page:
        """A paper that has no business in a pile of copies."""
        page, per_mm = self._press.empty_page(), self._press.px_per_mm
        lines = [
            (45, 5.0, "CONVOCATION À L'EXAMEN DU BTS"),
            (62, 5.0, f"{candidate.first_names} {candidate.family_name}"),
            (72, 4.0, f"N° de candidat : {candidate.number}"),
            *((90 + 8 * i, 3.6, text) for i, text in enumerate(_CONVOCATION)),
        ]
        for y, em, text in lines:
            mask, row = typeset(PRINT_FONT, round(em * per_mm), text)
            lay(page.printed, mask, round(25 * per_mm), round(y * per_mm) - row, 30)
        stamp = [round(mm * per_mm) for mm in (20, 20, 50, 14)]
        cv2.rectangle(page.printed, stamp, 60, 2)
        return page


_CONVOCATION = (
    "Vous êtes prié(e) de vous présenter aux épreuves écrites muni(e) de cette convocation",
    "et d'une pièce d'identité en cours de validité.",
    "L'entrée dans la salle n'est plus permise une heure après le début de l'épreuve.",
    "Les téléphones et les montres connectées sont éteints et rangés.",
)


def _feed(kind: Kind, count: int, a3: bool, rng: Rng) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """The sides as they pass the scanner, each its pages from left to right, and the pages lost there."""
    sides: list[tuple[int, ...]]
    if a3:
        sides = [side for k in range(0, count, PAGES_PER_SHEET) for side in ((k + 4, k + 1), (k + 2, k + 3))]
        leaf = 2 * int(rng.integers(count // PAGES_PER_SHEET)) + 1  # of one sheet, the inner side
        span = slice(leaf, leaf + 1)
    else:
        sides = [(number,) for number in range(1, count + 1)]
        leaf = 2 * int(rng.integers(1, max(2, count // 2)))  # never the first leaf: it names the copy
        span = slice(leaf, leaf + 2)
    lost: list[tuple[int, ...]] = []
    if kind is Kind.MISSING_SIDE:
        lost, sides[span] = sides[span], []
    elif kind is Kind.DUPLICATE_SIDE:
        sides[span] = sides[span] * 2
    elif kind is Kind.SWAPPED:
        first, second = (0, 1) if a3 else (2, 3)
        sides[first], sides[second] = sides[second], sides[first]
    return sides, tuple(sorted(number for side in lost for number in side))
