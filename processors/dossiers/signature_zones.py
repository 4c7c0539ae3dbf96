"""Where is somebody to sign a page? The zones that its labels ask for, and for whom each is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from processors.dossiers.boxes import uprights
from processors.dossiers.ink import TALL
from processors.dossiers.layout import DPI, Line, Page, line_of, parts
from processors.findings import Box
from processors.plain import plain

_DEEP = 42.0  # mm under its label in which somebody signs
_WIDE = 75.0  # mm
_LEAST = 12.0  # mm: a shallower zone is none
_FOOT_FROM = 0.85  # of a page's height: a zone that reaches so low may go on overleaf
_CROOKED = 2.5  # mm by which a wall leans from one row of a table to the next
_SHORT_RULE = 6.0  # mm of the rule over a label: a longer part of it leans too
_HEAD = 8.0  # mm of a page in which nobody signs
FOOTER = 0.88  # of a page's height: what is printed under it belongs to the firm's paper
_NARROW = 2.0  # mm between two labels: blanks are narrower
_LEVEL = 4.0  # mm between the tops of labels that stand beside each other
_NAMED_WITHIN = 20.0  # mm under its label, where who signs is named in print
_SHORT_LINE = 34  # characters: longer ones are sentences, before which a zone ends
_LABEL = re.compile(
    r"\b(signatures?|signe par|cachet|visa|tampon|paraphe)\b|^(?:pour|p/)\s*(?:la|le|l')\s?"
    r"(?:societe|entreprise|organisme|direction|association|mairie|responsable|maire|direct\w+|president\w*)"
    r"|^le (?:responsable|representant|directeur|president|gerant|chef|tuteur|maitre)"
    r"|^la (?:responsable|representante|directrice|presidente|gerante|cheffe|tutrice)"
    r"|^(?:l'employeur|l'entreprise|l'organisme)"
)
_ALSO_SIGNS = re.compile(
    r"(?:(?:le |la |l')?(?:stagiaire|etudiante?|apprentie?|salariee?|candidate?)(?:\(e\))?(?: ou )?)+\W*"
)  # beside others
SIGN = re.compile(r"\b(signatures?|signe par|cachet|visa|tampon|paraphe)\b")
_NAME = re.compile(r"\bnom\b")
_LEFT_OPEN = re.compile(r"\b(?:personne|representant|responsable|de|du|la|et|ou|l')$")
_GOES_ON = re.compile(r"\b(?:de|du|la|et|ou)$")
_CERTIFIES = re.compile(r"\b(?:soussigne|certifi|attest|etablie?s?\b)")
MADE_AT = re.compile(r"\bfait a\b|\bfait le\b|^a [a-z' \-]+,? ?le \d")
_CANDIDATE = re.compile(
    r"\b(candidate?|etudiante?|stagiaire|apprentie?|salariee?|interessee?|beneficiaire)\b"
)
_SCHOOL = re.compile(
    r"centre de formation|etablissement (?:de formation|scolaire|d'enseignement)|lycee|proviseur|ddfpt"
    r"|(?:visa de l'|chef (?:de l'|d'))etablissement"
    r"(?! (?:d'accueil|de l'(?:organisme|entreprise)|de la societe))"
    r"|enseignante?|professeure?|cfa\b|formateur|formatrice|equipe pedagogique"
)
_FIRM = re.compile(
    r"entreprise|organisme|societe|employeur|tuteur|tutrice|maitre de stage|maitre d'apprentissage"
    r"|directeur|directrice|presidente?|gerante?|drh\b|ressources humaines|professionnel|accueil"
)
_WHO_SIGNS = SIGN, _CANDIDATE, _SCHOOL, _FIRM


class Role(StrEnum):
    """For whom a zone is kept, as its label says."""

    CANDIDATE = "candidat"
    SCHOOL = "centre de formation"
    FIRM = "organisme d'accueil"
    ANYONE = ""

    def is_that_of(self, due: str) -> bool:
        """Whether a signature here is that of `due`, who must sign as the session file names them."""
        return self is Role.ANYONE or self is role_of(plain(due))


@dataclass(frozen=True)
class Zone:
    """`rest`: of its label, or a wall. `names`: whether its label asks for a name too; None: no label."""

    role: Role
    box: Box
    rest: tuple[Box, ...] = ()
    names: bool | None = None


def zones_of(page: Page) -> list[Zone]:
    """Where the page's labels ask for a signature: beside and under each, to the next column and text."""
    if page.source is None:
        return []
    labels = [label for label in _labels(page) if not _in_the_head(label, page)]
    rests = [rest for label in labels for rest in _rest_of(label)]
    labels = [label for label in labels if not any(overlap(label.box, rest) for rest in rests)]
    zones = [_zone_of(label, labels, page) for label in labels]
    zones = [zone for zone in zones if zone.box[3] >= _LEAST]
    for field in page.fields:
        if (
            field.kind == "signature"
            and field.value is None
            and not any(overlap(zone.box, field.box) for zone in zones)
        ):
            zones.append(Zone(role_of(plain(field.name.replace("_", " "))), field.box))
    if zones:
        return zones
    made = [
        line
        for line in page.lines
        if line.words and MADE_AT.search(plain(line.text)) and not _over_the_text(line, page)
    ]
    if made:
        y = made[-1].box[1] + made[-1].box[3] + 1
        return [Zone(Role.ANYONE, (8.0, y, page.width - 16, min(90.0, page.height - y - 12)))]
    return []


