"""What stands on the pages of a deposited file, whatever it is.

Text comes from the file where it holds any, else from optical reading. A spreadsheet's rows are lines
without a place.
"""

from __future__ import annotations

from dataclasses import replace

import pypdfium2

from processors.dossiers import pdfs
from processors.dossiers.cells import sheets_of
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError
from processors.dossiers.layout import Page
from processors.dossiers.paper import photograph, read_upright, turned
from processors.dossiers.sheets import Photographed, dpi_of, evenly_lit, sheets_on
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
            return tuple(
                replace(Photographed(turned(gray, quarters)).page(number), lines=lines)
                for number, gray in enumerate(_sheets(file), 1)
                for quarters, lines in [read_upright(gray, dpi_of(gray))]
            )
        case FileKind.XLSX:
            return tuple(sheets_of(file.data))
    raise UnreadableError("ce type de fichier demande une conversion en PDF")


def blank_page(file: DepositedFile, number: int) -> Page | None:
    """A page without what stands on it, to be drawn; None for a spreadsheet's. Raises as `read_pages`."""
    match file.kind:
        case FileKind.PDF:
            return pdfs.blank_page(file.data, number)
        case FileKind.JPEG | FileKind.PNG:
            for gray in _sheets(file)[number - 1 : number]:
                return Photographed(turned(gray, read_upright(gray, dpi_of(gray))[0])).page(number)
    return None


def _sheets(file: DepositedFile) -> tuple[Gray, ...]:
    """Those on a photograph; the whole of it, where no sheet's edges are seen."""
    gray = photograph(file.data)
    return sheets_on(gray) or (evenly_lit(gray),)
