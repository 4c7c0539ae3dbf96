"""A row of a page cut into the labels of a choice and the marks beside them, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from processors.dossiers.layout import Line
from processors.dossiers.marks import EMPTY, TICKED, mark_of

Choice = Mapping[str, str]
"""What can be chosen: the names in our words, and the patterns of the labels that stand for them."""

_WRITTEN = re.compile(
    r"[\[(|]\s*[xX*]\s*[\])|]|(?P<void>[\[(]\s*[_.\s]{0,4}[\])]|(?<!\S)¨(?!\S))|(?<![\w'.-])[xX](?![\w'-])"
    r"|(?<!\S)[þý](?!\S)"  # as Wingdings has boxes, where its name is lost
)


@dataclass(frozen=True)
class Token:
    """A label or a mark of a row. `x`: from where to where, mm or columns; `cell`: which part of the row."""

    what: str
    start: int
    end: int
    x: tuple[float, float]
    cell: int
    glyph: str = ""

    @property
    def is_mark(self) -> bool:
        return self.what in (TICKED, EMPTY)


@dataclass(frozen=True)
class Row:
    text: str
    tokens: tuple[Token, ...]
    cells: tuple[str, ...]
    line: Line

    def labels(self) -> list[Token]:
        return [token for token in self.tokens if not token.is_mark]

    def marks(self) -> list[Token]:
        return [token for token in self.tokens if token.is_mark]


def row_of(line: Line, choice: Choice) -> Row:
    """A line cut into tokens; where each letter stands is reckoned from the words, or the cells."""
    spans: list[tuple[int, int, float, float]] = []
    text = ""
    if line.words:
        for word in line.words:
            text += " " if text else ""
            spans.append((len(text), len(text) + len(word.text), word.box[0], word.box[0] + word.box[2]))
            text += word.text
    else:
        for column, cell in enumerate(line.cells or line.text.split("\t")):
            text += "\t" if column else ""
            spans.append((len(text), len(text) + len(cell), float(column), column + 1.0))
            text += cell
    cells = line.cells or tuple(line.text.split("\t"))

    def place(at: int) -> tuple[float, int]:
        for k, (start, end, left, right) in enumerate(spans):
            if at <= end:
                return left + (right - left) * min(1.0, max(0, at - start) / max(1, end - start)), k
        return (spans[-1][3], len(spans) - 1) if spans else (0.0, 0)

    tokens = []
    for what, begins, ends, glyph in _found(text, choice):
        (left, at), (right, _) = place(begins), place(ends)
        tokens.append(Token(what, begins, ends, (left, right), 0 if line.words else at, glyph))
    return Row(text, tuple(_laid_over(tokens, line, text)), cells, line)


def _laid_over(tokens: Sequence[Token], line: Line, text: str) -> list[Token]:
    """With one token for a mark that is typed over an empty box, or just before it: « X ☐ SLAM »."""
    kept: list[Token] = []
    for token in tokens:
        last = kept[-1] if kept else None
        if last is None or {last.what, token.what} != {TICKED, EMPTY}:
            kept.append(token)
            continue
        before = last.glyph == "x" != token.glyph and text[last.end : token.start] in ("", " ")
        if (line.words and _upon(last, token)) or (before and last.what == TICKED):
            mark = last if last.what == TICKED else token
            kept[-1] = replace(mark, start=last.start, end=token.end)
        else:
            kept.append(token)
    return kept


def _upon(one: Token, other: Token) -> bool:
    return one.x[0] < sum(other.x) / 2 < one.x[1] or other.x[0] < sum(one.x) / 2 < other.x[1]


def _found(text: str, choice: Choice) -> list[tuple[str, int, int, str]]:
    labels = ((name, m) for name, label in choice.items() for m in re.finditer(label, text, re.I))
    found = [(name, m.start(), m.end(), "") for name, m in labels]
    inside = [range(start, end) for _, start, end, _ in found]
    for k, letter in enumerate(text):
        mark = mark_of(letter)
        if mark is not None:
            found.append((mark, k, k + 1, letter))
    for m in _WRITTEN.finditer(text):
        if any(m.start() in span for span in inside):
            continue
        if not any(start in range(m.start(), m.end()) for _, start, _, _ in found):
            found.append((EMPTY if m["void"] is not None else TICKED, m.start(), m.end(), "x"))
    return sorted(found, key=lambda token: token[1])
