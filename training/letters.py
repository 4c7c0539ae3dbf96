"""Trains `processors/scans/pages/letters.onnx`, the network that reads boxed capitals.

    python -m training.letters FOLDER [--rows 40000] [--epochs 8] [--out letters.onnx]

needs the `train` extra (torch, onnx) and an hour on two cores. FOLDER holds handwriting fonts from npm's
@fontsource packages (`npm install --prefix FOLDER @fontsource/NAME`): those of `hands.LETTER_FONTS` and
`hands.HELD_OUT_FONTS`. No open set of boxed French capitals is known, so fonts, bent and worn, are all that
it learns from; the temperature is fitted on the fonts held out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from processors.scans.pages.handwriting import LETTERS, cut_cells
from training.cells import NAME, any_text, draw_row, label
from training.hands import HELD_OUT_FONTS, LETTER_FONTS, font_hand, fonts
from training.network import Cuts, make, network


def draw(seed: int, folder: Path, rows: int, kept_out: bool) -> Cuts:
    """Cuts and labels of so many drawn rows; `kept_out` takes the fonts that training never sees."""
    rng = np.random.default_rng(seed)
    faces = [font_hand(path) for path in fonts(folder, HELD_OUT_FONTS if kept_out else LETTER_FONTS)]
    cuts, labels = [], list[int]()
    for _ in range(rows):
        hand = faces[rng.integers(len(faces))]
        drawn = draw_row(any_text(LETTERS, NAME[3], rng, 0.15), hand, rng, NAME, rng.uniform(0.5, 1.3))
        cuts.append(cut_cells(drawn.strip, drawn.row))
        labels += label(drawn.text, LETTERS)
    return np.concatenate(cuts), np.array(labels, np.int64)


if __name__ == "__main__":
    widths = (16, 32, 48)
    make(__doc__, draw, network(27, widths), Path("processors/scans/pages/letters.onnx"), 40_000, 8)
