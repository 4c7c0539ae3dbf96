"""A scan, read: every room's answer put together, page by page, then as copies."""

from __future__ import annotations

import hashlib
import itertools
import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from processors.circular.form import Form
from processors.findings import Code
from processors.lists.people import Candidate
from processors.scans.copies import health
from processors.scans.copies.assembly import assemble
from processors.scans.copies.swallowed import NOBODY, Excused
from processors.scans.files.dropped import attachments
from processors.scans.files.image import BadImage, RawImage
from processors.scans.files.raster import read_images
from processors.scans.pages.a3 import a3_halves, part_box
from processors.scans.pages.page import read_page
from processors.scans.pages.placed import PageOf, PlacedImage, pages_of
from processors.scans.pages.registration import (
    frames_scale,
)
from processors.scans.pages.scale import Drawn, pile_off_scale, usual_scale
from processors.scans.pages.upright import Expected, Original
from processors.scans.pages.voices import NUMBER
from processors.scans.readings import (
    Area,
    Gray,
    Half,
    PageKind,
    PageReading,
    ScanReading,
    Turn,
)

_log = logging.getLogger(__name__)

_WIDER, _LONGER = 1.15, 1.25  # than the paper; the longest area of an office's scanner, Legal, is 1.2
_OVERLAP = "l'image est plus longue qu'une feuille : deux feuilles ont pu y passer l'une sur l'autre"


def read_images_of(
    path: Path, expected: Expected, start: int = 0, stop: int | None = None
) -> list[PageReading]:
    """The pages of images `start` to `stop` (PDF pages, from 0). `page` counts from 1 within this range."""
    readings = [reading for image in read_images(path, start, stop) for reading in _guarded(image, expected)]
    likely = usual_scale(readings)
    if likely is not None:
        readings = list(_looked_at_again(path, readings, likely, expected))
    return [renumbered(reading, page) for page, reading in enumerate(readings, 1)]


def _looked_at_again(
    path: Path, readings: Sequence[PageReading], likely: Drawn, expected: Expected
) -> Iterator[PageReading]:
    """The pages of a file off scale; those that were not read, at the scale of its first pages."""
    for image, those in itertools.groupby(readings, lambda page: page.image):
        pages = list(those)
        if not any(_is_read(page) for page in pages):
            (raw,) = read_images(path, image - 1, image)
            again = _guarded(raw, expected, likely)
            pages = again if any(_is_read(page) for page in again) else pages
        yield from pages


def _is_read(page: PageReading) -> bool:
    return page.kind is not PageKind.FOREIGN and page.trouble is None


def lost_page(image: int, why: str) -> list[PageReading]:
    """What stands for a page image (from 1) whose reading failed; `why` in French."""
    return [_unreadable(image, None, 0, f"sa lecture a échoué ({why})")]


def _guarded(image: RawImage, expected: Expected, likely: Drawn | None = None) -> list[PageReading]:
    """An error of the program costs the page where it shows: a person gets it, and it is logged."""
    try:
        return list(read_image(image, expected, likely))
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        _log.error("page image %s failed: %s, %s", image.image, type(error).__name__, places)
        return lost_page(image.image, f"erreur interne {type(error).__name__}")


def renumbered(reading: PageReading, page: int) -> PageReading:
    """The same reading under another page id: ranges of a file are read apart, then joined."""
    return replace(reading, page=page)


def numbers_in(pages: Sequence[PageReading], label_pattern: str) -> set[str]:
    """The candidate numbers that stand on labels and in boxes, whoever's."""
    labels = (re.fullmatch(label_pattern, page.label or "") for page in pages)
    boxes = (page.boxes.get(NUMBER) for page in pages)
    return {label["candidate"] for label in labels if label} | {row.text for row in boxes if row is not None}


def understand(
    pages: Sequence[PageReading],
    sha256: str,
    roster: Sequence[Candidate],
    centre: str,
    exam: str,
    expected: Expected,
    excused: Excused = NOBODY,
) -> ScanReading:
    """The copies that the pages of a whole file make. `excused`: who of the roster owes no copy here."""
    images = max((p.image for p in pages), default=0)
    scale = pile_off_scale(pages)
    if scale is not None and scale.code is Code.OFF_SCALE_PILE:
        return ScanReading(sha256, images, tuple(pages), (), (scale,))
    pattern, model = expected.label_pattern, expected.form.form.name
    two_sided = {annex.form.name for annex in expected.form.annexes if annex.form.pages_per_sheet == 2}
    copies, findings = assemble(
        pages,
        roster,
        centre,
        exam,
        pattern,
        model,
        two_sided,
        excused,
        expected.form.refused,
        expected.form.form.pages_per_sheet,
    )
    copies, ailing = health.examine(pages, copies)
    findings = (*ailing, *findings, *([scale] if scale else ()))
    return ScanReading(sha256, images, tuple(pages), copies, findings)