def foot(page: Page, *, follows: bool = False) -> Box:
    """Where a letter is signed that says nothing about it: under its last sentence, or the lower half.

    `follows`: it is not the first page, and may bear nothing but the signature.
    """
    ends = [
        line.box[1] + line.box[3]
        for line in page.lines
        if len(line.words) >= 5
        and len(line.text) > _SHORT_LINE
        and line.box[1] < FOOTER * page.height
        and not any(word.askew for word in line.words)
    ]
    top = _HEAD if follows and not ends else min([0.5 * page.height, *ends[-1:]])
    return 8.0, top, page.width - 16, page.height - top - 10


def _labels(page: Page) -> Iterator[Line]:
    """The parts of lines, columns apart, that ask for a signature, and « Le stagiaire » beside such."""
    cut = (label for line in page.lines for part in parts(line) for label in _side_by_side(part))
    columns = [(part, plain(part.text)) for part in cut]
    asks = [
        part for part, text in columns if len(text) <= 90 and _LABEL.search(text) and not _is_sentence(text)
    ]
    yield from asks
    for part, text in columns:
        if _ALSO_SIGNS.fullmatch(text) and any(abs(part.box[1] - ask.box[1]) < _LEVEL for ask in asks):
            yield part


def _side_by_side(part: Line) -> Iterator[Line]:
    """Two labels, where columns are so narrow that they seem one."""
    for k, (before, word) in enumerate(pairwise(part.words), 1):
        if word.box[0] - before.box[0] - before.box[2] > _NARROW:
            halves = line_of(part.words[:k]), line_of(part.words[k:])
            labels = [plain(half.text) for half in halves]
            if all(map(_LABEL.search, labels)) and not _GOES_ON.search(labels[0]):
                yield from halves
                return
    yield part


def _in_the_head(label: Line, page: Page) -> bool:
    """Whether it names who writes, over the text: nobody signs there."""
    return not SIGN.search(plain(label.text)) and _over_the_text(label, page)


def _over_the_text(head: Line, page: Page) -> bool:
    return any(
        line.words and line.box[1] > head.box[1] and _CERTIFIES.search(plain(line.text))
        for line in page.lines
    )


def _with_below(label: Line, page: Page) -> str:
    """The label's text with what stands right under it: some take two lines."""
    return plain(" ".join(part.text for part in (label, *_below(label, page))))


def _label_words(label: Line, page: Page) -> Iterator[Box]:
    """Where a label says who signs, and between: print, however unsure optical reading is of it."""
    for part in (label, *_below(label, page)):
        said = [plain(word.text) for word in part.words]
        known = [k for k, text in enumerate(said) if any(names.search(text) for names in _WHO_SIGNS)]
        high = max((part.words[k].box[3] for k in known), default=0.0)
        for k in range(known[0], known[-1] + 1) if known else ():
            if k in known or part.words[k].box[3] < TALL * high:
                yield part.words[k].box


def _below(label: Line, page: Page) -> list[Line]:
    x, y, w, h = label.box
    return [
        part
        for line in page.lines
        for part in parts(line)
        if 0 < part.box[1] - y < 2.2 * max(h, 3.0) and part.box[0] < x + w and x < part.box[0] + part.box[2]
    ]


def _rest_of(label: Line) -> tuple[Box, ...]:
    """Where a label goes on that its line leaves open: optical reading may miss that."""
    if not _LEFT_OPEN.search(plain(label.text)):
        return ()
    x, y, w, h = label.box  # h: of a line askew, more than its letters have
    return ((x - 8, y + h, w + 16, 1.5 * max(word.box[3] for word in label.words)),)


def _is_sentence(text: str) -> bool:
    return bool(
        re.search(
            r"\b(soussigne|certifie|atteste|doit|doivent|devra|sera|sans|non signe|lu et approuve par)\b",
            text,
        )
    )


