"""The rows of a table, whose narrow columns break what stands in their cells over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from processors.dossiers.layout import Line, Page, Word, parts
from processors.dossiers.periods import MONTHS, find_dates, read_stay
from processors.plain import plain

_IN_A_DATE = re.compile(
    r"\b(?:du|le|au|depuis|entre)(?: (?:lun|mar|mercre|jeu|vendre)di)?(?: \d{1,2}(?: ?er)?(?: [a-z]+)?)?$"
)
_DATED = re.compile(rf"(?:(?:au|a|et|le|\d{{1,2}}(?: ?er)?|20\d\d|{'|'.join(MONTHS)})\b\s*)+")
_UNTIL = re.compile(r"(?:^|\s)(?:au|à|-|–|jusqu.au|et le)(?=\s\d|$)", re.I)
_BESIDE = 1.2  # mm: so far from its column's left edge a cell's next line may begin
_BELOW = 2.2  # times a line's height, from one line of a cell to the next
_LEVEL = 0.9  # of a line's height: lines that are closer stand beside each other, each in its cell's middle


def in_rows(page: Page) -> Iterator[str]:
    """The page's lines, what a cell breaks put together, columns apart by a tab."""
    row: list[Line] = []
    for lines in _beside(page.lines):
        alone = len(lines) == 1
        if row and alone and _goes_on(row, lines[0]):
            row += lines
            continue
        if row:
            yield _gathered(row)
        row = lines if alone else []
        if not alone:
            yield _side_by_side(lines)
    if row:
        yield _gathered(row)


def _beside(lines: tuple[Line, ...]) -> Iterator[list[Line]]:
    """Lines that stand beside each other though not level: cells may be set in the middle of their row."""
    level: list[Line] = []
    for line in lines:
        if level and not (line.words and level[-1].words and _is_beside(level[-1], line)):
            yield level
            level = []
        level.append(line)
    if level:
        yield level


def _is_beside(one: Line, other: Line) -> bool:
    (middle, height), (lower, _) = _level(one), _level(other)
    if abs(lower - middle) > _LEVEL * height:
        return False
    return all(_apart(part, there) for part in parts(one) for there in parts(other))


def _level(line: Line) -> tuple[float, float]:
    """The middle and the height of most of its words: the box of a hyphen may be higher."""
    boxes = [word.box for word in line.words]
    return median(y + h / 2 for _, y, _, h in boxes), median(h for *_, h in boxes)


def _apart(one: Line, other: Line) -> bool:
    (x, _, w, _), (left, _, wide, _) = one.box, other.box
    return x + w < left or left + wide < x


def _side_by_side(lines: list[Line]) -> str:
    columns: list[list[Line]] = []
    for part in sorted((part for line in lines for part in parts(line)), key=lambda part: part.box[0]):
        if columns and any(not _apart(part, there) for there in columns[-1]):
            columns[-1].append(part)
        else:
            columns.append([part])
    return "\t".join(
        _joined([part.text for part in sorted(column, key=lambda part: part.box[1])]) for column in columns
    )


def _goes_on(row: list[Line], line: Line) -> bool:
    """Whether the line goes on with cells of this row: each part under the beginning of one, and close below.

    What goes on with the first cell begins in no capital, unless it is a list whose next row is dated, too.
    """
    head = row[0]
    if not line.words or not head.words or "\t" not in head.text:
        return False
    (above, height), (middle, _) = _level(row[-1]), _level(line)
    if middle - above > _BELOW * height or any(_over(part, head) is None for part in parts(line)):
        return False
    if _is_listed(head):
        return not any(letter.isdigit() for letter in line.text)
    dated = [part for part in parts(line) if find_dates(part.text)]
    if dated:  # « au 13/02/2026 » is a row of its own, unless it ends what stands over it
        return all(_goes_on_with_a_date(row, part) for part in dated)
    if any(_goes_on_with_a_date(row, part) for part in parts(line)):
        return True
    return _over(line, head) is not head.words[0] or line.text[0].islower() or line.text[0] == "("


def _goes_on_with_a_date(row: list[Line], part: Line) -> bool:
    """Whether the cell over it begins a period, of which it is nothing but more."""
    over = _over(part, row[0])
    own = next(cell for cell in parts(row[0]) if over in cell.words)
    more = [below.text for line in row[1:] for below in parts(line) if _over(below, row[0]) is over]
    begun = " ".join([*(word.text for word in own.words[own.words.index(over) :]), *more])
    alone = begun.lower() == "du"
    if read_stay(begun).periods or not (alone or any(map(str.isdigit, begun))):
        return False
    if not find_dates(part.text):
        return bool(re.match("du|entre", begun, re.I)) and _DATED.fullmatch(plain(part.text)) is not None
    until = alone or _UNTIL.search(begun) or _UNTIL.match(part.text)
    return bool(until) and bool(read_stay(f"{begun} {part.text}").periods)


def _is_listed(row: Line) -> bool:
    """Whether it gives somebody's days in a list: not a label's beside it, in one cell."""
    if not read_stay(row.text).periods:
        return False
    return row.text.count("\t") > 1 or not any(read_stay(part.text).periods for part in parts(row))


def _over(part: Line, head: Line) -> Word | None:
    """The word of the row's first line under whose beginning the part stands."""
    x = part.box[0]
    return next((word for word in head.words if abs(word.box[0] - x) < _BESIDE), None)


def _gathered(row: list[Line]) -> str:
    head, *rest = row
    below: dict[Word, list[str]] = {}
    for line in rest:
        for part in parts(line):
            word = _over(part, head)
            if word is not None:
                below.setdefault(word, []).append(part.text)
    if not below:
        return head.text
    cells: list[list[str]] = []
    ends: list[list[str]] = []
    for part in parts(head):
        for k, word in enumerate(part.words):
            if k == 0 or word in below:
                cells.append([])
                ends.append(below.get(word, []))
            cells[-1].append(word.text)
    return "\t".join(_joined(_whole(said, more)) for said, more in zip(cells, ends, strict=True))


def _joined(words: list[str]) -> str:
    """In one line, a name together that its cell breaks at its hyphen."""
    return re.sub(r"(?<=[^\W\d])- (?=[^\W\d])", "-", " ".join(words))


def _whole(said: list[str], more: list[str]) -> list[str]:
    """A cell with its next lines, before the figures that stand close by in the next one; not in a date."""
    figures = [k for k, word in enumerate(said) if k and any(map(str.isdigit, word))]
    end = next((k for k in figures if not _IN_A_DATE.search(plain(" ".join(said[:k])))), len(said))
    return [*said[:end], *more, *said[end:]]
