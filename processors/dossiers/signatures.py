"""Who signed this piece? The zones where signatures are due, what stands in each, and digital signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from processors.dossiers.findings import Evidence
from processors.dossiers.ink import ink_in
from processors.dossiers.layout import DPI, Line, Page, around
from processors.dossiers.pieces import Piece
from processors.dossiers.seals import Seal
from processors.findings import Box
from processors.plain import plain

ABSENT_BELOW = 0.05
SIGNED_FROM = 0.95
"""Between the two, the commission looks."""

_DEEP = 42.0  # mm under its label in which somebody signs
_WIDE = 75.0  # mm
_ABOUT = 25.0  # mm over its zones in which somebody may have signed beside them
_LEAST = 12.0  # mm: a shallower zone is none
_FOOT_FROM = 0.85  # of a page's height: a zone that reaches so low may go on overleaf
_HEAD = 8.0  # mm of a page in which nobody signs
_FOOTER = 0.88  # of a page's height: what is printed under it belongs to the firm's paper
_LOGO = 20.0  # mm
_SHORT_LINE = 34  # characters: longer ones are sentences, before which a zone ends

_LABEL = re.compile(
    r"\b(signatures?|signe par|cachet|visa|tampon|paraphe)\b|^(?:pour|p/)\s*(?:la|le|l')\s?"
    r"(?:societe|entreprise|organisme|direction|association|mairie|responsable)"
    r"|^le (?:responsable|directeur|gerant|chef|tuteur|maitre)"
    r"|^la (?:responsable|directrice|gerante|cheffe|tutrice)|^(?:l'employeur|l'entreprise|l'organisme)"
)
_SIGN = re.compile(r"\b(signatures?|signe par|cachet|visa|tampon|paraphe)\b")
_LEFT_OPEN = re.compile(r"\b(?:personne|representant|responsable|de|du|la|et|ou|l')$")
_CERTIFIES = re.compile(r"\b(soussigne|certifi|attest|etabli)")
_MADE_AT = re.compile(r"\bfait a\b|\bfait le\b|^a [a-z' \-]+,? ?le \d")
_DATE_LABEL = re.compile(
    r"\b(?:date(?: et signature)?|fait a.*\ble)\s*[:._/ ]*$|^(?:a .{1,30},? )?le\s*[:._/ ]*$"
)
_DATE_WRITTEN = re.compile(r"\bfait a\b.*,? le \S*\d\S*")
_CANDIDATE = re.compile(
    r"\b(candidate?|etudiante?|stagiaire|apprentie?|salariee?|interessee?|beneficiaire)\b"
)
_SCHOOL = re.compile(
    r"centre de formation|etablissement (?:de formation|scolaire|d'enseignement)|lycee|proviseur|ddfpt"
    r"|enseignante?|professeure?|cfa\b|formateur|formatrice|equipe pedagogique"
)
_FIRM = re.compile(
    r"entreprise|organisme|societe|employeur|tuteur|tutrice|maitre de stage|maitre d'apprentissage"
    r"|directeur|directrice|gerante?|drh\b|ressources humaines|professionnel|accueil"
)


class State(StrEnum):
    SIGNED = "signed"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"


class Role(StrEnum):
    """For whom a zone is kept, as its label says."""

    CANDIDATE = "candidat"
    SCHOOL = "centre de formation"
    FIRM = "organisme d'accueil"
    ANYONE = ""

    def is_that_of(self, due: str) -> bool:
        """Whether a signature here is that of `due`, who must sign as the session file names them."""
        return self is Role.ANYONE or self is _role(plain(due))


@dataclass(frozen=True)
class Signature:
    """What was seen where somebody should have signed.

    `by`: ink, image, stamp, digital; elsewhere, for ink beside an empty zone; nothing where nobody signed.
    """

    role: Role
    state: State
    by: str
    evidence: Evidence
    probability: float
    seal: Seal | None = None


@dataclass(frozen=True)
class _Zone:
    """`rest`: where its label may go on."""

    role: Role
    box: Box
    rest: tuple[Box, ...] = ()


def signatures_of(piece: Piece, seals: Sequence[Seal] = ()) -> tuple[Signature, ...]:
    """What stands in each signature zone of a piece, and its digital signatures (`seals` of its file)."""
    found = []
    for page in piece.pages:
        on_page = [seal for seal in seals if seal.page == page.number]
        found += [_sealed(piece, page, seal) for seal in on_page]
        boxes = [seal.box for seal in on_page if seal.box is not None]  # what they show is no ink
        found += [
            _inked(piece, page, zone)
            for zone in _zones(page)
            if not any(_overlap(zone.box, box) for box in boxes)
        ]
    if all(signature.state is State.ABSENT for signature in found):
        found += _overleaf(piece)
    if all(signature.state is State.ABSENT for signature in found):
        found += _beside_the_zones(piece, found)
    if not found and piece.pages:
        last = next((page for page in reversed(piece.pages) if page.source is not None), None)
        if last is not None:
            found.append(_inked(piece, last, _Zone(Role.ANYONE, _foot(last))))
    return tuple(found)


def _overleaf(piece: Piece) -> Iterator[Signature]:
    """What stands at the head of the next page, where a zone runs into the foot of its own."""
    for page, following in pairwise(piece.pages):
        for zone in _zones(page):
            x, y, w, h = zone.box
            if following.gray is None or y + h < _FOOT_FROM * page.height:
                continue
            ends = [
                part.box[1]
                for line in following.lines
                for part in _parts(line)
                if len(part.text) > _SHORT_LINE or _LABEL.search(plain(part.text))
            ]
            bottom = min([_HEAD + 1.5 * _DEEP, *ends])
            if bottom - _HEAD >= _LEAST:
                signature = _inked(piece, following, _Zone(zone.role, (x, _HEAD, w, bottom - _HEAD)))
                if signature.state is not State.ABSENT:
                    yield signature


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
        if ink.probability >= SIGNED_FROM:
            where = Evidence(piece.file, page.number, ink.box)
            yield Signature(Role.ANYONE, State.DOUBTFUL, "elsewhere", where, 0.5)


def _dates(page: Page) -> Iterator[Box]:
    """Where dates are asked for, and may be written by hand, across the page."""
    for line in page.lines:
        if line.words and (_MADE_AT.search(plain(line.text)) or _DATE_LABEL.search(plain(line.text))):
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


def _role(text: str) -> Role:
    if _CANDIDATE.search(text) and not _FIRM.search(text):
        return Role.CANDIDATE
    if _SCHOOL.search(text):
        return Role.SCHOOL
    return Role.FIRM if _FIRM.search(text) else Role.ANYONE


def _inked(piece: Piece, page: Page, zone: _Zone) -> Signature:
    gray = page.gray
    words = [word for line in page.lines for word in line.words]
    assert gray is not None  # zones are found on drawn pages alone
    ink = ink_in(gray, DPI, zone.box, words, (*_logos(page), *zone.rest))
    set_there = ink.probability >= 0.5 and any(_holds(zone.box, picture) for picture in _placed(page))
    state = (
        State.SIGNED
        if ink.probability >= SIGNED_FROM or set_there
        else State.ABSENT
        if ink.probability < ABSENT_BELOW
        else State.DOUBTFUL
    )
    if state is State.ABSENT and page.read_by == "ocr" and _stamped(page, zone.box):
        return Signature(zone.role, State.DOUBTFUL, "stamp", Evidence(piece.file, page.number, zone.box), 0.5)
    placed = ink.box is not None and any(_overlap(ink.box, picture) for picture in _placed(page))
    by = "" if state is State.ABSENT else "image" if placed else "ink"
    return Signature(zone.role, state, by, Evidence(piece.file, page.number, zone.box), ink.probability)


def _stamped(page: Page, zone: Box) -> bool:
    """Whether optical reading found what firms have on their stamps: struck as print, it left no ink."""
    inside = " ".join(plain(line.text) for line in page.lines if line.words and _overlap(line.box, zone))
    return bool(re.search(r"\b(siret|siren|sarl|sas|tel)\b|\b\d{5}\b|\d{3} \d{3}", inside))


def _sealed(piece: Piece, page: Page, seal: Seal) -> Signature:
    zones = [zone for zone in _zones(page) if seal.box is not None and _overlap(zone.box, seal.box)]
    role = zones[0].role if zones else _role(plain(seal.field))
    state = State.SIGNED if seal.holds else State.DOUBTFUL
    chance = 1.0 if seal.holds else 0.5
    return Signature(role, state, "digital", Evidence(piece.file, page.number, seal.box), chance, seal)


def _placed(page: Page) -> list[Box]:
    """Pictures on the page, not those that are the whole page."""
    return [p for p in page.pictures if p[2] * p[3] < 0.5 * page.width * page.height]


def _logos(page: Page) -> list[Box]:
    """Small pictures at the foot of the page: the paper's, not a signature."""
    return [p for p in _placed(page) if p[1] > _FOOTER * page.height and max(p[2:]) < _LOGO]


