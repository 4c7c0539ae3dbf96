"""A session laid around the present moment, so that a demonstration has both scans in time and late ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from processors.circular.deadlines import PARIS
from processors.circular.session import Exam, Session

CENTRES = {
    "0130051K": ("Lycée Marie Curie", "Marseille"),
    "0050006E": ("Lycée Dominique Villars", "Gap"),
    "0840003X": ("Lycée Théodore Aubanel", "Avignon"),
}
OPEN, LATE = "U4", "U7"
"""The épreuve whose window is open and whose scans are in time; the one whose deadline has just passed."""

_PLACE = 'hours = [{ start = "08:30", end = "12:30" }], place = "Centre de formation"'


def _rule(exam: str, options: str, more: str, *pieces: str) -> str:
    head = f'\n[[dossier_rules]]\nexam = "{exam}"\noptions = [{options}]\ncategories = ["scolaire"]\n{more}'
    return head + "".join(f"[[dossier_rules.pieces]]\n{piece}\n" for piece in pieces)


def _sheets(annex: str) -> tuple[str, str]:
    return (
        f'code = "achievement_sheet"\ntitle = "Fiches descriptives"\nannex = "{annex}"\nat_least = 2',
        'code = "environment_certificate"\ntitle = "Attestation de l\'environnement technologique"\n'
        'annex = "VII-7"\nsigned_by = ["candidat", "responsable du centre de formation"]\ndated = true',
    )


_RULES = (
    _rule(
        "E5",
        '"SISR", "SLAM"',
        "internship_weeks = 10\n",
        'code = "portfolio"\ntitle = "Portfolio"\nstands_in = "synthesis_table"',
        'code = "synthesis_table"\ntitle = "Tableau de synthèse"\nannex = "VI-1"',
        'code = "internship_certificate"\ntitle = "Attestations de stage"\nannex = "9"\n'
        'signed_by = ["organisme d\'accueil"]',
    )
    + _rule("E6", '"SISR"', "", *_sheets("VII-1-A"))
    + _rule("E6", '"SLAM"', "", *_sheets("VII-1-B"))
)

FORM = Path(__file__).parent.parent / "sessions" / "forms" / "ccyc.toml"


def write_demo_session(path: Path, at: datetime, of: Session | None = None) -> None:
    """A session file. Lots of the late épreuve open in three days only: its copies wait.

    `of`: a session of another shape, whose paper, numbers, codes, clock, centres and first two written
    épreuves it takes; it then has no dossiers. Raises ValueError where there are no two.
    """
    if of is None:
        now = at.astimezone(PARIS)
        path.write_text(_head(now) + _written(now, *_EXAMS) + _rest(now), "utf-8")
        return
    if len(of.written) < 2:
        raise ValueError("the demonstration wants two written épreuves")
    now = at.astimezone(of.zone)
    path.write_text(_head_of(of, now) + _written(now, *map(_exam_of, of.written)), "utf-8")


def _head(now: datetime) -> str:
    centres = ((uai, name, city) for uai, (name, city) in CENTRES.items())
    return _top(now, {"form": str(FORM), "options": ["SISR", "SLAM"], "categories": ["scolaire"]}, centres)


def _head_of(session: Session, now: datetime) -> str:
    kept = ("timezone", "exam_code", "candidate_number", "registration_number", "label_pattern")
    said = {key: getattr(session, key) for key in kept}
    said |= {
        "form": str(session.form.resolve()),
        "options": session.options,
        "categories": session.categories,
    }
    return _top(now, said, ((centre.uai, centre.name, centre.city) for centre in session.centres[:3]))


def _top(now: datetime, said: Mapping[str, object], centres: Iterable[tuple[str, str, str]]) -> str:
    said = {"name": "demonstration", "title": f"Démonstration, {now:%d/%m/%Y}", **said, "lot_size": 6}
    lines = [_line(key, value) for key, value in said.items()]
    for uai, name, city in centres:
        lines += ["\n[[centres]]", _line("uai", uai), _line("name", name), _line("city", city)]
    return "\n".join(lines) + "\n"


def _line(key: str, value: object) -> str:
    """Of TOML, whose strings and lists are written as those of JSON are."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _exam_of(exam: Exam) -> str:
    said: dict[str, object] = {"code": exam.code, "title": exam.title, "by_option": exam.by_option}
    if exam.form is not None:
        said["form"] = str(exam.form.resolve())
    if exam.annexes:
        said["annexes"] = [str(annex.resolve()) for annex in exam.annexes]
    return "\n".join(_line(key, value) for key, value in said.items())


