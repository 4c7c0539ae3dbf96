"""Which of two options is ticked? Marks are paired with labels by the whole row: before each, or after each.

What is ticked twice, or not at all, is nobody's guess: None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from processors.dossiers.boxes import DPI, inked_over, ticked_on, uprights
from processors.dossiers.layout import COLUMN, Line, Page, Word, around, line_of
from processors.dossiers.marks import CHECKS, CROSSES, EMPTY, TICKED
from processors.dossiers.rows import Choice, Row, Token, row_of
from processors.findings import Box
from processors.plain import plain

# optical reading joins a box to its label as a letter or two, and slips in letters that look alike
_JUNK = r"[odcxuli1t0jbn\[\]|]"
_ALONE = rf"(?:\b|(?<=\b\w)|(?<=\b{_JUNK}{{2}})|(?<=\b{_JUNK}{{3}}))"
_ENDS = r"(?:\b|(?=(?-i:[A-Z0-9]\w?)\b))"
_SISR = r"solutions? d.infrastructures?,? syst[eè]mes et r[eé]seaux"
_SLAM = r"solutions? logicielles? et applications? m[eé]tiers?"
OPTION: Choice = {  # its name, its letters, or both, in either order
    "SISR": rf"(?:{_SISR}\W{{0,4}})?{_ALONE}s[il1|]s[rk]{_ENDS}(?:\W{{0,4}}{_SISR})?|{_SISR}",
    "SLAM": rf"(?:{_SLAM}\W{{0,4}})?{_ALONE}s[l1i|]am{_ENDS}(?:\W{{0,4}}{_SLAM})?|{_SLAM}",
}
TEAM: Choice = {
    "alone": rf"{_ALONE}seul(?:e|[({{\[t]e[)}}\]]|\.e)?(?!\w)|\bindividuel(?:le)?(?:ment)?\b",
    "team": rf"(?:{_ALONE}en |\bpar |l'|\b)[eé]quipe{_ENDS}|{_ALONE}en groupe\b"
    r"|\bcollecti(?:f|ve)(?:ment)?\b",
}
_BETWEEN = re.compile(
    r"[\s:.,;\-–—_|()\[\]]*(?:(?:option|parcours|sp[eé]cialit[eé])\s*)?(?:[ab12]\s?[-–:.)]\s*)?", re.I
)
_LABELLED = re.compile(r"\W*(?:option|parcours|sp[eé]cialit[eé]|modalit[eé]|mode de r[eé]alisation)", re.I)
_QUESTION_ALONE = re.compile(r"\W*\w+(?: de (?:la )?\w+)?[\s:.]*")
_A_BOX, _A_BOX_AFTER = (
    re.compile(rf"(?:^|[\s:]){_JUNK}{{1,3}}\s?$", re.I),
    re.compile(rf"\s?{_JUNK}{{1,3}}(?:\s|$)", re.I),
)
_WORDS_BEFORE = re.compile(r"\w[^:\w]*$")  # but for a question, which ends with a colon
_NEXT = 7.0  # mm from a question to its answer, where no box stands between them
_SENTENCE = 25  # words: a line that long asks nothing
_NEARER = 0.6  # of the other gap: a lone mark that much nearer to a label is its own
_BROKEN = 70.0  # mm: the widest column that a label is broken in
_STACKED = 3  # lines apart at most, where options stand under each other


def chosen(pages: Sequence[Page], choice: Choice) -> str | None:
    """The one of the choice that is ticked, or stands alone after its label; None where that is not sure."""
    found = {said for page in pages for said in _on_page(page, choice)}
    return found.pop() if len(found) == 1 else None


def option_of(pages: Sequence[Page]) -> str | None:
    """The option that is ticked; else the only one that is named anywhere."""
    rows = [(page, row_of(line, OPTION)) for page in pages for line in page.lines]
    named = {token.what for _, row in rows for token in row.labels()}
    if len(named) != 1:
        return chosen(pages, OPTION)
    asked = [(page, row) for page, row in rows if row.labels() and (row.marks() or _unread(page, row))]
    # with a box, where the other option is struck from the form: a tick alone says
    ticked = all((mark := _own_mark(row)) is not None and mark.what == TICKED for _, row in asked)
    return named.pop() if ticked else None


def _unread(page: Page, row: Row) -> bool:
    """Whether boxes or the other answer may stand there, which optical reading has not made out."""
    label = row.labels()[0]
    if page.read_by != "ocr":
        return False
    if _A_BOX.search(row.text[: label.start]) or _A_BOX_AFTER.match(row.text[label.end :]):
        return True
    if _LABELLED.match(row.text) is None:
        return False
    rest = row.text[: label.start] + row.text[label.end :]
    before = max(
        (word.box[0] + word.box[2] for word in row.line.words if word.box[0] < label.x[0] - 1), default=0.0
    )
    return _QUESTION_ALONE.fullmatch(rest) is None or label.x[0] - before > _NEXT


def _says(row: Row) -> bool:
    return _LABELLED.match(row.text) is not None and len(row.tokens) == 1 and len(row.labels()) == 1


def _on_page(page: Page, choice: Choice) -> Iterator[str]:
    """The answer of each place where one is clear; what stands alone after the question is one too."""
    if page.source is not None:
        page = replace(page, source=cache(page.source))  # drawn once, and let go of then
    rows = [row_of(line, choice) for line in _unbroken(page.lines)]
    ways = (_drawn, _ticked) if page.read_by == "ocr" else (_ticked, _drawn)
    asked = []
    for group in (*_beside(rows), *_stacked(rows)):
        asked += group
        said = next((said for way in ways if (said := way(page, group)) is not None), None)
        if said:
            yield said
    for row in rows:
        if row not in asked and _says(row) and not _unread(page, row):
            yield row.labels()[0].what


def _unbroken(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines with « En équipe » in one, where a narrow column broke it after its first word."""
    words = [list(line.words) for line in lines]
    for k, row in enumerate(words):
        for at, word in enumerate(row):
            if word.text.lower() != "en" or (
                at + 1 < len(row) and row[at + 1].box[0] - _right(word) < COLUMN
            ):
                continue
            below = [(j, w) for j in (k + 1, k + 2) if j < len(words) for w in words[j]]
            for j, other in below:
                if plain(other.text) == "equipe" and other.box[0] < _right(word) < other.box[0] + _BROKEN:
                    words[j].remove(other)
                    y, h = word.box[1], word.box[3]
                    row.insert(at + 1, replace(other, box=(_right(word) + 1, y, other.box[2], h)))
                    break
    for line, row in zip(lines, words, strict=True):
        if len(row) == len(line.words):
            yield line
        elif row:
            yield line_of(row)


