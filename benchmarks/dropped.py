"""A pile of copies that benchmarks drop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processors.lists.people import Candidate


@dataclass(frozen=True)
class Pile:
    """What a centre drops at once. `people`: whose copies it holds, from the top."""

    centre: str
    exam: str
    people: tuple[Candidate, ...]
    path: Path

    @property
    def key(self) -> str:
        return f"scans/{self.centre}/{self.exam}/{self.path.name}"
