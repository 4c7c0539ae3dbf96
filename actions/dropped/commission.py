"""Every candidate before the control commission: dossier, what it raises, and pictures of the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from actions.isolation import isolated
from actions.office import as_readable
from actions.site import Site
from papers.commission_list import Line, Shown, report_csv, report_pdf
from papers.notices import notice_pdf, to_mend
from processors.circular.deadlines import Deadline
from processors.circular.session import Exam
from processors.dossiers.contract import finding_json
from processors.dossiers.files import MAX_BYTES, unpack
from processors.dossiers.findings import Evidence, absent
from processors.dossiers.pictures import evidence_pictures
from processors.findings import Severity
from processors.plain import plain
from processors.scans.files.raster import BadScan
from storage.bucket.keys import stored_file
from storage.dropped import deposits
from storage.dropped.deadlines import deposit_rules
from storage.dropped.dossiers import DossierRow, DossiersNotified, dossier_by_id, dossiers_of
from storage.people.candidates import EnrolledCandidate, enrolled_as, enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.duties import schools_enrolled

_SHOWN = 4  # pieces of evidence a dossier


@dataclass(frozen=True)
class Commission:
    """Before whom dossiers come: that of a written centre, or of a training centre (one UAI of the two)."""

    centre: str | None
    school: str | None = None

    @property
    def uai(self) -> str:
        return self.centre or self.school or ""


def commissions(site: Site, exam: Exam) -> dict[str, Commission]:
    """Of an épreuve, by where each sits: the schools with candidates of it, or the written centres."""
    if not exam.in_schools:
        return {centre.uai: Commission(centre.uai) for centre in site.session.centres}
    enrolled = site.register.ask(schools_enrolled)
    return {uai: Commission(None, uai) for uai, exams in enrolled.items() if exam.code in exams}


def sits_in(exam: Exam, who: EnrolledCandidate) -> str:
    """Where the commission sits before which a candidate comes."""
    return who.school if exam.in_schools else who.centre


def write_report(
    site: Site, exam: str, before: Commission, folder: Path, *, at: datetime
) -> tuple[Path, Path]:
    """The list of a commission as PDF and as CSV, in this folder."""
    rules, uai = site.session.exam(exam), before.uai
    if rules is None:
        raise Refused(Refusal.NOT_HERE, exam)
    place = site.session.centre(uai)
    name = f"{place.name} ({uai})" if place else f"établissement {uai}"
    lines = lines_of(site, exam, before, pictures=True)
    due = str(rules.deposit.deadline) if rules.deposit else ""
    folder.mkdir(parents=True, exist_ok=True)
    pdf, table = folder / f"commission {exam} {uai}.pdf", folder / f"commission {exam} {uai}.csv"
    pdf.write_bytes(report_pdf(lines, exam, rules.title, name, due, at))
    table.write_bytes(report_csv(lines))
    return pdf, table


def write_notices(
    site: Site, exam: Exam, before: Commission, folder: Path, *, at: datetime, actor: str
) -> list[Path]:
    """A PDF for each candidate who has something to mend, named by the candidate's number.

    The log keeps to whom.
    """
    if exam.deposit is None:
        raise Refused(Refusal.NOT_HERE, exam.code)
    lines = lines_of(site, exam.code, before, pictures=False)
    with site.register.reading() as connection:
        rules = {one: deposit_rules(connection, exam, one) for one in {line.person.school for line in lines}}
    until = {school: due for school, own in rules.items() if (due := _mended_until(own, at)) is not None}
    if not until:
        raise Refused(Refusal.NOTHING_TO_MEND)
    wanting = [
        line
        for line in lines
        if (school := line.person.school) in until
        and to_mend(line, late=not ((own := rules[school].deposit) and own.met(at)))
    ]
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for line in wanting:
        path = folder / f"avis {exam.code} {line.person.number}.pdf"
        path.write_bytes(notice_pdf(line, exam, until[line.person.school], at))
        paths.append(path)
    if wanting:
        notified = DossiersNotified(candidates=tuple(line.person.id for line in wanting))
        site.register.record(notified, f"{exam.code}/{before.uai}", actor=actor, at=at)
    return paths


def _mended_until(exam: Exam, at: datetime) -> Deadline | None:
    """Until when a dossier can still be completed."""
    return next((due.deadline for due in (exam.deposit, exam.mending) if due and due.met(at)), None)


def lines_of(site: Site, exam: str, before: Commission, *, pictures: bool) -> list[Line]:
    """Every candidate of the épreuve before this commission, by birth name."""
    centre, school = before.centre, before.school
    with site.register.reading() as connection:
        people = [
            person
            for person in enrolled_in(connection, exam, centre)
            if school is None or person.school == school
        ]
        sitting = {person.id for person in people}
        found = dossiers_of(connection, exam, centre)
        dossiers = {row.candidate: row for row in found if row.candidate in sitting}
        files = {row.id: deposits.files_of(connection, row.id) for row in dossiers.values()}
    made = []
    for person in sorted(people, key=lambda p: (plain(p.family_name), plain(p.first_names), p.number)):
        row = dossiers.get(person.id)
        reading: dict[str, Any] = _reading(site, row) if row else {}
        times = sorted(file.at for file in files[row.id]) if row else []
        first, last = (times[0], times[-1]) if times else (None, None)
        line = Line(person, row, reading, first, last if last != first else None)
        made.append(replace(line, pictures=tuple(_pictures(site, line))) if pictures and row else line)
    return made


def line_of(site: Site, exam: str, before: Commission, dossier: str) -> Line | None:
    """The line of one dossier, with its evidence."""
    lines = lines_of(site, exam, before, pictures=False)
    line = next((line for line in lines if line.dossier and line.dossier.id == dossier), None)
    return line and replace(line, pictures=tuple(_pictures(site, line)))


def _reading(site: Site, row: DossierRow) -> dict[str, Any]:
    if row.reading is not None:
        read: dict[str, Any] = json.loads(site.store.vault.get(row.reading))
        return read
    return {"findings": [finding_json(found) for found in absent()]} if row.verdict else {}


def _pictures(site: Site, line: Line) -> Iterator[Shown]:
    wanted: dict[Evidence, list[str]] = {}
    for number, found in enumerate(line.findings, 1):
        for shown in found["evidence"] if found["severity"] != Severity.INFO else ():
            box = tuple(shown["box"]) if shown["box"] else None
            wanted.setdefault(Evidence(shown["file"], shown["page"], box), []).append(str(number))
    if not wanted or line.dossier is None:
        return
    try:
        files, _ = isolated(unpack, tuple(_files_in_force(site, line.dossier.id).items()))
        named = {shown.file for shown in wanted}
        kept = as_readable([file for file in files if file.name in named])
        drawn = isolated(evidence_pictures, kept, tuple(wanted))
    except BadScan:
        return
    pictures = (
        Shown(f"Constat {' et '.join(numbers)} : {seen.file}, page {seen.page}", picture)
        for (seen, numbers), picture in zip(wanted.items(), drawn, strict=True)
        if picture
    )
    yield from islice(pictures, _SHOWN)


def _files_in_force(site: Site, dossier_id: str) -> dict[str, bytes]:
    """The files in force by their names in the deposit."""
    with site.register.reading() as connection:
        row = dossier_by_id(connection, dossier_id)
        files = deposits.files_of(connection, dossier_id)
    exam = site.session.exam(row.exam) if row else None
    if row is not None and exam is not None:
        with site.register.reading() as connection:
            (school,) = {one.school for one in enrolled_as(connection, ids=[row.candidate])}
            exam = deposit_rules(connection, exam, school)
    counting, _ = deposits.in_force(files, exam) if exam else (files, [])
    counting, _ = deposits.fitting(counting, MAX_BYTES)
    vault = site.store.vault
    return {file.name: vault.get(stored_file(file.sha256), sha256=file.sha256) for file in counting}
