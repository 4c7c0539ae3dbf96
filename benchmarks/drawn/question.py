"""What a form asks with two boxes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """`ticked`: of each of the two labels."""

    heading: str
    field: str
    labels: tuple[str, str]
    ticked: tuple[bool, bool]
