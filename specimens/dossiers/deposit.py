"""Plans and draws one candidate's dossier: its trouble, if any, its medium, and the truth about it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import pikepdf

from processors.dossiers.files import FileKind, kind_of
from processors.lists.people import Candidate
from specimens.dossiers import documents, paper
from specimens.dossiers.documents import Marks, Stay
from specimens.dossiers.sheets import Form, Sheet
from specimens.dossiers.typed import Typed
from specimens.people import Rng


class Trouble(StrEnum):
    """What is wrong with a dossier, drawn on purpose."""

    NONE = "none"
    ABSENT = "absent"
    LATE = "late"
    SHORT = "short"
    OVERLAPPING = "overlapping"  # long enough only if the same days counted twice
    UNSIGNED = "unsigned"
    SIGNED_BY_TRAINEE = "signed_by_trainee"  # and not by the one who should
    MISSING = "missing"
    OTHER_PERSON = "other_person"
    OTHER_SESSION = "other_session"
    UNREADABLE = "unreadable"


class Medium(StrEnum):
    """What the pieces come as."""

    PRINT = "print"  # PDFs that a program wrote; signatures are pictures placed in them, or digital
    FORM = "form"  # PDF forms, filled in; signature fields
    OFFICE = "office"  # .docx, .odt and .xlsx
    SCAN = "scan"
    PHOTOGRAPH = "photograph"


GROUND = {
    Trouble.ABSENT: "absent_dossier",
    Trouble.LATE: "late_deposit",
    Trouble.SHORT: "internship_too_short",
    Trouble.OVERLAPPING: "internship_too_short",
    Trouble.UNSIGNED: "unsigned_document",
    Trouble.SIGNED_BY_TRAINEE: "unsigned_document",
}
_SAID = {
    Trouble.MISSING: "missing_piece",
    Trouble.OTHER_PERSON: "wrong_person",
    Trouble.OTHER_SESSION: "wrong_session",
    Trouble.UNREADABLE: "unreadable_piece",
}
_ONLY_E5 = {Trouble.SHORT, Trouble.OVERLAPPING, Trouble.SIGNED_BY_TRAINEE}
_ZIPPED = 0.12  # of the deposits come as one archive
_SCHOOLS = ("Camille Julian", "Alexandra David", "Rosa Bonheur")
_COMPANIES = (
    "Atelier Durance",
    "Calanque Informatique",
    "Mistral Réseaux SARL",
    "Étang Numérique",
    "Mairie de Velaux",
)


@dataclass(frozen=True)
class Deposit:
    """`ground`: the ground of non-conformity that it raises, None without one; `said`: what else must be."""

    candidate: Candidate
    exam: str
    medium: Medium
    trouble: Trouble
    files: tuple[tuple[str, bytes], ...]
    at: datetime
    ground: str | None
    said: str | None


@dataclass(frozen=True)
class _Plan:
    """`other`: whose piece may be in the dossier instead; `due`: the deadline; `weeks` of internship owed."""

    rng: Rng
    medium: Medium
    weeks: int
    candidate: Candidate
    other: Candidate
    trouble: Trouble
    due: datetime
    school: str

    @property
    def session(self) -> int:
        """The year that the dossier bears."""
        return self.due.year - (self.trouble is Trouble.OTHER_SESSION)

    @property
    def owner(self) -> Candidate:
        """Of the piece that may be another's."""
        return self.other if self.trouble is Trouble.OTHER_PERSON else self.candidate

    def sheet(self) -> Sheet:
        if self.medium is Medium.FORM:
            return Form(self.rng)
        if self.medium is Medium.OFFICE:
            return Typed(self.rng, str(self.rng.choice(["docx", "odt"])))
        return Sheet(self.rng)

    def marks(self, *how: str, trainee: str = "", dated: str = "print") -> Marks:
        """One of these ways to sign; digitally too, where that can be."""
        digital = self.medium in (Medium.FORM, Medium.PRINT) and self.rng.random() < 0.3
        by_hand = dated == "hand" and self.medium not in (Medium.FORM, Medium.OFFICE)
        chosen = "digital" if digital else str(self.rng.choice(how))
        return Marks(chosen, trainee, "hand" if by_hand else "print")


