"""Trains `processors/scans/pages/lines.onnx`, the network that reads lines that stand apart.

    python -m training.lines FOLDER [--lines 60000] [--minutes 60] [--out lines.onnx]

needs the `train` extra (torch, onnx). FOLDER holds handwriting fonts as for `training.letters`, MNIST's train
split, and `names.txt`: names to write, one a line (it was trained on two thirds of those that PyPI's Faker
has for France). Words are those of `docs/fr`, the session files and `specimens`; letters and syllables at
random come between them: it is to read names that it never saw.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn
from torch.nn import functional

from processors.plain import plain
from processors.scans.pages.apart import HALF, without_rules
from processors.scans.pages.geometry import PX, darkness
from processors.scans.pages.names import HEIGHT, SYMBOLS, line_image
from processors.scans.readings import Gray
from training.hands import HELD_OUT_FONTS, LETTER_FONTS, Ink, Rng, cropped, fonts, mnist

_DRAWN = 2 * PX  # pixels a millimetre
_SYLLABLES = (
    "ba be bi bou bra che co de dou el es fa fi gue ha ja ka le li lou me mi ni pe qua re sa te tre u"
)
_CHUNK = 1000
Drawn = tuple[Gray, list[int]]
"""A line as the network sees it, and its symbols."""


def folded(text: str) -> list[int]:
    """What is written, as indices of `SYMBOLS`."""
    return [SYMBOLS.index(c) if c in SYMBOLS[1:-1] else len(SYMBOLS) - 1 for c in plain(text).upper()]


@cache
def _words() -> tuple[str, ...]:
    root = Path(__file__).parents[1]
    sources = [*root.glob("docs/fr/*.md"), *root.glob("sessions/*.toml"), *root.glob("specimens/*.toml")]
    return tuple(word for path in sorted(sources) for word in path.read_text("utf-8").split())


def _invented(rng: Rng) -> str:
    letters = _SYLLABLES.split() if rng.random() < 0.7 else list("abcdefghijklmnopqrstuvwxyz")
    return "".join(rng.choice(letters, int(rng.integers(2, 9)))).capitalize()[:10]


def _text(names: Sequence[str], rng: Rng) -> str:
    kind = rng.random()
    if kind < 0.35:
        family, first = (str(rng.choice(names)) if rng.random() < 0.5 else _invented(rng) for _ in range(2))
        family = family.upper() if rng.random() < 0.7 else family
        first = first.upper() if rng.random() < 0.25 else first
        ways = (
            f"{family} {first}", f"{first} {family}", f"Nom : {family}", f"NOM : {family} Prénom : {first}",
            family, f"M. {family}",
        )  # fmt: skip
        return ways[rng.choice(len(ways), p=(0.4, 0.22, 0.1, 0.13, 0.1, 0.05))]
    if kind < 0.5:
        number = "0" + "".join(str(digit) for digit in rng.integers(0, 10, 10))
        return ("", "N° candidat : ", "n° ")[rng.integers(3)] + number
    if kind < 0.9:
        start = int(rng.integers(len(_words()) - 8))
        text = " ".join(_words()[start : start + int(rng.integers(1, 7))])
        return text.upper() if rng.random() < 0.2 else text
    return " ".join(_invented(rng) for _ in range(int(rng.integers(1, 4))))


def _written(text: str, face: ImageFont.FreeTypeFont, joined: bool, rng: Rng) -> tuple[Ink, int]:
    """A line of a font, a little slanted, perhaps letter by letter, and its baseline's row."""
    em = int(face.size)
    base, gap = int(1.8 * em), 0.0 if joined else rng.uniform(0.0, 0.22) * em
    image = Image.new("L", (int(face.getlength(text) + (gap * 1.5 + 3) * len(text)) + 40, 3 * em))
    draw, x = ImageDraw.Draw(image), 12.0
    for part in [text] if joined else text:
        up = 0.0 if joined else rng.normal(0, 0.02) * em
        draw.text((x, base + up), part, 255, face, anchor="ls")
        x += face.getlength(part) + gap * rng.uniform(0.5, 1.5)
    ink = np.asarray(image)
    slant, rise = rng.normal(0, 0.12), rng.normal(0, 0.012)
    onto = np.array([[1, -slant, slant * base], [rise, 1, -rise * ink.shape[1] / 2]])
    ink = np.asarray(cv2.warpAffine(ink, onto, (ink.shape[1] + 10, ink.shape[0])), np.uint8)
    change, pen = rng.random(), np.ones((2, 2), np.uint8)
    if change < 0.28:
        ink = np.asarray(cv2.dilate(ink, pen) if change < 0.2 else cv2.erode(ink, pen), np.uint8)
    return ink, base


