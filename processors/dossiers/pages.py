"""What stands on the pages of a deposited file, whatever it is.

Text comes from the file where it holds any, else from optical reading. A spreadsheet's rows are lines
without a place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pypdfium2

from processors.dossiers import pdfs
from processors.dossiers.cells import sheets_of
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError
from processors.dossiers.layout import Page
from processors.dossiers.paper import read_upright, sheet_of, turned
from processors.scans.readings import Gray


def read_pages(file: DepositedFile) -> tuple[Page, ...]:
    """The pages of a file. UnreadableError when it is protected, broken, too large or of no known kind."""
    match file.kind:
        case FileKind.PDF:
            try:
                return tuple(pdfs.pages_of(file.data))
            except pypdfium2.PdfiumError:  # one of its pages
                raise UnreadableError("PDF endommagé") from None
        case FileKind.JPEG | FileKind.PNG:
            gray, dpi = sheet_of(file.data)
            quarters, lines = read_upright(gray, dpi)
            return (replace(_photograph(turned(gray, quarters), dpi), lines=lines),)
        case FileKind.XLSX:
            return tuple(sheets_of(file.data))
    raise UnreadableError("ce type de fichier demande une conversion en PDF")


def blank_page(file: DepositedFile, number: int) -> Page | None:
    """A page without what stands on it, to be drawn; None for a spreadsheet's. Raises as `read_pages`."""
    match file.kind:
        case FileKind.PDF:
            return pdfs.blank_page(file.data, number)
        case FileKind.JPEG | FileKind.PNG:
            gray, dpi = sheet_of(file.data)
            return _photograph(turned(gray, read_upright(gray, dpi)[0]), dpi)
    return None


def _photograph(gray: Gray, dpi: float) -> Page:
    """An upright photograph, as if it were an A4 page, without what stands on it."""
    height, width = (side * 25.4 / dpi for side in gray.shape)
    return Page(1, width, height, (), "ocr", (), ((0.0, 0.0, width, height),), _Photographed(gray, dpi))


@dataclass(frozen=True)
class _Photographed:
    gray: Gray = field(repr=False)
    dpi: float

    def __call__(self, dpi: float) -> Gray:
        scale = dpi / self.dpi
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(self.gray, None, fx=scale, fy=scale, interpolation=how), np.uint8)
