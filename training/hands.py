"""Hands that write digits and capitals, to train the readers and to measure them: glyphs, not yet in boxes.

MNIST ink, handwriting fonts, and, for digits, strokes: skeletons drawn here as French hands write them (1
with a long upstroke, crossed 7, open 4, straight-legged 9), each person's own way, unsteadily.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator
Ink = NDArray[np.float32]  # a glyph, cropped to its ink: 0 paper to 1 ink
Hand = Callable[[str, Rng], Ink]  # draws this character once more
Stroke = list[tuple[float, float]]

TRAIN_FONTS = (
    "architects-daughter", "caveat", "covered-by-your-grace", "gloria-hallelujah", "indie-flower", "kalam",
    "nanum-pen-script", "patrick-hand", "playwrite-fr-moderne", "playwrite-fr-trad", "shadows-into-light",
)  # fmt: skip
HELD_OUT_FONTS = ("handlee", "homemade-apple", "reenie-beanie")
LETTER_FONTS = (
    *TRAIN_FONTS, "amatic-sc", "annie-use-your-telescope", "bad-script", "balsamiq-sans",
    "cedarville-cursive", "chilanka", "comic-neue", "coming-soon", "crafty-girls",
    "dawning-of-a-new-day", "dekko", "edu-sa-beginner", "fuzzy-bubbles", "gaegu", "gamja-flower",
    "give-you-glory", "grape-nuts", "hi-melody", "itim", "just-another-hand", "just-me-again-down-here",
    "kristi", "la-belle-aurore", "loved-by-the-king", "mali", "mansalva", "marck-script", "neucha",
    "pangolin", "permanent-marker", "playpen-sans", "rancho", "rock-salt", "schoolbell", "sedgwick-ave",
    "short-stack", "sniglet", "sriracha", "sue-ellen-francisco", "the-girl-next-door",
    "waiting-for-the-sunrise", "walter-turncoat",
)  # fmt: skip


def read_idx(path: Path) -> NDArray[np.uint8]:
    """An IDX file of MNIST: images n × 28 × 28, or labels n."""
    data = path.read_bytes()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * k : 8 + 4 * k], "big") for k in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


@cache
def mnist(folder: Path, split: str) -> dict[str, NDArray[np.uint8]]:
    """MNIST's images by digit; `split` is "train" or "t10k"."""
    images = read_idx(next(folder.rglob(f"{split}-images-idx3-ubyte")))
    labels = read_idx(next(folder.rglob(f"{split}-labels-idx1-ubyte")))
    return {str(digit): images[labels == digit] for digit in range(10)}


def inked_hand(images: dict[str, NDArray[np.uint8]], wide: tuple[float, float] = (1, 1)) -> Hand:
    """Scanned ink, each digit another person's, enlarged and sharpened to pen strokes.

    `images`: of each digit, n × side × side; `wide`: least and greatest width of what they make of it.
    """

    def draw(digit: str, rng: Rng) -> Ink:
        pool = images[digit]
        image = pool[rng.integers(len(pool))].astype(np.float32) / 255
        scale = 84 / len(image)
        large = cv2.resize(
            image, None, fx=scale * rng.uniform(*wide), fy=scale, interpolation=cv2.INTER_CUBIC
        )
        edge, softness = rng.uniform(0.3, 0.6), rng.uniform(0.15, 0.5)
        return cropped(np.clip((large - edge) / softness + 0.5, 0, 1))

    return draw


def fonts(folder: Path, names: Sequence[str]) -> list[Path]:
    """The font files of these @fontsource packages, all weights."""
    return [f for name in names for f in sorted(folder.rglob(f"{name}-latin-[0-9]*-normal.woff"))]


def font_hand(path: Path) -> Hand:
    """The characters of a font file."""
    font = ImageFont.truetype(str(path), 90)
    known: dict[str, Ink] = {}

    def draw(character: str, rng: Rng) -> Ink:
        if character not in known:
            image = Image.new("L", (260, 260))
            ImageDraw.Draw(image).text((70, 60), character, 255, font)
            known[character] = cropped(np.asarray(image, np.float32) / 255)
        return known[character]

    return draw


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> list[tuple[float, float]]:
    """Points of an ellipse, degrees clockwise from the right."""
    steps = max(4, int(abs(end - start) / 30))
    angles = np.radians(np.linspace(start, end, steps + 1))
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


