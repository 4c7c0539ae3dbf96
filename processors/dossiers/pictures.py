"""The evidence of a finding as a small picture: the part of the page, a little about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import cv2
import numpy as np

from processors.dossiers.files import DepositedFile, UnreadableError
from processors.dossiers.findings import Evidence
from processors.dossiers.layout import Page
from processors.dossiers.pages import blank_page
from processors.scans.readings import Gray

_DPI = 100.0
_ABOUT = 7.0  # mm


def evidence_pictures(files: Iterable[DepositedFile], wanted: Sequence[Evidence]) -> list[bytes | None]:
    """A PNG for each piece of evidence; None for what cannot be shown, a spreadsheet or a broken file."""
    by_name = {file.name: file for file in files}

    @cache
    def page_of(name: str, number: int) -> Page | None:
        try:
            return blank_page(by_name[name], number) if name in by_name else None
        except UnreadableError:
            return None

    return [_picture(page_of(shown.file, shown.page), shown) for shown in wanted]


def _picture(page: Page | None, shown: Evidence) -> bytes | None:
    if page is None or page.source is None:
        return None
    gray: Gray = page.source(_DPI)
    if shown.box is not None:
        x, y, w, h = shown.box
        px = _DPI / 25.4
        rows = slice(max(0, int((y - _ABOUT) * px)), int((y + h + _ABOUT) * px))
        columns = slice(max(0, int((x - _ABOUT) * px)), int((x + w + _ABOUT) * px))
        gray = np.ascontiguousarray(gray[rows, columns])
    done, data = cv2.imencode(".png", gray)
    return data.tobytes() if done and gray.size else None
