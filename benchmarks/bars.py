"""How many labels are read from their bars, by fault, by each decoder alone and by the reader; the cost.

    python -m benchmarks.bars [--labels 500] [--seed 1] [--samples FOLDER]

Draws so many labels of every fault in their zone, half of them of enrolled candidates, half of strangers
whose number is an enrolled one's but for a digit or two; scans them at every level, in gray, colour and one
bit, at 150 to 300 dpi. FOLDER: images of Code 128, each beside a text file of the same name that says what
it holds (as zxing-cpp's `test/samples/code128-1`), read whole.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar
from rich.console import Console
from rich.table import Table

from processors.circular.form import load_form
from processors.scans.pages.barcode import read_label
from specimens.hand import PRINT_FONT, Hand, typeset
from specimens.scanner import Level, Mode, encode, scan
from specimens.sheet import PAPER, Gray, Page, Press, bar_row, lay

FORM = load_form(Path(__file__).parents[1] / "sessions" / "forms" / "ccyc.toml")
PATTERN, SYMBOLOGY = FORM.label.payload, FORM.label.symbology
REACH = 6.0  # mm around the label's zone, as the reader takes it
_EDGE = 8.0  # mm drawn around what is read, so that a skewed scan does not show the bed there
_SHARP = 2  # labels are printed finer than they are scanned
_CHUNK = 20

Rng = np.random.Generator


class Fault(StrEnum):
    WHOLE = "whole"
    FINE = "fine modules"
    ASKEW = "askew"
    SCRIBBLED = "scribbled"
    TORN = "torn"  # a corner or a wedge is gone; somewhere all the bars are left
    TORN_THROUGH = "torn through"  # some bars are gone from top to bottom
    STAINED = "stained"
    BOWED = "bowed"
    FADED = "faded"
    SPREAD = "ink spread"
    CUT = "cut at the end"
    ASIDE = "beside its zone"
    NONE = "no label"


@dataclass(frozen=True)
class Drawn:
    zone: Gray
    payload: str
    enrolled: frozenset[str]


@cache
def roster() -> tuple[str, ...]:
    """Numbers of invented candidates."""
    return tuple(f"02{n:09d}" for n in np.random.default_rng(0).integers(10**8, 10**9, 1000))


def draw(fault: Fault, mode: Mode, dpi: int, rng: Rng) -> Drawn:
    """The label's zone as the reader cuts it out, of a sheet scanned with any level of wear."""
    level = Level(rng.choice(list(Level)))
    number = str(rng.choice(roster()))
    if rng.random() < 0.5:
        number = stranger(number, rng)
    payload = f"U{rng.integers(1, 8)}-{number}"
    page = Page(_around(dpi).copy(), np.full_like(_around(dpi), PAPER), (25, 25, 120))
    if fault is not Fault.NONE:
        _stick(page, payload, fault, dpi, rng)
    picture = scan(page, level, mode, dpi, rng)
    if mode is not Mode.BW:
        data = np.frombuffer(encode(picture, level, mode, dpi, rng), np.uint8)
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    edge = round(_EDGE * dpi / 25.4)
    return Drawn(np.ascontiguousarray(picture[edge:-edge, edge:-edge]), payload, frozenset(roster()))


def stranger(number: str, rng: Rng) -> str:
    """The same number but for one digit, two, or two that change places."""
    digits = list(number)
    while "".join(digits) in roster():
        i, j = rng.choice(np.arange(2, len(digits)), 2, replace=False)
        if rng.random() < 0.3:
            digits[i], digits[j] = digits[j], digits[i]
        else:
            digits[i] = str(rng.integers(10))
            if rng.random() < 0.5:
                digits[j] = str(rng.integers(10))
    return "".join(digits)


@cache
def _around(dpi: int) -> Gray:
    """What is printed in the label's zone and around it."""
    zone = FORM.identity.label_zone.grown(REACH + _EDGE)
    scale = dpi / 25.4
    x, y, w, h = (round(side * scale) for side in zone)
    printed = Press(FORM, dpi).page(True, Hand(np.random.default_rng(0))).printed
    part = printed[y : y + h, x : x + w]
    return np.pad(part, ((0, h - part.shape[0]), (0, w - part.shape[1])), constant_values=PAPER)


