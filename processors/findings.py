"""Findings (constats): what was noticed, how grave it is, and what to do about it, in French.

A finding never carries a name, a candidate number or a birth date: it goes to logs and artifacts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from processors.codes import Code as Code
from processors.codes import Severity as Severity
from processors.sentences import CATALOGUE, FRENCH_CODE, FRENCH_SEVERITY


def french(of: Code | Severity) -> str:
    """How a table names a code or a severity."""
    return FRENCH_SEVERITY[of] if isinstance(of, Severity) else FRENCH_CODE[of]


Box = tuple[float, float, float, float]
"""x, y of the top left corner, width and height, in millimetres of the upright page's image."""


@dataclass(frozen=True)
class Evidence:
    """Where a finding can be seen: a page id of the file, and the part of that page, None for all of it."""

    page: int
    box: Box | None = None


@dataclass(frozen=True)
class Finding:
    """One thing noticed. `pages` are page ids of the file (1-based), unless the code speaks of the copy's.

    `evidence`: what to show to whoever has the paper in hand; numbers alone, as all of a finding.
    """

    code: Code
    severity: Severity
    message: str
    pages: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()


_MOST_RUNS = 12


def french_pages(pages: Iterable[int]) -> str:
    """`page 3`, `pages 3 et 4`, `pages 1, 2 et 5 à 8`; of many, `25 pages, de la page 2 à la page 50`."""
    pages = list(pages)
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    if len(runs) > _MOST_RUNS:
        return f"{len(pages)} pages, de la page {pages[0]} à la page {pages[-1]}"
    parts = [
        part
        for run in runs
        for part in ([f"{run[0]} à {run[-1]}"] if len(run) > 2 else [str(page) for page in run])
    ]
    if len(runs) == 1 and len(runs[0]) == 1:
        return f"page {parts[0]}"
    return "pages " + " et ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def finding(
    code: Code,
    pages: Iterable[int] = (),
    *,
    what: str = "",
    n: int | None = None,
    evidence: Iterable[Evidence] = (),
) -> Finding:
    """The finding of this code, with its severity and its French sentence from the catalogue."""
    pages = tuple(pages)
    severity, sentence = CATALOGUE[code]
    message = sentence.format(pages=french_pages(pages), what=what, n=n)
    return Finding(code, severity, message[0].upper() + message[1:], pages, tuple(evidence))
