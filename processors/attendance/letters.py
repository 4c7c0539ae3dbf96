"""Does a cell say that somebody was absent, as invigilators write it, or is it a short name?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from processors.attendance.lines import PX
from processors.scans.pages.apart import HALF
from processors.scans.pages.geometry import PX as MAP
from processors.scans.pages.names import letters_of, likeness, line_in
from processors.scans.readings import Gray, Line

_ABSENT = ("ABS", "ABSENT", "ABSENTE")
"""What invigilators write of who was absent: read to the letter, it says so."""
_SAID = ("ABANDON", "COMPOSE", "DISPENSE", "EXCUSE", "JUSTIFIE", "MALADE", "RETARD")
"""What else they write, of which a person thinks."""
_SHORT = 10.0  # mm of a few letters: they may say that, whatever is read
_WIDE, _MAYBE = 20.0, 0.5  # mm of three large ones; likeness to them, of 6, whatever is read most likely
_NARROW, _HARDLY = 12.0, -4.0  # the same of what is narrower
_HEIGHTS = 7.5  # of its own that three letters' strokes are long: of drawn ones at most 7.0, of loops to 9
_SURELY = 8.0  # likeness to a long one: of names and signatures at most 1.1, of drawn ones 2 to 14
_LONG, _LIKELY = 12.0, 2.0  # mm of ABSENT(E) at least; likeness to it: of what is read a little 2.3 to 14
_PIECES, _OFF = 4, 3  # letters that stand alone, as loops do not: so many may be read otherwise
_APART = 6.0  # of likeness, between the candidate's name and such a word: of them at most 4.1
_LEAST = 3  # letters of a name


class Absent(Enum):
    """Whether it says that."""

    YES, MAYBE, NO = "yes", "maybe", "no"


def read_absent(
    table: Gray,
    labels: NDArray[np.int32],
    marks: Sequence[tuple[int, tuple[int, int, int, int]]],
    length: float,
) -> tuple[Line | None, Absent]:
    """What these marks say; each is its label and its box in pixels. `length`: mm of their strokes."""
    x0, y0 = (min(box[k] for _, box in marks) for k in (0, 1))
    x1, y1 = (max(box[k] + box[k + 2] for _, box in marks) for k in (0, 1))
    part = np.isin(labels[y0:y1, x0:x1], [index for index, _ in marks])
    dark = np.where(part, 255 - table[y0:y1, x0:x1], 0).astype(np.uint8)
    small = cv2.resize(dark, None, fx=MAP / PX, fy=MAP / PX, interpolation=cv2.INTER_AREA)
    band = np.zeros((2 * HALF + 1, small.shape[1] + 24), np.uint8)
    small = small[: len(band)]
    top = (len(band) - len(small)) // 2
    band[top : top + len(small), 12 : 12 + small.shape[1]] = small
    line = line_in(band, (x0 / PX, y0 / PX, (x1 - x0) / PX, (y1 - y0) / PX))
    if line is None:
        return None, Absent.MAYBE if x1 - x0 < _SHORT * PX else Absent.NO
    said = "".join(letter for letter in line.text if letter.isalnum())
    long = max(likeness(line, word) for word in _ABSENT[1:])
    if said in _ABSENT or long >= _SURELY:
        return line, Absent.YES
    wide, abs_, strokes = (x1 - x0) / PX, likeness(line, "ABS"), length / ((y1 - y0) / PX)
    may_be = (
        wide < _SHORT and len(said) <= len("ABS") + 1,
        wide < _NARROW and abs_ > _HARDLY,
        wide < _WIDE and len(said) <= len("ABS") + 2 and abs_ >= _MAYBE and strokes < _HEIGHTS,
        said.startswith("ABS") or Levenshtein.distance(said, "ABS") <= 1,
        wide > _LONG and long > _LIKELY,
        len(marks) >= _PIECES and min(Levenshtein.distance(said, word) for word in _ABSENT[1:]) <= _OFF,
        max(likeness(line, word) for word in _SAID) >= _SURELY,
    )
    return line, Absent.MAYBE if any(may_be) else Absent.NO


def may_be_name(line: Line, family_name: str, first_names: str) -> bool | None:
    """Whether what may say that is somebody's name; None: it may be either, or their initials."""
    words = f"{family_name} {first_names}".split()
    names = [letters_of(name) for name in (family_name, *re.split(r"[\s-]+", f"{family_name} {first_names}"))]
    own = max((likeness(line, name) for name in names if len(name) >= _LEAST), default=-_APART)
    absent = max(likeness(line, word) for word in (*_ABSENT, *_SAID))
    if own - absent >= _APART:
        return True
    return None if {letters_of(word)[:1] for word in words} <= set("ABS") or own > absent - _APART else False