def _stick(page: Page, payload: str, fault: Fault, dpi: int, rng: Rng) -> None:
    u, density = rng.uniform, _SHARP * dpi / 25.4
    module = u(0.25, 0.28) if fault is Fault.FINE else u(0.28, 0.40)
    sticker, bars = _sticker(payload, module, density, fault, rng)
    covered = np.full(sticker.shape, 255, np.uint8)
    _damage(sticker, covered, bars, fault, rng)
    if fault is Fault.BOWED:
        sticker = _bowed(sticker, density, rng)
    h, w = sticker.shape
    angle = np.radians(u(3, 8) * rng.choice([-1, 1]) if fault is Fault.ASKEW else rng.normal(0, 1.2))
    scale = dpi / 25.4
    zone = FORM.identity.label_zone
    room = np.maximum(0, [(zone.width - w / density) / 2 - 1, (zone.height - h / density) / 2 - 0.5])
    aside = (u(1, 8, 2) if fault is Fault.ASIDE else np.zeros(2)) * rng.choice([-1, 1], 2)
    middle = (
        np.array(page.printed.shape[::-1]) / 2 + (u(-1, 1, 2) * room + aside + np.sign(aside) * room) * scale
    )
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    place = np.column_stack([turn / _SHARP, middle - turn @ np.array([w, h]) / 2 / _SHARP])
    size = page.printed.shape[1], page.printed.shape[0]
    sticker = np.asarray(cv2.GaussianBlur(sticker, (0, 0), _SHARP / 3), np.uint8)
    drawn = cv2.warpAffine(sticker, place, size, flags=cv2.INTER_LINEAR, borderValue=PAPER)
    mask = cv2.warpAffine(covered, place, size, flags=cv2.INTER_NEAREST) > 0
    page.printed[mask] = drawn[mask]
    if fault is Fault.SCRIBBLED:
        points = u((0.05, 0.05), (0.95, 0.9), (int(rng.integers(6, 30)), 2)) * [w, h]
        path = np.rint((points @ place[:, :2].T + place[:, 2]) * 8).astype(np.int32)
        width = max(1, round(u(0.4, 0.9) * scale))
        cv2.polylines(page.pen, [path], False, int(u(15, 80)), width, cv2.LINE_AA, shift=3)
    if fault is Fault.STAINED:
        _stain(page, middle, scale, rng)


def _sticker(
    payload: str, module: float, density: float, fault: Fault, rng: Rng
) -> tuple[Gray, tuple[int, int, int, int]]:
    """A label, and where its bars are on it: x, y, width, height."""
    row = bar_row(payload)
    edges = np.rint((np.arange(row.size + 1) * module) * density).astype(int)
    bars = np.repeat(row, np.diff(edges))
    ink = 252.0
    if fault is Fault.SPREAD:  # each bar grows by up to half a module on either side
        grown = max(1, round(rng.uniform(0.15, 0.42) * module * density))
        bars = np.asarray(cv2.erode(bars[None], np.ones((1, 2 * grown + 1), np.uint8)), np.uint8)[0]
    quiet, height = round(10 * module * density), round(rng.uniform(8, 13) * density)
    above = round(rng.choice([1.5, 4.5]) * density)
    sticker = np.full((above + height + round(5 * density), bars.size + 2 * quiet), ink, np.uint8)
    faint = rng.uniform(110, 190) if fault is Fault.FADED else 0
    band = np.clip(bars.astype(np.float32), faint, ink)
    sticker[above : above + height, quiet : quiet + bars.size] = band.astype(np.uint8)
    if fault is Fault.FADED:  # dead points of the print head leave white lines across the label
        for y in rng.integers(above, above + height, rng.integers(0, 8)):
            sticker[y : y + round(0.15 * density)] = ink
    mask, ascent = typeset(PRINT_FONT, round(3.4 * density), payload)
    mask = mask[:, : sticker.shape[1]]
    left = (sticker.shape[1] - mask.shape[1]) // 2
    lay(sticker, mask, left, above + height + round(3.6 * density) - ascent, 20)
    return sticker, (quiet, above, bars.size, height)


