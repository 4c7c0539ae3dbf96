"""The network that reads boxed characters: its layers, its training, its calibration."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from processors.scans.pages.handwriting import CUT_HEIGHT, CUT_WIDTH

_CHUNK = 1000  # rows
_FURTHER = 0.6  # of the way: at 1, MNIST's own digits are read 0.2 % worse, at 0.6 none is lost
_NEW_HANDS = 1.2  # temperature: what is fitted on hands that training saw is too sure of those it did not
Cuts = tuple[NDArray[np.uint8], NDArray[np.int64]]
Draw = Callable[[int, Path, int, bool], Cuts]
"""Cuts and labels of rows: a seed, the folder, how many rows, and whether of what is kept out of training."""


class Residual(nn.Sequential):
    """Adds what its layers find to what they were given."""

    def forward(self, given: Tensor) -> Tensor:
        return given + super().forward(given)


def network(classes: int, widths: tuple[int, int, int] = (20, 40, 64)) -> nn.Sequential:
    """Cells in, one logit for each class out; `widths`: channels at full, half and quarter size."""
    fine, middle, coarse = widths

    def block(before: int, after: int, stride: int = 1) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        nn.PixelUnshuffle(2),  # four channels of 24 × 20: what runs the network is slow on one
        *block(4, fine),
        *block(fine, middle, 2),  # 12 × 10
        Residual(*block(middle, middle)),
        *block(middle, coarse, 2),  # 6 × 5
        Residual(*block(coarse, coarse)),
        Residual(*block(coarse, coarse)),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(coarse * 30, 32),
        nn.ReLU(),
        nn.Linear(32, classes),
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


def resume(model: nn.Sequential, path: Path) -> None:
    """Takes up an exported network's weights; its norms are folded into its convolutions and stay so."""
    graph = onnx.load(path).graph
    arrays = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer
    }
    kept = iter(
        [arrays[name] for node in graph.node if node.op_type in ("Conv", "Gemm") for name in node.input[1:]]
    )
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d):
                layer.weight.copy_(next(kept))
            elif isinstance(layer, nn.BatchNorm2d):
                layer.bias.copy_(next(kept))
                assert layer.running_var is not None
                layer.running_var.fill_(1 - layer.eps)
                layer.register_forward_pre_hook(lambda norm, _: norm.eval() and None)
            elif isinstance(layer, nn.Linear):
                layer.weight.copy_(next(kept))
                layer.bias.copy_(next(kept))


def train(model: nn.Sequential, cuts: Tensor, labels: Tensor, epochs: int, rate: float) -> nn.Sequential:
    """Trains the model; gives the running mean of its last weights, over a thousand steps at most."""
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    batch = 256
    steps = epochs * (len(cuts) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.08)
    mean = get_ema_multi_avg_fn(min(0.999, 1 - 15 / steps))
    settled = AveragedModel(model, multi_avg_fn=mean, use_buffers=True)
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


def blend(model: nn.Module, before: dict[str, Tensor]) -> None:
    """Goes but part of the way that further training went, so that what was known is kept."""
    with torch.no_grad():
        for name, weights in model.state_dict().items():
            if weights.is_floating_point():
                weights.lerp_(before[name], 1 - _FURTHER)


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


def make(about: str | None, draw: Draw, model: nn.Sequential, out: Path, rows: int, epochs: int) -> None:
    """The command line: draws the cells, trains the model on them, calibrates it and writes it out."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--drawn", type=Path, help="keep the drawn cells in this .npz, or take them from it")
    parser.add_argument("--start", type=Path, help="an exported network to train further, a quarter as fast")
    wanted = parser.parse_args()
    if wanted.drawn and wanted.drawn.exists():
        kept = np.load(wanted.drawn)
        cuts, labels, held, held_labels = (kept[name] for name in ("cuts", "labels", "held", "held_labels"))
    else:
        chunks = max(1, wanted.rows // _CHUNK)
        size = min(_CHUNK, wanted.rows)
        with ProcessPoolExecutor() as pool:
            work = partial(_drawn, draw, wanted.folder, size)
            parts = list(pool.map(work, range(chunks)))
        cuts, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        held, held_labels = draw(10_000, wanted.folder, size, True)
        if wanted.drawn:
            np.savez(wanted.drawn, cuts=cuts, labels=labels, held=held, held_labels=held_labels)

    torch.manual_seed(1)
    if wanted.start:
        resume(model, wanted.start)
    rate = 1e-3 if wanted.start else 4e-3
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    settled = train(model, torch.from_numpy(cuts), torch.from_numpy(labels), wanted.epochs, rate)
    if wanted.start:
        blend(settled, before)
    logits, truth = scores(settled, torch.from_numpy(held)), torch.from_numpy(held_labels)
    heat = temperature(logits, truth)
    right = (logits.argmax(1) == truth).float().mean().item()
    print(f"{len(cuts)} cells, kept out {len(held)}: {right:.4%} right, temperature {heat:.2f}")  # noqa: T201
    export(settled, heat * _NEW_HANDS, wanted.out)


def _drawn(draw: Draw, folder: Path, rows: int, seed: int) -> Cuts:
    cv2.setNumThreads(1)
    return draw(seed, folder, rows, False)
