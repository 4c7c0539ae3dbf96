"""What stands on the pages of a deposited file, whatever it is.

Text comes from the file where it holds any, else from optical reading. A spreadsheet's rows are lines
without a place.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import openpyxl
import pypdfium2

from processors.dossiers import pdfs
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError
from processors.dossiers.layout import Line, Page
from processors.dossiers.paper import read_upright, sheet_of, turned
from processors.scans.readings import Gray

_MAX_ROWS = 2000


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
            return tuple(_sheets(file.data))
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


def _sheets(data: bytes) -> Iterator[Page]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises many kinds on broken files
        raise UnreadableError("classeur endommagé ou protégé") from error
    for number, sheet in enumerate(book.worksheets[:20], start=1):
        lines = []
        try:
            for row in sheet.iter_rows(max_row=_MAX_ROWS, max_col=60, values_only=True):
                cells = [_cell(value) for value in row]
                if any(cells):
                    text = "\t".join(cell for cell in cells if cell)
                    lines.append(Line((), text))
        except Exception as error:
            raise UnreadableError("classeur endommagé") from error
        if lines:
            yield Page(number, 0.0, 0.0, tuple(lines), "cells")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "strftime"):
        return str(value.strftime("%d/%m/%Y"))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())
