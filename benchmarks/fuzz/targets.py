"""The parsers of bytes from outside, each with the errors that it declares and files to start from.

They are called as the isolated children call them, without the child: what would kill a child is seen here.
Optical reading is left out, since Tesseract takes a second a page.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import img2pdf
import numpy as np
import pytesseract
from PIL import Image

from cli.demo_session import FORM, write_demo_session
from processors.circular.form import FormError, load_form
from processors.circular.session import Session, SessionError, load_session
from processors.dossiers.facts import facts_of
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError, unpack
from processors.dossiers.layout import Line, Page
from processors.dossiers.pages import read_pages
from processors.dossiers.persons import owner_of
from processors.dossiers.pieces import pieces_of
from processors.dossiers.seals import seals_of
from processors.lists.people import read_attendance, read_candidates, read_correctors, read_deposit_times
from processors.scans.files import g4, lossless
from processors.scans.files.dropped import inspect
from processors.scans.files.image import BadImage, RawImage
from processors.scans.files.jpeg import jpeg_shape, stripped
from processors.scans.files.raster import BadScan, read_images
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.leaving.leaks import leaks
from processors.scans.readings import Turn
from specimens.batch import roster_csv
from specimens.dossiers.deposit import Medium, Trouble, draw_deposit
from specimens.people import invent_candidates, invent_schools
from specimens.rehearsal import correctors_csv, plan_session
from storage.bucket.keys import attendance_path, dossier_path, manifest_path, receipt_key, scan_path

Seeds = Callable[[], Iterator[bytes]]

_LARGEST = 4_000_000  # pixels: what is larger is refused or read, more slowly
_SEED = 7


@dataclass(frozen=True)
class Target:
    """`declared`: what it may raise."""

    run: Callable[[bytes], object]
    seeds: Seeds
    declared: tuple[type[Exception], ...] = ()

    def __call__(self, data: bytes) -> None:
        """Raises what the parser does not declare."""
        try:
            self.run(data)
        except self.declared:
            return


# --- what people drop -----------------------------------------------------------------------------


@cache
def _session() -> Session:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.toml"
        write_demo_session(path, datetime.fromisoformat("2026-05-19T12:00:00+02:00"))
        return load_session(path)


def _lists(data: bytes) -> None:
    """The first byte says which list."""
    match data[:1]:
        case b"c":
            read_candidates(data[1:], _session())
        case b"e":
            read_correctors(data[1:], _session())
        case b"a":
            read_attendance(data[1:], {"02535638268"})
        case _:
            read_deposit_times(data[1:])


def _list_seeds() -> Iterator[bytes]:
    plan = plan_session(_SEED, ["0130051K", "0050006E"], ["U4", "U7"], 3)
    rows = roster_csv(plan.candidates[:3])
    yield b"c" + rows
    yield b"c" + rows.replace(b",", b";").decode().encode("cp1252")
    yield b"e" + correctors_csv(plan.correctors[:2])
    yield b'acandidate_number,present\n02535638268,"oui"\n'
    yield b"tcandidate_number;file;deposited_at\r\n02535638268;a.pdf;2026-05-20T12:00:00\r\n"


def _keys(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for prefix in ("", "scans/0130051K/U4/", "dossiers/E5/"):
        key = prefix + text
        scan_path(key, _session())
        attendance_path(key, _session())
        dossier_path(key, _session())
        manifest_path(key, _session())
        receipt_key(key, "scan_1")


def _key_seeds() -> Iterator[bytes]:
    yield from (
        b"scans/0130051K/U4/pile.pdf",
        b"attendance/0050006E/U7.csv",
        b"02535638268/synth\xc3\xa8se.pdf",
    )
    yield from (b"../../x", b"liste.csv", b"a\x00b", b"02535638268/a/b.zip")


class _InMemory:
    """A file of settings that is not on disk."""

    parent = FORM.parent

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_text(self, encoding: str) -> str:
        return self._data.decode(encoding)


def _session_file(data: bytes) -> None:
    load_session(_InMemory(data))  # type: ignore[arg-type]


def _session_seeds() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.toml"
        write_demo_session(path, datetime.fromisoformat("2026-05-19T12:00:00+02:00"))
        text = path.read_bytes()
    yield text
    yield text.partition(b"[[dossier_rules]]")[0]


def _form_file(data: bytes) -> None:
    load_form(_InMemory(data))  # type: ignore[arg-type]


# --- scans ----------------------------------------------------------------------------------------


def _small_page(colour: bool = False) -> Any:
    page = np.full((280, 200), 250, np.uint8)
    cv2.putText(page, "Copie 1/4", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2)
    cv2.rectangle(page, (10, 90), (190, 140), 60, 1)
    return np.dstack([page, page, np.minimum(page, 240)]) if colour else page


def _encoded(kind: str, colour: bool = False, **how: Any) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(_small_page(colour))
    (image.convert("1") if kind == "TIFF" else image).save(out, kind, **how)
    return out.getvalue()


def _pictures() -> Iterator[bytes]:
    yield _encoded("JPEG", quality=70, comment=b"scanner")
    yield _encoded("JPEG", colour=True, quality=70, subsampling=2)
    yield _encoded("JPEG", colour=True, progressive=True)


def _jpeg(data: bytes) -> None:
    """As a page's own stream."""
    shape = jpeg_shape(data)
    if shape is None or shape[0] * shape[1] > _LARGEST or shape[2] not in (1, 3):
        return
    raw = RawImage(1, "jpeg", data, shape[0], shape[1], 100.0, shape[2] == 3)
    for look in (lambda: raw.gray(), lambda: raw.gray(2), lambda: raw.top(64), lambda: raw.pixels()):
        try:
            look()
        except (BadImage, OSError):
            continue
    clean = stripped(data)
    wiped = np.zeros((-(-shape[1] // 8), -(-shape[0] // 8)), bool)
    wiped[: len(wiped) // 2] = True
    lossless.redacted(clean, None, wiped)
    if shape[0] > 64 and shape[1] > 64:
        lossless.redacted(clean, lossless.Crop(16, 16, 32, 32), None)


def _g4(data: bytes) -> None:
    g4.decode(data[2:], 8 * (1 + data[0] % 32), 1 + data[1], bool(data[0] & 128))


def _g4_seeds() -> Iterator[bytes]:
    page = np.where(_small_page()[:200] > 127, np.uint8(255), np.uint8(0))
    yield bytes([24, 199]) + g4.encode(page)[0]
    yield bytes([24 + 128, 199]) + g4.encode(255 - page)[0]


def _pdf(data: bytes) -> None:
    """What the flows do with a dropped scan, of its first pages."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        inspect(Path(file.name))
        for raw in read_images(Path(file.name), 0, 2):
            if raw.width * raw.height <= _LARGEST:
                try:
                    raw.gray(raw.shrink)
                except BadImage:
                    continue


def _anonymous(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        first = next(read_images(path, 0, 1), None)
        if first is None or first.width * first.height > _LARGEST:
            return
        mask = ((10.0, 90.0), (190.0, 90.0), (190.0, 140.0), (10.0, 140.0))
        places = [PagePlace(1, turn=Turn.OVER, wipe=mask)]
        leaks(
            anonymous_pdf(path, places), places, load_form(FORM), _session().label_pattern, ("02535638268",)
        )


def _pdf_seeds() -> Iterator[bytes]:
    size = img2pdf.get_layout_fun((img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297)))
    for page in (*_pictures(), _encoded("PNG"), _encoded("PNG", colour=True)):
        yield bytes(img2pdf.convert([page], layout_fun=size))
    tiff = _encoded("TIFF", compression="group4")
    yield bytes(img2pdf.convert([tiff], layout_fun=size))


# --- dossiers -------------------------------------------------------------------------------------


@cache
def _deposits() -> tuple[DepositedFile, ...]:
    rng = np.random.default_rng(_SEED)
    ada, ben = invent_candidates(rng, 2, "0130051K", ["E5", "E6"], invent_schools(rng, 2))
    due = datetime.fromisoformat("2026-04-22T12:00:00+02:00")
    drawn = [
        draw_deposit(rng, ada, ben, exam, due, Trouble.NONE, medium)
        for exam in ("E5", "E6")
        for medium in (Medium.OFFICE, Medium.PRINT, Medium.FORM)
    ]
    return unpack(file for deposit in drawn for file in deposit.files)[0]


def _of_kind(*kinds: FileKind) -> Iterator[bytes]:
    return (file.data for file in _deposits() if file.kind in kinds)


def _zip(data: bytes) -> None:
    unpack([("dossier.zip", data)])


def _zip_seeds() -> Iterator[bytes]:
    yield from _of_kind(FileKind.XLSX)
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as made:
            made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            made.writestr("attestation é.pdf", b"%PDF-1.4\n%%EOF")
            made.writestr("dans/une/archive.zip", b"PK\x05\x06" + bytes(18))
        yield out.getvalue()


def _workbook(data: bytes) -> None:
    read_pages(DepositedFile("a.xlsx", FileKind.XLSX, data))


_COLUMNS = ("text", "conf", "left", "top", "width", "height", "block_num", "par_num", "line_num")

_without_optical_reading = patch.multiple(
    pytesseract,
    image_to_data=lambda *_, **__: {key: [] for key in _COLUMNS},
    image_to_osd=lambda *_, **__: {"rotate": 0, "orientation_conf": 0.0},
)


@_without_optical_reading
def _dossier_pdf(data: bytes) -> None:
    seals_of(data)
    for page in read_pages(DepositedFile("a.pdf", FileKind.PDF, data))[:2]:
        assert page.gray is not None


@_without_optical_reading
def _photograph(data: bytes) -> None:
    if data.startswith(b"\xff\xd8"):
        shape = jpeg_shape(data)
        if shape is not None and shape[0] * shape[1] > _LARGEST:
            return
    read_pages(DepositedFile("a", FileKind.JPEG, data))


def _words(data: bytes) -> None:
    """The text of a page: what it is, whose, and what it states."""
    lines = tuple(Line((), line) for line in data.decode("utf-8", "replace").split("\n"))
    for piece in pieces_of("a.pdf", [Page(1, 210.0, 297.0, lines, "text")]):
        owner_of(piece, facts_of(piece), _candidate())


@cache
def _candidate() -> Any:
    (who,) = invent_candidates(np.random.default_rng(_SEED), 1, "0130051K", ["E5"], ["0130051K"])
    return who


def _word_seeds() -> Iterator[bytes]:
    for data in _of_kind(FileKind.PDF):
        for page in read_pages(DepositedFile("a.pdf", FileKind.PDF, data))[:1]:
            yield page.text.encode()


_NO_FORM = (FormError, UnicodeDecodeError)

TARGETS = {
    "lists": Target(_lists, _list_seeds),
    "keys": Target(_keys, _key_seeds),
    "session": Target(_session_file, _session_seeds, (SessionError,)),
    "form": Target(_form_file, lambda: iter((FORM.read_bytes(),)), _NO_FORM),
    "jpeg": Target(_jpeg, _pictures, (ValueError,)),
    "g4": Target(_g4, _g4_seeds, (ValueError, IndexError)),
    "pdf": Target(_pdf, _pdf_seeds, (BadScan,)),
    "anonymous": Target(_anonymous, _pdf_seeds, (BadScan, BadImage)),
    "zip": Target(_zip, _zip_seeds),
    "xlsx": Target(_workbook, lambda: _of_kind(FileKind.XLSX), (UnreadableError,)),
    "dossier": Target(_dossier_pdf, lambda: _of_kind(FileKind.PDF), (UnreadableError,)),
    "photograph": Target(_photograph, lambda: iter((*_pictures(), _encoded("PNG"))), (UnreadableError,)),
    "words": Target(_words, _word_seeds),
}  # fmt: skip
