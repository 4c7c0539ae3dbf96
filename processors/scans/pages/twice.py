"""Does one page lie in two copies, of one file or of two?

Where two sheets passed the scanner as one, the copy that was hidden is asked for and scanned again: its inner
pages then stand in two candidates' copies. A small imprint of what is written on a page, in which nothing can
be read, tells it again, whatever scanner took it.
"""

from __future__ import annotations

import base64
import itertools
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.findings import Code, Evidence, finding, french_pages
from processors.scans.readings import CopyReading, CopyStatus, PageReading

Imprint = str
"""Of each square of the answers whether it bears clearly more ink than those beside it, or less: base 85."""

_SHAPE = (30, 44)
_BLUR, _BESIDE, _CLEARLY = (0.8, 1.2), 2.0, 0.5
"""Across and down, squares of the ink map; squares of an imprint across; spreads of an imprint."""
_STREAK = 5
"""Rows of an imprint that may be without the ink that all others of a column have."""
_COLUMN = 13
"""Rows over which a column's mean is no mark of the page: numbers stand below each other on many. Of 153
pairs of such pages 21 were taken for one page, with it one; of 45 pages 44 are known again, as before."""
_WRITTEN = 0.3
"""Share of an imprint's spread that a written row has. Of 17,484 pairs of pages, most of a few lines that
begin at one margin, none is taken for one with it, eight without; of 94 pages 60 are known again, not 62."""
_SHIFT = 1
"""Squares by which two scans of a page may lie apart, in each direction."""
_FAINT = 0.01
"""Spread of an ink map below which there are specks at most."""
_SAME, _ENOUGH = (9, 20), 40
"""Least correlation of two imprints of one page, a fraction, and how many more squares agree than do not. Of
122 pairs of an office scanner's scans of a page (gray, one bit) none lies below, of 136 with a poor one (up
to three degrees askew) ten; of 3,900,000 pairs of other pages one lies above."""

_ACROSS = 17
"""Columns in which they agree at least, some 75 mm, of which half is written: a stamp, or an arrow that says
to turn over, may be all that is on the pages of many. Of 24 copies of another program's scans on which such
marks were drawn in five ways, 14 waited without it, and one with it."""


def imprint(ink: NDArray[np.float32]) -> Imprint | None:
    """That of the ink map of a page's answers; None if next to nothing is written."""
    if float(ink.std()) < _FAINT:
        return None
    smooth = cv2.GaussianBlur(ink, (0, 0), sigmaX=_BLUR[0], sigmaY=_BLUR[1])
    squares = cv2.resize(smooth, _SHAPE[::-1], interpolation=cv2.INTER_AREA)
    # a streak of the scanner runs down all of the page, on every page; of writing the ends of lines are there
    squares -= np.partition(squares, _STREAK, axis=0)[_STREAK]
    words = squares - cv2.GaussianBlur(squares, (0, 0), sigmaX=_BESIDE, sigmaY=0.01)
    words -= _columns_means(words)
    spread = _CLEARLY * float(words.std())
    return base64.b85encode(np.packbits(np.stack([words > spread, words < -spread])).tobytes()).decode()


