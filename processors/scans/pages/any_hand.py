"""What does a row of a page say, printed or written by hand? A network that reads both tells.

It is PP-OCRv6 (small), for lines of any script, which the wheel of `rapidocr` carries; no more is used of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.metadata import distribution

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from processors.findings import Box
from processors.plain import plain
from processors.scans.pages.names import SYMBOLS, said_by
from processors.scans.readings import Gray, Line

HEIGHT = 48
"""Points of a row's image, from top to bottom."""

_LEAST = 1e-6  # chance


def read_row(image: Gray, box: Box) -> Line:
    """What a row may say. `image`: `HEIGHT` points high, at least as wide; `box`: where it lies, mm."""
    network, kinds = _network()
    rows = np.repeat(image[np.newaxis, np.newaxis].astype(np.float32) / np.float32(127.5) - 1, 3, axis=1)
    (chances,) = network.run(None, {network.get_inputs()[0].name: rows})
    folded = np.zeros((chances.shape[1], len(SYMBOLS)), np.float32)
    for symbol, classes in enumerate(kinds):
        folded[:, symbol] = chances[0][:, classes].sum(axis=1)
    return Line(*said_by(np.log(np.maximum(folded, _LEAST))), box, outside=True)


def read_again(line: Line) -> Line:
    """The same line of a page by this network; as it was where its image was not kept."""
    if line.row is None:
        return line
    high, wide = line.row.shape
    size = max(round(wide * HEIGHT / high), HEIGHT), HEIGHT
    return replace(read_row(np.asarray(cv2.resize(line.row, size), np.uint8), line.box), outside=line.outside)


@cache
def _network() -> tuple[onnxruntime.InferenceSession, list[NDArray[np.intp]]]:
    """This process's network, loaded once, and which of its classes are each of `SYMBOLS`."""
    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = alone.inter_op_num_threads = 1  # other processes have the other cores
    alone.log_severity_level = 3  # errors
    weights = distribution("rapidocr").locate_file("rapidocr/models/PP-OCRv6_rec_small.onnx")
    network = onnxruntime.InferenceSession(str(weights), alone, providers=["CPUExecutionProvider"])
    characters = network.get_modelmeta().custom_metadata_map["character"].splitlines()
    symbols = np.array([0, *map(_symbol, characters), SYMBOLS.index(" ")])
    return network, [np.flatnonzero(symbols == symbol) for symbol in range(len(SYMBOLS))]


def _symbol(character: str) -> int:
    """Dots are what forms are filled in on: they are blanks."""
    if character in " .…·_":
        return SYMBOLS.index(" ")
    return max(SYMBOLS.find(plain(character).upper(), 1), 0) or len(SYMBOLS) - 1