def _digits(text: str, em: int, folder: Path, rng: Rng) -> tuple[Ink, int]:
    """A number of people's digits, each another's."""
    base, high, gap = int(1.8 * em), em * rng.uniform(0.55, 0.75), em * rng.uniform(0.05, 0.3)
    line, x, thin = np.zeros((3 * em, 14 * em), np.uint8), 12.0, rng.random() < 0.4
    for digit in text:
        images = mnist(folder, "train")[digit]
        glyph = cv2.resize(images[rng.integers(len(images))], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        glyph = cropped((cv2.erode(glyph, np.ones((3, 3))) if thin else glyph).astype(np.float32) / 255)
        scale = min(high * rng.uniform(0.9, 1.1) / glyph.shape[0], 1.2 * high / glyph.shape[1])
        drawn = cv2.resize(glyph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) * 255
        y = base - drawn.shape[0]
        part = line[y:base, int(x) : int(x) + drawn.shape[1]]
        np.maximum(part, drawn[:, : part.shape[1]].astype(np.uint8), out=part)
        x += drawn.shape[1] + gap * rng.uniform(0.6, 1.4)
    return line[:, : int(x) + 12], base


def draw(seed: int, folder: Path, count: int, kept_out: bool) -> list[Drawn]:
    """So many lines, cut out as they are on a page; `kept_out`: of fonts that training never sees."""
    rng = np.random.default_rng((9, seed))
    names = (folder / "names.txt").read_text("utf-8").splitlines()
    paths = fonts(folder, HELD_OUT_FONTS if kept_out else LETTER_FONTS)
    drawn = []
    for _ in range(count):
        text = _text(names, rng)[:34].strip()
        image = _scanned(text, paths[rng.integers(len(paths))], folder, rng)
        if image is not None and len(text) + 3 < image.shape[1] / 2 <= 240:
            drawn.append((image, folded(text)))
    return drawn


def _scanned(text: str, font: Path, folder: Path, rng: Rng) -> Gray | None:
    em = round(rng.uniform(3.6, 6.2) * _DRAWN)
    face = ImageFont.truetype(str(font), em)
    joined = rng.random() > 0.35 or any(part in str(font) for part in ("cursive", "playwrite", "script"))
    people = text.isdigit() and rng.random() < 0.6
    ink, base = _digits(text, em, folder, rng) if people else _written(text, face, joined, rng)
    side = round(10 * _DRAWN)
    page = np.full((3 * side, ink.shape[1] + 2 * side), 255, np.float32)
    tone, pitch, middle = rng.uniform(10, 100), rng.uniform(7, 9) * _DRAWN, len(page) // 2
    _lay(page, ink, side, middle - base, tone)
    for way in (-1, 1):
        if rng.random() < 0.45:
            start = int(rng.integers(len(_words()) - 8))
            other, row = _written(" ".join(_words()[start : start + 6])[:30], face, True, rng)
            _lay(page, other, int(rng.uniform(0, page.shape[1] / 2)), round(middle + way * pitch) - row, tone)
    if rng.random() < 0.6:
        level, thick = rng.uniform(150, 225), int(rng.integers(1, 3))
        for k in range(-2, 3):
            y = round(middle + 0.6 * _DRAWN + k * pitch)
            page[max(y, 0) : max(y + thick, 0)] = np.minimum(page[max(y, 0) : max(y + thick, 0)], level)
    small = _worn(page, rng)
    rows, columns = np.flatnonzero((ink > 60).any(axis=1)), np.flatnonzero((ink > 60).any(axis=0))
    weights = (ink > 60).sum(axis=1)
    centre = (middle - base + float(weights @ np.arange(len(weights)) / max(weights.sum(), 1))) / 2
    y = round(centre + rng.normal(0, 1.2))
    if len(rows) == 0 or not HALF <= y < len(small) - HALF:
        return None
    ends = (side + columns[[0, -1]]) // 2 - rng.integers(-1, 6, 2)
    band = without_rules(darkness(small))[y - HALF : y + HALF + 1]
    return line_image(band[:, max(ends[0] - 5, 0) : ends[1] + 6])


def _lay(page: NDArray[np.float32], ink: Ink, x: int, y: int, tone: float) -> None:
    top, bottom = max(y, 0), min(y + ink.shape[0], len(page))
    part = page[top:bottom, x : x + ink.shape[1]]
    np.minimum(part, 255 - ink[top - y : bottom - y, : part.shape[1]] * ((255 - tone) / 255), out=part)


def _worn(page: NDArray[np.float32], rng: Rng) -> Gray:
    """The drawn page as a scanner gives it, in gray or one bit, at the map's scale."""
    paper = rng.uniform(195, 255)
    page = paper - (1 - page / 255) * paper * rng.uniform(0.65, 1)
    page = cv2.GaussianBlur(page, (0, 0), max(0.1, rng.uniform(0, 0.1) * _DRAWN))
    page = page + rng.normal(0, rng.uniform(0, 5), page.shape)
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), rng.normal(0, 0.4), 1)
    page = cv2.warpAffine(page, turn, page.shape[::-1], borderValue=paper)
    if rng.random() < 0.2:
        page = np.where(page < 0.72 * paper, 0, 255)
    gray = np.clip(page, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


class Network(nn.Module):
    """n × 1 × `HEIGHT` × width in; of each two columns, the log chances of `SYMBOLS`."""

    def __init__(self) -> None:
        super().__init__()

        def block(
            before: int, after: int, size: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
        ) -> nn.Sequential:
            convolution = nn.Conv2d(before, after, size, stride, pad, bias=False)
            return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())

        square, one = (3, 3), (1, 1)
        self.down = nn.Sequential(
            nn.PixelUnshuffle(2),
            block(4, 16, square, one, one),
            block(16, 28, square, (2, 1), one),
            block(28, 44, square, (2, 2), one),
        )
        self.middle = block(44, 44, square, one, one)
        self.flat = block(44, 72, square, one, (0, 1))
        self.along = nn.ModuleList(block(72, 72, (1, 5), one, (0, 2)) for _ in range(2))
        self.last = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(72, 2 * len(SYMBOLS), (1, 3), 1, (0, 1)))

    def forward(self, lines: Tensor) -> Tensor:
        found = self.down(lines)
        found = self.flat(found + self.middle(found))
        for layer in self.along:
            found = found + layer(found)
        found = self.last(found).squeeze(2)
        count, _, steps = found.shape
        halves = found.view(count, 2, len(SYMBOLS), steps).permute(0, 3, 1, 2)
        return functional.log_softmax(halves.reshape(count, 2 * steps, len(SYMBOLS)), 2)


