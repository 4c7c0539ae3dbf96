"""The pages of a PDF: its text and filled-in fields where it holds any, else what optical reading finds."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from processors.dossiers.files import UnreadableError
from processors.dossiers.layout import COLUMN, Field, Page, Word, around, lines_of
from processors.dossiers.marks import EMPTY, SYMBOLIC, TICKED, mark_of
from processors.dossiers.paper import MAX_PIXELS, read_upright
from processors.findings import Box
from processors.scans.readings import Gray

MAX_PAGES = 200
"""Of one file: a dossier's longest piece is far shorter."""
_OCR_DPI = 200.0
_TAIL = 2048  # bytes that may follow the end of a whole file
_LEAST_TEXT = 25  # characters: a page with fewer is read optically
_LITTLE_TEXT = 600  # characters: what somebody types over a picture of a form; a scanner's own text is more
_WHOLE = 0.7  # of the page: a picture that is the page
_PT = 25.4 / 72
_PUSHED = 1 << 16  # of a button's flags: it does something and says nothing
_FEW_SEGMENTS = 6  # of a path: a line, or a bar as thin as one
_THIN_LINE = 1.1  # mm, a thick stroke's bounds; a struck word is at least half as long
_FINE = 100  # of a point: pdfium places points in whole pixels


def pages_of(data: bytes) -> Iterator[Page]:
    """Every page with what stands on it. UnreadableError when the file is protected, broken or too long."""
    document = _opened(data)
    places = [_Place(page) for page in document]
    for index, fields in enumerate(_fields(data, places)):
        page, place = document[index], places[index]
        words, struck = _words(page, place)
        drawn = _Drawn(data, index)
        pictures = _pictures(page, place)
        read_by = "text"
        if _scanned(words, pictures, *drawn.size):
            quarters, found = read_upright(drawn(_OCR_DPI), _OCR_DPI)
            pictures = [_turned(box, *drawn.size, quarters) for box in pictures]
            fields = tuple(replace(f, box=_turned(f.box, *drawn.size, quarters)) for f in fields)
            read_by, drawn = "ocr", replace(drawn, quarters=quarters)
        filled_in = _filled_in(fields)
        if read_by == "text":
            lines = lines_of([*words, *filled_in])
        elif words and not quarters:  # typed over a picture: the file knows better what was typed
            beside = [w for line in found for w in line.words if not _covered(w, words)]
            lines = (*lines_of([*words, *beside]), *lines_of(filled_in))
        else:
            lines = (*found, *lines_of(filled_in))
        yield Page(index + 1, *drawn.size, lines, read_by, fields, tuple(pictures), drawn, struck)


def blank_page(data: bytes, number: int) -> Page | None:
    """A page without what stands on it, to be drawn; None if there is none. Raises as `pages_of` does."""
    document = _opened(data)
    if not 1 <= number <= len(document):
        return None
    page, drawn = document[number - 1], _Drawn(data, number - 1)
    place = _Place(page)
    if _scanned(_words(page, place)[0], _pictures(page, place), *drawn.size):
        drawn = replace(drawn, quarters=read_upright(drawn(_OCR_DPI), _OCR_DPI)[0])
    return Page(number, *drawn.size, (), "", source=drawn)


def _turned(box: Box, width: float, height: float, quarters: int) -> Box:
    """Where it lies once its page, width × height, is turned by so many quarters against the clock."""
    for _ in range(quarters):
        left, top, across, down = box
        box, width, height = (top, width - left - across, down, across), height, width
    return box


def _pictures(page: Any, place: _Place) -> list[Box]:
    found = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    return [place.box(picture.get_bounds()) for picture in found]


def _scanned(words: Sequence[Word], pictures: Sequence[Box], width: float, height: float) -> bool:
    """Whether the page is to be read optically: it holds no text, or little over a picture of the whole."""
    letters = sum(len(word.text) for word in words)
    pictured = any(w * h > _WHOLE * width * height for _, _, w, h in pictures)
    return letters < (_LITTLE_TEXT if pictured else _LEAST_TEXT)