def _skeleton(digit: int, rng: Rng) -> list[Stroke]:
    """One way of writing a digit: strokes in a box one wide (about 0.6 in use) and one high."""
    u = rng.uniform
    match digit:
        case 0:
            start, over = u(-140, -40), u(-12, 35)
            loop = _arc(0.3, 0.5, u(0.18, 0.34), 0.5, start, start + u(345, 362) + over)
            return [loop[::-1] if rng.random() < 0.6 else loop]
        case 1:
            lean = u(-0.08, 0.12)
            top, foot = (0.3 + lean, 0.0), (0.3 - lean, 1.0)
            style = rng.random()
            if style < 0.25:
                return [[top, foot]]
            if style < 0.4:  # a short flag, often curved
                reach, drop = u(0.06, 0.22), u(0.05, 0.25)
                bend = (top[0] - reach * u(0.25, 0.6), drop * u(0.4, 1.0))
                return [[(top[0] - reach, drop), bend, top], [top, foot]]
            reach = u(0.12, 0.42)  # the French upstroke goes far down
            upstroke = (top[0] - reach * u(0.6, 1.0), reach * u(0.6, 1.4))
            strokes: list[Stroke] = [[upstroke, top], [top, foot]]
            if style > 0.85:
                strokes.append([(foot[0] - u(0.1, 0.25), 1.0), (foot[0] + u(0.1, 0.25), 1.0)])
            return strokes
        case 2:
            head = _arc(0.3, u(0.22, 0.32), u(0.22, 0.3), u(0.22, 0.3), u(-190, -150), u(15, 50))
            if rng.random() < 0.45:  # a loop at the foot
                return [
                    [*head, (0.2, 0.8), (u(0.0, 0.08), 0.97), (0.04, u(0.78, 0.88)), (0.2, 0.86),
                     (0.4, u(0.94, 1.0)), (0.62, u(0.88, 1.0))]
                ]  # fmt: skip
            return [[*head, (u(0.1, 0.2), 0.75), (0.02, 1.0)], [(0.02, 1.0), (u(0.5, 0.65), u(0.94, 1.03))]]
        case 3:
            waist = u(0.38, 0.5)
            low = _arc(u(0.22, 0.28), (1 + waist) / 2, u(0.25, 0.34), (1 - waist) / 2, -90, u(120, 165))
            if rng.random() < 0.3:  # flat top
                return [[(u(0.0, 0.08), u(0, 0.04)), (0.55, 0.0)], [(0.55, 0.0), (0.22, waist)], low]
            high = _arc(0.26, waist / 2, u(0.22, 0.3), waist / 2, u(-170, -140), u(70, 90))
            return [[*high, (u(0.1, 0.22), waist)], low]
        case 4:
            bar, style = u(0.55, 0.75), rng.random()
            if style < 0.15:  # in one stroke, as lightning
                return [[(u(0.25, 0.5), 0.0), (0.0, bar), (0.02, bar), (u(0.4, 0.6), bar - u(0.0, 0.2)),
                         (u(0.25, 0.5), u(0.9, 1.0))]]  # fmt: skip
            if style < 0.35:  # a long slope, a low bar, a short leg
                rise, x = u(0.65, 0.82), u(0.42, 0.62)
                return [[(u(0.3, 0.6), 0.0), (0.0, rise), (0.02, rise), (u(0.6, 0.8), rise + u(-0.1, 0.04))],
                        [(x, rise - u(0.1, 0.3)), (x - u(0, 0.12), u(0.98, 1.12))]]  # fmt: skip
            if style < 0.7:  # open: an L and a leg
                x, start = u(0.36, 0.5), u(0.0, 0.3)
                return [
                    [(u(0.05, 0.22), u(0.0, 0.08)), (u(0.0, 0.06), bar)],
                    [(0.0, bar), (u(0.55, 0.72), bar + u(-0.08, 0.03))],
                    [(x + u(0, 0.05), start), (x - u(0, 0.08), 1.0)],
                ]
            x = u(0.38, 0.48)
            return [
                [(x, 0.0), (0.0, bar)],
                [(0.0, bar), (u(0.58, 0.72), bar + u(-0.05, 0.05))],
                [(x, u(0.0, 0.35)), (x + u(-0.06, 0.02), 1.0)],
            ]
        case 5:
            x, waist = u(0.06, 0.16), u(0.38, 0.5)
            belly = _arc(
                u(0.2, 0.27),
                (waist + 0.96) / 2,
                u(0.27, 0.36),
                (1.02 - waist) / 2,
                u(-130, -100),
                u(120, 160),
            )
            return [
                [(x + u(0, 0.06), 0.0), (x, waist + 0.05), *belly],
                [(x, u(-0.03, 0.05)), (u(0.45, 0.65), u(-0.06, 0.05))],
            ]
        case 6:
            r = u(0.2, 0.27)
            loop = _arc(0.3, 1 - r, u(0.2, 0.28), r, 190, u(-190, -150))
            return [[(u(0.32, 0.55), 0.0), (u(0.1, 0.2), u(0.3, 0.45)), *loop]]
        case 7:
            if rng.random() < 0.25:  # its top an arch, its bar long
                x, y = u(0.5, 0.65), u(0.45, 0.68)
                arch = [
                    (0.0, u(0.05, 0.25)),
                    (u(0.2, 0.35), 0.0),
                    (x, u(0.06, 0.2)),
                    (x - 0.1, 0.5),
                    (u(0.1, 0.3), 1.0),
                ]
                return [arch, [(u(-0.05, 0.2), y + u(0, 0.05)), (u(0.6, 0.85), y - u(-0.03, 0.08))]]
            x, y = u(0.5, 0.62), u(-0.03, 0.05)
            strokes = [
                [(0.0, u(-0.02, 0.08)), (x, y)],
                [(x, y), (u(0.25, 0.38), 0.5), (u(0.08, 0.28), 1.0)],
            ]
            if rng.random() < 0.35:  # a tick at the bar's start
                strokes.append([(0.0, 0.0), (u(-0.15, 0.03), u(0.1, 0.45))])
            if rng.random() < 0.55:  # crossed
                y = u(0.42, 0.58)
                strokes.append([(u(0.04, 0.15), y + u(0, 0.05)), (u(0.5, 0.62), y - u(0, 0.08))])
            return strokes
        case 8:
            waist = u(0.42, 0.52)
            if rng.random() < 0.4:  # two rings
                return [
                    _arc(0.3, waist / 2, u(0.16, 0.24), waist / 2, -90, 275),
                    _arc(0.3, (1 + waist) / 2, u(0.2, 0.28), (1 - waist) / 2, -90, 275),
                ]
            r, s = u(0.18, 0.25), u(0.2, 0.28)
            return [
                [(0.3 + r, u(0.06, 0.14)), (0.3, 0.0), (0.3 - r, waist * 0.45), (0.3, waist), (0.3 + s, 0.75),
                 (0.3, 1.0), (0.3 - s, 0.77), (0.3, waist), (0.3 + r * 0.9, waist * 0.45),
                 (0.3 + r * u(0.4, 1), u(0.02, 0.1))]
            ]  # fmt: skip
        case _:
            if rng.random() < 0.35:  # a long tail, curled far to the left, the ring often open
                r, x = u(0.15, 0.24), u(0.28, 0.4)
                ring = _arc(x, r, u(0.16, 0.26), r, u(-80, -10), u(-400, -345))
                tail = [(x + u(0.2, 0.28), 0.6), (u(0.3, 0.5), u(0.9, 1.0)), (u(-0.1, 0.15), u(0.92, 1.02))]
                curl = [(u(-0.25, -0.1), u(0.78, 0.9))] if rng.random() < 0.4 else []
                return [[*ring, *tail, *curl]]
            r, x = u(0.2, 0.27), 0.3
            ring = _arc(x, r, u(0.2, 0.28), r, u(-40, 0), u(-400, -370))
            leg = u(0.5, 0.58)
            if rng.random() < 0.5:  # straight leg
                return [[*ring], [(leg, u(0.02, 0.2)), (leg - u(0, 0.15), 1.0)]]
            return [[*ring, (leg, 0.6), (u(0.3, 0.42), 0.95), (u(0.02, 0.15), u(0.92, 1.0))]]


