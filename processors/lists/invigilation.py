"""Invigilators whom schools name to their centre: their list, and whether they are enough.

Circular, 2026: at least one an épreuve, two if the school presents more than ten candidates; two a room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from processors.circular.session import Session
from processors.lists.tables import BadValueError, Cells, Import, read_table
from processors.lists.values import a_centre, a_uai, an_exam, some_text
from processors.wording import plural

INVIGILATOR_COLUMNS = ("etablissement", "centre", "epreuve", "nom")

Sent = tuple[str, str, str]
"""School, centre, épreuve."""


@dataclass(frozen=True)
class Invigilator:
    """A line of a list. `school`, `centre`: UAI."""

    school: str
    centre: str
    exam: str
    name: str

    @property
    def sent(self) -> Sent:
        return self.school, self.centre, self.exam


@dataclass(frozen=True)
class Shortfall:
    """Who lacks invigilators. `school`: None where it is the centre's rooms; `sentence`: French."""

    centre: str
    exam: str
    school: str | None
    sentence: str


def read_invigilators(
    data: bytes, session: Session | None = None, schools: Container[str] | None = None
) -> Import[Invigilator]:
    """A list, one line a person and épreuve.

    With a session, centres and épreuves must be among its own; `schools`: those that may send somebody.
    """

    def school(text: str) -> str:
        if schools is not None and a_uai(text) not in schools:
            raise BadValueError(f"aucun candidat de {text[:20]} n'est inscrit")
        return a_uai(text)

    cells: Cells = {
        "etablissement": school,
        "centre": lambda text: a_centre(text, session),
        "epreuve": lambda text: an_exam(text, session),
        "nom": some_text,
    }

    def keys(line: Invigilator) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (*line.sent, line.name.casefold()), "cette personne, pour cette épreuve,"

    return read_table(data, INVIGILATOR_COLUMNS, Invigilator, cells, keys)


def shortfalls(
    session: Session, named: Mapping[Sent, int], enrolled: Mapping[Sent, int], at: datetime
) -> Iterator[Shortfall]:
    """By épreuve and centre: each school that names too few, then each centre with too few for its rooms.

    `named`, `enrolled`: how many invigilators and candidates. Nothing where the session states no rule,
    nor of an épreuve that is over at this instant: nobody can be named for it any more.
    """
    rule = session.invigilation
    if rule is None:
        return
    for exam in session.written:
        if exam.sitting is not None and exam.sitting.ends_at.timestamp() < at.timestamp():
            continue
        for centre in session.centres:
            schools = sorted(school for school, *where in enrolled if where == [centre.uai, exam.code])
            sent = {school: named.get((school, centre.uai, exam.code), 0) for school in schools}
            for school in schools:
                candidates = enrolled[school, centre.uai, exam.code]
                needed = rule.when_large if candidates > rule.large else rule.per_exam
                if sent[school] < needed:
                    sentence = (
                        f"{exam.code} : l’établissement {school} {_names(sent[school])} "
                        f"pour {plural(candidates, 'candidat', 'candidats')} ; il en doit {needed}."
                    )
                    yield Shortfall(centre.uai, exam.code, school, sentence)
            needed = rule.per_room * (centre.rooms or 0)
            if schools and (here := sum(sent.values())) < needed:
                sentence = (
                    f"{exam.code} : {_people(here) or 'encore aucun surveillant'} à {centre.name} "
                    f"pour {plural(centre.rooms or 0, 'salle', 'salles')} ; il en faut {needed}."
                )
                yield Shortfall(centre.uai, exam.code, None, sentence)


def counted(lines: tuple[Invigilator, ...]) -> Mapping[Sent, int]:
    return Counter(line.sent for line in lines)


def _names(count: int) -> str:
    return f"désigne {_people(count)}" if count else "ne désigne encore aucun surveillant"


def _people(count: int) -> str:
    return plural(count, "surveillant", "surveillants") if count else ""
