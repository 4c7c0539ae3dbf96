"""The codes on the sheets that an oral panel fills in, and what comes back of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SheetKind(StrEnum):
    """The value stands in the code; in the order in which they are handed in (circular)."""

    GRADING = "F"
    MARKS = "B"
    CANDIDATES = "C"
    EXAMINERS = "X"

    @property
    def said(self) -> str:
        return _SAID[self]


_SAID = {
    SheetKind.GRADING: "fiche d’évaluation",
    SheetKind.MARKS: "bordereau de notes",
    SheetKind.CANDIDATES: "liste d’émargement des candidats",
    SheetKind.EXAMINERS: "liste d’émargement des examinateurs",
}


@dataclass(frozen=True, order=True)
class OralSheet:
    """`panel`: its number in the épreuve; `turn`: of a grading sheet, the candidate's, from 1, else 0.

    `plan`: tells this plan of the panel from others, of which sheets may still lie about.
    """

    exam: str
    kind: SheetKind
    panel: int
    turn: int
    plan: str

    @property
    def code(self) -> str:
        """What its bars say."""
        return f"{self.kind.value}-{self.exam}-{self.panel}-{self.turn}-{self.plan}"


CODE = r"[FBCX]-[A-Z]{1,3}[0-9]{1,2}[A-Z]?-[0-9]+-[0-9]+-[0-9A-F]{6}"
"""What the bars of a sheet say, whatever it is."""


def sheet_of(code: str) -> OralSheet | None:
    """None: these bars are of something else."""
    if not re.fullmatch(CODE, code):
        return None
    kind, exam, panel, turn, plan = code.split("-")
    return OralSheet(exam, SheetKind(kind), int(panel), int(turn), plan)


def plan_mark(candidates: Sequence[str]) -> str:
    """Six signs for whom a panel examines, by their ids, in their order: who is moved changes two panels'."""
    return hashlib.sha256(",".join(candidates).encode()).hexdigest()[:6].upper()


def sheets_owed(exam: str, panels: Sequence[tuple[str, ...]]) -> list[OralSheet]:
    """All that the panels of an épreuve fill in. `panels`: candidate ids of each."""
    owed = []
    for number, candidates in enumerate(panels, start=1):
        mark = plan_mark(candidates)
        owed += [OralSheet(exam, SheetKind.GRADING, number, k, mark) for k in range(1, len(candidates) + 1)]
        owed += [
            OralSheet(exam, kind, number, 0, mark) for kind in SheetKind if kind is not SheetKind.GRADING
        ]
    return owed