_EXAMS = (
    f'code = "{OPEN}"\ntitle = "Culture économique, juridique et managériale pour l\'informatique"',
    f'code = "{LATE}"\ntitle = "Cybersécurité des services informatiques"',
)


def _written(now: datetime, in_time: str, late: str, *_: str) -> str:
    """The épreuve whose window is open, and the one whose deadline has just passed."""
    day, just_passed = timedelta(days=1), now - timedelta(minutes=2)
    due = now + day
    return f"""
[[exams]]
{in_time}
kind = "written"
sitting = {{ date = {now - 3 * day:%Y-%m-%d}, start = 14:00:00, end = 18:00:00 }}
scan_deadline = {{ date = {due:%Y-%m-%d}, time = {due:%H:%M}:00, rule = "until" }}
window = {{ first = {{ date = {now - day:%Y-%m-%d} }}, last = {{ date = {now + 14 * day:%Y-%m-%d} }} }}
meetings = [{{ kind = "barème", date = {now - day:%Y-%m-%d}, start = 00:00:00, place = "à distance" }}]

[[exams]]
{late}
kind = "written"
sitting = {{ date = {now - 2 * day:%Y-%m-%d}, start = 14:00:00, end = 18:00:00 }}
scan_deadline = {{ date = {just_passed:%Y-%m-%d}, time = {just_passed:%H:%M}:00 }}
window = {{ first = {{ date = {now + 3 * day:%Y-%m-%d} }}, last = {{ date = {now + 14 * day:%Y-%m-%d} }} }}
"""


def _rest(now: datetime) -> str:
    """Dossiers, duties, results."""
    day = timedelta(days=1)
    due, just_passed = now + day, now - timedelta(minutes=2)
    orals, ends = now + 30 * day, now + 36 * day
    return f"""
[[exams]]
code = "E5"
title = "Support et mise à disposition des services informatiques"
kind = "dossier"
deposit = {{ date = {due:%Y-%m-%d}, time = {due:%H:%M}:00 }}
orals = [{{ first = {{ date = {orals:%Y-%m-%d} }}, last = {{ date = {ends:%Y-%m-%d} }}, {_PLACE} }}]
panel = {{ minutes = 40 }}

[[exams]]
code = "E6"
title = "Administration des systèmes et des réseaux ; Conception et développement d'applications"
kind = "dossier"
deposit = {{ date = {just_passed:%Y-%m-%d}, time = {just_passed:%H:%M}:00 }}
orals = [{{ first = {{ date = {orals:%Y-%m-%d} }}, last = {{ date = {ends:%Y-%m-%d} }}, {_PLACE} }}]
panel = {{ minutes = 40 }}
{_RULES}
[[places]]
code = "victor-hugo"
name = "Lycée Victor Hugo"
city = "Marseille"

[[duties]]
code = "surveillants"
title = "Noms des surveillants"
each = "school"
owed_by = "chaque établissement"
owed_to = "son centre d'épreuves"
due = {{ date = {now - 10 * day:%Y-%m-%d} }}
rule = "before"

[[duties]]
code = "retour-papier"
title = "Procès-verbaux des épreuves écrites"
each = "centre"
owed_by = "chaque centre d'épreuves"
owed_to = "le service de coordination"
address = "victor-hugo"
channel = "par courrier avec accusé de réception, ou en main propre"
papers = ["procès-verbaux", "listes d'émargement"]
due = {{ date = {now + 5 * day:%Y-%m-%d} }}

[invigilation]
per_exam = 1
when_large = 2
large = 10
per_room = 2

[results]
marks_in = {{ name = "l'application de saisie des notes", address = "https://notes.exemple.fr" }}
harmonisation = {{ date = {now + 16 * day:%Y-%m-%d}, start = 09:00:00 }}
jury = {{ date = {now + 20 * day:%Y-%m-%d}, start = 11:00:00 }}
second_jury = {{ date = {now + 24 * day:%Y-%m-%d}, start = 09:00:00 }}

[results.control_exams]
day = {{ date = {now + 22 * day:%Y-%m-%d} }}
hours = [{{ start = 09:00:00, end = 12:00:00 }}]
choose = 1
exams = ["{OPEN}", "{LATE}"]
average_from = 8.0
average_below = 10.0
professional_average_from = 10.0
"""
