"""Signatures, stamps and handwriting, as a pen and a pad leave them: transparent pictures to place."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator
_PX = 12  # pixels to a millimetre
_FONTS = Path(__file__).resolve().parents[1] / "fonts"
_HANDS = ("delius", "gochi-hand", "nothing-you-could-do", "over-the-rainbow", "swanky-and-moo-moo", "zeyada")
_INKS = ((20, 30, 110), (15, 15, 20), (30, 60, 170), (45, 45, 60))
_PADS = ((70, 40, 140), (40, 60, 160), (170, 40, 60), (30, 30, 40))


def signature(rng: Rng) -> Image.Image:
    """A signature, 18 to 55 mm wide: initials' loops and a running stroke, some with a flourish."""
    width, height = rng.uniform(18, 55), rng.uniform(7, 20)
    picture = Image.new("RGBA", (round(width * _PX), round(height * _PX)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    ink = (*_INKS[rng.integers(len(_INKS))], 255)
    thick = max(2, round(rng.uniform(0.25, 0.7) * _PX))
    strokes = [_running(rng, width, height)]
    if rng.random() < 0.5:
        strokes.append(_flourish(rng, width, height))
    if rng.random() < 0.3:
        strokes.append(_running(rng, width, height))
    for stroke in strokes:
        pen.line([(x * _PX, y * _PX) for x, y in stroke], fill=ink, width=thick, joint="curve")
    return picture


def _running(rng: Rng, width: float, height: float) -> list[tuple[float, float]]:
    loops = rng.integers(3, 9)
    t = np.linspace(0, 1, 260)
    tall = np.interp(t, np.linspace(0, 1, loops), rng.uniform(0.15, 1.0, loops)) * height * 0.45
    x = (0.06 + 0.82 * t) * width + np.cos(2 * math.pi * loops * t) * rng.uniform(0.2, 2.2)
    y = height * 0.5 + np.sin(2 * math.pi * loops * t + rng.uniform(0, 6)) * tall
    return list(zip(x.tolist(), np.clip(y, 0.3, height - 0.3).tolist(), strict=True))


def _flourish(rng: Rng, width: float, height: float) -> list[tuple[float, float]]:
    t = np.linspace(0, 1, 60)
    y = height * rng.uniform(0.6, 0.95) + np.sin(t * math.pi * rng.uniform(1, 3)) * height * 0.12
    return list(zip(((0.05 + 0.9 * t) * width).tolist(), np.clip(y, 0.3, height - 0.3).tolist(), strict=True))


def stamp(rng: Rng, company: str) -> Image.Image:
    """A firm's stamp, framed or round, a little turned and unevenly inked."""
    colour = _PADS[rng.integers(len(_PADS))]
    wide, high = round(rng.uniform(38, 52) * _PX), round(rng.uniform(17, 24) * _PX)
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    if rng.random() < 0.6:
        pen.rectangle((6, 6, wide - 7, high - 7), outline=(*colour, 255), width=5)
    font = ImageFont.truetype(str(_FONTS / "arimo.woff2"), round(3.2 * _PX))
    for row, text in enumerate((company.upper()[:22], "13001 MARSEILLE", "SIRET 812 345 678")):
        pen.text((wide / 2, high * (0.25 + 0.25 * row)), text, font=font, fill=(*colour, 255), anchor="mm")
    inked = np.asarray(picture).copy()
    patches = rng.uniform(0.55, 1.0, (6, 10)).astype(np.float32)
    fade = np.asarray(
        Image.fromarray((patches * 255).astype(np.uint8)).resize((wide, high), Image.Resampling.BICUBIC)
    )
    inked[..., 3] = (inked[..., 3] * (fade / 255.0)).astype(np.uint8)
    return Image.fromarray(inked).rotate(rng.uniform(-12, 12), expand=True, resample=Image.Resampling.BICUBIC)


def handwriting(rng: Rng, text: str, height: float = 5.0) -> Image.Image:
    """A text by hand, about `height` mm high."""
    font = ImageFont.truetype(str(_FONTS / f"{_HANDS[rng.integers(len(_HANDS))]}.woff2"), round(height * _PX))
    left, top, right, bottom = font.getbbox(text)
    picture = Image.new("RGBA", (round(right - left) + 20, round(bottom - top) + 20), (0, 0, 0, 0))
    ink = (*_INKS[rng.integers(len(_INKS))], 255)
    ImageDraw.Draw(picture).text((10 - left, 10 - top), text, font=font, fill=ink)
    return picture


def size_mm(picture: Image.Image) -> tuple[float, float]:
    return picture.width / _PX, picture.height / _PX


def png(picture: Image.Image) -> BytesIO:
    out = BytesIO()
    picture.save(out, "PNG")
    out.seek(0)
    return out
