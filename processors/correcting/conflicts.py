"""Why someone may not mark a candidate, on paper or before a jury.

Circular: nobody examines his or her own students, no professional his or her own trainees.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from processors.plain import plain


class Marked(Protocol):
    """`school`: UAI; `candidate_id`: as it stands in never-with lists; `companies`: where a trainee.

    `option`: empty where it makes no difference.
    """

    @property
    def school(self) -> str: ...

    @property
    def candidate_id(self) -> str: ...

    @property
    def companies(self) -> tuple[str, ...]: ...

    @property
    def option(self) -> str: ...


class Marking(Protocol):
    """`never_with`: candidate ids and UAIs of schools; `options`: none for all."""

    @property
    def schools(self) -> tuple[str, ...]: ...

    @property
    def companies(self) -> tuple[str, ...]: ...

    @property
    def never_with(self) -> tuple[str, ...]: ...

    @property
    def options(self) -> tuple[str, ...]: ...


class Cause(StrEnum):
    """Why a corrector may not mark a copy; the value is what a person reads."""

    OWN_SCHOOL = "le candidat vient de l'établissement du correcteur"
    NEVER_WITH = "le candidat ou son établissement est sur la liste « jamais avec » du correcteur"
    SAME_COMPANY = "le candidat a fait son stage dans l'entreprise du correcteur"
    OTHER_OPTION = "le candidat a composé sur le sujet d'une option que le correcteur ne corrige pas"


def causes(marked: Marked, by: Marking) -> Iterator[Cause]:
    if marked.school in by.schools:
        yield Cause.OWN_SCHOOL
    if marked.school in by.never_with or marked.candidate_id in by.never_with:
        yield Cause.NEVER_WITH
    if set(map(plain, marked.companies)) & set(map(plain, by.companies)):
        yield Cause.SAME_COMPANY
    if marked.option and by.options and marked.option not in by.options:
        yield Cause.OTHER_OPTION
