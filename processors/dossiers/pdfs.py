"""The pages of a PDF: its text and filled-in fields where it holds any, else what optical reading finds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from processors.dossiers.files import UnreadableError
from processors.dossiers.layout import Field, Line, Page, Word, line_of, lines_of
from processors.dossiers.letters import Place, point_of, set_upright, words_of
from processors.dossiers.marks import EMPTY, TICKED
from processors.dossiers.paper import MAX_PIXELS, read_upright, turned
from processors.dossiers.sheets import Photographed, dpi_of, sheets_on
from processors.findings import Box
from processors.layers import as_shown
from processors.scans.readings import Gray

MAX_PAGES = 200
"""Of one file: a dossier's longest piece is far shorter."""
_OCR_DPI = 200.0
_PHOTO_DPI = 270.0  # of a whole photograph: its sheet is smaller
_TAIL = 2048  # bytes that may follow the end of a whole file
_LEAST_TEXT = 25  # characters: a page with fewer is read optically
_LITTLE_TEXT = 600  # characters: what somebody types over a picture of a form; a scanner's own text is more
_WHOLE = 0.7  # of the page: a picture that is the page
_PUSHED = 1 << 16  # of a button's flags: it does something and says nothing
_CURVES = 4  # of a drawing: a circle, a frame with round corners
_SCRAWL = 3.0  # mm: a drawing that is narrower or flatter is a letter, or a rule
_MANY_SEGMENTS = 200
_HIDDEN = 1 << 1  # of an annotation's flags
_WIDE_LETTER = 2.5  # mm: that of most, with its blank, in the largest type that forms are filled in with


def pages_of(data: bytes) -> Iterator[Page]:
    """Every page with what stands on it. UnreadableError when the file is protected, broken or too long."""
    data, document = _opened(data)
    pages = list(document)
    upright = [set_upright(page) for page in pages]
    places = [Place(page) for page in pages]
    for index, laid in enumerate(_annotations(data, places)):
        page, place = pages[index], places[index]
        words, struck = words_of(page, place)
        drawn = _Drawn(data, index, upright[index])
        pictures, drawings = _pictures(page, place)
        fields = tuple(laid.fields)
        read_by = "text"
        if _scanned(words, pictures, *drawn.size):
            if not words and not fields and (sheet := _photographed(drawn, pictures)) is not None:
                quarters, lines = read_upright(sheet, dpi_of(sheet))
                yield replace(Photographed(turned(sheet, quarters)).page(index + 1), lines=lines)
                continue
            quarters, found = read_upright(drawn(_OCR_DPI), _OCR_DPI)
            pictures = [_turned(box, *drawn.size, quarters) for box in pictures]
            fields = tuple(replace(f, box=_turned(f.box, *drawn.size, quarters)) for f in fields)
            read_by, drawn = "ocr", replace(drawn, quarters=(drawn.quarters + quarters) % 4)
        filled_in = _filled_in(one for one in fields if not _stands_there(one, words))
        if read_by == "text":
            lines = lines_of([*words, *filled_in])
            pictures += [*drawings, *laid.marks]
        else:  # typed over a picture: the file knows better what was typed
            typed = filled_in if quarters else [*words, *filled_in]
            lines = _typed_into(found, typed) if typed else found
        yield Page(
            index + 1, *drawn.size, lines, read_by, fields, tuple(pictures), drawn, struck, tuple(laid.links)
        )


def blank_page(data: bytes, number: int) -> Page | None:
    """A page without what stands on it, to be drawn; None if there is none. Raises as `pages_of` does."""
    data, document = _opened(data)
    if not 1 <= number <= len(document):
        return None
    page = document[number - 1]
    drawn = _Drawn(data, number - 1, set_upright(page))
    place = Place(page)
    words, pictures = words_of(page, place)[0], _pictures(page, place)[0]
    if _scanned(words, pictures, *drawn.size):
        fields = _annotations(data, [place] * number)[number - 1].fields
        if not words and not fields and (sheet := _photographed(drawn, pictures)) is not None:
            quarters = read_upright(sheet, dpi_of(sheet))[0]
            return Photographed(turned(sheet, quarters)).page(number)
        quarters = read_upright(drawn(_OCR_DPI), _OCR_DPI)[0]
        drawn = replace(drawn, quarters=(drawn.quarters + quarters) % 4)
    return Page(number, *drawn.size, (), "", source=drawn)