def _damage(sticker: Gray, covered: Gray, bars: tuple[int, int, int, int], fault: Fault, rng: Rng) -> None:
    """What is torn or cut away of it."""
    x, y, w, h = bars
    u = rng.uniform
    gone: list[tuple[float, float]] = []
    if fault is Fault.TORN_THROUGH:
        middle, gap, lean = x + u(0.1, 0.9) * w, u(0.01, 0.08) * w, rng.normal(0, 0.05) * w
        gone = [(middle - gap, 0), (middle + gap * 0.6, 0)]
        gone += [(middle + gap + lean, y + 2 * h), (middle - gap * 0.4 + lean, y + 2 * h)]
    elif fault is Fault.TORN and rng.random() < 0.5:
        middle, gap, depth = x + u(0, 1) * w, u(0.03, 0.2) * w, y + u(0.3, 0.8) * h
        gone = [(middle - gap, 0), (middle + gap, 0), (middle + u(-1, 1) * gap, depth)]
    elif fault is Fault.TORN:
        left, right = u(0, 0.8, 2)
        gone = [(0, 0), (sticker.shape[1], 0), (sticker.shape[1], y + right * h), (0, y + left * h)]
    elif fault is Fault.CUT:  # up to the first bars, or the last
        kept = x * u(0, 0.6)
        gone = [(0, 0), (kept, 0), (kept, sticker.shape[0]), (0, sticker.shape[0])]
        if rng.random() < 0.5:
            gone = [(sticker.shape[1] - a, b) for a, b in gone]
    if gone:
        area = np.rint(gone).astype(np.int32)
        cv2.fillPoly(sticker, [area], PAPER)
        cv2.fillPoly(covered, [area], 0)


def _bowed(sticker: Gray, density: float, rng: Rng) -> Gray:
    """Stuck with waves: bars lean, and are narrower here than there."""
    h, w = sticker.shape
    y, x = np.mgrid[:h, :w].astype(np.float32)
    waves, u = [], rng.uniform
    for _ in range(2):
        length, phase = u(15, 60) * density, u(0, 2 * np.pi, 2)
        depth = u((0.02, 0.1), (0.3, 0.7)) * density
        waves.append((length, phase, depth))
    dx = sum(d[0] * np.sin(2 * np.pi * (x + 0.5 * y) / n + p[0]) for n, p, d in waves)
    dy = sum(d[1] * np.sin(2 * np.pi * (x - 0.3 * y) / n + p[1]) for n, p, d in waves)
    bent = cv2.remap(
        sticker, (x + dx).astype(np.float32), (y + dy).astype(np.float32), cv2.INTER_LINEAR, borderValue=PAPER
    )
    n, p, _ = waves[0]
    shade = 1 - u(0, 0.25) * (0.5 + 0.5 * np.sin(2 * np.pi * x / n + p[1]))
    return np.asarray(bent * shade, np.uint8)


def _stain(page: Page, middle: np.ndarray, scale: float, rng: Rng) -> None:
    """Coffee: a blot and its darker ring, through which the bars are seen."""
    u = rng.uniform
    layer = np.full(page.printed.shape, 1, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        spot = tuple(int(v) for v in middle + u(-25, 25, 2) * (scale, scale / 4))
        axes = tuple(int(v) for v in u(4, 20, 2) * scale)
        cv2.ellipse(layer, spot, axes, u(0, 180), 0, 360, u(0.45, 0.8), -1, cv2.LINE_AA)
        cv2.ellipse(layer, spot, axes, 0, 0, 360, u(0.3, 0.6), max(1, int(0.8 * scale)), cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), 0.3 * scale)
    page.printed[:] = (page.printed * soft).astype(np.uint8)


Read = Callable[[Drawn], str | None]


def _zxing(image: Gray) -> str | None:
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.barcode_formats_from_str(SYMBOLOGY), try_rotate=False, try_invert=False
    )
    return found[0].text if found else None


def _zbar(image: Gray) -> str | None:
    found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.CODE128])
    return found[0].data.decode("ascii", "replace") if found else None


def _reader(drawn: Drawn) -> str | None:
    reading = read_label(drawn.zone, PATTERN, drawn.enrolled, SYMBOLOGY)
    return reading.text if reading else None


