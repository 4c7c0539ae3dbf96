"""How well boxed digits are read, on hands that training never saw, and at what cost.

    python -m benchmarks.handwriting FOLDER [--cells 240000]

FOLDER is that of `training/digits.py`. Rows are drawn and scanned here, from clean to poor: MNIST's test
split as it is and bent, fonts held out from training, strokes of new hands; cells are cut and read as real
ones. About two minutes on two cores.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from processors.scans.pages.handwriting import DIGITS, cut_cells, digits
from training.cells import SHAPES, DrawnRow, any_text, draw_row, label
from training.hands import HELD_OUT_FONTS, font_hand, fonts, inked_hand, mnist, stroke_hand

HANDS = ("mnist", "mnist bent", "fonts", "strokes", "empty")
WEAR = {"clean": 0.0, "office": 0.35, "poor": 0.8}
_CHUNK = 100  # rows
_EMPTY = len(DIGITS)  # its class


def rows(hand: str, wear: float, folder: Path, rng: np.random.Generator) -> Iterator[DrawnRow]:
    """Endless rows of this kind of hand, so worn."""
    people = inked_hand(mnist(folder, "t10k"))
    faces = [font_hand(path) for path in fonts(folder, HELD_OUT_FONTS)]
    while True:
        shape = SHAPES[rng.integers(len(SHAPES))]
        written = " " * shape[3] if hand == "empty" else any_text(DIGITS, shape[3], rng, empty=0.0)
        chosen = {"fonts": faces[rng.integers(len(faces))], "strokes": stroke_hand(rng)}.get(hand, people)
        yield draw_row(written, chosen, rng, shape, bent=float(hand != "mnist"), wear=wear)


Measured = tuple[NDArray[np.float32], NDArray[np.int64], float]


def measure(seed: int, hand: str, wear: float, folder: Path) -> Measured:
    """Probabilities and truth of a chunk of rows, and the CPU seconds their reading took."""
    cv2.setNumThreads(1)
    source = rows(hand, wear, folder, np.random.default_rng((seed, HANDS.index(hand), int(100 * wear))))
    drawn = [row for row, _ in zip(source, range(_CHUNK), strict=False)]
    network, found, start = digits(), [], time.process_time()
    for k in range(0, len(drawn), 5):  # about as many cells as a first page has
        found.append(
            network.probabilities(np.concatenate([cut_cells(r.strip, r.row) for r in drawn[k : k + 5]]))
        )
    spent = time.process_time() - start
    return np.concatenate(found), np.array([c for row in drawn for c in label(row.text, DIGITS)]), spent


def calibration(probabilities: NDArray[np.float32], truth: NDArray[np.int64]) -> tuple[float, float]:
    """Mean negative log-likelihood, and the expected calibration error over fifteen bins of confidence."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((sure * 15).astype(int), 14)
    error = sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(15)) / len(truth)
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-9)).mean()), float(error)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", type=int, default=240_000, help="of all hands together")
    wanted = parser.parse_args()
    a_chunk = _CHUNK * np.mean([shape[3] for shape in SHAPES])
    chunks = max(1, round(wanted.cells / len(HANDS) / len(WEAR) / a_chunk))

    table = Table(
        "hand", "scan", "cells", "right", "digit seen empty", "empty seen inked", "NLL", "ECE", "ms a cell"
    )
    headline: list[NDArray[np.bool_]] = []
    with ProcessPoolExecutor() as pool:
        for hand, (level, wear) in product(HANDS, WEAR.items()):
            parts = list(
                pool.map(partial(measure, hand=hand, wear=wear, folder=wanted.folder), range(chunks))
            )
            found, truth = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
            ink, said, (likelihood, error) = (
                truth != _EMPTY,
                found.argmax(axis=1),
                calibration(found, truth),
            )
            mistaken = (
                [f"{(said == _EMPTY).mean():.2%}", ""]
                if ink.all()
                else ["", f"{(said != _EMPTY).mean():.2%}"]
            )
            if hand == "mnist":
                headline.append(said == truth)
            cost = 1000 * sum(p[2] for p in parts) / len(truth)
            table.add_row(
                hand, level, str(len(truth)), f"{(said == truth).mean():.2%}", *mistaken,
                f"{likelihood:.4f}", f"{error:.4f}", f"{cost:.3f}",
            )  # fmt: skip
    Console().print(table)
    right = np.concatenate(headline)
    Console().print(f"MNIST's test split in printed boxes: {right.mean():.2%} of {len(right)} digits")


if __name__ == "__main__":
    main()
