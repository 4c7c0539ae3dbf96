"""Sheets of oral panels that come back as scans: which is which, in the order in which they are handed in.

Circular: grading sheets by épreuve, then alphabetically by birth name; mark sheets by ascending lot number.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from pypdf import PdfReader, PdfWriter

from processors.oral_sheets import CODE, OralSheet, SheetKind, sheet_of
from processors.scans.barcode import read_label
from processors.scans.geometry import darkness, reduced
from processors.scans.image import BadImage, RawImage
from processors.scans.quality import is_blank
from processors.scans.raster import read_images

_FINE = 190  # dpi at least, where the scan has them
_HEAD, _LEFT = 0.15, 0.55  # of a page's height and width, in which the bars stand
_TURNS = (0, 2, 1, 3)  # quarters counterclockwise, the likelier ones first


@dataclass(frozen=True)
class ScannedPage:
    """`page` from 1; `sheet`: None where no bars are read; `turn`: degrees clockwise that put it upright.

    A page that cannot be read is neither blank nor a sheet.
    """

    page: int
    sheet: OralSheet | None
    turn: int = 0
    blank: bool = False


class Trouble(StrEnum):
    """Why a page is no sheet that is owed; the value is French, and says what to do."""

    NO_CODE = "page {page} : aucun code de feuille ne s’y lit ; numérisez-la de nouveau, entière"
    OTHER_EXAM = "page {page} : feuille d’une autre épreuve ; rendez-la avec la sienne"
    OTHER_PLAN = (
        "page {page} : feuille d’un plan qui a été refait ; recopiez-la sur la feuille du plan en vigueur"
    )
    TWICE = "page {page} : cette feuille est déjà rendue ; gardez la bonne, et retirez l’autre"


@dataclass(frozen=True)
class Returned:
    """`pages`: of each sheet, its own and its verso if written on, with their turns; `told`: in French."""

    pages: Mapping[OralSheet, tuple[ScannedPage, ...]]
    told: tuple[str, ...]


def read_codes(
    path: Path, known: Collection[str], start: int = 0, stop: int | None = None
) -> list[ScannedPage]:
    """The pages `start` to `stop` (from 0) of a scan. BadScan if it cannot be read.

    `known`: codes of the sheets that are owed, for which one sight is enough.
    """
    return [_read(image, known) for image in read_images(path, start, stop)]


def lost_page(page: int, _why: str) -> list[ScannedPage]:
    """What stands for a page whose reading failed."""
    return [ScannedPage(page, None)]


def _read(image: RawImage, known: Collection[str]) -> ScannedPage:
    shrink = max((k for k in (1, 2, 4) if image.dpi / k >= _FINE), default=1)
    try:
        gray = image.darkest(shrink)
    except BadImage:
        return ScannedPage(image.image, None)
    for turn in _TURNS:
        page = np.ascontiguousarray(np.rot90(gray, turn))
        zone = page[: round(_HEAD * page.shape[0]), : round(_LEFT * page.shape[1])]
        read = read_label(zone, f"(?P<candidate>{CODE})", known)
        if read is not None:
            return ScannedPage(image.image, sheet_of(read.text), -90 * turn % 360)
    return ScannedPage(image.image, None, blank=is_blank(darkness(reduced(gray, image.dpi / shrink)[0])))


def returned(
    pages: Sequence[ScannedPage], exam: str, owed: Collection[OralSheet], back: Collection[OralSheet]
) -> Returned:
    """What of an épreuve came in a file. `back`: what came before it.

    A page with writing and no code behind a sheet is its verso; blank ones are left out.
    """
    found = dict[OralSheet, tuple[ScannedPage, ...]]()
    told = list[str]()
    front: OralSheet | None = None
    for one in pages:
        if one.sheet is None:
            if front is not None and not one.blank:
                found[front] += (one,)
                front = None
            elif not one.blank:
                told.append(Trouble.NO_CODE.format(page=one.page))
            continue
        trouble = _trouble(one.sheet, exam, owed, {*found, *back})
        front = None if trouble else one.sheet
        if trouble:
            told.append(trouble.format(page=one.page))
        else:
            found[one.sheet] = (one,)
    return Returned(found, tuple(told))


def _trouble(
    sheet: OralSheet, exam: str, owed: Collection[OralSheet], have: Collection[OralSheet]
) -> Trouble | None:
    if sheet.exam != exam:
        return Trouble.OTHER_EXAM
    if sheet not in owed:
        return Trouble.OTHER_PLAN
    return Trouble.TWICE if sheet in have else None


def sorted_files(path: Path, came: Returned, names: Mapping[OralSheet, str]) -> dict[SheetKind, bytes]:
    """A PDF for each kind that came, its pages as scanned, upright. `names`: birth name by grading sheet."""
    files = {}
    source = PdfReader(path)
    for kind in SheetKind:
        sheets = sorted(
            (sheet for sheet in came.pages if sheet.kind is kind),
            key=lambda sheet: (names.get(sheet, ""), sheet.panel, sheet.turn),
        )
        writer = PdfWriter()
        for page in (page for sheet in sheets for page in came.pages[sheet]):
            writer.add_page(source.pages[page.page - 1]).rotate(page.turn)
        if sheets:
            out = io.BytesIO()
            writer.write(out)
            files[kind] = out.getvalue()
    return files
