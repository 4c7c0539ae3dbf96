"""Does a line that stands apart on a page say a name, or a number, as people write at the top or sign with?

To read all answers is far too dear. The lines outside them, and the short ones among them, are read by a
small network that knows letters, whatever their case, and digits; `training/lines.py` makes it. What they say
is compared with one candidate alone, the copy's: cursive and joined writing is read with many errors. What
may name the candidate is read again by a larger network (`any_hand.py`), which decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rapidfuzz import fuzz

from processors.circular.form import Form
from processors.findings import Box
from processors.lists.people import Candidate
from processors.plain import plain
from processors.scans.pages.apart import HALF, level, places_apart, straight
from processors.scans.pages.geometry import PX
from processors.scans.pages.labels import Quad
from processors.scans.pages.registration import Placement
from processors.scans.readings import Gray, Line

SYMBOLS = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 *"
"""What a piece of a line shows: nothing new, a letter, a digit, a blank, anything else."""

_MOST = 2400  # pixels of all lines of a page: 3.2 ms; 1.3 on average

HEIGHT, _SPREAD = 24, 3.6  # pixels of a line's image, and of the deviation of its ink from the middle
_SPREADS = (2.2, 7.0)  # the same on the map
_NEAR, _PAD = round(4.0 * PX), 5
_ROW = 15  # rows of the map above and below a line's middle that its row takes: of 7.9 mm
_PEN = 120  # darkness: more counts no more
_LEAST = 25.0  # darkness of a line's strokes

_NUMBER, _BOTH, _EACH, _ALONE = -22.0, 8.0, 4.0, 6.0
"""Least likeness of a line to a number, to both names, to each of them, to the last name alone: so like a
candidate's names are two in 100,000 pages of answers."""
_DATE = -9.0  # the same of a birth date, which others of an answer are like
_LETTER = 2.0  # what a letter adds: long names are seldom met by chance
_LONG_ENOUGH = 5  # letters of a last name
_ROUGHLY = 60.0  # per cent of the letters, by the likeliest reading: else nobody looks closer
_PERHAPS, _BACKWARDS, _LONGER = 2.7, 0.35, 0.2
"""Least likeness of what is worth reading again, less a share of that to the name read backwards, and so much
for each letter that the line says besides."""
_WHOLLY = 75.0  # the same of a line that says nothing else
_DIGITS = 70.0  # per cent of a number's: written ones are read to 74 and more, grain to 64
_TITLED = 6  # letters that a line which says a last name may have besides
_SHORTEST, _ELIDED = 3, "CDJLMNST"  # letters of a last name in a user name; letters before an apostrophe
_TITLES = ("M", "MR", "MME", "MLLE")
_FAR, _LEVELS = 6.0, 255.0 / 6.0  # a symbol's log chance below the likeliest one's: at most; in a byte
_NEVER = -1e6
_AGAINST = 0.9  # likeness that a letter has over one of the name read backwards: grain is like any name
_LETTER_FOUND, _TOLD = 1.2, 0.85
"""Where both names are looked for on lines that ask for them: least likeness of a letter; share of the
letters that the other reader has read."""


def lines_apart(
    small: Gray,
    dark: Gray,
    placement: Placement,
    scale: float,
    form: Form,
    first: bool,
    wiped: Sequence[Quad],
) -> tuple[Line, ...]:
    """The lines of an upright page that are read, from the page and its darkness at `MAP_DPI`.

    `scale`: pixels of what is placed to one of the map's; `first`: whether the form's frames are on the page;
    `wiped`: labels, whose own lines nobody will see.
    """
    if not placement.sure:
        return ()
    to_map = placement.to_pixels / scale
    places = places_apart(dark, placement.ink, to_map, form, first)
    if wiped:
        areas = [area.astype(np.int32) for area in wiped]
        dark = np.asarray(cv2.fillPoly(dark.copy(), areas, (0,)), np.uint8)
        small = np.asarray(cv2.fillPoly(small.copy(), areas, (255,)), np.uint8)
    found, room = [], _MOST
    for place in places:
        band = straight(dark, to_map, place)
        image = line_image(band)
        if image is not None and image.shape[1] <= room:
            room -= image.shape[1]
            row = level(small, to_map, place, _ROW, beyond=255)[:, _written(band)]
            line = Line(*_read(image), place.box(to_map), place.outside, row)
            if not (first and _is_printed(line, form.form.model_text)):
                found.append(line)
    return tuple(found)


