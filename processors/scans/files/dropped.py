"""Can this dropped file be read, and is all of it there? What else does it bring?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

from processors.findings import Code, Finding, finding
from processors.scans.files.raster import BadScan, open_pdf

MAX_PAGES = 2000
MAX_BYTES = 2 * 1024**3

_HEAD = 1024  # bytes in which a PDF says that it is one
_TAIL = 4096  # bytes in which it says that it ends
_BLOCK = 65_536  # bytes
_COVER = 2  # pages at most of a file that is but the cover of those attached to it
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)|/L\s+(\d+)[^>]*?/Linearized\b")


def look_into(
    path: Path, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES
) -> tuple[int, list[Finding]]:
    """The number of pages of a file that can be read, and what there is to say of what is attached to it.

    BadScan names what is wrong with one that cannot be read.

    What qpdf mends without losing a page is accepted: garbage before the header, zeros after the end,
    a wrong table of offsets.
    """
    size = path.stat().st_size
    if size == 0:
        raise BadScan(Code.EMPTY_FILE)
    if size > max_bytes:
        raise BadScan(Code.FILE_TOO_LARGE, f"{size / 1e6:.0f} Mo, {max_bytes / 1e6:.0f} Mo au plus")
    with path.open("rb") as file:
        head = file.read(_HEAD)
        end = _end_of(file, size)
        file.seek(max(0, end - _TAIL))
        tail = file.read(min(end, _TAIL))
        headers = _headers_in(file)
    if b"%PDF-" not in head:
        raise BadScan(Code.NOT_A_PDF)
    if head.startswith(b"PK"):  # an archive whose first file is a PDF, not compressed
        raise BadScan(Code.SEVERAL_FILES)
    with open_pdf(path, inherit=False) as pdf:
        try:
            declared = int(pdf.Root.Pages.get("/Count", 0))  # first: counting mends it
            pages = len(pdf.pages)
            covers = "/Collection" in pdf.Root or pages <= _COVER
            attached = _attached(pdf)
        except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadScan(Code.DAMAGED_FILE) from error
    if declared > pages or _is_cut(head, tail, end):
        raise BadScan(Code.DAMAGED_FILE)  # the last copies may be lost
    if pages == 0:
        raise BadScan(Code.NO_PAGES)
    if pages > max_pages:
        raise BadScan(Code.TOO_MANY_PAGES, str(max_pages), pages)
    if covers and any(attached):
        raise BadScan(Code.PORTFOLIO, n=len(attached))
    if headers > 1 and not any(attached):
        raise BadScan(Code.SEVERAL_FILES)
    return pages, _told(attached)


def inspect(path: Path, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES) -> int:
    """The number of pages alone."""
    return look_into(path, max_pages, max_bytes)[0]


def are_joined(file: BinaryIO, pdf: pikepdf.Pdf) -> bool:
    """Whether PDFs were joined end to end in this file: readers see the last alone."""
    return _headers_in(file) > 1 and not any(_attached(pdf))


def attachments(path: Path) -> list[Finding]:
    """What there is to say of files that are attached to a scan: nobody reads them."""
    with open_pdf(path, inherit=False) as pdf:
        return _told(_attached(pdf))


def _told(attached: list[bool]) -> list[Finding]:
    return [finding(Code.ATTACHED_FILES, n=len(attached))] if attached else []


def _attached(pdf: pikepdf.Pdf) -> list[bool]:
    """Of each attached file, whether it is a PDF."""
    files = [pdf.attachments[name] for name in pdf.attachments]
    specs = [
        note.get("/FS")
        for page in pdf.pages
        for note in page.obj.get("/Annots", ())
        if str(note.get("/Subtype")) == "/FileAttachment"
    ]
    return [_is_pdf(spec.obj) for spec in files] + [_is_pdf(spec) for spec in specs]


def _is_pdf(spec: pikepdf.Object | None) -> bool:
    try:
        stream: Any = spec.EF.get("/F") or spec.EF.get("/UF")  # type: ignore[union-attr]
        return b"%PDF-" in stream.read_bytes()[:_HEAD]
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        return False


def _headers_in(file: BinaryIO) -> int:
    """How many times it begins: more than once if PDFs were joined end to end, or lie in an archive."""
    file.seek(0)
    count, rest = 0, b""
    while block := file.read(_BLOCK):
        count += len(_HEADER.findall(rest + block))
        rest = block[-7:]  # a byte less than a header
    return count


def _end_of(file: BinaryIO, size: int) -> int:
    """Where its bytes end, without the zeros that fill the last block of a disk or of a transfer."""
    for start in range(max(0, size - 1) // _BLOCK * _BLOCK, -1, -_BLOCK):
        file.seek(start)
        written = file.read(_BLOCK).rstrip(b"\0")
        if written:
            return start + len(written)
    return 0


def _is_cut(head: bytes, tail: bytes, size: int) -> bool:
    """Whether the end is missing: of the file, or of what was added to it after it was first written.

    An addition that is cut leaves the file as it was before, whole by itself.
    """
    mark = tail.rfind(b"%%EOF")
    if mark < 0 or re.match(rb"[\s\0]*\d", tail[mark + 5 :]):  # an object begins
        return True
    whole = _LINEARIZED.search(head)
    return whole is not None and size < int(whole[1] or whole[2])
