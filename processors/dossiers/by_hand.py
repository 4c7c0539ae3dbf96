"""Whose is a piece that was filled in by hand, and of when its stay, where optical reading is in doubt?

Tesseract reads print. The rows that it finds are read again by a network that reads handwriting, too. What
they may say is compared with what is expected: the names, the number, and whole weeks (`weeks.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median

import cv2
import numpy as np

from processors.dossiers.facts import Facts
from processors.dossiers.grounds import is_whole_weeks
from processors.dossiers.headings import INTERNSHIP
from processors.dossiers.layout import COLUMN, DPI, Line, Page
from processors.dossiers.paper import without_leaders
from processors.dossiers.periods import Period, Stay
from processors.dossiers.persons import Owner
from processors.dossiers.pieces import Piece
from processors.dossiers.weeks import contradicts, counts, weeks_written
from processors.findings import Box
from processors.lists.people import Candidate
from processors.plain import plain
from processors.scans.pages.any_hand import HEIGHT, read_row
from processors.scans.pages.apart import HALF, without_rules
from processors.scans.pages.geometry import PX, darkness, reduced
from processors.scans.pages.names import line_in, says_names, says_number
from processors.scans.readings import Gray
from processors.scans.readings import Line as Written

_LONG = 50.0  # mm between the middles of a line's first and last word, which tell how the page slants
_MARGIN = 8.0  # mm
_HIGH = 7.5  # mm of a row that are read: of 6.5 and 9, joined hands, or lengths, are read worse
_SENTENCE = 95  # characters: what quotes the law from one side to the other has more
_NAMED = re.compile(
    r"\bnom\b|prenom|stagiaire|etudiant|candidat|apprenti|salarie|monsieur|madame|\bmm?e?\b|certifi|attest|\bque\b"
)


@dataclass(frozen=True)
class Row:
    """What optical reading sees of a row, plain, and what may be written on it.

    `again`: the same by the network for lines that are written on scans; None where it sees nothing.
    """

    print: str
    written: Written
    again: Written | None

    @property
    def label(self) -> str:
        """What both readers see: where one loses a label, the other seldom does."""
        return f"{self.print} {self.written.text.lower()}"


def with_writing(
    piece: Piece,
    facts: Facts,
    owner: Owner,
    candidate: Candidate,
    others: Sequence[Candidate],
    until: date | None,
    told: Collection[Period] = (),
) -> tuple[Facts, Owner]:
    """The facts and the owner of a piece on paper, with what was written where optical reading is in doubt.

    `until`: the day by which a stay is over. `told`: stays of which the candidate's table tells.
    """
    stays = until is not None and piece.kind == INTERNSHIP and not is_whole_weeks(facts.stay)
    if not piece.read_optically or not (stays or owner in (Owner.UNSAID, Owner.DOUBTFUL)):
        return facts, owner
    read: list[Row] = []
    for begins in (_at_the_left, _behind_the_label):  # each reads what the other does not
        rows = [row for page in piece.pages for row in _rows_of(page, begins)]
        read += rows
        if owner in (Owner.UNSAID, Owner.DOUBTFUL) and _names(rows, facts, candidate, others):
            owner = Owner.CANDIDATE
        if stays and until is not None:
            written = [(row.label, row.written) for row in rows]
            again = [row.again for row in rows]
            period = weeks_written(written, until, facts.stay.weeks_said, again, told)
            if period is not None:
                facts, stays = replace(facts, stay=_in_weeks(facts.stay, period)), False
        if not stays and owner is Owner.CANDIDATE:
            break
    if stays:
        facts = replace(facts, stay=_doubted(facts.stay, [(row.label, row.written) for row in read]))
    return facts, owner


def _in_weeks(stay: Stay, period: Period) -> Stay:
    """With this period; a number of weeks that it is not was misread."""
    weeks = ((period.last - period.first).days + 3) // 7
    said = stay.weeks_said if stay.weeks_said == weeks else None
    return replace(stay, periods=(period,), weeks_said=said, in_part=False, by_hand=True)


def _doubted(stay: Stay, rows: Sequence[tuple[str, Written]]) -> Stay:
    """Without dates that the second reader contradicts; by hand, where it does not read the same length."""
    if any(contradicts(rows, period) for period in stay.periods):
        return replace(stay, periods=(), by_hand=True)
    if not stay.periods and stay.weeks_said is not None and not counts(rows, stay.weeks_said):
        return replace(stay, by_hand=True)
    return stay


def _names(rows: Sequence[Row], facts: Facts, candidate: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether they say the candidate's number, or, where a name is asked for, both names, and nobody else's.

    Where optical reading sees another number, this must be read as the candidate's.
    """
    if any(says_number(row.written, candidate.number) for row in rows):
        return True
    if facts.numbers:
        return False
    for k, row in enumerate(rows):
        if _NAMED.search(row.label) or (k and _NAMED.search(rows[k - 1].label)):
            near = [(other.print, other.written) for other in rows[k : k + 2]]
            fits = says_names(near, candidate)
            if fits and not any(says_names(near, other) >= fits for other in others):
                return True
    return False


def _rows_of(page: Page, begins: Callable[[Line], float]) -> list[Row]:
    """Each of the page's lines, from where it `begins`, mm, to the right."""
    if page.gray is None:
        return []
    clean = without_leaders(page.gray, DPI)
    dark = darkness(reduced(clean, DPI)[0])
    slant = _slant(page)
    found = []
    for line in page.lines:
        if line.words and len(line.text) < _SENTENCE:
            _, y, _, h = line.words[0].box
            x = begins(line)
            box = x, y, page.width - _MARGIN - x, h
            image = _straight(clean, DPI / 25.4, box, slant, HEIGHT, HEIGHT / _HIGH)
            band = _straight(dark, PX, box, slant, 2 * HALF + 1, PX)
            found.append(Row(plain(line.text), read_row(image, box), line_in(without_rules(band), box)))
    return found


def _at_the_left(line: Line) -> float:
    return line.words[0].box[0]


def _behind_the_label(line: Line) -> float:
    """Writing is not as high as print, which tells the network how high a line is."""
    for word, following in pairwise(line.words):
        end = word.box[0] + word.box[2]
        if word.text.endswith(":") or following.box[0] - end > COLUMN:
            return end
    x, _, w, _ = line.words[-1].box
    return x + w if line.text.endswith(":") else line.words[0].box[0]


def _slant(page: Page) -> float:
    """Of the page's lines, downwards, in radians."""
    ends = [
        (_middle(line, 0), _middle(line, -1))
        for line in page.lines
        if line.words and _middle(line, -1)[0] - _middle(line, 0)[0] > _LONG
    ]
    if not ends:
        return 0.0
    return math.atan(median((low - high) / (right - left) for (left, high), (right, low) in ends))


def _middle(line: Line, word: int) -> tuple[float, float]:
    x, y, w, h = line.words[word].box
    return x + w / 2, y + h / 2


def _straight(image: Gray, px: float, box: Box, slant: float, rows: int, to: float) -> Gray:
    """So many rows about the middle of a box, mm, along a slant: level, `to` points a millimetre.

    `px`: the image's points a millimetre.
    """
    x, y, length, high = box
    across, down = px * math.cos(slant), px * math.sin(slant)
    onto = np.array([[across / to, -down / to, x * px], [down / to, across / to, (y + high / 2) * px]])
    onto[:, 2] -= onto[:, 1] * (rows // 2)
    size = max(rows, round(length * to)), rows
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, onto, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