def _covered(word: Word, others: Sequence[Word]) -> bool:
    """Whether one of the others stands where this word does."""

    def middle_in(one: Box, box: Box) -> bool:
        x, y = one[0] + one[2] / 2, one[1] + one[3] / 2
        return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]

    return any(middle_in(word.box, other.box) or middle_in(other.box, word.box) for other in others)


def _opened(data: bytes) -> Any:
    _, end, beyond = data.rpartition(b"%%EOF")
    if not end or len(beyond) > _TAIL or b" obj" in beyond:  # a revision that was begun: it may sign
        raise UnreadableError("PDF endommagé : il n'est pas entier")  # pdfium would mend it, without that
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        protected = "password" in str(error).lower()
        why = "PDF protégé par un mot de passe" if protected else "PDF endommagé"
        raise UnreadableError(why) from None
    if count > MAX_PAGES:
        raise UnreadableError(f"{count} pages, plus que les {MAX_PAGES} acceptées")
    if count == 0:
        raise UnreadableError("PDF sans page")
    document.init_forms()
    return document


def _filled_in(fields: Iterable[Field]) -> list[Word]:
    """What a form's fields say: their text, and boxes that are ticked or not."""
    ticks = {True: TICKED, False: EMPTY}
    return [
        Word(ticks[field.value is not None] if field.kind == "button" else field.value or "", field.box)
        for field in fields
        if field.kind == "button" or (field.kind == "text" and field.value)
    ]


@dataclass(frozen=True)
class _Drawn:
    """Draws a page of a PDF when it is asked to, turned by so many quarters against the clock.

    Sheets lie in feeders either way round.
    """

    data: bytes = field(repr=False)
    index: int
    quarters: int = 0

    def __call__(self, dpi: float) -> Gray:
        page = self._page
        dpi = min(
            dpi, dpi * (MAX_PIXELS / max(1.0, page.get_width() * page.get_height() * (dpi / 72) ** 2)) ** 0.5
        )
        gray = page.render(scale=dpi / 72, grayscale=True).to_numpy().squeeze()
        return np.ascontiguousarray(np.rot90(gray, self.quarters), np.uint8)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as it is drawn, mm."""
        width, height = (side * _PT for side in self._page.get_size())
        return (height, width) if self.quarters % 2 else (width, height)

    @property
    def _page(self) -> Any:
        document = pypdfium2.PdfDocument(self.data)
        document.init_forms()
        return document[self.index]


class _Place:
    """From a PDF page's own points to millimetres from the top left of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        def shown(x: float, y: float) -> np.ndarray:
            across, down = ctypes.c_int(), ctypes.c_int()
            size = (round(side * _FINE) for side in page.get_size())
            pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
            return np.array([across.value, down.value]) / _FINE * _PT

        self._origin = shown(0, 0)
        self._across = (shown(1000, 0) - self._origin) / 1000
        self._up = (shown(0, 1000) - self._origin) / 1000

    def box(self, bounds: Sequence[float]) -> Box:
        """Of left, bottom, right, top in points."""
        left, bottom, right, top = map(float, bounds)
        (x1, y1), (x2, y2) = (
            (self._origin + x * self._across + y * self._up).tolist()
            for x, y in ((left, bottom), (right, top))
        )
        return min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)


@dataclass(frozen=True)
class _Letter:
    text: str
    box: Box


def _words(page: Any, place: _Place) -> tuple[list[Word], tuple[Box, ...]]:
    """The words, and where words were that are struck through: those are not text any more."""
    letters = _letters(page, place)
    struck = _struck(letters, _lines_drawn(page, place))
    words: list[Word] = []
    kept: list[_Letter] = []

    def ends() -> None:
        if kept:
            words.append(Word("".join(one.text for one in kept), around([one.box for one in kept])))
            kept.clear()

    for k, letter in enumerate(letters):
        if letter is None or k in struck:
            ends()
            continue
        box = letter.box
        last = kept[-1].box if kept else box
        if abs(box[1] - last[1]) > box[3] or box[0] - last[0] - last[2] > COLUMN:
            ends()
        kept.append(letter)
    ends()
    return words, tuple(letters[k].box for k in sorted(struck))  # type: ignore[union-attr]