def _holds(zone: Box, picture: Box) -> bool:
    """Whether a picture was set into the zone, and not only reaches into it."""
    x, y, w, h = picture
    return (
        zone[0] - 2 <= x
        and zone[1] <= y
        and x + w <= zone[0] + zone[2] + 2
        and y + h <= zone[1] + zone[3] + 2
    )


def _zones(page: Page) -> list[_Zone]:
    """Where the page's labels ask for a signature: beside and under each, to the next column and text."""
    if page.source is None:
        return []
    labels = [label for label in _labels(page) if not _in_the_head(label, page)]
    zones = [
        _Zone(_role(_with_below(label, page)), _zone_of(label, labels, page), _rest_of(label))
        for label in labels
    ]
    zones = [zone for zone in zones if zone.box[3] >= _LEAST]
    for field in page.fields:
        if (
            field.kind == "signature"
            and field.value is None
            and not any(_overlap(zone.box, field.box) for zone in zones)
        ):
            zones.append(_Zone(_role(plain(field.name.replace("_", " "))), field.box))
    if zones:
        return zones
    made = [line for line in page.lines if line.words and _MADE_AT.search(plain(line.text))]
    if made:
        y = made[-1].box[1] + made[-1].box[3] + 1
        return [_Zone(Role.ANYONE, (8.0, y, page.width - 16, min(90.0, page.height - y - 12)))]
    return []


