"""How well are pieces read that people wrote in their own words? Fields, and what their dossiers raise.

Each wording of `benchmarks/drawn/wordings.toml` stands in dossiers of two certificates, a table and a piece
that nobody asked for; half of the dossiers are sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from actions.office import as_readable
from benchmarks.drawn.wordings import WORDINGS, Wording, drawn
from processors.circular.deadlines import PARIS
from processors.circular.session import Session
from processors.dossiers.files import unpack
from processors.dossiers.findings import GROUNDS, Code
from processors.dossiers.grounds import ReadPiece
from processors.dossiers.headings import INTERNSHIP, OTHER, WORK
from processors.dossiers.periods import Period
from processors.dossiers.reader import read_dossier
from processors.lists.people import Candidate
from processors.plain import plain
from specimens.dossiers import documents, paper
from specimens.dossiers.sheets import Rng, Sheet
from specimens.dossiers.typed import Typed
from specimens.people import invent_candidates, invent_schools

_AT = datetime(2026, 4, 20, 9, tzinfo=PARIS)
_FIRMS = ("Atelier Sarrasine", "Lumival", "Comptoir du Vieux-Port", "Garrigue Conseil", "Mistral Réseaux")
_MEDIA, _SHARES = ("print", "docx", "scan"), (0.6, 0.2, 0.2)


class Trouble(StrEnum):
    NONE = "none"
    SHORT = "short"
    UNSIGNED = "unsigned"
    SOMEBODY_ELSE = "somebody else"


_RAISES = {
    Trouble.SHORT: Code.INTERNSHIP_TOO_SHORT,
    Trouble.UNSIGNED: Code.UNSIGNED_DOCUMENT,
    Trouble.SOMEBODY_ELSE: Code.WRONG_PERSON,
}


@dataclass(frozen=True)
class Read:
    """A drawn dossier as it was read: its certificates' fields, right and wrong, and what it raised."""

    medium: str
    trouble: Trouble
    fields: Counter[str]
    wrong: tuple[str, ...]
    codes: frozenset[str]

    @property
    def counted(self) -> Counter[str]:
        due = _RAISES.get(self.trouble)
        grounds = self.codes & {code.value for code in GROUNDS}
        # false: a ground that was not due; missed: due, and nothing said
        return Counter(
            dossiers=1,
            sound=self.trouble is Trouble.NONE,
            conform=self.trouble is Trouble.NONE and not self.codes,
            false=bool(grounds - {due}),
            due=due is not None,
            found=due is not None and due in self.codes,
            missed=due is not None and not self.codes,
        )


def read(seed: int, session: Session) -> Read:
    """A dossier of its own for every seed."""
    rng = np.random.default_rng((seed, 18))
    schools = invent_schools(rng, 2)
    people = invent_candidates(rng, 12, "0130051K", ["E5"], schools)
    candidate, other, *_ = people
    candidate = replace(
        candidate, category=str(rng.choice(["scolaire", "apprentissage", "formation continue"]))
    )
    trouble = Trouble.NONE if rng.random() < 0.5 else Trouble(rng.choice(list(_RAISES)))
    medium = str(rng.choice(_MEDIA, p=_SHARES))
    known = people if rng.random() < 0.5 else (candidate,)
    files = [("tableau.xlsx", documents.as_workbook(_table(candidate)))]
    truths: list[tuple[str, Wording, Candidate, Period, str]] = []
    for k, (first, weeks) in enumerate(((date(2025, 5, 19), 5), (date(2026, 1, 5), 5))):
        kinds = (INTERNSHIP,) if candidate.category == "scolaire" else (INTERNSHIP, WORK)
        wording = _one(rng, kinds)
        weeks = 3 if trouble is Trouble.SHORT else weeks
        last = first + timedelta(weeks * 7 - 3)
        whose = other if trouble is Trouble.SOMEBODY_ELSE and k else candidate
        if trouble is Trouble.UNSIGNED and k:
            wording = replace(wording, text=wording.text.replace("~", ""))
        firm = str(rng.choice(_FIRMS))
        name = f"piece {k}"
        files.append((name + ".pdf", _file(rng, medium, wording, whose, firm, first, last)))
        truths.append((name, wording, whose, Period(first, last), firm))
    beside = _one(rng, (OTHER,))
    files.append(
        ("autre.pdf", drawn(Sheet(rng), beside, candidate, "Lumival", date(2026, 1, 5), date(2026, 2, 6)))
    )
    opened, said = unpack(tuple(_named(files)))
    exam = session.exam("E5")
    assert exam is not None
    reading = read_dossier(as_readable(opened), said, session, exam, candidate, _AT, known)
    fields: Counter[str] = Counter()
    wrong: list[str] = []
    for name, wording, whose, period, firm in truths:
        found = [piece for piece in reading.pieces if piece.piece.file.startswith(name)]
        for field, right in _compared(found, wording, whose, period, firm):
            fields[f"{field} {'right' if right else 'wrong'}"] += 1
            wrong += [] if right else [f"{wording.name}: {field}"]
    found = [piece for piece in reading.pieces if piece.piece.file.startswith("autre")]
    right = [piece.piece.kind for piece in found] == [OTHER]
    fields[f"kind {'right' if right else 'wrong'}"] += 1
    wrong += [] if right else [f"{beside.name}: kind"]
    codes = frozenset(f.code.value for f in reading.findings if f.severity != "info")
    return Read(medium, trouble, fields, tuple(wrong), codes)


def _one(rng: Rng, kinds: tuple[str, ...]) -> Wording:
    fit = [wording for wording in WORDINGS if wording.kind in kinds]
    return fit[int(rng.integers(len(fit)))]


def _table(candidate: Candidate) -> list[list[str]]:
    return documents.synthesis(candidate, "lycée des Calanques", 2026, "https://moi.example.fr")


def _file(
    rng: Rng, medium: str, wording: Wording, whose: Candidate, firm: str, first: date, last: date
) -> bytes:
    if medium == "docx":
        return drawn(Typed(rng, "docx"), wording, whose, firm, first, last)
    pdf = drawn(Sheet(rng), wording, whose, firm, first, last)
    return paper.scanned(rng, pdf) if medium == "scan" else pdf


def _named(files: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for name, data in files:
        yield (name.replace(".pdf", ".docx") if data[:2] == b"PK" else name), data


def _compared(
    found: list[ReadPiece], wording: Wording, whose: Candidate, period: Period, firm: str
) -> Iterator[tuple[str, bool]]:
    yield "kind", [piece.piece.kind for piece in found] == [wording.kind]
    facts = found[0].facts if found else None
    family, first = (plain(name).replace("-", " ").split() for name in (whose.family_name, whose.first_names))
    names = {*family, first[0]}
    yield "name", facts is not None and names <= set((facts.name or "").replace("-", " ").split())
    yield "dates", facts is not None and facts.stay.periods == (period,)
    weeks = ((period.last - period.first).days + 3) / 7 if "weeks" in wording.states else None
    yield "weeks", facts is not None and facts.stay.weeks_said == weeks
    if "company" in wording.states:
        yield "company", facts is not None and plain(facts.company or "") == plain(firm)
