"""A page that bears several certificates, below or beside each other, as a page for each of them.

A heading that comes again begins another one, if something is certified under each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from processors.dossiers.headings import INTERNSHIP, WORK, heading
from processors.dossiers.layout import Line, Page, line_of, parts
from processors.dossiers.sheets import Photographed
from processors.findings import Box
from processors.plain import plain
from processors.scans.readings import Gray

_CERTIFIES = re.compile(r"\b(?:certifi|atteste(?:r|z|nt)?\b|attestons\b|soussigne)")
_ALIKE = 75  # of 100: a translation is headed otherwise
_LEVEL = 15.0  # mm between headings that stand beside each other
_OVER = 3.0  # mm above a heading, where its certificate begins


def documents_on(page: Page) -> tuple[Page, ...]:
    """The page, or what is left of it for each certificate, from the top left; places stay as they are."""
    heads = [
        part
        for line in page.lines
        if line.words
        for part in parts(line)
        if heading(part.text, page.read_by == "ocr") in (INTERNSHIP, WORK)
    ]
    for head in heads[1:]:
        if fuzz.ratio(plain(heads[0].text), plain(head.text)) >= _ALIKE:
            halves = [_within(page, area) for area in _areas(page, heads[0], head)]
            if all(_CERTIFIES.search(plain(half.text)) for half in halves):
                return tuple(part for half in halves for part in documents_on(half))
    return (page,)


def _areas(page: Page, one: Line, other: Line) -> Iterator[Box]:
    """Two parts of the page, each with one of the headings."""
    middles = sorted(head.box[0] + head.box[2] / 2 for head in (one, other))
    if abs(one.box[1] - other.box[1]) < _LEVEL and middles[0] < page.width / 2 < middles[1]:
        yield 0.0, 0.0, page.width / 2, page.height
        yield page.width / 2, 0.0, page.width / 2, page.height
    else:
        cut = max(one.box[1], other.box[1]) - _OVER
        yield 0.0, 0.0, page.width, cut
        yield 0.0, cut, page.width, page.height - cut


def _within(page: Page, area: Box) -> Page:
    lines = []
    for line in page.lines:
        words = [word for word in line.words if _lies(word.box, area)]
        if words:
            lines.append(line if len(words) == len(line.words) else line_of(words))
    source: Any = page.source and partial(_drawn, page.source, area)
    if isinstance(page.source, Photographed):
        high, wide = page.source.gray.shape
        source = Photographed(_alone(page.source.gray, area, wide / page.width, high / page.height))
    return replace(
        page,
        lines=tuple(lines),
        fields=tuple(field for field in page.fields if _lies(field.box, area)),
        pictures=tuple(box for box in page.pictures if _lies(box, area) or page.read_by == "ocr"),
        source=source,
        struck=tuple(box for box in page.struck if _lies(box, area)),
    )


def _drawn(source: Any, area: Box, dpi: float) -> Gray:
    return _alone(source(dpi), area, dpi / 25.4, dpi / 25.4)


def _alone(gray: Gray, area: Box, across: float, down: float) -> Gray:
    """What lies within the area, mm, on blank paper. `across`, `down`: points a millimetre."""
    x, y, w, h = area
    there = slice(round(y * down), round((y + h) * down)), slice(round(x * across), round((x + w) * across))
    blank = np.full_like(gray, np.percentile(gray[::4, ::4], 80))
    blank[there] = gray[there]
    return blank


def _lies(box: Box, area: Box) -> bool:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return area[0] <= x < area[0] + area[2] and area[1] <= y < area[1] + area[3]
