"""What a scanner or a telephone makes of a printed page."""

from __future__ import annotations

import cv2
import img2pdf
import numpy as np
import pypdfium2
from numpy.typing import NDArray

Rng = np.random.Generator
Picture = NDArray[np.uint8]
_PNG, _SHADED = 0.1, 0.4  # of the photographs


def drawn(pdf: bytes, dpi: float) -> list[Picture]:
    """The pages of a PDF as pictures, RGB."""
    document = pypdfium2.PdfDocument(pdf)
    return [
        np.ascontiguousarray(page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[..., :3])
        for page in document
    ]


def scanned(rng: Rng, pdf: bytes) -> bytes:
    """A PDF of the pages as an office scanner gives them: askew by up to a degree, gray or colour, JPEG.

    Now and then the whole pile lay the other way round.
    """
    quarters = int(rng.choice([0, 2, 1], p=[0.85, 0.1, 0.05]))
    dpi = float(rng.choice([150, 200, 200, 300]))
    colour = rng.random() < 0.5
    pages = []
    for page in drawn(pdf, dpi):
        height, width = page.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1, 1), 1.0)
        turn[:, 2] = turn[:, 2] + rng.uniform(-2, 2, 2) * dpi / 25.4
        askew = cv2.warpAffine(page, turn, (width, height), borderValue=(255, 255, 255))
        worn = _worn(rng, np.asarray(askew, np.uint8), sigma=rng.uniform(0.3, 0.8), noise=rng.uniform(1, 5))
        seen = worn if colour else np.asarray(cv2.cvtColor(worn, cv2.COLOR_RGB2GRAY), np.uint8)
        pages.append(_jpeg(np.rot90(seen, quarters), int(rng.integers(60, 92))))
    layout = img2pdf.get_fixed_dpi_layout_fun((dpi, dpi))
    return bytes(img2pdf.convert(*pages, layout_fun=layout) or b"")


def photographed(rng: Rng, page: Picture) -> bytes:
    """A JPEG, or now and then a PNG, of a page (RGB, from `drawn`) on a table: seen and lit from aside."""
    height, width = page.shape[:2]
    scale = 2200 / height
    margin = 0.05 * height
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    away = (flat + margin + rng.uniform(-0.03, 0.03, (4, 2)) * height) * scale
    size = (round((width + 2 * margin) * scale), round((height + 2 * margin) * scale))
    matrix = cv2.getPerspectiveTransform(flat, away.astype(np.float32))
    table = tuple(int(side) for side in rng.integers(60, 140, 3))
    seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=table)
    if rng.random() < _SHADED:
        seen = np.asarray(seen * _shadow(rng, size)[..., None], np.uint8)
    across = np.linspace(rng.uniform(0.7, 1.0), rng.uniform(0.8, 1.05), size[0])
    down = np.linspace(rng.uniform(0.85, 1.0), rng.uniform(0.85, 1.0), size[1])
    lit = np.clip(seen * np.outer(down, across)[..., None], 0, 255).astype(np.uint8)
    worn = _worn(rng, lit, sigma=rng.uniform(0.4, 0.9), noise=rng.uniform(2, 6))
    return _png(worn) if rng.random() < _PNG else _jpeg(worn, int(rng.integers(70, 92)))


def _shadow(rng: Rng, size: tuple[int, int]) -> NDArray[np.float64]:
    """What light a hand or the telephone leaves on either side of a straight edge, hard or soft."""
    wide, high = size
    turn, soft = rng.uniform(0, 2 * np.pi), rng.uniform(8, 80)
    across = (np.arange(wide) - wide * rng.uniform(0.25, 0.75)) * np.cos(turn)
    down = (np.arange(high) - high * rng.uniform(0.25, 0.75)) * np.sin(turn)
    beyond = (1 + np.tanh((down[:, None] + across) / soft)) / 2
    return np.asarray(1 - rng.uniform(0.25, 0.6) * beyond)


def _worn(rng: Rng, page: Picture, *, sigma: float, noise: float) -> Picture:
    soft = cv2.GaussianBlur(page, (0, 0), sigma).astype(np.float32)
    soft = soft * rng.uniform(0.92, 0.99) + rng.normal(0, noise, soft.shape[:2])[..., None]
    for _ in range(rng.integers(0, 12)):  # dust
        y, x = rng.integers(0, soft.shape[0]), rng.integers(0, soft.shape[1])
        cv2.circle(soft, (int(x), int(y)), int(rng.integers(1, 3)), (90.0, 90.0, 90.0), -1)
    return np.asarray(np.clip(soft, 0, 255), np.uint8)


def _png(picture: Picture) -> bytes:
    _, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    return np.asarray(data, np.uint8).tobytes()


def _jpeg(picture: Picture, quality: int) -> bytes:
    bgr = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(data, np.uint8).tobytes()
