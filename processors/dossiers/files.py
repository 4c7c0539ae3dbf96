"""What files does a deposit hold? ZIPs are opened, hostile and broken files are set aside and said."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pikepdf

from processors.dossiers.final import final_text
from processors.dossiers.findings import Code, DossierFinding, Evidence, finding
from processors.dossiers.strict import transitional
from processors.scans.files.dropped import are_joined

MAX_BYTES = 200_000_000
"""Of all files of a dossier together, unpacked."""
MAX_MEMBERS = 200
_COMPOUND = b"\xd0\xcf\x11\xe0"  # of .doc and .xls, and of any office file with a password
_MACROS = "_VBA_PROJECT".encode("utf-16-le")


class UnreadableError(Exception):
    """A file that cannot be read; the text is French and says why."""


class FileKind(StrEnum):
    """What the bytes are, whatever the name says."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    XLSX = "xlsx"
    DOCX = "docx"
    ODT = "odt"
    ODS = "ods"
    DOC = "doc"
    RTF = "rtf"
    XLS = "xls"
    ZIP = "zip"
    OTHER = "other"


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, OSError, EOFError, NotImplementedError, ValueError, LookupError),
)
"""What zipfile raises on archives that are not whole."""
_BROKEN_PDF = (pikepdf.PdfError, pikepdf.PasswordError, AttributeError, KeyError, TypeError, ValueError)

_JOINED = "plusieurs PDF mis bout à bout, dont le dernier seul se lit ; demandez chaque PDF lui-même"

OFFICE = frozenset({FileKind.DOCX, FileKind.ODT, FileKind.ODS, FileKind.DOC, FileKind.RTF, FileKind.XLS})
"""What needs an office program to become pages."""


@dataclass(frozen=True)
class DepositedFile:
    """`name` as the candidate gave it (`archive.zip/inner.pdf` from a ZIP)."""

    name: str
    kind: FileKind
    data: bytes = field(repr=False)


def unpack(
    deposited: Iterable[tuple[str, bytes]],
) -> tuple[tuple[DepositedFile, ...], tuple[DossierFinding, ...]]:
    """The files that can be read on, and what is said of the others. Nothing raises."""
    files: list[DepositedFile] = []
    said: list[DossierFinding] = []
    room = MAX_BYTES
    for name, data in deposited:
        kind = kind_of(data)
        room -= len(data)
        if room < 0:
            said.append(_unreadable(name, "le dépôt est trop gros"))
            continue
        opened = {FileKind.ZIP: _members, FileKind.PDF: _attached}.get(kind)
        members = list(opened(name, data, room)) if opened else []
        said += [member for member in members if isinstance(member, DossierFinding)]
        within = [member for member in members if isinstance(member, DepositedFile)]
        room -= sum(len(member.data) for member in within)
        files += within if members or kind is FileKind.ZIP else [_file(name, data)]
    kept = []
    for file in files:
        if file.kind is FileKind.OTHER:
            locked = file.data.startswith(_COMPOUND)
            why = (
                "fichier protégé par un mot de passe, ou de type non accepté"
                if locked
                else "type non accepté"
            )
            said.append(_unreadable(file.name, why))
        elif file.kind is FileKind.ZIP:
            said.append(_unreadable(file.name, "archive dans une archive"))
        else:
            if file.kind is FileKind.PDF and _is_joined(file.data):
                said.append(_unreadable(file.name, _JOINED))
            if _is_active(file):
                said.append(finding(Code.ACTIVE_CONTENT, file.name, [Evidence(file.name, 1)]))
            file, tracked = final(file)
            if tracked:
                said.append(finding(Code.TRACKED_CHANGES, file.name, [Evidence(file.name, 1)]))
            kept.append(file)
    return tuple(kept), tuple(said)


def _file(name: str, data: bytes) -> DepositedFile:
    """Without the zeros that some programs leave after a PDF's end: no reader finds the end behind them."""
    kind = kind_of(data)
    return DepositedFile(name, kind, data.rstrip(b"\0") if kind is FileKind.PDF else data)


def kind_of(data: bytes) -> FileKind:
    if data.startswith(b"PK"):  # before PDF: an archive may hold one right at its beginning, not compressed
        return _kind_of_zip(data)
    if b"%PDF-" in data[:1024]:
        return FileKind.PDF
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data.startswith(b"{\\rtf"):
        return FileKind.RTF
    return _kind_of_compound(data) if data.startswith(_COMPOUND) else FileKind.OTHER


