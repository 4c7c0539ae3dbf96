"""A blank sheet that a scanner gives with grain, or dithered: it has no page boxes, no frames, no number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processors.circular.form import load_form
from processors.scans.files.image import RawImage
from processors.scans.files.raster import read_images
from processors.scans.pages.upright import Expected
from processors.scans.reader import read_image
from processors.scans.readings import Gray, PageKind
from specimens.scanner import Level, Mode, encode, pdf

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
DPI, PAPER = 200, 235.0


def with_grain(strength: float) -> Gray:
    rng = np.random.default_rng(1)
    return np.asarray(np.clip(rng.normal(PAPER, strength, (2339, 1654)), 0, 255), np.uint8)


def dithered(paper: int) -> Gray:
    dots = Image.new("L", (1654, 2339), paper).convert("1").convert("L")
    return np.asarray(dots, np.uint8)


def scanned(page: Gray, mode: Mode, path: Path) -> RawImage:
    path.write_bytes(pdf([encode(page, Level.CLEAN, mode, DPI, np.random.default_rng(1))], DPI))
    (image,) = read_images(path)
    return image


@pytest.mark.parametrize(
    ("page", "mode"),
    [
        (with_grain(12), Mode.GRAY),
        (with_grain(25), Mode.GRAY),
        (with_grain(40), Mode.GRAY),
        (dithered(192), Mode.BW),
    ],
    ids=["some", "more", "much", "dots"],
)
def test_grain_is_no_page_of_a_copy(page: Gray, mode: Mode, tmp_path: Path) -> None:
    expected = Expected.of(FORM, FORM.label.payload, [])
    (reading,) = read_image(scanned(page, mode, tmp_path / "scan.pdf"), expected)
    assert (reading.kind, reading.number, reading.total) == (PageKind.FOREIGN, None, None)