def _right(word: Word) -> float:
    return word.box[0] + word.box[2]


def _beside(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows with both labels, each once; marks that stand alone in the row below are theirs too."""
    for k, row in enumerate(rows):
        if _pair_of(row):
            below = rows[k + 1] if k + 1 < len(rows) else None
            alone = below is not None and below.marks() and not _letters(below)
            yield [row, below] if below is not None and alone and not row.marks() else [row]


def _pair_of(row: Row) -> bool:
    names = [token.what for token in row.labels()]
    return len(names) == 2 and len(set(names)) == 2


def _letters(row: Row) -> bool:
    left = list(row.text)
    for token in row.tokens:
        left[token.start : token.end] = " " * (token.end - token.start)
    return any(map(str.isalnum, left))


def _stacked(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows near each other with one label each."""
    single = [(k, row) for k, row in enumerate(rows) if len(row.labels()) == 1]
    for (k, one), (m, other) in pairwise(single):
        if m - k <= _STACKED and one.labels()[0].what != other.labels()[0].what:
            yield [one, other]


def _ticked(page: Page, group: Sequence[Row]) -> str | None:
    if len(group) == 1:
        return _ticked_row(page, group[0])
    one, other = group
    if _pair_of(one):
        return _ticked_below(one, other)
    said = {row.labels()[0].what: _own_mark(row) for row in group}
    return _one_of(said) if any(said.values()) else None


def _own_mark(row: Row) -> Token | None:
    label = row.labels()[0]
    near = [mark for mark in row.marks() if _adjacent(row, mark, label)]
    return near[0] if len(near) == 1 else None


def _adjacent(row: Row, one: Token, other: Token) -> bool:
    first, last = sorted((one, other), key=lambda token: token.start)
    return _BETWEEN.fullmatch(row.text, first.end, last.start) is not None


def _ticked_row(page: Page, row: Row) -> str | None:
    first, last = row.labels()
    sides: list[dict[str, Token | None]] = []
    for after in (False, True):
        sides.append({label.what: _beside_label(row, label, after) for label in (first, last)})
    same_cell = _in_cells(row)
    if same_cell is not None:
        return _one_of(same_cell)
    before, behind = (all(side.values()) for side in sides)
    if before != behind:
        return _one_of(sides[behind])
    if before and behind:  # a mark before the first label and one after the last: one is of something else
        begins, ends = sides[0][first.what], sides[1][last.what]
        assert begins is not None and ends is not None
        leads = _WORDS_BEFORE.search(row.text[: begins.start]) is None
        trails = not any(map(str.isalnum, row.text[ends.end :]))
        return None if leads == trails else _one_of(sides[trails])
    marks = {m for side in sides for m in side.values() if m is not None}
    if len(marks) != 1 or (mark := marks.pop()).what != TICKED:
        return None
    return _owner(page, row, mark, first, last)


def _beside_label(row: Row, label: Token, after: bool) -> Token | None:
    k = row.tokens.index(label) + (1 if after else -1)
    if not 0 <= k < len(row.tokens) or not row.tokens[k].is_mark:
        return None
    return row.tokens[k] if _adjacent(row, label, row.tokens[k]) else None


def _in_cells(row: Row) -> dict[str, Token | None] | None:
    """Marks that share a cell with one label each, in a spreadsheet."""
    if row.line.words or len({label.cell for label in row.labels()}) < 2:
        return None
    shared = {
        label.what: next((m for m in row.marks() if m.cell == label.cell and _adjacent(row, m, label)), None)
        for label in row.labels()
    }
    return shared if any(shared.values()) else None


def _owner(page: Page, row: Row, mark: Token, first: Token, last: Token) -> str | None:
    """Whose the only mark of a row is."""
    if mark.end <= first.start:
        return first.what
    if mark.start >= last.end:
        return last.what
    if not row.line.words:
        left, right = mark.cell - first.cell, last.cell - mark.cell
        before, after = (_room(row.cells, at) for at in (first.cell - 1, last.cell + 1))
        before, after = (before, after) if left == right else (right < left, left < right)
        return None if before == after else last.what if before > after else first.what
    rules = [] if page.source is None else uprights(page.source(DPI), row.line.box)
    walls = [sum(a.x[1] - 1 < x < b.x[0] + 1 for x in rules) for a, b in ((first, mark), (mark, last))]
    if all(walls):
        return _by_empty_cells(row, rules, first, last)
    if any(walls):
        return last.what if walls[0] else first.what
    left_gap, right_gap = mark.x[0] - first.x[1], last.x[0] - mark.x[1]
    near = min(left_gap, right_gap) < _NEARER * max(left_gap, right_gap)
    return None if not near else first.what if left_gap < right_gap else last.what


def _room(cells: Sequence[str], at: int) -> int:
    """Whether an empty cell stands there: 2 for one in a frame."""
    return 0 if not 0 <= at < len(cells) or cells[at].strip() else 2 if cells[at] else 1


def _by_empty_cells(row: Row, rules: Sequence[float], first: Token, last: Token) -> str | None:
    """Of a mark in a cell of its own: its fellow's is empty, before the first label or after the last."""
    said = [word.box for word in row.line.words]
    left = max((box[0] + box[2] for box in said if box[0] + box[2] <= first.x[0]), default=0.0)
    right = min((box[0] for box in said if box[0] >= last.x[1]), default=1e9)
    before = sum(left - 1 < x < first.x[0] + 1 for x in rules) > 1
    after = sum(last.x[1] - 1 < x < right + 1 for x in rules) > 1
    return None if before == after else last.what if before else first.what


def _ticked_below(labels: Row, marks: Row) -> str | None:
    said: dict[str, Token | None] = {}
    for label in labels.labels():
        middle = sum(label.x) / 2
        near = [
            m for m in marks.marks() if abs(sum(m.x) / 2 - middle) <= max(0.5, (label.x[1] - label.x[0]) / 2)
        ]
        said[label.what] = near[0] if len(near) == 1 else None
    return _one_of(said) if any(said.values()) else None


def _one_of(said: Mapping[str, Token | None]) -> str | None:
    """The only one that is ticked, nothing ("") where both are; a cross beside a check says no."""
    ticked = {name: mark for name, mark in said.items() if mark is not None and mark.what == TICKED}
    if len(ticked) == 2 and any(m.glyph in CHECKS for m in ticked.values()):
        ticked = {name: mark for name, mark in ticked.items() if mark.glyph not in CROSSES}
    return next(iter(ticked)) if len(ticked) == 1 else "" if ticked else None


def _drawn(page: Page, group: Sequence[Row]) -> str | None:
    """The one whose box, as it is seen on the page, has ink in it."""
    if page.source is None or any(len(row.line.words) > _SENTENCE for row in group):
        return None
    labels = [(token, row.line) for row in group for token in row.labels() if row.line.words]
    if len(labels) != 2:
        return None
    over = _inked(page, group)
    if over is not None:
        return over
    boxes = [_box_of(token, line) for token, line in labels]
    words = [word for line in page.lines for word in line.words]
    which = ticked_on(page.source(DPI), boxes, words, page.read_by == "ocr")
    return None if which is None else labels[which][0].what


def _inked(page: Page, group: Sequence[Row]) -> str | None:
    """The one whose box, an empty one by its letter, has something laid over it that its fellow has not."""
    own = {row.labels()[0].what: (_own_mark(row), row) for row in group if len(row.labels()) == 1}
    if len(group) == 1:
        (row,) = group
        sides = [
            {t.what: (_beside_label(row, t, after), row) for t in row.labels()} for after in (False, True)
        ]
        whole = [side for side in sides if all(mark for mark, _ in side.values())]
        own = whole[0] if len(whole) == 1 else {}
    boxes = [_box_of(mark, row.line) for mark, row in own.values() if mark and mark.what == EMPTY]
    if len(boxes) != 2:
        return None
    which = inked_over(page.source(DPI), boxes)
    return None if which is None else list(own)[which]


def _box_of(label: Token, line: Line) -> Box:
    (left, right), words = label.x, line.words
    own = [word.box for word in words if word.box[0] < right and left < word.box[0] + word.box[2]]
    _, y, _, h = around(own or [line.box])
    return left, y, right - left, h
