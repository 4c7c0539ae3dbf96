"""Who signed this piece? The zones where signatures are due, what stands in each, and digital signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from processors.dossiers.findings import Evidence
from processors.dossiers.ink import Ink, ink_in
from processors.dossiers.layout import DPI, Page, Word, around, parts
from processors.dossiers.names import mention
from processors.dossiers.pieces import Piece
from processors.dossiers.seals import Seal
from processors.dossiers.sheets import Photographed
from processors.dossiers.signature_zones import (
    FOOTER,
    MADE_AT,
    SIGN,
    Role,
    Zone,
    foot,
    overlap,
    overleaf,
    role_of,
    zones_of,
)
from processors.findings import Box
from processors.lists.people import Candidate
from processors.plain import plain

ABSENT_BELOW = 0.05
SIGNED_FROM = 0.95
"""Between the two, the commission looks."""

_SET_THERE = 0.2  # of a picture that lies in the zone: it was put there
_MOSTLY = 0.8  # of a picture's width and height
_ABOUT = 25.0  # mm over its zones in which somebody may have signed beside them
_SMALL_PRINT = 3.2  # mm: notes that optical reading has missed are no higher
_LOGO = 20.0  # mm
_NO_LETTER = 9.0  # mm: a taller stroke is no letter of a written name
_PARAPH = 10.0, 4.0  # mm: as wide and as high as it is at least
_INITIALS = 2, 7.0  # strokes at most, and mm: as high as one is at least
_LARGE = 6.5  # mm: no print, and few letters of a name by hand, are as high
_A_NAME = 22.0  # mm: names by hand are wider
_HALF, _LETTERS = 0.48, 4  # of the ink's width; strokes: no part of a name is so wide, so many make one
_HIGHEST_STAMP = 40.0  # mm
_WIDEST = 120.0  # mm: signatures are narrower than what lies about a sheet
_TALLER = 1.4  # times the height of the print: a word that may have been written
_ASKED = re.compile(rf"{SIGN.pattern}|^(?:nom|prenom|fonction|qualite|date|fait)\b")
_OF_A_WORD = 1.8  # times its height is what is written in one line
_ONE_STROKE = 0.85  # of the ink's width: a name has several words
_PRINTED, _TWO_NAMES = 0.8, 2  # how sure optical reading is of print; words that a name has

_TOLD = re.compile(  # a signing service's mark, a copy's mention
    r"signe\w* (?:electronique|numerique)|signature (?:electronique|numerique)\w* (?:de|par)\b"
    r"|\b(?:docusign\w*|yousign|universign|adobe (?:acrobat )?sign|certified by|signed by|original signe)\b"
    r"|^(?:signe|vise) ?(?::|par) ?(?!le\b|la\b|l')[a-z]"
)
_ON_STAMPS = re.compile(r"\b(siret|siren|sarl|sas|tel)\b|\b\d{5}\b|\d{3} \d{3}")
_ON_TYPED_STAMPS = re.compile(r"\b(siret|siren|rcs)\b")
_DATE_LABEL = re.compile(
    r"\b(?:date(?: et signature)?|fait a.*\ble)\s*[:._/ ]*$|^(?:a .{1,30},? )?le\s*[:._/ ]*$"
)
_DATE_LABEL_LOST = re.compile(
    r"\bfait a [a-z][a-z' -]{2,},?$"
)  # read together with the handwriting after it, or not at all
_A_ROW_OF_DOTS = 1.2  # mm high, where they run together
_A_STROKE, _A_DATE = 8.0, 25.0  # mm of ink: something is written there, and more than « le »
_DATE_WRITTEN = re.compile(r"\bfait a\b.*,? le \S*\d\S*|\bdate ?: ?\d{1,2} ?[/.-]? ?[\da-z]+[/. -]+\S*\d")


class State(StrEnum):
    SIGNED = "signed"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Signature:
    """What was seen where somebody should have signed.

    `by`: ink, image, stamp, digital; elsewhere, for ink beside an empty zone; told, where but print says that
    somebody signed; nothing where nobody did.
    """

    role: Role
    state: State
    by: str
    evidence: Evidence
    probability: float
    seal: Seal | None = None


def signatures_of(
    piece: Piece, seals: Sequence[Seal] = (), candidate: Candidate | None = None
) -> tuple[Signature, ...]:
    """What stands in each signature zone of a piece, and its digital signatures (`seals` of its file).

    One that bears the `candidate`'s name is the candidate's, wherever it stands.
    """
    found = []
    labelled = False
    for page in piece.pages:
        labelled = labelled or any(zone.names is not None for zone in zones_of(page))
        on_page = [seal for seal in seals if seal.page == page.number]
        found += [_sealed(piece, page, seal, candidate) for seal in on_page]
        boxes = [seal.box for seal in on_page if seal.box is not None]  # what they show is no ink
        found += [
            _inked(piece, page, zone)
            for zone in zones_of(page)
            if not any(overlap(zone.box, box) for box in boxes)
        ]
    if any(signature.state is State.ABSENT for signature in found):
        found += _overleaf(piece)
    if not labelled and all(signature.state is State.ABSENT for signature in found):
        drawn = [page for page in piece.pages if page.source is not None]
        last = drawn if piece.read_optically else drawn[-1:]  # on paper, a label may not have been read
        found += [
            _inked(piece, page, Zone(Role.ANYONE, foot(page, follows=page is not drawn[0])))
            for page in last
            if not zones_of(page)
        ]
    if all(signature.state is State.ABSENT for signature in found):
        found += [*_beside_the_zones(piece, found), *_told(piece)]
    return tuple(found)


def _overleaf(piece: Piece) -> Iterator[Signature]:
    for page, following in pairwise(piece.pages):
        if following.source is not None:
            found = (_inked(piece, following, zone) for zone in overleaf(page, following))
            yield from (signature for signature in found if signature.state is not State.ABSENT)


def _told(piece: Piece) -> Iterator[Signature]:
    """Where the print says that somebody has signed, of which the file may bear no trace any more."""
    for page in piece.pages:
        for line in page.lines:
            if line.words and page.source is not None and _TOLD.search(plain(line.text)):
                yield Signature(
                    Role.ANYONE, State.DOUBTFUL, "told", Evidence(piece.file, page.number, line.box), 0.5
                )


def _beside_the_zones(piece: Piece, empty: Sequence[Signature]) -> Iterator[Signature]:
    """What is written about zones that are empty: it may be the signature that is wanted there."""
    for page in piece.pages:
        zones = [s.evidence.box for s in empty if s.evidence.page == page.number and s.evidence.box]
        if not zones or page.gray is None:
            continue
        top = max(0.0, min(zone[1] for zone in zones) - _ABOUT)
        about = (8.0, top, page.width - 16, page.height - top - 10)
        words = [word for line in page.lines for word in line.words]
        ink = ink_in(page.gray, DPI, about, words, [*zones, *_dates(page)])
        if ink.probability >= SIGNED_FROM and ink.tallest > _SMALL_PRINT:
            where = Evidence(piece.file, page.number, ink.box)
            yield Signature(Role.ANYONE, State.DOUBTFUL, "elsewhere", where, 0.5)


def _dates(page: Page) -> Iterator[Box]:
    """Where dates are asked for, and may be written by hand, across the page."""
    for line in page.lines:
        if line.words and (MADE_AT.search(plain(line.text)) or _DATE_LABEL.search(plain(line.text))):
            _, y, _, h = line.box
            yield 0.0, y - 8, page.width, h + 14


def state_of(signatures: Sequence[Signature], due: Sequence[str]) -> tuple[State, tuple[Signature, ...]]:
    """Whether one of those who may sign has, and the signatures that tell."""
    theirs = tuple(s for s in signatures if any(s.role.is_that_of(name) for name in due))
    for state in (State.SIGNED, State.DOUBTFUL):
        telling = tuple(s for s in theirs if s.state is state)
        if telling:
            return state, telling
    # nobody's zone is theirs: what others signed may still be meant for it
    if not theirs and any(s.state is not State.ABSENT for s in signatures):
        return State.DOUBTFUL, tuple(signatures)
    return State.ABSENT, theirs or tuple(signatures)


def _inked(piece: Piece, page: Page, zone: Zone) -> Signature:
    gray = page.gray
    words = [word for line in page.lines for word in line.words]
    assert gray is not None  # zones are found on drawn pages alone
    ink = ink_in(gray, DPI, zone.box, words, (*_logos(page), *zone.rest))
    set_there = ink.probability >= _SET_THERE and any(_holds(zone.box, picture) for picture in _placed(page))
    state = (
        State.SIGNED
        if ink.probability >= SIGNED_FROM or set_there
        else State.ABSENT
        if ink.probability < ABSENT_BELOW
        else State.DOUBTFUL
    )
    wide = isinstance(page.source, Photographed) and ink.box is not None and ink.box[2] > _WIDEST
    if page.read_by == "ocr" and state is State.DOUBTFUL and zone.names is not None:
        whole = ink_in(gray, DPI, zone.box, words, _logos(page))  # a label's second line may run through it
        state = State.SIGNED if _is_paraph(whole.strokes) else state
    elif page.read_by == "ocr" and state is State.DOUBTFUL and _is_initials(ink):
        state = State.SIGNED
    elif page.read_by == "ocr" and state is State.SIGNED and (_is_written(page, zone, ink) or wide):
        state = State.DOUBTFUL  # the name alone, print that was not read, or what lies about the sheet
    elif page.read_by == "ocr" and state is State.SIGNED and _is_grain(ink):
        state = State.DOUBTFUL
    if state is State.ABSENT and page.read_by == "ocr":  # a signature may have been read as a word
        again = ink_in(gray, DPI, zone.box, words, (*_logos(page), *zone.rest), _TALLER)
        if again.probability >= ABSENT_BELOW:
            state, ink = State.DOUBTFUL, again
    if state is State.ABSENT and _stamped(page, zone.box):
        return Signature(zone.role, State.DOUBTFUL, "stamp", Evidence(piece.file, page.number, zone.box), 0.5)
    placed = ink.box is not None and any(overlap(ink.box, picture) for picture in _placed(page))
    by = "" if state is State.ABSENT else "image" if placed else "ink"
    return Signature(zone.role, state, by, Evidence(piece.file, page.number, zone.box), ink.probability)


def _is_paraph(strokes: Sequence[Box]) -> bool:
    """Whether they are one or two, larger than letters: initials, a small signature."""
    wide = around(strokes)[2]
    half = max(stroke[2] for stroke in strokes) >= _HALF * wide
    return half and wide >= _PARAPH[0] and max(stroke[3] for stroke in strokes) >= _PARAPH[1]


def _is_written(page: Page, zone: Zone, ink: Ink) -> bool:
    """Whether ink may be a name by hand, or print that was not read, without a signature over or under it."""
    if ink.tallest >= _NO_LETTER or _is_initials(ink):
        return False
    lines = _lines(ink.strokes)
    if zone.names is False:  # who was asked to sign signs, and seldom in letters
        in_letters = ink.widest < _HALF and len(ink.strokes) >= _LETTERS
        return len(lines) == 1 and in_letters and around(ink.strokes)[2] > _A_NAME
    signed = ink.widest >= _ONE_STROKE or (len(lines) > 1 and any(map(_is_paraph, lines)))
    return not signed and _unnamed(page, zone, ink)


def _is_grain(ink: Ink) -> bool:
    """Whether it is but specks all over the zone: a shadow's grain. No stamp of small letters is as high."""
    return ink.box is not None and ink.tallest < _SMALL_PRINT and ink.box[3] > _HIGHEST_STAMP