def _kind_of_compound(data: bytes) -> FileKind:
    """By the streams that its directory names ([MS-CFB], 2.6.1)."""
    for stream, kind in (("WordDocument", FileKind.DOC), ("Workbook", FileKind.XLS)):
        if stream.encode("utf-16-le") in data:
            return kind
    return FileKind.OTHER


def _kind_of_zip(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mime = archive.read("mimetype").decode("ascii", "replace")
                if mime.endswith("opendocument.text"):
                    return FileKind.ODT
                if mime.endswith("opendocument.spreadsheet"):
                    return FileKind.ODS
    except _BROKEN:
        return FileKind.OTHER
    if "[Content_Types].xml" in names:
        if "xl/workbook.xml" in names:
            return FileKind.XLSX
        if "word/document.xml" in names:
            return FileKind.DOCX
    return FileKind.ZIP


def _members(name: str, data: bytes, room: int) -> Iterator[DepositedFile | DossierFinding]:
    """The files of an archive; a bomb, or what cannot be unpacked, is said instead."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [
                info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)
            ]
            if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > room:
                yield _unreadable(name, "archive trop grosse une fois ouverte")
                return
            for info in infos:
                inner = f"{name}/{info.filename}"
                if info.flag_bits & 1:
                    yield _unreadable(inner, "fichier protégé par un mot de passe")
                    continue
                try:
                    with archive.open(info) as stream:
                        content = stream.read(info.file_size + 1)
                except _BROKEN:
                    yield _unreadable(inner, "fichier endommagé")
                    continue
                if len(content) > info.file_size:
                    yield _unreadable(inner, "archive trop grosse une fois ouverte")
                else:
                    yield _file(inner, content)
    except _BROKEN:
        yield _unreadable(name, "archive endommagée")


def _attached(name: str, data: bytes, room: int) -> Iterator[DepositedFile | DossierFinding]:
    """The files of a PDF portfolio, whose one page only shows that it is one; nothing of another file."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            attached = document.attachments if "/Collection" in document.Root else {}
            for inner in list(attached)[:MAX_MEMBERS]:
                content = attached[inner].get_file().read_bytes()
                room -= len(content)
                if room < 0:
                    yield _unreadable(name, "porte-documents trop gros une fois ouvert")
                    return
                yield _file(f"{name}/{inner}", content)
    except _BROKEN_PDF:
        return  # which is said by who reads it


def final(file: DepositedFile) -> tuple[DepositedFile, bool]:
    """An office file with the text that counts, and whether another stood in it: `final_text`."""
    if file.kind not in (FileKind.DOCX, FileKind.XLSX, FileKind.ODT):
        return file, False
    try:
        data, tracked = (file.data if file.kind is FileKind.ODT else transitional(file.data)), False
        if file.kind is not FileKind.XLSX:
            data, tracked = final_text(data, file.kind)
    except _BROKEN:
        return file, False  # who makes pages of it will say so
    return replace(file, data=data), tracked


def _is_clutter(name: str) -> bool:
    """What file managers leave in archives."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    }


def _is_active(file: DepositedFile) -> bool:
    """Whether it holds macros, scripts or actions that run when it is opened."""
    if file.kind is FileKind.PDF:
        return _acts(file.data)
    if file.kind in (FileKind.DOC, FileKind.XLS):
        return _MACROS in file.data
    if file.kind in (FileKind.DOCX, FileKind.XLSX, FileKind.ODT, FileKind.ODS):
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            return any(
                name.endswith("vbaProject.bin") or name.startswith(("Basic/", "Scripts/"))
                for name in archive.namelist()
            )
    return False


def _is_joined(pdf: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return are_joined(io.BytesIO(pdf), document)
    except _BROKEN_PDF:
        return False  # which is said by who reads it


def _acts(pdf: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            root = document.Root
            names = root.get("/Names", pikepdf.Dictionary())
            first = root.get("/OpenAction", pikepdf.Dictionary())
            acts = isinstance(first, pikepdf.Dictionary) and first.get("/S") in ("/JavaScript", "/Launch")
            return acts or "/AA" in root or "/JavaScript" in names or "/EmbeddedFiles" in names
    except _BROKEN_PDF:
        return False  # it is broken or protected, which is said by who reads it


def _unreadable(name: str, why: str) -> DossierFinding:
    return finding(Code.UNREADABLE_PIECE, f"{name} : {why}", [Evidence(name, 1)])
