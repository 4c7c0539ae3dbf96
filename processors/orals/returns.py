"""Sheets of oral panels that come back as scans: which is which, in the order in which they are handed in.

Circular: grading sheets by épreuve, then alphabetically by birth name; mark sheets by ascending lot number.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pypdf import PdfReader, PdfWriter

from processors.codes import Coded
from processors.orals.sheets import CODE, OralSheet, SheetKind, sheet_of
from processors.scans.files.image import BadImage, RawImage
from processors.scans.files.raster import read_images
from processors.scans.pages.barcode import read_label
from processors.scans.pages.geometry import darkness, reduced
from processors.scans.pages.quality import is_blank

_FINE = 190  # dpi at least, where the scan has them
_HEAD, _LEFT = 0.15, 0.55  # of a page's height and width, in which the bars stand
_TURNS = (0, 2, 1, 3)  # quarters counterclockwise, the likelier ones first


@dataclass(frozen=True)
class ScannedPage:
    """`page` from 1; `sheet`: None where no bars are read; `turn`: degrees clockwise that put it upright.

    A page that is `broken`, that is, cannot be read, is neither blank nor a sheet.
    """

    page: int
    sheet: OralSheet | None
    turn: int = 0
    blank: bool = False
    broken: bool = False


class Trouble(Coded):
    """Why a page is no sheet that is owed; `said`: in French, what to do."""

    BROKEN = "page_broken", "page {page} illisible ; numérisez-la de nouveau"
    NO_CODE = (
        "page_no_code",
        "page {page} : aucun code de feuille ne s’y lit ; numérisez-la de nouveau, entière",
    )
    OTHER_EXAM = "page_other_exam", "page {page} : feuille d’une autre épreuve ; rendez-la avec la sienne"
    OTHER_PLACE = "page_other_place", "page {page} : feuille d’un autre lieu ; rendez-la avec les siennes"
    OTHER_PLAN = (
        "page_other_plan",
        "page {page} : feuille d’un plan qui a été refait ; recopiez-la sur la feuille du plan en vigueur",
    )
    TWICE = (
        "page_twice",
        "page {page} : cette feuille est déjà rendue ; gardez la bonne, et retirez l’autre",
    )


@dataclass(frozen=True)
class Aside:
    """A page that is not taken; `sheet`: what its code says, if any."""

    page: int
    trouble: Trouble
    sheet: OralSheet | None = None

    @property
    def said(self) -> str:
        return self.trouble.said.format(page=self.page)


@dataclass(frozen=True)
class Returned:
    """`pages`: of each sheet, its own and its verso if written on, with their turns."""

    pages: Mapping[OralSheet, tuple[ScannedPage, ...]]
    aside: tuple[Aside, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """In French, page by page."""
        return tuple(one.said for one in self.aside)


def read_codes(
    path: Path, known: Collection[str], start: int = 0, stop: int | None = None
) -> list[ScannedPage]:
    """The pages `start` to `stop` (from 0) of a scan. BadScan if it cannot be read.

    `known`: codes of the sheets that are owed, for which one sight is enough.
    """
    return [_read(image, known) for image in read_images(path, start, stop)]


def lost_page(page: int, _why: str) -> list[ScannedPage]:
    """What stands for a page whose reading failed."""
    return [ScannedPage(page, None, broken=True)]


def _read(image: RawImage, known: Collection[str]) -> ScannedPage:
    shrink = max((k for k in (1, 2, 4) if image.dpi / k >= _FINE), default=1)
    try:
        gray = image.darkest(shrink)
    except BadImage:
        return ScannedPage(image.image, None, broken=True)
    for turn in _TURNS:
        page = np.ascontiguousarray(np.rot90(gray, turn))
        zone = page[: round(_HEAD * page.shape[0]), : round(_LEFT * page.shape[1])]
        read = read_label(zone, f"(?P<candidate>{CODE})", known)
        if read is not None:
            return ScannedPage(image.image, sheet_of(read.text), -90 * turn % 360)
    return ScannedPage(image.image, None, blank=is_blank(darkness(reduced(gray, image.dpi / shrink)[0])))


def returned(
    pages: Sequence[ScannedPage],
    owed: Collection[OralSheet],
    back: Collection[OralSheet],
    elsewhere: Collection[OralSheet] = (),
) -> Returned:
    """What a file brings of the sheets that are owed here. `back`: what came before; `elsewhere`: owed there.

    A page with writing and no code behind a sheet is its verso; blank ones are left out.
    """
    found = dict[OralSheet, tuple[ScannedPage, ...]]()
    aside = list[Aside]()
    exams = {sheet.exam for sheet in owed}
    front: OralSheet | None = None
    for one in pages:
        if one.sheet is None:
            if one.broken:
                aside.append(Aside(one.page, Trouble.BROKEN))
                front = None
            elif front is not None and not one.blank:
                found[front] += (one,)
                front = None
            elif not one.blank:
                aside.append(Aside(one.page, Trouble.NO_CODE))
            continue
        front = one.sheet if one.sheet in owed and one.sheet not in {*found, *back} else None
        if front is not None:
            found[front] = (one,)
        elif one.sheet in owed:
            aside.append(Aside(one.page, Trouble.TWICE, one.sheet))
        elif one.sheet in elsewhere:
            aside.append(Aside(one.page, Trouble.OTHER_PLACE, one.sheet))
        else:
            trouble = Trouble.OTHER_PLAN if one.sheet.exam in exams else Trouble.OTHER_EXAM
            aside.append(Aside(one.page, trouble, one.sheet))
    return Returned(found, tuple(aside))


def in_order(sheets: Iterable[OralSheet], kind: SheetKind, names: Mapping[OralSheet, str]) -> list[OralSheet]:
    """Those of this kind, as they are handed in. `names`: birth name by grading sheet."""
    return sorted(
        (sheet for sheet in sheets if sheet.kind is kind),
        key=lambda sheet: (sheet.exam, names.get(sheet, ""), sheet.panel, sheet.turn),
    )


def sorted_files(path: Path, came: Returned, names: Mapping[OralSheet, str]) -> dict[SheetKind, bytes]:
    """A PDF for each kind that came, its pages as scanned, upright."""
    files = {}
    source = PdfReader(path)
    for kind in SheetKind:
        sheets = in_order(came.pages, kind, names)
        writer = PdfWriter()
        for page in (page for sheet in sheets for page in came.pages[sheet]):
            writer.add_page(source.pages[page.page - 1]).rotate(page.turn)
        if sheets:
            out = io.BytesIO()
            writer.write(out)
            files[kind] = out.getvalue()
    return files
