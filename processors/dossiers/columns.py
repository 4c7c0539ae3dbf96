"""The dated rows of a table, whose narrow columns break what stands in their cells over several lines."""

from __future__ import annotations

from collections.abc import Iterator

from processors.dossiers.layout import Line, Page, Word, parts
from processors.dossiers.periods import read_stay

_BESIDE = 1.2  # mm: so far from its column's left edge a cell's next line may begin
_BELOW = 2.2  # times a line's height, from one line of a cell to the next
_FEW = 3  # columns: what has fewer is no table


def in_rows(page: Page) -> Iterator[str]:
    """The page's lines, what goes on in the cells of a dated row put into them, columns apart by a tab."""
    row: list[Line] = []
    for line in page.lines:
        if row and _goes_on(row, line):
            row.append(line)
            continue
        if row:
            yield _gathered(row)
        row = [line] if _is_dated(line) else []
        if not row:
            yield line.text
    if row:
        yield _gathered(row)


def _is_dated(line: Line) -> bool:
    return len(line.words) >= _FEW and "\t" in line.text and bool(read_stay(line.text).periods)


def _goes_on(row: list[Line], line: Line) -> bool:
    """Whether each part of the line stands under the beginning of a word of the row, and close below."""
    if not line.words or any(letter.isdigit() for letter in line.text):
        return False
    (_, above, _, height), (_, top, _, _) = row[-1].box, line.box
    if top - above > _BELOW * height:
        return False
    return all(_over(part, row[0]) is not None for part in parts(line))


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
    return "\t".join(" ".join([*said, *more]) for said, more in zip(cells, ends, strict=True))