def _photographed(drawn: _Drawn, pictures: Sequence[Box]) -> Gray | None:
    """The only sheet that lies on the picture of the page, if its edges are seen there."""
    if len(pictures) != 1:
        return None
    gray, px = drawn(_PHOTO_DPI), _PHOTO_DPI / 25.4
    x, y, w, h = (max(0, round(side * px)) for side in pictures[0])
    sheets = sheets_on(gray[y : y + h, x : x + w])
    return sheets[0] if len(sheets) == 1 else None


def _turned(box: Box, width: float, height: float, quarters: int) -> Box:
    """Where it lies once its page, width × height, is turned by so many quarters against the clock."""
    for _ in range(quarters):
        left, top, across, down = box
        box, width, height = (top, width - left - across, down, across), height, width
    return box


def _pictures(page: Any, place: Place) -> tuple[list[Box], list[Box]]:
    """Pictures, and drawings with many curves: a program's pen draws no other."""
    found = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    paths = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)
    drawn = [place.box(path.get_bounds()) for path in paths if _curves(path.raw) > _CURVES]
    return (
        [place.box(picture.get_bounds()) for picture in found],
        [box for box in drawn if min(box[2:]) > _SCRAWL],
    )


def _curves(path: Any) -> int:
    count = min(pdfium.FPDFPath_CountSegments(path), _MANY_SEGMENTS)
    segments = (pdfium.FPDFPath_GetPathSegment(path, k) for k in range(count))
    return sum(pdfium.FPDFPathSegment_GetType(one) == pdfium.FPDF_SEGMENT_BEZIERTO for one in segments)


def _scanned(words: Sequence[Word], pictures: Sequence[Box], width: float, height: float) -> bool:
    """Whether the page is to be read optically: it holds no text, or little over a picture of the whole."""
    letters = sum(len(word.text) for word in words)
    pictured = any(w * h > _WHOLE * width * height for _, _, w, h in pictures)
    return letters < (_LITTLE_TEXT if pictured else _LEAST_TEXT)


def _typed_into(lines: Sequence[Line], typed: Sequence[Word]) -> tuple[Line, ...]:
    """The lines of optical reading with the words that the file holds in place of what was read of those."""
    rows = [[word for word in line.words if not _covered(word, typed)] for line in lines]
    rest: list[Word] = []
    for word in typed:
        middle = word.box[1] + word.box[3] / 2
        on = [k for k, line in enumerate(lines) if rows[k] and line.box[1] <= middle <= sum(line.box[1::2])]
        (rows[on[0]] if on else rest).append(word)
    made = [line_of(sorted(row, key=lambda word: word.box[0])) for row in rows if row]
    return tuple(sorted([*made, *lines_of(rest)], key=lambda line: line.box[1]))


def _covered(word: Word, others: Sequence[Word]) -> bool:
    """Whether one of the others stands where this word does."""

    def middle_in(one: Box, box: Box) -> bool:
        x, y = one[0] + one[2] / 2, one[1] + one[3] / 2
        return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]

    return any(middle_in(word.box, other.box) or middle_in(other.box, word.box) for other in others)


def _opened(data: bytes) -> tuple[bytes, Any]:
    """The file as it is shown, and its document."""
    _, end, beyond = data.rpartition(b"%%EOF")
    if not end or len(beyond) > _TAIL or b" obj" in beyond:  # a revision that was begun: it may sign
        raise UnreadableError("PDF endommagé : il n'est pas entier")  # pdfium would mend it, without that
    data = as_shown(data)
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
    form = document.get_formtype()
    if form == pdfium.FORMTYPE_XFA_FULL or (form == pdfium.FORMTYPE_XFA_FOREGROUND and _has_no_field(data)):
        raise UnreadableError("formulaire qu'un seul programme affiche (XFA) : il faut l'imprimer en PDF")
    document.init_forms()
    return data, document


def _has_no_field(data: bytes) -> bool:
    with pikepdf.open(io.BytesIO(data)) as document:
        return not document.Root.AcroForm.get("/Fields", [])


def _filled_in(fields: Iterable[Field]) -> list[Word]:
    """What a form's fields say: the words of their text, and boxes that are ticked or not."""
    ticks = {True: TICKED, False: EMPTY}
    words = []
    for one in fields:
        if one.kind == "button":
            words.append(Word(ticks[one.value is not None], one.box))
        elif one.kind == "text" and one.value:
            words += list(_words_in(one.value, one.box))
    return words


