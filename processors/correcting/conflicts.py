"""Why someone may not mark a candidate, on paper or before a jury.

Circular: nobody examines his or her own students, no professional his or her own trainees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from processors.plain import plain


@dataclass(frozen=True)
class Marked:
    """A copy for a corrector, or a candidate for a jury. `place`: the centre, or where the oral is to be.

    `school`: UAI; `candidate_id`: as it stands in never-with lists; `companies`: where a trainee.
    `option`: the candidate's, where it makes a difference to this épreuve; else empty.
    """

    id: str
    school: str
    place: str
    candidate_id: str
    companies: tuple[str, ...] = ()
    option: str = ""


@dataclass(frozen=True)
class Marking:
    """Whoever marks or examines. `never_with`: candidate ids and UAIs of schools; `options`: none for all."""

    id: str
    schools: tuple[str, ...]
    companies: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


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