DECODERS: dict[str, Read] = {
    "zxing": lambda drawn: _zxing(drawn.zone),
    "zxing, 3 × 3 blur": lambda drawn: _zxing(cv2.GaussianBlur(drawn.zone, (3, 3), 0)),
    "zbar": lambda drawn: _zbar(drawn.zone),
    "reader": _reader,
}


def measure(seed: int, fault: Fault, mode: Mode, dpi: int, decoders: tuple[str, ...]) -> Counter[str]:
    """Of a chunk of labels, what each decoder read, misread, and its CPU seconds."""
    cv2.setNumThreads(1)
    key = seed, list(Fault).index(fault), list(Mode).index(mode), dpi
    rng, counts = np.random.default_rng(key), Counter[str]()
    for _ in range(_CHUNK):
        drawn = draw(fault, mode, dpi, rng)
        counts["drawn"] += 1
        for name in decoders:
            begun = time.process_time()
            text = DECODERS[name](drawn)
            counts[f"{name} ns"] += int(1e9 * (time.process_time() - begun))
            if text is not None:
                right = text == drawn.payload and fault is not Fault.NONE
                counts[f"{name} read" if right else f"{name} misread"] += 1
    return counts


def samples(folder: Path) -> Iterator[tuple[str, Gray, str]]:
    """Images, each with the text beside it."""
    for path in sorted(folder.iterdir()):
        said = path.with_suffix(".txt")
        if path.suffix in {".png", ".webp", ".jpg"} and said.exists():
            image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if image is not None:
                yield path.stem, np.asarray(image, np.uint8), said.read_text().rstrip("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--labels", type=int, default=500, help="of every fault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", nargs="*", type=Fault, default=list(Fault))
    parser.add_argument("--decoders", nargs="*", choices=list(DECODERS), default=list(DECODERS))
    parser.add_argument("--samples", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    looks = list(product(Mode, (150, 200, 300)))
    chunks = -(-options.labels // _CHUNK)
    jobs = [
        (options.seed * 100_000 + k, fault, *looks[k % len(looks)])
        for fault in options.faults
        for k in range(chunks)
    ]
    by_fault: dict[Fault, Counter[str]] = defaultdict(Counter)
    by_look: dict[str, Counter[str]] = defaultdict(Counter)
    with ProcessPoolExecutor(2) as pool:
        work = partial(measure, decoders=tuple(options.decoders))
        for (_, fault, mode, dpi), counts in zip(jobs, pool.map(work, *zip(*jobs, strict=True)), strict=True):
            by_fault[fault] += counts
            if fault is not Fault.NONE:
                by_look[f"{mode} {dpi} dpi"] += counts
    console = Console(width=140)
    console.print(_table("fault", by_fault, options.decoders))
    console.print(_table("scan", by_look, options.decoders))
    for folder in options.samples:
        console.print(_of_samples(folder))


def _table(what: str, rows: dict[str, Counter[str]], decoders: list[str]) -> Table:
    """Reads (misreads), and CPU time as a multiple of the first decoder's."""
    table = Table(what, "drawn", *decoders)
    for row, counts in rows.items():
        cells = [
            f"{100 * counts[f'{name} read'] / counts['drawn']:.1f} % ({counts[f'{name} misread']})"
            f" × {counts[f'{name} ns'] / max(1, counts[f'{decoders[0]} ns']):.2f}"
            for name in decoders
        ]
        table.add_row(row, str(counts["drawn"]), *cells)
    return table


def _of_samples(folder: Path) -> Table:
    table = Table(folder.name, *DECODERS)
    right: Counter[str] = Counter()
    images = list(samples(folder))
    for _, image, said in images:
        anything = Drawn(image, said, frozenset())
        for name, decode in DECODERS.items():
            if name == "reader":
                reading = read_label(image, "(?P<candidate>.*)", frozenset(), SYMBOLOGY)
                text = reading.text if reading else None
            else:
                text = decode(anything)
            right[name] += text == said
    table.add_row(f"{len(images)} images", *(str(right[name]) for name in DECODERS))
    return table


if __name__ == "__main__":
    main()