def _zone_of(label: Line, labels: Sequence[Line], page: Page) -> Zone:
    x, y, w, h = label.box
    beside = [o.box for o in labels if o is not label and abs(o.box[1] - y) < 12]
    left = max([8.0, *((b[0] + b[2] + x) / 2 for b in beside if b[0] + b[2] <= x)])
    left = max(left, x - 12)
    right = min([page.width - 8.0, *((x + w + b[0]) / 2 for b in beside if b[0] >= x + w)])
    walls = [] if page.gray is None else uprights(page.gray, label.box, DPI)
    before, after = [wall for wall in walls if wall < x], [wall for wall in walls if wall > x + w]
    asked = _row_of_a_form(label, page, after) if before else None
    wall = after[:1] if asked is None else asked[:1]
    right = min(right, *wall) if before and wall else min(right, max(x + w + 45, x + _WIDE))
    if not any(b[0] + b[2] <= x for b in beside):  # a short label at the right edge: one signs at its left
        left = max(8.0, min(left, right - _WIDE))
    bottom = min(y + h + _DEEP, page.height - 8)
    ends = [  # of the next column's sentences
        b[0] + b[2]
        for b in (part.box for line in page.lines for part in parts(line) if len(part.words) >= 3)
        if b[0] + b[2] <= x and y < b[1] < bottom
    ]
    left = max([left, *ends, *before])  # the cell before is another's
    for part in (part for line in page.lines for part in parts(line)):
        px, py, pw, _ = part.box
        apart = px > right or px + pw < left
        if py <= y + 0.6 * h or apart or py > bottom:
            continue
        if _stops(part, labels, py - y - h, left, right):
            bottom = py - 0.5
    top = max(0.0, y - 3) if asked is None else min(asked[1], y - 3)
    rest = (*_rest_of(label), *_label_words(label, page))
    if asked is not None:
        rest += ((after[0] - _CROOKED, top, 2 * _CROOKED, bottom - top),)
    box = left, top, right - left, bottom - top
    return Zone(role_of(_with_below(label, page)), box, rest, bool(_NAME.search(plain(label.text))))


def _row_of_a_form(label: Line, page: Page, walls: Sequence[float]) -> tuple[float, float] | None:
    """The right end and the top, mm, of a row that is signed in the cell beside its label; else None.

    `walls`: those behind the label. In such a table the label over this one stands before the same wall.
    """
    x, y, w, _ = label.box
    over = [
        part
        for line in page.lines
        for part in parts(line)
        if part.box[1] + part.box[3] <= y and part.box[0] < x + w and x < part.box[0] + part.box[2]
    ]
    if page.gray is None or not over:
        return None
    last = max(over, key=lambda part: part.box[1]).box
    there = uprights(page.gray, last, DPI)
    both = [wall for wall in walls if any(abs(wall - other) < _CROOKED for other in there)]
    rules = [rule for rule in uprights(page.gray.T, (y, x, 0.0, _SHORT_RULE), DPI) if last[1] < rule < y]
    if len(both) < 2 or both[0] != walls[0] or last[0] + last[2] > both[0] or not rules:
        return None
    return both[1], rules[-1]


def _stops(part: Line, labels: Sequence[Line], below: float, left: float, right: float) -> bool:
    """Whether a zone ends above this text: another label, or a sentence; a printed name does not end it.

    A name may stand close to another column's sentence: what lies out of the zone does not count.
    """
    if any(part.words == label.words for label in labels):
        return below > 4
    there = [w for w in part.words if w.box[0] < right and w.box[0] + w.box[2] > left]
    sure = [word for word in there if word.sure > 0.75 and not word.askew]
    said = " ".join(word.text for word in sure)
    return len(said) > _SHORT_LINE and len(sure) >= 5 and not (below < _NAMED_WITHIN and _is_name(said))


def _is_name(said: str) -> bool:
    """Whether it is somebody's name with what he does: « Samuel Porquet – Directeur de projet »."""
    words = [word for word in re.findall(r"[^\W\d_]+", said) if len(word) > 3]
    named = sum(word[0].isupper() for word in words)
    return 2 * named >= len(words) and not said.isupper() and not re.search(r"\d", said)


def role_of(text: str) -> Role:
    if _CANDIDATE.search(text) and not _FIRM.search(text):
        return Role.CANDIDATE
    if _SCHOOL.search(text):
        return Role.SCHOOL
    return Role.FIRM if _FIRM.search(text) else Role.ANYONE


def overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def overleaf(page: Page, following: Page) -> Iterator[Zone]:
    """The head of the next page, where a zone runs into the foot of its own."""
    for zone in zones_of(page):
        x, y, w, h = zone.box
        if y + h < _FOOT_FROM * page.height:
            continue
        ends = [
            part.box[1]
            for line in following.lines
            for part in parts(line)
            if (len(part.text) > _SHORT_LINE and len(part.words) >= 5) or _LABEL.search(plain(part.text))
        ]
        bottom = min([_HEAD + 1.5 * _DEEP, *ends])
        if bottom - _HEAD >= _LEAST:
            yield Zone(zone.role, (x, _HEAD, w, bottom - _HEAD), names=False)
