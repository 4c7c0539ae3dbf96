"""A session laid around the present moment, so that a demonstration has both scans in time and late ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from processors.deadlines import PARIS

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


def write_demo_session(path: Path, at: datetime) -> None:
    """A session file. Lots of the late épreuve open in three days only: its copies wait."""
    now = at.astimezone(PARIS)
    day = timedelta(days=1)
    just_passed = now - timedelta(minutes=2)
    due = now + day
    centres = "".join(
        f'[[centres]]\nuai = "{uai}"\nname = "{name}"\ncity = "{city}"\n\n'
        for uai, (name, city) in CENTRES.items()
    )
    orals, ends = now + 30 * day, now + 36 * day
    path.write_text(
        f"""name = "demonstration"
title = "Démonstration, {now:%d/%m/%Y}"
form = "{FORM}"
label_pattern = '(?P<exam>[A-Z]{{1,2}}\\d{{1,2}}[A-Z]?)-(?P<candidate>\\d{{11}})'
lot_size = 6
options = ["SISR", "SLAM"]
categories = ["scolaire"]

{centres}
[[exams]]
code = "{OPEN}"
title = "Culture économique, juridique et managériale pour l'informatique"
kind = "written"
sitting = {{ date = {now - 3 * day:%Y-%m-%d}, start = 14:00:00, end = 18:00:00 }}
scan_deadline = {{ date = {due:%Y-%m-%d}, time = {due:%H:%M}:00, rule = "until", chosen_by_service = true }}
window = {{ first = {{ date = {now - day:%Y-%m-%d} }}, last = {{ date = {now + 14 * day:%Y-%m-%d} }} }}
meetings = [{{ kind = "barème", date = {now - day:%Y-%m-%d}, start = 00:00:00, place = "à distance" }}]

[[exams]]
code = "{LATE}"
title = "Cybersécurité des services informatiques"
kind = "written"
sitting = {{ date = {now - 2 * day:%Y-%m-%d}, start = 14:00:00, end = 18:00:00 }}
scan_deadline = {{ date = {just_passed:%Y-%m-%d}, time = {just_passed:%H:%M}:00, chosen_by_service = true }}
window = {{ first = {{ date = {now + 3 * day:%Y-%m-%d} }}, last = {{ date = {now + 14 * day:%Y-%m-%d} }} }}

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
no_leaving_hours = 2

[results]
marks_in = {{ name = "l'application de saisie des notes", address = "https://notes.exemple.fr" }}
harmonisation = {{ date = {now + 16 * day:%Y-%m-%d}, start = 09:00:00 }}
jury = {{ date = {now + 20 * day:%Y-%m-%d}, start = 11:00:00 }}
second_jury = {{ date = {now + 24 * day:%Y-%m-%d}, start = 09:00:00 }}

[results.control_exams]
day = {{ date = {now + 22 * day:%Y-%m-%d} }}
choose = 1
exams = ["{OPEN}", "{LATE}"]
average_from = 8.0
average_below = 10.0
professional_average_from = 10.0
""",
        "utf-8",
    )