def _is_printed(line: Line, model: str) -> bool:
    """Whether it says what the form prints above its frame, and nothing more."""
    said, printed = letters_of(line.text), letters_of(model)
    return len(said) < len(printed) + _LONG_ENOUGH and fuzz.ratio(printed, said) >= _ROUGHLY


def may_name(lines: Sequence[Line], candidate: Candidate) -> list[bool]:
    """Whether each of the lines that the small network has read is worth reading again."""
    if not lines:
        return []
    family, first = _names_of(candidate)
    ways = [f"{family}*{first}", f"{first}*{family}", *[family][: len(family) >= _LONG_ENOUGH]]
    own, backwards = np.split(likenesses(lines, [*ways, *(way[::-1] for way in ways)]), 2, axis=1)
    said = np.array([[len(letters_of(line.text)) - len(letters_of(way)) for way in ways] for line in lines])
    perhaps = (own - _BACKWARDS * backwards - _LONGER * np.maximum(said, 0)).max(axis=1) >= _PERHAPS
    return [bool(may) or _says_digits(line, candidate) for line, may in zip(lines, perhaps, strict=True)]


def _says_digits(line: Line, candidate: Candidate) -> bool:
    """The candidate's number or birth date."""
    birth = candidate.birth_date
    return says_number(line, candidate.number) or any(
        says_number(line, way, _DATE) for way in (f"{birth:%d%m%Y}", f"{birth:%d*%m*%Y}")
    )


def names(line: Line, candidate: Candidate) -> bool:
    """Whether a line says the candidate's number, birth date or both names; outside the answers, the last."""
    if _says_digits(line, candidate):
        return True
    family, first = _names_of(candidate)
    if _says_both(line, family, first) or _is_user_name(line, family, first):
        return True
    if len(family) < _LONG_ENOUGH:
        return False
    if not line.outside and not _is_signed(line, family, first):  # a word of the answers may be a name
        return False
    if _share(family, letters_of(line.text)) < _ROUGHLY or (like := likeness(line, family)) < _ALONE:
        return False
    return like - likeness(line, family[::-1]) >= _AGAINST * len(family)


def _names_of(candidate: Candidate) -> tuple[str, str]:
    """The letters of the last name, and of the first of the others."""
    return letters_of(candidate.family_name), letters_of(re.split(r"[\s,]", candidate.first_names)[0])


def says_number(line: Line, number: str, least: float = _NUMBER) -> bool:
    """Whether a line says this number, its digits grouped or not; `least`: likeness."""
    # what a noisy scan shows where nothing is written is doubtful in every symbol, and like any number
    digits = "".join(filter(str.isdigit, line.text))
    return _share(number.replace("*", ""), digits) >= _DIGITS and likeness(line, number) >= least


def says_names(lines: Sequence[tuple[str, Line]], person: Candidate) -> float:
    """How well the lines say both names of a person, each on one of them; 0 where they do not.

    Of each line what another reader has read, and what it may say. What cannot be read at all is like any
    name: a line must be more like the name than like its letters from the last to the first.
    """
    fits = 0.0
    for name in (person.family_name, re.split(r"[\s,]", person.first_names)[0]):
        wanted = letters_of(name)
        least, told = _LETTER_FOUND * max(len(wanted), 1), _LETTER * len(wanted) * _TOLD
        said = [told for text, _ in lines if _share(wanted, letters_of(text)) >= 100 * _TOLD]
        for _, line in lines:
            if _share(wanted, letters_of(line.text)) >= _ROUGHLY:
                like = likeness(line, wanted)
                said += [like] if like - likeness(line, wanted[::-1]) >= _AGAINST * len(wanted) else []
        if max(said, default=0.0) < least:
            return 0.0
        fits += max(said)
    return fits