def _labels(page: Page) -> Iterator[Line]:
    """The parts of lines, columns apart, that ask for a signature."""
    for line in page.lines:
        for part in _parts(line):
            text = plain(part.text)
            if len(text) <= 90 and _LABEL.search(text) and not _is_sentence(text):
                yield part


def _in_the_head(label: Line, page: Page) -> bool:
    """Whether it names who writes, over the text: nobody signs there."""
    return not _SIGN.search(plain(label.text)) and any(
        line.words and line.box[1] > label.box[1] and _CERTIFIES.search(plain(line.text))
        for line in page.lines
    )


def _with_below(label: Line, page: Page) -> str:
    """The label's text with what stands right under it: some take two lines."""
    x, y, w, h = label.box
    under = [
        part.text
        for line in page.lines
        for part in _parts(line)
        if 0 < part.box[1] - y < 2.2 * max(h, 3.0) and part.box[0] < x + w and x < part.box[0] + part.box[2]
    ]
    return plain(" ".join([label.text, *under]))


def _rest_of(label: Line) -> tuple[Box, ...]:
    """Where a label goes on that its line leaves open: optical reading may miss that."""
    if not _LEFT_OPEN.search(plain(label.text)):
        return ()
    x, y, w, h = label.box
    return ((x - 8, y + h, w + 16, 1.5 * h),)