def _varied(lines: Tensor) -> Tensor:
    """The lines a little higher, lower, slanted, narrower, with other inks and noise."""
    count = len(lines)
    none = torch.zeros(count)
    slant = 0.12 * torch.randn(count) * HEIGHT / lines.shape[3]
    across = torch.stack([0.95 + 0.05 * torch.randn(count), slant, none], 1)
    down = torch.stack([none, 1 + 0.12 * torch.randn(count), 0.09 * torch.randn(count)], 1)
    grid = functional.affine_grid(torch.stack([across, down], 1), list(lines.shape), align_corners=False)
    lines = functional.grid_sample(lines, grid, align_corners=False)
    lines = lines * (0.75 + 0.5 * torch.rand(count, 1, 1, 1))
    return (lines + 0.05 * torch.rand(count, 1, 1, 1) * torch.randn_like(lines)).clamp(0, 1.275)


def _train(drawn: Sequence[Drawn], minutes: float, size: int = 48) -> Network:
    torch.manual_seed(1)
    rng, network, start, step = np.random.default_rng(0), Network(), time.monotonic(), 0
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    order = np.argsort([image.shape[1] for image, _ in drawn], kind="stable")
    batches = [order[k : k + size] for k in range(0, len(order) - size + 1, size)]
    while (done := (time.monotonic() - start) / (60 * minutes)) < 1:
        chosen = [drawn[k] for k in batches[rng.integers(len(batches))]]
        lines = np.zeros((size, 1, HEIGHT, max(image.shape[1] for image, _ in chosen)), np.float32)
        for line, (image, _) in zip(lines, chosen, strict=True):
            line[0, :, : image.shape[1]] = image / np.float32(200)
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, step / 200) * (1 - done) + 2e-5
        with torch.autocast("cpu", torch.bfloat16):
            found = network(_varied(torch.from_numpy(lines)).contiguous(memory_format=torch.channels_last))
        wanted = torch.tensor([symbol for _, text in chosen for symbol in text])
        steps = torch.tensor([image.shape[1] // 2 for image, _ in chosen])
        lengths = torch.tensor([len(text) for _, text in chosen])
        chances = found.float().permute(1, 0, 2)
        loss = functional.ctc_loss(chances, wanted, steps, lengths, zero_infinity=True)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 3.0)
        optimizer.step()
        step += 1
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=60_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--out", type=Path, default=Path("processors/scans/pages/lines.onnx"))
    wanted = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        work = partial(draw, folder=wanted.folder, count=_CHUNK, kept_out=False)
        drawn = [line for part in pool.map(work, range(wanted.lines // _CHUNK)) for line in part]
    network = _train(drawn, wanted.minutes)
    torch.onnx.export(
        network, (torch.zeros(1, 1, HEIGHT, 200),), str(wanted.out), input_names=["lines"],
        output_names=["chances"], opset_version=17, dynamo=False,
        dynamic_axes={"lines": {0: "n", 3: "width"}, "chances": {0: "n", 1: "steps"}},
    )  # fmt: skip


if __name__ == "__main__":
    main()
