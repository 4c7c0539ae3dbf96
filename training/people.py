"""Characters of people outside MNIST, to train the readers and to measure them.

FOLDER/people holds the files of each source, under the names that it gives them itself:

- `pendigits-orig.tra`, `.tes`: the pen's way on a tablet, 30 writers to train and 14 others to test, Turkey
  (UCI, "Pen-Based Recognition of Handwritten Digits", the unnormalised version; CC BY 4.0);
- `optdigits-orig.tra`, `.windep`: one-bit scans of forms, 30 writers and 13 others, Turkey
  (UCI, "Optical Recognition of Handwritten Digits", the unnormalised version; CC BY 4.0);
- `digits.csv.gz`: the 13 others again, at 8 × 8 pixels, as PyPI's scikit-learn carries them;
- `semeion.data`: about 80 writers, each once with care and once in haste, Italy; scanned, stretched to
  16 × 16 pixels (UCI, "Semeion Handwritten Digit"; CC BY 4.0);
- `zip.train`, `zip.test`: envelopes, USA (USPS, of "The Elements of Statistical Learning"; no licence told);
- `char74k.json`: the pen's way on a tablet, 55 writers, digits and capitals (Chars74K, English, hand, as
  JSON: of each character a list of strokes, for each writer; for research).

The `.tra` are trained on. The rest is for measuring alone; of the last three, nobody was ever trained on.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from training.hands import Hand, Ink, Rng, cropped, inked_hand, mnist

Way = list[NDArray[np.float32]]
"""A character as the pen went: for each stroke its points, n × 2, right and down, in units of its own."""
_TALL = 100  # pixels of a drawn character
_Of = TypeVar("_Of", NDArray[np.uint8], list[Way])


def part(characters: dict[str, _Of], kept_out: bool) -> dict[str, _Of]:
    """Of each character's images or ways, the last tenth, or all before it."""
    return {
        c: of[len(of) * 9 // 10 :] if kept_out else of[: len(of) * 9 // 10] for c, of in characters.items()
    }


@cache
def pen_digits(folder: Path, split: str) -> dict[str, list[Way]]:
    """The digits of `pendigits-orig`, a UNIPEN file; `split` is "tra" or "tes"."""
    text = (folder / "people" / f"pendigits-orig.{split}").read_text("ascii")
    ways = defaultdict[str, list[Way]](list)
    for segment in text.split(".SEGMENT")[1:]:
        label = re.search(r'"(\d)"', segment)
        assert label
        strokes = [
            np.array(s.split(".PEN_UP")[0].split(), np.float32) for s in segment.split(".PEN_DOWN")[1:]
        ]
        ways[label[1]].append([s.reshape(-1, 2) * (1, -1) for s in strokes if len(s)])
    return ways


@cache
def chars74k(folder: Path) -> dict[str, list[Way]]:
    """Digits and letters of Chars74K; the k-th of each is of the k-th writer."""
    ways = json.loads((folder / "people" / "char74k.json").read_text("ascii"))
    return {c: [[np.array(s, np.float32) for s in way] for way in drawn] for c, drawn in ways.items()}


@cache
def optdigits(folder: Path, split: str) -> dict[str, NDArray[np.uint8]]:
    """The bitmaps of `optdigits-orig`, n × 32 × 32; `split` is "tra" or "windep"."""
    text = (folder / "people" / f"optdigits-orig.{split}").read_text("ascii")
    images = defaultdict[str, list[NDArray[np.uint8]]](list)
    for bits, label in re.findall(r"((?:[01]{32}\s+){32})(\d)\s", text):
        pixels = np.array(list("".join(bits.split())), np.uint8).reshape(32, 32)
        images[label].append(pixels * np.uint8(255))
    return {label: np.stack(of) for label, of in images.items()}


@cache
def load_digits(folder: Path) -> dict[str, NDArray[np.uint8]]:
    """The images of scikit-learn's `load_digits`, n × 8 × 8."""
    table = np.loadtxt(folder / "people" / "digits.csv.gz", delimiter=",")
    images = (table[:, :64].reshape(-1, 8, 8) * 255 / 16).astype(np.uint8)
    return {str(digit): images[table[:, 64] == digit] for digit in range(10)}


@cache
def semeion(folder: Path) -> dict[str, NDArray[np.uint8]]:
    """The bitmaps of Semeion, n × 16 × 16, as wide as high whatever they were."""
    table = np.loadtxt(folder / "people" / "semeion.data")
    images = (table[:, :256].reshape(-1, 16, 16) * 255).astype(np.uint8)
    return {str(digit): images[table[:, 256 + digit] == 1] for digit in range(10)}


@cache
def usps(folder: Path) -> dict[str, NDArray[np.uint8]]:
    """The gray images of USPS, n × 16 × 16, both its parts."""
    table = np.concatenate([np.loadtxt(folder / "people" / f"zip.{split}") for split in ("train", "test")])
    images = np.rint((table[:, 1:257].reshape(-1, 16, 16) + 1) * 127.5).astype(np.uint8)
    return {str(digit): images[table[:, 0] == digit] for digit in range(10)}


def tracing_hand(ways: dict[str, list[Way]], rng: Rng, writer: int | None = None) -> Hand:
    """Draws the pen's ways with one pen; of any writer, or of this one."""
    pen = rng.uniform(3, 12)

    def draw(character: str, rng: Rng) -> Ink:
        known = ways[character]
        return _traced(known[rng.integers(len(known)) if writer is None else writer], pen)

    return draw


def _traced(way: Way, pen: float) -> Ink:
    points = np.concatenate(way)
    low = points.min(axis=0)
    tall = float(max(np.ptp(points[:, 1]), np.ptp(points[:, 0]) / 2, 1e-3))
    size = np.rint(np.ptp(points, axis=0) * _TALL / tall).astype(int) + 40
    image = np.zeros((int(size[1]), int(size[0])), np.uint8)
    for stroke in way:
        line = np.rint(((stroke - low) * _TALL / tall + 20) * 16).astype(np.int32)
        cv2.polylines(image, [line], False, 255, max(1, round(pen)), cv2.LINE_AA, 4)
    return cropped(image.astype(np.float32) / 255)


def people(folder: Path, source: str, rng: Rng, kept_out: bool = False) -> Hand:
    """A hand of this source; where writers are told apart (Chars74K), of one of them.

    `kept_out`: of a source to train on, the last tenth instead of the rest.
    """
    match source:
        case "pendigits train":
            return tracing_hand(part(pen_digits(folder, "tra"), kept_out), rng)
        case "optdigits train":
            return inked_hand(part(optdigits(folder, "tra"), kept_out))
        case "pendigits":
            return tracing_hand(pen_digits(folder, "tes"), rng)
        case "chars74k":
            ways = chars74k(folder)
            return tracing_hand(ways, rng, int(rng.integers(len(ways["0"]))))
        case "optdigits":
            return inked_hand(optdigits(folder, "windep"))
        case "load_digits":
            return inked_hand(load_digits(folder))
        case "semeion":
            return inked_hand(semeion(folder), wide=(0.5, 0.8))
        case "mnist":
            return inked_hand(mnist(folder, "t10k"))
        case "usps":
            return inked_hand(usps(folder))
        case _:
            raise ValueError(source)