def _columns_means(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the rows around have in each column; around a written row those that are: margins are alike."""
    spread = words.std(axis=1, keepdims=True)
    written = np.repeat(spread > _WRITTEN * float(words.std()), words.shape[1], axis=1).astype(np.float32)
    total, share = cv2.blur(words * written, (1, _COLUMN)), cv2.blur(written, (1, _COLUMN))
    return np.asarray(np.where(written > 0, total / np.maximum(share, 1e-3), total), np.float32)


@dataclass(frozen=True)
class Shown:
    """A copy as far as its pages can be known again: `imprints` by page of the file, in reading order.

    Without its answer sheets: what is printed there is the same on everybody's.
    """

    candidate: str | None
    imprints: Mapping[int, Imprint]


def shared(some: Sequence[Shown], others: Sequence[Shown]) -> list[tuple[int, int, dict[int, int]]]:
    """The copies that show pages of another's paper: index in `some`, in `others`, and which page is which.

    Two copies of one candidate are one that was scanned again; and so is one that is nobody's yet if its
    first page is the other's.
    """
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    here = [(k, page, mark) for k, copy in enumerate(some) for page, mark in copy.imprints.items()]
    there = [(n, page, mark) for n, copy in enumerate(others) for page, mark in copy.imprints.items()]
    for i, j in _same([mark for *_, mark in here], [mark for *_, mark in there]):
        found[here[i][0], there[j][0]][here[i][1]] = there[j][1]
    return [(k, n, pages) for (k, n), pages in found.items() if not _again(some[k], others[n], pages)]


def one_page(one: Imprint | None, other: Imprint | None) -> bool:
    """Whether two pages are clearly one; of one without an imprint it is not told."""
    return one is not None and other is not None and bool(_same([one], [other]))


def _again(one: Shown, other: Shown, pages: Mapping[int, int]) -> bool:
    if one.candidate is not None and other.candidate is not None:
        return one.candidate == other.candidate
    return pages.get(next(iter(one.imprints))) == next(iter(other.imprints))


def _same(some: Sequence[Imprint], others: Sequence[Imprint]) -> list[tuple[int, int]]:
    """Which of some pages are which of others, by index."""
    if not some or not others:
        return []
    one, other = _squares(some), _squares(others)
    inner = other[:, _SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    height, width = inner.shape[1:]
    flat = inner.reshape(len(others), -1)
    inked = np.abs(flat).sum(axis=1)
    over, under = _SAME
    same = np.zeros((len(some), len(others)), np.bool_)
    for y, x in itertools.product(range(2 * _SHIFT + 1), repeat=2):
        moved = one[:, y : y + height, x : x + width].reshape(len(some), -1)
        alike = moved @ flat.T
        # whole numbers, so that a log that is replayed on another machine says the same
        most = np.multiply.outer(np.abs(moved).sum(axis=1), inked)
        same |= (alike >= _ENOUGH) & ((under * alike) ** 2 >= over**2 * most)
    return [(int(i), int(j)) for i, j in np.argwhere(same) if _across(one[i], inner[j]) >= _ACROSS]


def _across(one: NDArray[np.float32], inner: NDArray[np.float32]) -> int:
    """In how many columns squares of two imprints agree, where the two agree most."""
    windows = np.lib.stride_tricks.sliding_window_view(one, inner.shape).reshape(-1, *inner.shape)
    agreed = windows * inner > 0
    return int(agreed[agreed.sum(axis=(1, 2)).argmax()].any(axis=0).sum())


def _squares(imprints: Sequence[Imprint]) -> NDArray[np.float32]:
    """1 where a square bears clearly more ink, -1 where less, else 0."""
    bits = np.unpackbits(_unpacked(imprints), axis=1, count=2 * _SHAPE[0] * _SHAPE[1])
    more, less = bits.reshape(-1, 2, *_SHAPE).astype(np.float32).swapaxes(0, 1)
    return np.asarray(more - less)


def _unpacked(imprints: Sequence[Imprint]) -> NDArray[np.uint8]:
    """What `base64.b85decode` makes of each: of the hundreds of a centre five times as fast."""
    text = np.frombuffer("".join(imprints).encode(), np.uint8).reshape(len(imprints), -1)
    lacking = -text.shape[1] % 5
    fives = np.pad(_VALUES[text], ((0, 0), (0, lacking)), constant_values=84).reshape(len(text), -1, 5)
    words = fives @ 85 ** np.arange(4, -1, -1)
    decoded = words.astype(">u4").view(np.uint8).reshape(len(text), -1)
    return decoded[:, : decoded.shape[1] - lacking]


_SYMBOLS = string.digits + string.ascii_uppercase + string.ascii_lowercase + "!#$%&()*+-;<=>?@^_`{|}~"
_VALUES = np.zeros(256, np.int64)
_VALUES[list(_SYMBOLS.encode())] = np.arange(85)


def in_two_copies(copies: Sequence[CopyReading], pages: Sequence[PageReading]) -> list[CopyReading]:
    """The copies of a file; those of two people that show one page wait for a person."""
    known = {page.page: page.imprint for page in pages if page.imprint is not None}
    shown = [
        Shown(copy.candidate, {p: known[p] for p in copy.pages if p in known and p not in copy.annexes})
        for copy in copies
    ]
    made = list(copies)
    for k, n, twins in shared(shown, shown):
        if k != n:
            what = f"{french_pages(sorted(twins.values()))} du même fichier"
            told = finding(
                Code.SAME_PAGE, twins, what=what, evidence=map(Evidence, (*twins, *twins.values()))
            )
            status = CopyStatus.TO_DECIDE if made[k].status is CopyStatus.COMPLETE else made[k].status
            made[k] = replace(made[k], findings=(*made[k].findings, told), status=status)
    return made