def _is_initials(ink: Ink) -> bool:
    """Whether it is but a few strokes, high for a name's letters, and narrow for a name."""
    few, high = _INITIALS
    return len(ink.strokes) <= few and ink.tallest >= high and around(ink.strokes)[2] < _A_NAME


def _lines(strokes: Sequence[Box]) -> list[list[Box]]:
    """Strokes in lines, from the top: what stands beside a line's taller strokes is of it."""
    lines: list[list[Box]] = []
    for stroke in sorted(strokes, key=lambda box: box[3], reverse=True):
        middle = stroke[1] + stroke[3] / 2
        for line in lines:
            _, y, _, h = around(line)
            if y < middle < y + h:
                line.append(stroke)
                break
        else:
            lines.append([stroke])
    return lines


def _unnamed(page: Page, zone: Zone, ink: Ink) -> bool:
    """Whether a zone without a label, or that asks for a name, has none in print; the ink, read, is none.

    Where a letter says nothing of signing, ink by a printed name signs it if it is larger than names are.
    """
    words = (word for line in page.lines for word in line.words if overlap(word.box, zone.box))
    sure = (word for word in words if word.sure > _PRINTED and not _is_the_ink(word, ink))
    named = [w for w in sure if w.text[:1].isupper() and not _ASKED.search(plain(w.text))]
    if zone.names is None and ink.tallest < _LARGE:
        return True
    return zone.names is not False and len(named) < _TWO_NAMES