def understand_apart(
    pages: Sequence[PageReading],
    sha256: str,
    roster: Sequence[Candidate],
    centre: str,
    exam: str,
    expected: Expected,
    excused: Excused,
) -> ScanReading:
    """`understand`, of pages that whoever asks has: they are megabytes, and do not come back."""
    return replace(understand(pages, sha256, roster, centre, exam, expected, excused), pages=())


def read_scan(
    path: Path, form: Form, label_pattern: str, roster: Sequence[Candidate], centre: str, exam: str
) -> ScanReading:
    """Read a whole file in this process. BadScan when it cannot be opened."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    expected = Expected.of(form, label_pattern, roster)
    pages = read_images_of(path, expected)
    reading = understand(pages, sha256, roster, centre, exam, expected)
    return replace(reading, findings=(*reading.findings, *attachments(path)))


def read_image(image: RawImage, expected: Expected, likely: Drawn | None = None) -> Iterator[PageReading]:
    """The one or two A4 pages of an image; `page` is 1. A broken image is one unreadable page.

    `likely`: what brings the other pages of the file to the paper's scale.
    """
    shrink, dpi = image.shrink, image.dpi / image.shrink
    try:
        for page in pages_of(image.gray(shrink), dpi, shrink, expected.form, likely):
            original = Original(
                shrink,
                page.drawn.of_top(partial(_top, image, page.half, page.area)),
                partial(_darkest, image, page),
            )
            reading = read_page(page.placed, image.image, page.half, dpi, expected, original)
            reading = replace(
                page.drawn.put_back(reading),
                area=page.area,
                lifted=image.lifted,
                exposed=reading.exposed or image.captioned,
            )
            if reading.kind in (PageKind.FOREIGN, PageKind.UNREADABLE):
                reading = _measured(reading, page.placed, expected.form)
            if _is_too_long(image, expected.form):
                foreign = reading.kind is PageKind.FOREIGN
                kind = PageKind.UNREADABLE if foreign else reading.kind
                reading = replace(reading, kind=kind, headed=foreign, trouble=_OVERLAP, trouble_box=None)
            yield reading
    except BadImage as broken:
        yield _unreadable(image.image, None, round(image.dpi), str(broken))


def _is_too_long(image: RawImage, form: Form) -> bool:
    """Whether an image as wide as the paper is longer than any that a scanner's area has: no one sheet is."""
    wide, long = (side / image.dpi * 25.4 for side in sorted((image.width, image.height)))
    return wide < _WIDER * form.form.page_width and long > _LONGER * form.form.page_height


def _top(image: RawImage, half: Half | None, area: Area | None, rows: int) -> Gray:
    """The first rows of the page, of this half of it or of this area."""
    if half is None and area is None:
        return image.top(rows)
    shape = (
        (image.height, image.width) if image.rotate in (Turn.NONE, Turn.OVER) else (image.width, image.height)
    )
    box = part_box(shape, image.dpi, half, area)
    if area is not None:
        return image.top(area[1] + rows)[box]
    return (image.top(rows) if box[0] == slice(None) else image.gray())[box]


def _measured(page: PageReading, placed: PlacedImage, form: Form) -> PageReading:
    """The same, but for a sheet that is not read because it lies far larger or smaller on the image."""
    scale = frames_scale(placed.small, form)
    if scale is None:
        return page
    named = replace(page, kind=PageKind.FOREIGN, scale=(scale, scale))
    return replace(named, headed=False, tabled=False, trouble=None, trouble_box=None)


def _darkest(image: RawImage, page: PageOf) -> Gray:
    shrink = image.shrink
    whole = image.darkest(shrink)
    if page.area is not None:
        x, y, width, height = (side // shrink for side in page.area)
        return page.drawn.of(whole[y : y + height, x : x + width])
    return page.drawn.of(dict(a3_halves(whole, image.dpi / shrink, shrink))[page.half])


def _unreadable(image: int, half: Half | None, dpi: int, trouble: str) -> PageReading:
    return PageReading(
        page=1,
        image=image,
        half=half,
        turn=Turn.NONE,
        kind=PageKind.UNREADABLE,
        model=None,
        label=None,
        boxes={},
        number=None,
        total=None,
        blank=False,
        sharpness=0.0,
        resolution_dpi=dpi,
        trouble=trouble,
    )