def _says_both(line: Line, family: str, first: str) -> bool:
    """In either order, with anything between; each must be there, since long first names are common."""
    said = letters_of(line.text)
    apart = sum(_share(name, said) * len(name) for name in (family, first)) / max(len(family + first), 1)
    if max(apart, _share(family + first, said), _share(first + family, said)) < _ROUGHLY:
        return False
    likeliest = max(likeness(line, way) for way in (f"{family}*{first}", f"{first}*{family}"))
    return likeliest >= _BOTH and min(likeness(line, name) for name in (family, first)) >= _EACH


def _is_signed(line: Line, family: str, first: str) -> bool:
    """Whether it says nothing but the last name and the initial of the first, or a title."""
    title, *rest = map(letters_of, line.text.split() or ("",))
    if title in _TITLES and fuzz.ratio(family, "".join(rest)) >= _ROUGHLY:
        return True
    said, initial = letters_of(line.text), first[:1]
    way = initial + family if said.startswith(initial) else family + initial
    least = max(_WHOLLY, fuzz.ratio(family, said))  # the last name may begin with the same letter
    return initial in (said[:1], said[-1:]) and fuzz.ratio(way, said) >= least


def _is_user_name(line: Line, family: str, first: str) -> bool:
    """Whether words of it are what a machine calls the candidate: jdupont, j.dupont, dupont.j.

    Dots are blanks: « la page s'affiche » and « à grand débit » are no such names.
    """
    text, initial = re.sub("[^A-Z]+", " ", plain(line.text).upper().translate(_AS_LETTERS)), first[:1]
    ways = [initial + family, f"{family} {initial}" + "$" * (initial in _ELIDED)]
    if initial != "A":
        ways.append(f"{initial} {family}")
    said = len(family) >= _SHORTEST and first and any(re.search(rf"\b{way}\b", text.strip()) for way in ways)
    return bool(said) and likeness(line, family) >= _LETTER_FOUND * len(family)


def letters_of(text: str) -> str:
    """As in `SYMBOLS`; digits that are taken for letters are such."""
    return re.sub("[^A-Z]", "", plain(text).upper().translate(_AS_LETTERS))


_AS_LETTERS = str.maketrans("0158", "OISB")


def _share(name: str, said: str) -> float:
    return fuzz.partial_ratio(name, said) if len(said) >= len(name) else fuzz.ratio(name, said)


def likeness(line: Line, wanted: str) -> float:
    """How well a part of the line can be read so: its best log chance against that of the likeliest reading.

    A star stands for anything; each letter adds `_LETTER`. Blanks may stand between: numbers are grouped.
    """
    return float(likenesses([line], [wanted])[0, 0])


def likenesses(lines: Sequence[Line], wanted: Sequence[str]) -> NDArray[np.float32]:
    """`likeness` of each line to each of these; all at once, since steps are what it costs."""
    anything, height = SYMBOLS.index("*"), 2 * max(map(len, wanted)) + 3
    states = np.full((height, len(wanted)), anything)  # a way may begin anywhere: anything may come before
    for way, column in zip(wanted, states.T, strict=True):  # each symbol, with nothing new before and after
        column[-2 * len(way) - 1 :: 2], column[-2 * len(way) :: 2] = 0, [SYMBOLS.index(c) for c in way]
    passed = np.full((height - 2, len(wanted)), _NEVER, np.float32)
    passed[1::2][states[3::2] != states[1:-2:2]] = 0.0  # a double needs something between
    steps = max(len(line.doubts) for line in lines)
    chances = np.full((steps, height, len(lines), len(wanted)), _NEVER, np.float32)
    for k, line in enumerate(lines):
        doubts = line.doubts / np.float32(-_LEVELS)
        doubts[:, 0] = np.maximum(doubts[:, 0], doubts[:, SYMBOLS.index(" ")])
        doubts[:, anything] = 0.0
        chances[: len(doubts), :, k] = doubts[:, states]
    begins = np.arange(height)[:, np.newaxis] < height - 1 - 2 * np.array([len(way) for way in wanted])
    now = np.repeat(np.where(begins, 0.0, _NEVER).astype(np.float32)[:, np.newaxis], len(lines), axis=1)
    passed, best = np.repeat(passed[:, np.newaxis], len(lines), axis=1), now[-1]
    for step in chances:
        ahead = now.copy()
        np.maximum(now[1:], now[:-1], out=ahead[1:])
        np.maximum(ahead[2:], now[:-2] + passed, out=ahead[2:])
        now = np.add(ahead, step, out=ahead)
        best = np.maximum(best, np.maximum(now[-1], now[-2]))
    letters = [sum(c.isalpha() for c in way) for way in wanted]
    return np.asarray(best + _LETTER * np.array(letters, np.float32), np.float32)