def _is_the_ink(word: Word, ink: Ink) -> bool:
    """Whether a word was read of handwriting: what is left of it is no higher than the word."""
    if ink.box is None or not overlap(word.box, ink.box):
        return False
    return ink.box[3] < _OF_A_WORD * word.box[3]


def _stamped(page: Page, zone: Box) -> bool:
    """Whether what firms have on their stamps is read there: struck as print, it left no ink."""
    lines = (line for line in page.lines if line.words and overlap(line.box, zone))
    inside = " ".join(plain(line.text) for line in lines if line.box[1] < FOOTER * page.height)
    return bool((_ON_STAMPS if page.read_by == "ocr" else _ON_TYPED_STAMPS).search(inside))


def _sealed(piece: Piece, page: Page, seal: Seal, candidate: Candidate | None) -> Signature:
    zones = [zone for zone in zones_of(page) if seal.box is not None and overlap(zone.box, seal.box)]
    role = zones[0].role if zones else role_of(plain(seal.field.replace("_", " ")))
    if candidate is not None and mention(seal.who, candidate) is not None:
        role = Role.CANDIDATE
    state = State.SIGNED if seal.holds else State.DOUBTFUL
    chance = 1.0 if seal.holds else 0.5
    return Signature(role, state, "digital", Evidence(piece.file, page.number, seal.box), chance, seal)


