"""Invented people: candidates, correctors, schools. None of them exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from processors.circular.numbers import USUAL, Numbers, digits_in
from processors.circular.uai import check_letter
from processors.lists.people import Candidate, Corrector
from specimens.words import WORDS

Rng = np.random.Generator


def invent_schools(rng: Rng, count: int) -> tuple[str, ...]:
    """Distinct UAIs with their check letter, in the four departments of an academy."""
    schools: dict[str, None] = {}
    while len(schools) < count:
        digits = f"{rng.choice(['004', '005', '013', '084'])}{rng.integers(4000, 5999):04d}"
        schools[digits + check_letter(digits)] = None
    return tuple(schools)


def invent_candidates(
    rng: Rng,
    count: int,
    centre: str,
    exams: Sequence[str],
    schools: Sequence[str],
    first_registration: int = 1,
    numbers: Numbers = USUAL,
    options: Sequence[str] = ("SISR", "SLAM"),
) -> tuple[Candidate, ...]:
    """Distinct candidates enrolled in this centre for these épreuves, registered in sequence."""
    given: dict[str, None] = {}
    while len(given) < count:
        given[_number(rng, numbers.candidate)] = None
    digits = digits_in(numbers.registration)
    # no two with the same family name as long as the list lasts: a person reads rehearsals too
    families = [*rng.permutation(WORDS["family_names"]), *rng.choice(WORDS["family_names"], count)]
    return tuple(
        Candidate(
            number=number,
            registration=f"{first_registration + i:0{digits}d}",
            family_name=str(families[i]),
            first_names=str(rng.choice(WORDS["first_names"])),
            birth_date=date(
                int(rng.integers(2002, 2008)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
            ),
            school=str(rng.choice(list(schools))),
            centre=centre,
            option=str(rng.choice(list(options))) if options else "",
            category="scolaire",
            exams=tuple(exams),
        )
        for i, number in enumerate(given)
    )


def _number(rng: Rng, pattern: str) -> str:
    """A number of this pattern; where sessions do not say, one of an academy whose numbers begin with 02."""
    if pattern == USUAL.candidate:
        return f"02{rng.integers(10**8, 10**9)}"
    while True:
        number = "".join(map(str, rng.integers(0, 10, digits_in(pattern))))
        if re.fullmatch(pattern, number):
            return number


def invent_correctors(
    rng: Rng, count: int, exams: Sequence[str], schools: Sequence[str],
    candidates: Sequence[Candidate], quota: int, days: Sequence[date],
) -> tuple[Corrector, ...]:  # fmt: skip
    """Correctors of every épreuve, from these schools in turn; the first may not see one candidate."""
    people = list(
        zip(rng.permutation(WORDS["first_names"]), rng.permutation(WORDS["family_names"]), strict=False)
    )
    return tuple(
        Corrector(
            id=f"C{i + 1:02d}",
            name=f"{first.title()} {family.title()}",
            email=f"{first}.{family}@example.org".lower(),
            schools=(schools[i % len(schools)],),
            companies=(str(rng.choice(WORDS["companies"])),) if rng.random() < 0.4 else (),
            exams=tuple(exams),
            quota=quota,
            days=tuple(days),
            never_with=(candidates[0].number,) if i == 0 and candidates else (),
        )
        for i, (first, family) in enumerate(people[:count])
    )