def draw_deposit(
    rng: Rng,
    candidate: Candidate,
    other: Candidate,
    exam: str,
    due: datetime,
    trouble: Trouble,
    medium: Medium,
    weeks: int = 10,
) -> Deposit:
    """A dossier of `candidate` for E5 or E6, due at an aware instant, with this trouble.

    `other`: whose piece may be in it instead; `weeks`: of internship that the candidate owes.
    """
    if exam == "E6" and trouble in _ONLY_E5:
        trouble = Trouble.UNSIGNED
    plan = _Plan(rng, medium, weeks, candidate, other, trouble, due, f"lycée {rng.choice(_SCHOOLS)}")
    made = [] if trouble is Trouble.ABSENT else _e5(plan) if exam == "E5" else _e6(plan)
    files = _on(rng, made, medium)
    if trouble is Trouble.UNREADABLE:
        spoilt = int(rng.integers(len(files)))
        files[spoilt] = (files[spoilt][0], _spoilt(rng, files[spoilt][1]))
    if files and rng.random() < _ZIPPED:
        files = [("dossier.zip", _zipped(files))]
    delay = timedelta(seconds=int(rng.choice([0, 1, 3600, 90000])))
    early = timedelta(seconds=int(rng.choice([1, 60, 86400, 900000])))
    at = due + delay if trouble is Trouble.LATE else due - early
    ground, said = GROUND.get(trouble), _SAID.get(trouble)
    return Deposit(candidate, exam, medium, trouble, tuple(files), at, ground, said)


def _e5(plan: _Plan) -> list[tuple[str, bytes]]:
    rng = plan.rng
    address = f"https://{plan.candidate.family_name.lower()}.example.fr"
    rows = documents.synthesis(plan.candidate, plan.school, plan.session, address)
    table = ("synthese", documents.as_workbook(rows))
    if plan.medium is not Medium.OFFICE and rng.random() < 0.5:
        table = ("synthese", documents.as_table(plan.sheet(), rows))
    certificates = _certificates(plan)
    if plan.trouble is Trouble.MISSING:
        return [table] if rng.random() < 0.5 else certificates
    return [table, *certificates]


def _certificates(plan: _Plan) -> list[tuple[str, bytes]]:
    rng, stays = plan.rng, _stays(plan)
    work = plan.candidate.category == "formation continue" and rng.random() < 0.5
    spared = int(rng.integers(len(stays)))
    day = plan.due.date() - timedelta(40)
    files = []
    for k, stay in enumerate(stays):
        official = not work and rng.random() < 0.5
        marks = plan.marks("ink", "ink", "both", "both", "stamp", trainee="ink" * (rng.random() < 0.6))
        whose = plan.candidate
        if k == spared:
            whose = plan.owner
            if plan.trouble is Trouble.UNSIGNED:
                marks = Marks("")
            elif plan.trouble is Trouble.SIGNED_BY_TRAINEE:
                marks, official = Marks("", "ink"), True
        if official:
            drawn = documents.official(plan.sheet(), whose, stay, marks, plan.school, day)
        else:
            drawn = documents.letter(plan.sheet(), whose, stay, marks, plan.school, day, work)
        files.append((f"attestation {k + 1}", drawn))
    return files