def _stands_there(field: Field, words: Sequence[Word]) -> bool:
    """Whether the page bears a field's text itself, as programs leave it that flatten forms."""
    x, y, w, h = field.box
    there = [word.text for word in words if x < _middle(word)[0] < x + w and y < _middle(word)[1] < y + h]
    said = "".join((field.value or "").split())
    return field.kind == "text" and bool(said) and said in "".join(there)


def _middle(word: Word) -> tuple[float, float]:
    x, y, w, h = word.box
    return x + w / 2, y + h / 2


def _words_in(said: str, box: Box) -> Iterator[Word]:
    """Each word where it would stand, if all letters were as wide: a field may be far wider than its text."""
    x, y, w, h = box
    wide = min(w / len(said), _WIDE_LETTER, h / 2)
    for word in re.finditer(r"\S+", said):
        yield Word(word[0], (x + wide * word.start(), y, wide * len(word[0]), h))


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
        scale = dpi / 25.4 * point_of(page)
        scale *= min(1.0, (MAX_PIXELS / max(1.0, page.get_width() * page.get_height() * scale**2)) ** 0.5)
        gray = page.render(scale=scale, grayscale=True).to_numpy().squeeze()
        return np.ascontiguousarray(np.rot90(gray, self.quarters), np.uint8)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as it is drawn, mm."""
        page = self._page
        width, height = (side * point_of(page) for side in page.get_size())
        return (height, width) if self.quarters % 2 else (width, height)

    @property
    def _page(self) -> Any:
        document = pypdfium2.PdfDocument(self.data)
        document.init_forms()
        return document[self.index]


@dataclass
class _Laid:
    """What lies on a page: what was filled in or typed over it, where it leads to, what was signed by pen."""

    fields: list[Field] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)


def _annotations(data: bytes, places: Sequence[Place]) -> list[_Laid]:
    """Of each page; nothing where the file is broken."""
    found = [_Laid() for _ in places]
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if "/Collection" in pdf.Root:
                raise UnreadableError("porte-documents PDF : ses pièces y sont jointes")
            forms = "/AcroForm" in pdf.Root
            for page, place, laid in zip(pdf.pages, places, found, strict=False):
                annotations: Any = page.obj.get("/Annots", [])
                for annotation in annotations:
                    _sort(annotation, place, laid, forms)
    except (pikepdf.PdfError, pikepdf.PasswordError, AttributeError, KeyError, TypeError, ValueError):
        pass
    return found


def _sort(annotation: Any, place: Place, laid: _Laid, forms: bool) -> None:
    kind = str(annotation.get("/Subtype"))
    if kind == "/FreeText":
        laid.fields += _typed_over(annotation, place)
    elif kind in ("/Stamp", "/Ink") and "/Rect" in annotation:
        laid.marks.append(place.box(annotation["/Rect"]))
    elif kind == "/Link":
        address = str(annotation.get("/A", pikepdf.Dictionary()).get("/URI", ""))
        laid.links += [address] if address else []
    elif forms and (found := _field(annotation, place)) is not None:
        laid.fields.append(found)


def _typed_over(annotation: Any, place: Place) -> Iterator[Field]:
    """The lines that a reader's program typed on the page."""
    said = str(annotation.get("/Contents", "")).strip()
    if not said or int(annotation.get("/F", 0)) & _HIDDEN or "/Rect" not in annotation:
        return
    x, y, w, h = place.box(annotation["/Rect"])
    lines = said.splitlines()
    for k, line in enumerate(lines):
        yield Field("", "text", line.strip() or None, (x, y + k * h / len(lines), w, h / len(lines)))


def _field(annotation: Any, place: Place) -> Field | None:
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
        value = None if value is None else _said(value)
    return Field(str(inherited("/T") or ""), kind, value or None, place.box(annotation["/Rect"]))


def _said(value: Any) -> str:
    """A text, which may lie in a stream, or the choices of a list (ISO 32000-2, 12.7.5.3 and 12.7.5.4)."""
    if isinstance(value, pikepdf.Array):
        return ", ".join(_said(one) for one in value if not isinstance(one, pikepdf.Array))
    text = pikepdf.String(value.read_bytes()) if isinstance(value, pikepdf.Stream) else value
    return str(text).strip()
