"""An ailing scanner, or one with wrong settings: what it does to a whole pile that was drawn sound."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import cv2
import numpy as np
import pikepdf

from specimens.batch import Batch, CopyTruth
from specimens.hand import Rng
from specimens.scanner import Mode, Picture, encode, pdf


class Ailment(StrEnum):
    """Those of one sensor concern every second image of a pile."""

    STREAK = "streak"  # a speck on the strip of glass of the feeder
    WHITE_BAND = "white_band"  # part of a sensor is dead, or its calibration is wrong
    DARK_BAND = "dark_band"
    SPOTS = "spots"  # dirt on the glass plate
    SECONDS_TURNED = "seconds_turned"  # duplex bound at the short edge
    RECTOS_REPEATED = "rectos_repeated"  # in place of blank versos
    BLANKS_REMOVED = "blanks_removed"
    ONE_SIDED = "one_sided"
    ASKEW = "askew"
    GRAY = "gray"


@dataclass(frozen=True)
class Ailing:
    """The pile as this scanner gives it. `images`: which of its images are concerned, from 1.

    `at`: mm from the left edge of the image, of a streak or band; from the top edge where `along`, as when
    the long side of the paper goes in last. `width`: mm.
    """

    batch: Batch
    ailment: Ailment
    images: tuple[int, ...]
    at: float = 0.0
    width: float = 0.0
    along: bool = False


def ail(
    batch: Batch, ailment: Ailment, rng: Rng, *, one_sensor: bool = False, since: int = 1,
    width: float | None = None, tone: float | None = None,
) -> Ailing:  # fmt: skip
    """The same pile with the fault, from image `since` on.

    `one_sensor`: on every second image. `width`: mm of a streak (0.1 to 0.5) or a band. `tone`: gray level of
    a streak or a dark band; how much of the paper's light is left under a gray pile.
    """
    pictures = list(_pictures(batch))
    if ailment in (Ailment.RECTOS_REPEATED, Ailment.BLANKS_REMOVED, Ailment.ONE_SIDED):
        return _fewer(batch, ailment, pictures, rng)
    first = since + (1 if ailment is Ailment.SECONDS_TURNED and since % 2 else 0)
    step = 2 if one_sensor or ailment is Ailment.SECONDS_TURNED else 1
    images = tuple(range(first, len(pictures) + 1, step))
    shape, per_mm = pictures[0].shape[:2], batch.dpi / 25.4
    along = shape[1] > shape[0]  # an A3 goes in by its short side
    at = float(rng.uniform(0.15, 0.85)) * shape[0 if along else 1] / per_mm
    widths = {Ailment.STREAK: (0.12, 0.4), Ailment.WHITE_BAND: (3, 12), Ailment.DARK_BAND: (3, 12)}
    width = width if width is not None else float(rng.uniform(*widths.get(ailment, (0, 0))))
    start, stop = round(at * per_mm), round(at * per_mm) + max(1, round(width * per_mm))
    lane = (slice(start, stop), slice(None)) if along else (slice(None), slice(start, stop))
    spots = rng.uniform((12, 12), [side / per_mm - 12 for side in shape], (int(rng.integers(3, 8)), 2))
    radii = rng.uniform(0.3, 0.8, len(spots))
    does: dict[Ailment, Callable[[Picture], Picture]] = {
        Ailment.STREAK: partial(_painted, lane=lane, tone=rng.uniform(60, 170) if tone is None else tone),
        Ailment.WHITE_BAND: partial(_painted, lane=lane, tone=255.0),
        Ailment.DARK_BAND: partial(_shaded, lane=lane, left=0.6 if tone is None else tone),
        Ailment.SPOTS: partial(_spotted, spots=spots * per_mm, radii=radii * per_mm),
        Ailment.SECONDS_TURNED: lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
        Ailment.ASKEW: partial(_tilted, degrees=float(rng.choice([-1, 1]) * rng.uniform(1.8, 2.6))),
        Ailment.GRAY: partial(_shaded, lane=(slice(None), slice(None)), left=0.5 if tone is None else tone),
    }
    for image in images:
        pictures[image - 1] = does[ailment](pictures[image - 1].copy())
    made = replace(batch, pdf=_bound(batch, pictures, rng))
    return Ailing(made, ailment, images, at if width else 0.0, width, along)


def redrawn(batch: Batch, draw: Callable[[Picture], Picture], rng: Rng) -> Batch:
    """The same pile with something drawn on each of its images."""
    return replace(batch, pdf=_bound(batch, [draw(picture.copy()) for picture in _pictures(batch)], rng))


def _pictures(batch: Batch) -> Iterator[Picture]:
    with pikepdf.open(io.BytesIO(batch.pdf)) as document:
        for page in document.pages:
            (image,) = page.get_images().values()
            assert isinstance(image, pikepdf.Stream)
            picture = pikepdf.PdfImage(image).as_pil_image()
            yield np.asarray(picture.convert("RGB" if batch.mode is Mode.COLOR else "L"), np.uint8)


def _bound(batch: Batch, pictures: list[Picture], rng: Rng) -> bytes:
    if batch.mode is Mode.BW:
        pictures = [np.asarray((picture > 127) * 255, np.uint8) for picture in pictures]
    return pdf([encode(p, batch.level, batch.mode, batch.dpi, rng) for p in pictures], batch.dpi)


def _painted(picture: Picture, lane: tuple[slice, slice], tone: float) -> Picture:
    picture[lane] = np.minimum(picture[lane], tone) if tone < 255 else 255
    return picture


def _shaded(picture: Picture, lane: tuple[slice, slice], left: float) -> Picture:
    picture[lane] = picture[lane] * left
    return picture


def _spotted(picture: Picture, spots: np.ndarray, radii: np.ndarray) -> Picture:
    for (y, x), radius in zip(spots, radii, strict=True):
        cv2.circle(picture, (round(x), round(y)), max(1, round(radius)), [50.0] * 3, -1, cv2.LINE_AA)
    return picture


def _tilted(picture: Picture, degrees: float) -> Picture:
    h, w = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, turn, (w, h), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _fewer(batch: Batch, ailment: Ailment, pictures: list[Picture], rng: Rng) -> Ailing:
    """Blank versos repeated from their rectos or left out, or all versos left out; so is the truth."""
    if batch.a3:
        raise ValueError("of A4 piles only")
    kept: list[Picture] = []
    concerned: list[int] = []
    copies: list[CopyTruth] = []
    for copy in batch.copies:
        file_pages: list[tuple[int, int]] = []
        lost: list[int] = []
        for page, number in copy.file_pages:
            verso, blank = number > 0 and number % 2 == 0, number in copy.blank
            if {Ailment.BLANKS_REMOVED: blank, Ailment.ONE_SIDED: verso}.get(ailment, False):
                lost.append(number)
                concerned.append(len(kept) + 1)  # where it was
            elif ailment is Ailment.RECTOS_REPEATED and verso and blank:
                lost.append(number)
                kept.append(pictures[page - 2])
                concerned.append(len(kept))
                file_pages.append((len(kept), number - 1))
            else:
                kept.append(pictures[page - 1])
                file_pages.append((len(kept), number))
        copies.append(
            replace(
                copy,
                file_pages=tuple(file_pages),
                dropped=tuple(sorted({*copy.dropped, *lost})),
                scanned_order=tuple(number for _, number in file_pages),
            )
        )
    made = replace(batch, pdf=_bound(batch, kept, rng), images=len(kept), copies=tuple(copies))
    return Ailing(made, ailment, tuple(concerned))