def _e6(plan: _Plan) -> list[tuple[str, bytes]]:
    rng = plan.rng
    annex = "VII-1-A" if plan.candidate.option == "SISR" else "VII-1-B"
    sheets = [
        documents.achievement(plan.sheet(), plan.candidate, rank, annex, plan.session) for rank in (1, 2)
    ]
    marks = plan.marks("ink", "both", dated=str(rng.choice(["print", "hand"])))
    if plan.trouble is Trouble.UNSIGNED:
        marks = replace(marks, theirs="")
    day = plan.due.date() - timedelta(10)
    certificate = documents.environment(plan.sheet(), plan.owner, marks, plan.school, day, plan.session)
    joined = rng.random() < 0.5 and plan.medium not in (Medium.OFFICE, Medium.FORM)
    if plan.trouble is Trouble.MISSING:
        if rng.random() < 0.5:
            return [("fiches", _joined(sheets))] if joined else _named("fiche", sheets)
        sheets = sheets[:1]
    if joined and marks.theirs != "digital":  # joining would break the seal
        return [("dossier E6", _joined([*sheets, certificate]))]
    return [*_named("fiche", sheets), ("VII-7", certificate)]


def _named(stem: str, files: list[bytes]) -> list[tuple[str, bytes]]:
    return [(f"{stem} {k}", data) for k, data in enumerate(files, 1)]


def _stays(plan: _Plan) -> list[Stay]:
    """Two stays (sometimes one) from Monday to Friday that make ten weeks, or fewer for a short one."""
    rng, trouble = plan.rng, plan.trouble
    owed = plan.weeks
    first, second = _split(rng, owed if trouble is not Trouble.SHORT else int(rng.integers(owed // 2, owed)))
    year1, year2 = (_monday(plan.due.date() - timedelta(weeks=weeks)) for weeks in (48, 15))
    stays = [(year1, first), (year2, second)]
    if trouble is Trouble.OVERLAPPING:
        stays = [(year2, first), (year2 + timedelta(7 * max(first - 2, 0)), second)]
    elif rng.random() < 0.15:
        stays = [(year2, first + second)]
    made = []
    for monday, weeks in stays:
        last = monday + timedelta(7 * weeks - 3)
        said = float(weeks) if rng.random() < 0.6 else None
        undated = said is not None and rng.random() < 0.1 and trouble is not Trouble.OVERLAPPING
        company = str(rng.choice(_COMPANIES))
        made.append(Stay(company, None if undated else monday, None if undated else last, said))
    return made


def _monday(day: date) -> date:
    """Of its week."""
    return day - timedelta(day.weekday())


def _split(rng: Rng, weeks: int) -> tuple[int, int]:
    first = int(rng.integers(min(3, weeks - 1), max(weeks - 2, min(3, weeks - 1) + 1)))
    return first, weeks - first


def _on(rng: Rng, files: list[tuple[str, bytes]], medium: Medium) -> list[tuple[str, bytes]]:
    """The files, named by their kind, as they come by this medium; a spreadsheet stays one."""
    made: list[tuple[str, bytes]] = []
    for stem, data in files:
        kind = kind_of(data)
        if kind is not FileKind.PDF or medium in (Medium.PRINT, Medium.FORM):
            made.append((f"{stem}.{kind.value}", data))
        elif medium is Medium.SCAN:
            made.append((f"{stem}.pdf", paper.scanned(rng, data)))
        else:
            pages = [paper.photographed(rng, page) for page in paper.drawn(data, 200)]
            made += [(f"{stem} {k}.{kind_of(page).value}", page) for k, page in enumerate(pages, 1)]
    return made


def _joined(pdfs: list[bytes]) -> bytes:
    made = pikepdf.Pdf.new()
    for pdf in pdfs:
        with pikepdf.open(io.BytesIO(pdf)) as source:
            made.pages.extend(source.pages)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files:
            made.writestr(name, data)
    return out.getvalue()


def _spoilt(rng: Rng, data: bytes) -> bytes:
    """A file that cannot be opened: cut short, or overwritten."""
    if rng.random() < 0.5:
        return data[: len(data) // 3]
    return b"MZ" + bytes(rng.integers(0, 256, 4000, dtype=np.uint8))