def _is_sentence(text: str) -> bool:
    return bool(
        re.search(r"\b(soussigne|certifie|doit|doivent|devra|sera|sans|non signe|lu et approuve par)\b", text)
    )


def _parts(line: Line) -> Iterator[Line]:
    """A line cut where a column begins."""
    rest = list(line.words)
    for text in line.text.split("\t"):
        count = len(text.split(" ")) if text else 0
        words, rest = rest[:count], rest[count:]
        if words:
            yield Line(tuple(words), text)


def _zone_of(label: Line, labels: Sequence[Line], page: Page) -> Box:
    x, y, w, h = label.box
    beside = [o.box for o in labels if o is not label and abs(o.box[1] - y) < 12]
    left = max([8.0, *((b[0] + b[2] + x) / 2 for b in beside if b[0] + b[2] <= x)])
    left = max(left, x - 12)
    right = min([page.width - 8.0, *((x + w + b[0]) / 2 for b in beside if b[0] >= x + w)])
    right = min(right, max(x + w + 45, x + _WIDE))
    if not any(b[0] + b[2] <= x for b in beside):  # a short label at the right edge: one signs at its left
        left = max(8.0, min(left, right - _WIDE))
    bottom = min(y + h + _DEEP, page.height - 8)
    ends = [  # of the next column's sentences
        b[0] + b[2]
        for b in (part.box for line in page.lines for part in _parts(line) if len(part.words) >= 3)
        if b[0] + b[2] <= x and y < b[1] < bottom
    ]
    left = max([left, *ends])
    for part in (part for line in page.lines for part in _parts(line)):
        px, py, pw, _ = part.box
        apart = px > right or px + pw < left
        if py <= y + 0.6 * h or apart or py > bottom:
            continue
        if _stops(part, labels, py - y - h, left, right):
            bottom = py - 0.5
    return left, max(0.0, y - 3), right - left, bottom - max(0.0, y - 3)


def _stops(part: Line, labels: Sequence[Line], below: float, left: float, right: float) -> bool:
    """Whether a zone ends above this text: another label, or a sentence; a printed name does not end it.

    A name may stand close to another column's sentence: what lies out of the zone does not count.
    """
    if any(part.words == label.words for label in labels):
        return below > 4
    sure = [w for w in part.words if w.sure > 0.75 and w.box[0] < right and w.box[0] + w.box[2] > left]
    said = " ".join(word.text for word in sure)
    return len(said) > _SHORT_LINE and len(sure) >= 5


def _foot(page: Page) -> Box:
    """Where a letter is signed that says nothing about it: under its last sentence, or the lower half."""
    ends = [
        line.box[1] + line.box[3]
        for line in page.lines
        if len(line.words) >= 5 and len(line.text) > _SHORT_LINE and line.box[1] < _FOOTER * page.height
    ]
    top = min([0.5 * page.height, *ends[-1:]])
    return 8.0, top, page.width - 16, page.height - top - 10


def _overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def dated_by_hand(piece: Piece) -> bool:
    """Whether something is written where a date is asked for; what it is, nobody reads here."""
    for page in piece.pages:
        if page.gray is None:
            continue
        words = [word for line in page.lines for word in line.words]
        for line in page.lines:
            if _DATE_WRITTEN.search(plain(line.text)):
                return True  # though optical reading made no date of it
            for part in _parts(line):
                if _DATE_LABEL.search(plain(part.text)):
                    x, y, w, h = around([word.box for word in part.words if any(map(str.isalpha, word.text))])
                    beside = (x + w + 0.5, y - 4, min(60.0, page.width - x - w - 5), h + 6)
                    if beside[2] > 5 and ink_in(page.gray, DPI, beside, words).length > 8:
                        return True
    return False