def _placed(page: Page) -> list[Box]:
    """Pictures on the page, not those that are the whole page."""
    return [p for p in page.pictures if p[2] * p[3] < 0.5 * page.width * page.height]


def _logos(page: Page) -> list[Box]:
    """Small pictures at the foot of the page: the paper's, not a signature."""
    return [p for p in _placed(page) if p[1] > FOOTER * page.height and max(p[2:]) < _LOGO]


def _holds(zone: Box, picture: Box) -> bool:
    """Whether a picture was set into the zone, and not only reaches into it."""
    x, y, w, h = picture
    across = min(zone[0] + zone[2], x + w) - max(zone[0], x)
    down = min(zone[1] + zone[3], y + h) - max(zone[1], y)
    return across > _MOSTLY * w and down > _MOSTLY * h


def dated_by_hand(piece: Piece) -> bool:
    """Whether something is written where a date is asked for; what it is, nobody reads here."""
    for page in piece.pages:
        if page.gray is None:
            continue
        words = [word for line in page.lines for word in line.words]
        for line in page.lines:
            if _DATE_WRITTEN.search(plain(line.text)):
                return True  # though optical reading made no date of it
            for part in parts(line):
                said = plain(part.text)
                labelled = _DATE_LABEL.search(said)
                lost = _DATE_LABEL_LOST.search(said) and part.words[-1].sure > _PRINTED  # the town is print
                if labelled or (page.read_by == "ocr" and lost):
                    x, y, w, h = around([word.box for word in part.words if any(map(str.isalpha, word.text))])
                    beside = (x + w + 0.5, y - 4, min(60.0, page.width - x - w - 5), h + 6)
                    least = _A_STROKE if labelled else _A_DATE
                    ink = ink_in(page.gray, DPI, beside, words) if beside[2] > 5 else None
                    if ink is not None and ink.length > least and ink.tallest > _A_ROW_OF_DOTS:
                        return True
    return False