def log_chances(line: Line) -> NDArray[np.float32]:
    """Of each of `SYMBOLS`, at each step along the line, against the likeliest one."""
    return np.asarray(line.doubts / np.float32(-_LEVELS), np.float32)


def line_image(band: Gray) -> Gray | None:
    """A line as the network knows it: of one height, by where its ink lies; None if there is none."""
    level = np.arange(-HALF, HALF + 1)
    rows = np.minimum(band, _PEN).sum(axis=1, dtype=np.float32)
    middle, spread, reach = 0.0, 0.0, float(_NEAR)
    for _ in range(2):
        near = rows * (abs(level - middle) <= reach)
        whole = float(near.sum())
        if whole == 0:
            return None
        middle = float(near @ level) / whole
        spread = float(np.sqrt(near @ (level - middle) ** 2 / whole))
        reach = max(2.2 * spread, 6.0)
    band = band[:, _written(band)]
    if band.shape[1] == 0:
        return None
    scale = _SPREAD / float(np.clip(spread, *_SPREADS))
    width = -(-max(round(band.shape[1] * scale), 16) // 4) * 4
    onto = np.array([[1 / scale, 0, 0], [0, 1 / scale, HALF + middle - (HEIGHT - 1) / 2 / scale]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    line = cv2.warpAffine(band, onto, (width, HEIGHT), flags=flags)
    strong = max(_strong(np.asarray(line, np.uint8)), _LEAST)
    return np.asarray(np.minimum(line * (200 / strong), 255), np.uint8)


def _strong(image: Gray) -> float:
    """The 97th percentile, as numpy has it, in a fifth of its time."""
    at, part = divmod(97 * (image.size - 1), 100)
    there = [at, min(at + 1, image.size - 1)]
    below, above = np.partition(image, there, axis=None)[there].tolist()
    return float(below + (above - below) * part / 100)


def _written(band: Gray) -> slice:
    """The columns from its first ink to its last."""
    columns = np.minimum(band[HALF - _NEAR : HALF + _NEAR], _PEN).sum(axis=0, dtype=np.float32)
    written = np.flatnonzero(columns > 40)
    return slice(max(written[0] - _PAD, 0), written[-1] + _PAD + 1) if len(written) else slice(0)


def line_in(band: Gray, box: Box) -> Line | None:
    """A line of writing; None where nothing is. `band`: its darkness on the map, `HALF` rows about it."""
    image = line_image(band)
    return Line(*_read(image), box, outside=True) if image is not None else None


def _read(image: Gray) -> tuple[str, NDArray[np.uint8]]:
    lines = image[np.newaxis, np.newaxis].astype(np.float32) / np.float32(200)
    return said_by(np.asarray(_network().run(None, {"lines": lines})[0][0], np.float32))


def said_by(chances: NDArray[np.float32]) -> tuple[str, NDArray[np.uint8]]:
    """The likeliest reading, in which the same symbol twice on end is one, and the doubts about it.

    `chances`: of each of `SYMBOLS`, at each step along the line, the log chance.
    """
    best = chances.argmax(axis=1)
    new = np.append(True, best[1:] != best[:-1]) & (best > 0)
    doubts = np.minimum(chances.max(axis=1, keepdims=True) - chances, _FAR) * _LEVELS
    return "".join(SYMBOLS[k] for k in best[new]).strip(), doubts.astype(np.uint8)


@cache
def _network() -> onnxruntime.InferenceSession:
    """This process's network, loaded once."""
    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = alone.inter_op_num_threads = 1  # other processes have the other cores
    alone.log_severity_level = 3  # errors
    weights = files("processors.scans.pages").joinpath("lines.onnx").read_bytes()
    return onnxruntime.InferenceSession(weights, alone, providers=["CPUExecutionProvider"])
