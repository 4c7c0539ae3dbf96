"""A scan of attendance lists, read: of each page which sheet it is, and what its cells say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.attendance.agreed import beside_boxes
from processors.attendance.boxes import ticked_boxes
from processors.attendance.cells import read_cells
from processors.attendance.lines import PX
from processors.attendance.seen import Cell
from processors.attendance.sheet import AttendanceForm, SheetCode
from processors.circular.form import Rectangle
from processors.codes import Coded
from processors.scans.files.image import BadImage, RawImage, turned
from processors.scans.files.raster import read_images
from processors.scans.pages.barcode import read_label
from processors.scans.pages.placed import pages_of
from processors.scans.pages.registration import FRAMES_SEEN, Placement
from processors.scans.readings import Gray

_FINE = 190  # dpi at least, where the scan has them: a pen draws two pixels and more
_ABOUT = 3.0  # mm around the column that is read
_LEFT = 7.0  # mm before the boxes « Absent » that are read
_BARS_ABOUT = 4.0
_AS_IT_IS = 1
_WHOLE = ((cv2.MORPH_OPEN, _AS_IT_IS), (cv2.MORPH_CLOSE, 3), (cv2.MORPH_OPEN, 3), (cv2.MORPH_OPEN, 5))
"""How bars are made whole, and pixels at 300 dpi, of which a module has 4.7: a stripe of the scanner is taken
out of what is light, one without toner out of what is dark."""
_MARGIN, _ROW_PX = 5.0, 5.0  # mm above and below a row that are shown; pixels a mm of the picture


class PageTrouble(Coded):
    """Why a page gives no sheet; `said`: in French, what to do."""

    BROKEN = "page_broken", "page {page} illisible : numérisez de nouveau cette feuille"
    NO_LIST = (
        "page_no_list",
        "page {page} : ce n’est pas une feuille d’émargement imprimée ici, ou elle est coupée ; numérisez-la "
        "entière",
    )
    NO_CODE = (
        "page_no_code",
        "page {page} : le code-barres ne se lit pas ; numérisez de nouveau cette feuille",
    )
    OTHER_EXAM = "page_other_exam", "page {page} : feuille d’une autre épreuve ; déposez-la dans la sienne"
    OTHER_CENTRE = "page_other_centre", "page {page} : feuille d’un autre centre ; il la dépose lui-même"
    OTHER_LIST = (
        "page_other_list",
        "page {page} : cette liste n’a pas été imprimée ici ; signalez-le au service de coordination",
    )
    TWICE = "page_twice", "page {page} : feuille déjà lue, elle dit la même chose ; rien à faire"
    CONTRADICTS = (
        "page_contradicts",
        "page {page} : feuille déjà lue, elle dit autre chose ; le service tranche",
    )


@dataclass(frozen=True)
class SheetReading:
    """`page` counts the pages of the file; `pictures`: a JPEG of each row, where `code` is known."""

    page: int
    code: SheetCode | None
    trouble: PageTrouble | None = None
    cells: tuple[Cell, ...] = ()
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


def read_sheets(
    path: Path, form: AttendanceForm, known: Collection[str], start: int = 0, stop: int | None = None
) -> list[SheetReading]:
    """The sheets on the pages `start` to `stop` of a file (from 0). BadScan if it cannot be read.

    `known`: the bars' texts of all sheets that were printed for this épreuve and centre.
    """
    return [sheet for image in read_images(path, start, stop) for sheet in _sheets_on(image, form, known)]


def lost_sheet(page: int, _why: str) -> list[SheetReading]:
    """What stands for a page whose reading failed."""
    return [SheetReading(page, None, PageTrouble.BROKEN)]


def _sheets_on(image: RawImage, form: AttendanceForm, known: Collection[str]) -> list[SheetReading]:
    """The frames alone may look alike the other way up: where no bars are read, the page is turned over."""
    shrink = max((k for k in (1, 2, 4) if image.dpi / k >= _FINE), default=1)
    try:
        gray = image.darkest(shrink)
    except BadImage:
        return [SheetReading(image.image, None, PageTrouble.BROKEN)]
    found = list(_sheets_in(gray, image, shrink, form, known))
    if any(sheet.code is None for sheet in found):
        over = list(_sheets_in(np.ascontiguousarray(gray[::-1, ::-1]), image, shrink, form, known))
        if sum(sheet.code is not None for sheet in over) > sum(sheet.code is not None for sheet in found):
            return over
    return found


def _sheets_in(
    gray: Gray, image: RawImage, shrink: int, form: AttendanceForm, known: Collection[str]
) -> Iterator[SheetReading]:
    pages = pages_of(gray, image.dpi / shrink, shrink, form)
    for page in pages:
        upright, placement = turned(page.placed.gray, page.placed.placement.turn), page.placed.placement
        if placement.frames < FRAMES_SEEN:
            if len(pages) == 1:
                yield SheetReading(image.image, None, PageTrouble.NO_LIST)
            continue
        yield _sheet(image, upright, placement, form, known)


def row_alone(picture: bytes) -> bytes:
    """A row as it is kept, without what shows of its neighbours but strokes that cross the lines. A JPEG."""
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None, "it was made here"
    margin = round(_MARGIN * _ROW_PX)
    return _jpeg(np.asarray(shown[margin:-margin], np.uint8))


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()


def _sheet(
    image: RawImage, upright: Gray, placement: Placement, form: AttendanceForm, known: Collection[str]
) -> SheetReading:
    page = image.image
    bars = placement.patch(upright, form.bars.zone.grown(_BARS_ABOUT), 300 / 25.4)
    code = _code_in(bars, form, known)
    if code is None:
        return SheetReading(page, None, PageTrouble.NO_CODE)
    rows = form.rows
    zone = Rectangle(rows.first.x, rows.first.y, rows.first.width, rows.first.height * rows.count)
    if not placement.shows(zone, upright.shape):
        return SheetReading(page, None, PageTrouble.NO_LIST)
    about = zone.grown(_ABOUT)
    table = placement.patch(upright, about, PX)
    edges = [_ABOUT + row * rows.first.height for row in range(rows.count + 1)]
    cells = read_cells(table, edges, (_ABOUT, _ABOUT + zone.width))
    if code.boxed and rows.absent is not None:
        column = Rectangle(
            rows.absent.x - _LEFT, about.y, rows.first.x + _ABOUT - rows.absent.x + _LEFT, about.height
        )
        boxes = [box._replace(x=box.x - column.x, y=box.y - column.y) for box in rows.boxes()]
        part = placement.patch(upright, column, PX)
        cells = beside_boxes(cells, ticked_boxes(part, edges, rows.first.x - column.x, boxes), image.bilevel)
    whole = form.identity.frame
    shown = placement.patch(upright, whole.grown(_MARGIN), _ROW_PX)
    pictures = []
    for row in range(rows.count):
        top = (rows.cell(row).y - whole.y) * _ROW_PX  # a margin above the row, as the picture has one
        bottom = top + (rows.first.height + 2 * _MARGIN) * _ROW_PX
        pictures.append(_jpeg(shown[round(top) : round(bottom)]))
    return SheetReading(page, code, None, tuple(cells), tuple(pictures))


def _code_in(bars: Gray, form: AttendanceForm, known: Collection[str]) -> SheetCode | None:
    for way, thin in _WHOLE:
        whole = np.asarray(cv2.morphologyEx(bars, way, np.ones((1, thin), np.uint8)), np.uint8)
        read = read_label(whole, form.pattern, known, form.label.symbology)
        if read is not None and (thin == _AS_IT_IS or read.text in known):
            return SheetCode.of(read.text, form)
    return None
