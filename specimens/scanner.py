"""The scanner: what it does to a page, by how good it is, and the PDF it makes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import cv2
import img2pdf
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ROWSPERSTRIP

from specimens.hand import Rng
from specimens.sheet import PAPER, Gray, Page

Picture = NDArray[np.uint8]  # h × w, or h × w × 3 in the order red, green, blue
_MARGIN = 64


class Level(StrEnum):
    CLEAN = "clean"
    OFFICE = "office"
    POOR = "poor"


class Mode(StrEnum):
    GRAY = "gray"
    COLOR = "color"
    BW = "bw"


@dataclass(frozen=True)
class Wear:
    """What a scanner of a level may do, at most."""

    skew: float  # degrees
    shift: float  # mm
    paper: tuple[int, int]  # gray of the paper
    fade: float  # share of the ink's darkness lost
    blur: float  # mm
    noise: float  # gray levels, standard deviation
    specks: int  # on an A4 page
    streaks: float  # chance of a line of dust along the page
    bed: float  # chance that the dark bed shows around the page
    quality: tuple[int, int]  # JPEG


_WEAR = {
    Level.CLEAN: Wear(0.3, 0.5, (246, 255), 0.05, 0.03, 1.0, 4, 0, 0.2, (80, 88)),
    Level.OFFICE: Wear(1.0, 1.2, (215, 248), 0.2, 0.06, 2.5, 20, 0.1, 0.5, (65, 80)),
    Level.POOR: Wear(3.0, 1.8, (190, 240), 0.35, 0.09, 5.0, 70, 0.3, 0.6, (45, 60)),
}


@dataclass(frozen=True)
class Setting:
    """How the scanner, or the copier before it, was set.

    `across`, `down`: how much wider and higher the paper comes out ("fit to page"); `anchor`: the point that
    stays in place, as shares of width and height. `bed`: the gray of an A3 area (420 × 297 mm) on which the
    page lies with its top left corner at `at` (mm), turned clockwise by `turn` degrees; None for none.
    """

    across: float = 1.0
    down: float = 1.0
    anchor: tuple[float, float] = (0.5, 0.5)
    bed: int | None = None
    at: tuple[float, float] = (0.0, 0.0)
    turn: int = 0

    def drawn(self, page: Page) -> Page:
        """The page at this scale, on an image of the same size: with margins, or cut at the edges."""
        if self.across == self.down == 1.0:
            return page
        height, width = page.printed.shape
        x, y = self.anchor
        place = np.array(
            [[self.across, 0, (1 - self.across) * x * width], [0, self.down, (1 - self.down) * y * height]]
        )
        printed, pen = (
            np.asarray(
                cv2.warpAffine(layer, place, (width, height), flags=cv2.INTER_AREA, borderValue=PAPER),
                np.uint8,
            )
            for layer in (page.printed, page.pen)
        )
        return replace(page, printed=printed, pen=pen)

    def laid(self, picture: Picture, dpi: int) -> Picture:
        """The scanned page as it lies on the area, if there is one."""
        if self.bed is None:
            return picture
        picture = np.rot90(picture, -self.turn // 90)
        x, y = (round(side * dpi / 25.4) for side in self.at)
        area = np.full(
            (round(297 * dpi / 25.4), round(420 * dpi / 25.4), *picture.shape[2:]), self.bed, np.uint8
        )
        shown = picture[: area.shape[0] - y, : area.shape[1] - x]
        area[y : y + shown.shape[0], x : x + shown.shape[1]] = shown
        return area


AS_IT_IS = Setting()


def scan(page: Page, level: Level, mode: Mode, dpi: int, rng: Rng, blurred: bool = False) -> Picture:
    """The image of one side of a sheet; in one-bit mode 0 or 255. `blurred`: beyond reading."""
    wear, u = _WEAR[level], rng.uniform
    paper, bed = float(u(*wear.paper)), float(u(30, 90)) if rng.random() < wear.bed else None
    fade, sigma = u(0, wear.fade), (u(0, wear.blur) + (u(0.7, 1.0) if blurred else 0)) * dpi / 25.4
    angle, shift = u(-1, 1) * wear.skew, u(-1, 1, 2) * wear.shift * dpi / 25.4
    h, w = page.printed.shape
    place = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
    place = place + np.column_stack([np.zeros((2, 2)), shift])
    layers = [page.printed, page.pen] if mode is Mode.COLOR else [np.minimum(page.printed, page.pen)]
    layers = [
        cv2.warpAffine(layer, place, (w, h), flags=cv2.INTER_LINEAR, borderValue=PAPER) for layer in layers
    ]
    if sigma > 0.3:
        layers = [cv2.GaussianBlur(layer, (0, 0), sigma) for layer in layers]
    if mode is Mode.COLOR:
        tones = []
        for tint, printed, pen in zip(_PAPER_TINT, _PRINT, page.ink, strict=True):
            curves = _curve(paper * tint, fade, printed), _curve(paper * tint, fade, pen)
            tones.append(np.minimum(*(cv2.LUT(*pair) for pair in zip(layers, curves, strict=True))))
    else:
        tones = [cv2.LUT(layers[0], _curve(paper, fade, 0))]
    if bed is not None:
        outside = cv2.warpAffine(
            np.zeros((h, w), np.uint8), place, (w, h), flags=cv2.INTER_NEAREST, borderValue=255
        )
        for tone in tones:
            tone[outside > 0] = bed
    tones = _dirt(tones, wear, dpi, rng)
    if mode is Mode.BW:
        threshold = paper * u(0.6, 0.72)
        return np.asarray(cv2.threshold(tones[0], threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
    return np.asarray(cv2.merge(tones), np.uint8)


_PAPER_TINT = (1.0, 0.995, 0.98)
_PRINT = (40, 45, 70)


def _curve(paper: float, fade: float, ink: float) -> Gray:
    """Maps a drawn gray (0 ink, 255 paper) to what the scanner gives."""
    dark = ink + fade * (paper - ink)
    return np.clip(np.linspace(dark, paper, 256), 0, 255).astype(np.uint8)


def _dirt(tones: list[Gray], wear: Wear, dpi: int, rng: Rng) -> list[Gray]:
    """The tones with what is not paper, the same gray in each; those that are given are drawn on."""
    h, w = tones[0].shape
    for _ in range(rng.poisson(wear.specks * h * w / (dpi * dpi * 96.7))):
        spot = int(rng.integers(w)), int(rng.integers(h))
        radius = int(rng.choice([0, 1, 1, 2])) * dpi // 200
        gray = float(rng.uniform(20, 120))
        for tone in tones:
            cv2.circle(tone, spot, radius, gray, -1)
    if rng.random() < wear.streaks:
        x, gray = int(rng.integers(w)), rng.uniform(90, 190)
        for tone in tones:
            tone[:, x : x + 1 + dpi // 300] = gray
    y, x = rng.integers(_MARGIN, size=2)
    # the grain is in sixteenths
    depth = wear.noise * rng.uniform(0.5, 1) / 16
    more, less = (cv2.convertScaleAbs(part[y : y + h, x : x + w], alpha=depth) for part in _grain(h, w))
    return [np.asarray(cv2.subtract(cv2.add(tone, more), less), np.uint8) for tone in tones]


@cache
def _grain(h: int, w: int) -> tuple[Gray, Gray]:
    """Sixteenths of a gray level, standard deviation 1, what is added and what is taken away.

    Drawn once, then taken at chance offsets.
    """
    shape = h + _MARGIN, w + _MARGIN
    grain = np.rint(np.random.default_rng(h * w).standard_normal(shape, np.float32) * 16)
    return np.maximum(grain, 0).astype(np.uint8), np.maximum(-grain, 0).astype(np.uint8)


def encode(picture: Picture, level: Level, mode: Mode, dpi: int, rng: Rng) -> bytes:
    """The scanner's own stream: a JPEG, or a CCITT G4 TIFF."""
    image, out = Image.fromarray(picture), io.BytesIO()
    if mode is Mode.BW:
        # nothing to dither, and in one strip, which goes into a PDF as it is
        bits = image.convert("1", dither=Image.Dither.NONE)
        bits.save(out, "TIFF", compression="group4", dpi=(dpi, dpi), tiffinfo={ROWSPERSTRIP: bits.height})
    else:
        quality = int(rng.integers(*_WEAR[level].quality))
        image.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def scanned_again(file: bytes, level: Level, mode: Mode, dpi: int, rng: Rng) -> bytes:
    """A scan of the same paper, which lies a little otherwise, with other dust."""
    wear, images = replace(_WEAR[level], streaks=0.0), []
    with pikepdf.open(io.BytesIO(file)) as scanned:
        for page in scanned.pages:
            (image,) = page.get_images().values()
            assert isinstance(image, pikepdf.Stream)
            shown = np.asarray(
                pikepdf.PdfImage(image).as_pil_image().convert("RGB" if mode is Mode.COLOR else "L")
            )
            h, w = shown.shape[:2]
            shift = rng.uniform(-1, 1, 2) * wear.shift * dpi / 25.4
            place = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(-1, 1)) * wear.skew, 1.0)
            place = place + np.column_stack([np.zeros((2, 2)), shift])
            moved = cv2.warpAffine(
                shown, place, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            picture = np.asarray(
                cv2.merge(_dirt([np.asarray(tone, np.uint8) for tone in cv2.split(moved)], wear, dpi, rng)),
                np.uint8,
            )
            if mode is Mode.BW:
                picture = np.where(picture < 128, 0, 255).astype(np.uint8)
            images.append(encode(picture, level, mode, dpi, rng))
    return pdf(images, dpi)


def pdf(images: Sequence[bytes], dpi: int) -> bytes:
    """An image-only PDF, one image a page at its true size; the same images give the same bytes."""
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    # the other engine writes a random identifier
    made: bytes = img2pdf.convert(
        list(images), layout_fun=layout, nodate=True, producer="", engine=img2pdf.Engine.internal
    )
    return made