def _letters(page: Any, place: _Place) -> list[_Letter | None]:
    """None where a blank stands. What a symbol font shows as a box is written as one."""
    text_page = page.get_textpage()
    letters: list[_Letter | None] = []
    for k in range(text_page.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(text_page.raw, k))
        if letter.isspace() or letter in "\x00\ufffe\uffff":
            letters.append(None)
            continue
        begins = not letters or letters[-1] is None or not letters[-1].text.isalnum()
        if letter >= "\u2000" or (begins and letter in SYMBOLIC):
            letter = mark_of(letter, _font(text_page, k)) or letter
        letters.append(_Letter(letter, place.box(text_page.get_charbox(k, loose=True))))
    return letters


def _font(text_page: Any, index: int) -> str:
    name, flags = ctypes.create_string_buffer(80), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page.raw, index, name, len(name), flags)
    return name.value.decode("utf-8", "replace")


def _lines_drawn(page: Any, place: _Place) -> list[Box]:
    """Level strokes and thin bars, and what a reader's program struck out."""
    boxes = [
        place.box(obj.get_bounds())
        for obj in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)
        if pdfium.FPDFPath_CountSegments(obj.raw) <= _FEW_SEGMENTS
    ]
    for k in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, k)
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_STRIKEOUT:
            quad = pdfium.FS_QUADPOINTSF()
            for quadrant in range(pdfium.FPDFAnnot_CountAttachmentPoints(annotation)):
                if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, quadrant, quad):
                    x, y, w, h = place.box((quad.x1, quad.y3, quad.x2, quad.y1))
                    boxes.append((x, y + h / 2, w, 0.1))
        pdfium.FPDFPage_CloseAnnot(annotation)
    return [box for box in boxes if box[3] < _THIN_LINE < 2 * box[2]]


def _struck(letters: Sequence[_Letter | None], lines: Sequence[Box]) -> set[int]:
    """Which letters a line runs through that begins and ends with them: a table's rule goes beyond."""
    found: set[int] = set()
    if not lines:
        return found
    there = [(k, letter.box) for k, letter in enumerate(letters) if letter is not None]
    left, top, wide, high = np.array([box for _, box in there], float).reshape(-1, 4).T
    for x, y, w, h in lines:
        level = (y + h / 2 - top) / np.maximum(high, 0.1)
        middle = left + wide / 2
        hit = (level > 0.34) & (level < 0.72) & (middle > x - 0.1) & (middle < x + w + 0.1)
        if hit.any() and left[hit].min() < x + 1.5 and (left + wide)[hit].max() > x + w - 1.5:
            found |= {there[k][0] for k in np.flatnonzero(hit)}
    return found


def _fields(data: bytes, places: Sequence[_Place]) -> list[tuple[Field, ...]]:
    """The fields of each page's form; none where it is broken."""
    found: list[list[Field]] = [[] for _ in places]
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if "/AcroForm" in pdf.Root:
                for page, place, fields in zip(pdf.pages, places, found, strict=False):
                    annotations: Any = page.obj.get("/Annots", [])
                    fields += [f for a in annotations if (f := _field(a, place)) is not None]
    except (pikepdf.PdfError, pikepdf.PasswordError, AttributeError, KeyError, TypeError, ValueError):
        pass
    return [tuple(fields) for fields in found]


def _field(annotation: Any, place: _Place) -> Field | None:
    def inherited(key: str) -> Any:
        node = annotation
        for _ in range(8):
            if key in node:
                return node[key]
            if "/Parent" not in node:
                return None
            node = node["/Parent"]
        return None

    kind = {"/Tx": "text", "/Ch": "text", "/Btn": "button", "/Sig": "signature"}.get(str(inherited("/FT")))
    if kind is None or "/Rect" not in annotation:
        return None
    value = inherited("/V")
    if kind == "button":
        if int(inherited("/Ff") or 0) & _PUSHED:
            return None
        value = annotation.get("/AS", value)
        value = None if str(value) in ("/Off", "None") else str(value)
    elif kind == "signature":
        value = None if value is None else "signed"
    else:
        value = None if value is None else str(value).strip()
    return Field(str(inherited("/T") or ""), kind, value or None, place.box(annotation["/Rect"]))
