"""What pixels still show: bars, letters and digits, after whatever brings out what is faint."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import cv2
import img2pdf
import numpy as np
import pytesseract
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from benchmarks.redteam.loot import Loot, Taken, Writer
from processors.lists.people import Candidate
from processors.plain import plain
from processors.scans.files.image import RawImage
from processors.scans.files.raster import read_images
from processors.scans.reader import read_scan
from processors.scans.readings import Gray

_SCALES = (0.5, 1.0, 2.0)
_TOP = 0.45  # of the page: the identity frame and what may hang out of it
_PALE = 225  # levels: what is lighter looks like paper


def _pages(copy: Taken) -> list[RawImage]:
    return list(read_images(io.BytesIO(copy.pdf)))


def _brought_out(gray: Gray) -> Iterator[tuple[str, Gray]]:
    """The picture, its palest levels over the whole scale, its darkness evened out, black and white."""
    yield "as it is", gray
    pale = np.clip((gray.astype(np.float32) - _PALE) * (255 / (255 - _PALE)), 0, 255).astype(np.uint8)
    yield "pale levels stretched", pale
    yield "equalised", np.asarray(cv2.createCLAHE(8.0, (12, 12)).apply(gray), np.uint8)
    yield "just not white", np.where(gray < 254, np.uint8(0), np.uint8(255))


def bars(loot: Loot) -> Iterator[str]:
    """Both decoders on every page; where the frame was, and on its back, brought out and at three sizes."""
    with ThreadPoolExecutor(2) as threads:
        for found in threads.map(lambda copy: list(_bars(loot, copy)), loot.copies):
            yield from found


def _bars(loot: Loot, copy: Taken) -> Iterator[str]:
    framed = loot.writers[copy.number].frames if copy.number in loot.writers else {}
    for number, raw in enumerate(_pages(copy), 1):
        gray = raw.gray()
        looks = [("the whole page", gray)]
        if {number, number - 1} & set(framed):
            top = np.ascontiguousarray(gray[: int(gray.shape[0] * _TOP)])
            looks += list(_brought_out(top))[1:]
            looks.append(("mirrored", np.ascontiguousarray(looks[1][1][:, ::-1])))
        for how, view in looks:
            if any(_names_somebody(text, loot) for text in _decoded(view, how == "the whole page")):
                yield f"{copy.number}, page {number}: bars ({how})"


def _decoded(view: Gray, whole: bool) -> Iterator[str]:
    for scale in (1.0,) if whole else _SCALES:
        image = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for code in zxingcpp.read_barcodes(cv2.GaussianBlur(image, (3, 3), 0), _LINEAR, try_rotate=whole):
            yield code.text
        if scale == 1:
            for found in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.CODE39]):
                yield found.data.decode("latin-1")


_LINEAR = zxingcpp.barcode_formats_from_str("AllLinear")


def _names_somebody(text: str, loot: Loot) -> bool:
    return bool(re.search(loot.label_pattern, text)) or any(who.number in text for who in loot.roster)


def letters(loot: Loot) -> Iterator[str]:
    """Tesseract on the top of every first page, as it is and with what is pale brought out."""
    with ThreadPoolExecutor(2) as threads:
        for found in threads.map(lambda copy: list(_letters(loot, copy)), loot.copies):
            yield from found


def _letters(loot: Loot, copy: Taken) -> Iterator[str]:
    writer = loot.writers.get(copy.number)
    for number, raw in enumerate(_pages(copy), 1):
        if writer is None or number not in writer.frames:
            continue
        gray = raw.gray()
        top = np.ascontiguousarray(gray[: int(gray.shape[0] * _TOP)])
        views = {how: view for how, view in _brought_out(top) if how != "equalised"}
        for how, view in views.items():
            if _named(pytesseract.image_to_string(view, lang="fra", config="--psm 11"), writer):
                yield f"{copy.number}, page {number}: a name or a number ({how})"


def _named(text: str, writer: Writer) -> bool:
    words = re.findall(r"\w+", plain(text))
    digits = re.sub(r"\D", "", text)
    who = writer.sheet
    names = [part for name in (who.family_name, who.first_names) for part in re.findall(r"\w+", plain(name))]
    return (
        any(name in words for name in names if len(name) >= 4)
        or who.number in digits
        or f"{who.birth_date:%d%m%Y}" in digits
    )


def reader(loot: Loot) -> Iterator[str]:
    """massicot's own reader, given the whole roster, on each copy as it is and with its pale levels out."""
    for copy in loot.copies:
        pages = _pages(copy)
        stretched = [dict(_brought_out(raw.gray()))["pale levels stretched"] for raw in pages]
        for how, data in (("as it is", copy.pdf), ("pale levels stretched", _as_scan(stretched, pages))):
            if _recognised(loot, copy, data):
                yield f"{copy.number}: recognised ({how})"


def _as_scan(pages: list[Gray], like: list[RawImage]) -> bytes:
    files = []
    for page, raw in zip(pages, like, strict=True):
        out = io.BytesIO()
        Image.fromarray(page).save(out, "PNG", dpi=(raw.dpi, raw.dpi), compress_level=1)
        files.append(out.getvalue())
    return bytes(img2pdf.convert(files))


def _recognised(loot: Loot, copy: Taken, data: bytes) -> bool:
    writer = loot.writers.get(copy.number)
    if writer is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.pdf"
        path.write_bytes(data)
        reading = read_scan(
            path,
            loot.form,
            loot.label_pattern,
            _candidates(loot.roster),
            writer.sheet.centre,
            writer.sheet.exam,
        )
    guesses = {g.candidate: g.probability for c in reading.copies for g in c.guesses}
    attributed = {c.candidate for c in reading.copies}
    return writer.sheet.number in attributed or guesses.get(writer.sheet.number, 0) > 0.5


@cache
def _candidates(roster: tuple[object, ...]) -> list[Candidate]:
    exams: dict[str, list[str]] = {}
    for who in roster:
        exams.setdefault(who.number, []).append(who.exam)  # type: ignore[attr-defined]
    people = {who.number: who for who in roster}  # type: ignore[attr-defined]
    fields = [f for f in Candidate.__dataclass_fields__ if f not in ("exams", "form")]
    return [
        Candidate(**{f: getattr(who, f) for f in fields}, exams=tuple(exams[number]))
        for number, who in people.items()
    ]


def ghosts(loot: Loot) -> Iterator[str]:
    """Where the identity frame was, anything but one flat tone: residues of ink, ringing, colours."""
    for copy in loot.copies:
        writer = loot.writers.get(copy.number)
        for number, raw in enumerate(_pages(copy), 1):
            if writer is None or number not in writer.frames:
                continue
            frame = [np.round(writer.frames[number]).astype(np.int32)]
            pixels = raw.pixels()
            for plane in (pixels,) if pixels.ndim == 2 else cv2.split(pixels):
                upright = np.ascontiguousarray(np.rot90(plane, -_turn(raw) // 90))
                inside = np.zeros(upright.shape, np.uint8)
                cv2.fillPoly(inside, frame, 255)
                tones = upright[inside > 0]
                if np.ptp(tones) > 2:
                    yield f"{copy.number}, page {number}: the frame is not flat ({np.ptp(tones)} levels)"
                    break


def _turn(raw: RawImage) -> int:
    return int(raw.rotate)