def _smooth(points: Stroke) -> NDArray[np.float32]:
    """A Catmull-Rom curve through the points."""
    p = np.array(points, np.float32)
    if len(p) == 2:
        return p
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, 8, endpoint=False, dtype=np.float32)[:, np.newaxis]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    a, b, c, d = (q[:, np.newaxis] for q in (a, b, c, d))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.asarray(np.concatenate([curve.reshape(-1, 2), p[-2:-1]]), np.float32)


def stroke_hand(rng: Rng) -> Hand:
    """A person's hand: own width, pen and unsteadiness; the way of each digit is kept along the row."""
    seed = int(rng.integers(1 << 30))
    pen, unsteady, wide = rng.uniform(3, 11), rng.uniform(0.005, 0.035), rng.uniform(0.8, 1.35)

    def draw(digit: str, rng: Rng) -> Ink:
        way = np.random.default_rng((seed, int(digit)))
        image = np.zeros((150, 150), np.uint8)
        for points in _skeleton(int(digit), way):
            moved = [(x + rng.normal(0, unsteady), y + rng.normal(0, unsteady)) for x, y in points]
            curve = _smooth(moved) * (80 * wide, 100) + 25
            cv2.polylines(
                image, [np.rint(curve * 16).astype(np.int32)], False, 255, max(1, round(pen)), cv2.LINE_AA, 4
            )
        return cropped(image.astype(np.float32) / 255)

    return draw


def cropped(ink: NDArray[np.floating]) -> Ink:
    rows, columns = np.nonzero(ink.max(axis=1) > 0.3)[0], np.nonzero(ink.max(axis=0) > 0.3)[0]
    if not len(rows):
        return np.ones((4, 4), np.float32)
    return np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.float32)
