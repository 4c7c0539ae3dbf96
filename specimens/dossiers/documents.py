"""Draws the pieces of a dossier: letters, forms and tables as firms, schools and candidates lay them out."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import openpyxl
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from processors.lists.people import Candidate
from specimens.dossiers import ink
from specimens.dossiers.sheets import Rng, Sheet

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_COMPETENCES = (
    *("Gérer le patrimoine informatique", "Répondre aux incidents", "Développer la présence en ligne"),
    *("Travailler en mode projet", "Mettre à disposition un service", "Organiser son développement"),
)


@dataclass(frozen=True)
class Stay:
    """A stay in a firm. `weeks`: the length written out, None when the certificate gives dates alone."""

    company: str
    first: date | None
    last: date | None
    weeks: float | None


@dataclass(frozen=True)
class Marks:
    """What stands in a document's signature zones: `theirs` is due, `trainee` is somebody else's zone.

    Each is any of "ink", "stamp", "both", "digital" or "" for nothing.
    """

    theirs: str
    trainee: str = ""
    dated: str = "print"  # "print", "hand" or ""


def letter(
    sheet: Sheet, person: Candidate, stay: Stay, marks: Marks, school: str, day: date, work: bool = False
) -> bytes:
    """A certificate as a firm's letter; `day`: of its making where the stay has no dates."""
    rng = sheet.rng
    director = _somebody(rng)
    sheet.line(stay.company, 15, bold=True)
    sheet.line("12 rue des Ateliers - 13001 Marseille - SIRET 812 345 678 00019", 9)
    sheet.y += rng.uniform(12, 28)
    titles = (
        ("CERTIFICAT DE TRAVAIL", "Attestation de travail")
        if work
        else ("ATTESTATION DE STAGE", "Attestation de fin de stage", "CERTIFICAT DE STAGE")
    )
    sheet.line(str(rng.choice(titles)), 16, centred=True, bold=True)
    sheet.y += rng.uniform(8, 18)
    called = f"{person.first_names.title()} {person.family_name}"
    whom = str(rng.choice(["Monsieur", "Madame", "M.", "Mme"])) + f" {called}"
    done = (
        f"a été employé dans notre entreprise en qualité de technicien informatique, {_during(rng, stay)}."
        if work
        else f"étudiant en BTS SIO au {school}, a effectué un stage chez nous {_during(rng, stay)}."
    )
    begun = str(rng.choice(["Je soussigné", "Je soussignée"]))
    sheet.line(f"{begun}, {director}, responsable de {stay.company}, certifie que {whom}, {done}", space=2.2)
    sheet.line(
        "Ses missions ont porté sur le support aux utilisateurs et la mise en service de postes.", space=2.2
    )
    sheet.line("Attestation établie pour servir et valoir ce que de droit.")
    sheet.y += rng.uniform(6, 14)
    _made(sheet, "Marseille", stay.last or day, marks)
    sheet.y += rng.uniform(2, 8)
    x = float(rng.choice([sheet.left, 105.0, 120.0]))
    label = str(
        rng.choice(
            [
                "Signature et cachet de l'entreprise",
                "Le responsable,",
                "Cachet et signature :",
                "Pour la société,",
            ]
        )
    )
    sheet.text(label, x=x)
    if rng.random() < 0.4:
        sheet.y += 5
        sheet.text(director, x=x)
    sheet.mark(marks.theirs, x, sheet.y + rng.uniform(0, 6), stay.company)
    return sheet.file()


def official(sheet: Sheet, person: Candidate, stay: Stay, marks: Marks, school: str, day: date) -> bytes:
    """A certificate on the model that goes with the agreement: framed headings, labels, two signatures."""
    rng = sheet.rng
    sheet.line("Annexe 9" if rng.random() < 0.5 else "BTS Services informatiques aux organisations", 10)
    sheet.line("ATTESTATION DE STAGE", 16, centred=True, bold=True)
    sheet.line("à remettre au stagiaire à l'issue du stage", 10, centred=True)
    sheet.y += 6
    sheet.line("ORGANISME D'ACCUEIL", 12, bold=True)
    sheet.line(f"Nom ou dénomination sociale : {stay.company}")
    sheet.line("Adresse : 12 rue des Ateliers, 13001 Marseille")
    sheet.y += 4
    sheet.line("Certifie que", bold=True)
    sheet.line("LE STAGIAIRE", 12, bold=True)
    sheet.line(f"Nom : {person.family_name}    Prénom : {person.first_names.title()}")
    sheet.line(f"ÉTUDIANT EN : BTS SIO    ÉTABLISSEMENT : {school}")
    sheet.y += 4
    sheet.line("DURÉE DU STAGE", 12, bold=True)
    if stay.first and stay.last:
        sheet.line("Dates de début et de fin du stage :")
        sheet.line(f"du {_date(rng, stay.first)} au {_date(rng, stay.last)}")
    if stay.weeks is not None:
        sheet.line(f"Représentant une durée totale de {_length(rng, stay.weeks)}")
    sheet.y += 6
    _made(sheet, "Aix-en-Provence", stay.last or day, marks)
    sheet.y += 4
    top = sheet.y
    if rng.random() < 0.6:
        sheet.box(sheet.left, top - 6, 78, 48)
        sheet.box(sheet.left + 84, top - 6, 84, 48)
    sheet.text("Le stagiaire (signature)", 10, x=sheet.left + 2)
    sheet.text("Nom, fonction et signature du représentant", 10, x=sheet.left + 86)
    sheet.y += 5
    sheet.text("de l'organisme d'accueil", 10, x=sheet.left + 86)
    sheet.mark(marks.trainee, sheet.left + 6, top + 9)
    sheet.mark(marks.theirs, sheet.left + 90, top + 9, stay.company)
    return sheet.file()


def achievement(sheet: Sheet, person: Candidate, rank: int, annex: str, session: int) -> bytes:
    """A professional-achievement sheet, recto and verso."""
    rng = sheet.rng
    for side in ("recto", "verso"):
        sheet.line(f"BTS SERVICES INFORMATIQUES AUX ORGANISATIONS    SESSION {session}", 10, centred=True)
        verso = " (verso, éventuellement pages suivantes)" if side == "verso" else " (recto)"
        sheet.line(
            f"ANNEXE {annex} : Fiche descriptive de réalisation professionnelle{verso}", 10, centred=True
        )
        sheet.line("DESCRIPTION D'UNE RÉALISATION PROFESSIONNELLE", 12, centred=True, bold=True)
        sheet.y += 4
        if side == "recto":
            sheet.line(f"N° réalisation : {rank}")
            sheet.line(
                f"Nom, prénom : {person.family_name} {person.first_names.title()}    "
                f"N° candidat : {person.number}"
            )
            sheet.line(
                f"Épreuve ponctuelle [X]   Contrôle en cours de formation [ ]    Date : 12/05/{session}"
            )
            sheet.line("Organisation support de la réalisation professionnelle : Mairie de Velaux")
            sheet.line("Intitulé de la réalisation professionnelle : Mise en place d'un annuaire")
            sheet.line(f"Période de réalisation : du 12/01/{session} au 20/02/{session}    Lieu : Velaux")
            sheet.line("Modalité : [X] Seul(e)  [ ] En équipe")
            sheet.line("Compétences travaillées :")
            for competence in _COMPETENCES[:3]:
                sheet.line(f"- {competence}", 10)
            sheet.line("Conditions de réalisation (ressources fournies, résultats attendus) :")
            sheet.line(
                "Modalités d'accès aux productions et à leur documentation : https://depot.example.fr/projet"
            )
            sheet.turn_page()
        else:
            sheet.line(
                "Descriptif de la réalisation professionnelle, y compris les productions réalisées", 10
            )
            for _ in range(int(rng.integers(8, 20))):
                sheet.line(
                    "Installation du serveur, écriture des règles, essais et notice remise au service.",
                    10,
                )
    return sheet.file()


def environment(sheet: Sheet, person: Candidate, marks: Marks, school: str, day: date, session: int) -> bytes:
    """The environment certificate, VII-7: signed by the candidate or the centre's responsible person."""
    rng = sheet.rng
    sheet.line(f"BTS SERVICES INFORMATIQUES AUX ORGANISATIONS    SESSION {session}", 10, centred=True)
    sheet.line("ANNEXE VII-7 : Contrôle de l'environnement technologique", 10, centred=True)
    sheet.line("Attestation de l'environnement technologique", 13, centred=True, bold=True)
    sheet.y += 6
    sheet.line(f"Nom et prénom du candidat : {person.family_name} {person.first_names.title()}")
    sheet.line(f"N° candidat : {person.number}")
    sheet.line(f"Centre de formation : {school}")
    sheet.y += 4
    for what in (
        "Service d'authentification",
        "Système de gestion de bases de données",
        "Solution de sauvegarde",
    ):
        sheet.line(f"{what} : conforme", 10)
    sheet.y += 8
    candidate_signs = rng.random() < 0.5
    _made(sheet, "Marseille", day, marks)
    sheet.y += 5
    top = sheet.y
    sheet.text("Signature du candidat", 10)
    sheet.text("Signature et cachet du responsable du centre", 10, x=sheet.left + 84)
    both = marks.theirs if rng.random() < 0.4 else ""
    sheet.mark("ink" if candidate_signs and marks.theirs else both and "ink", sheet.left + 4, top + 4)
    if not candidate_signs or both:
        sheet.mark(marks.theirs, sheet.left + 88, top + 4, school)
    return sheet.file()


def synthesis(person: Candidate, school: str, session: int, url: str) -> list[list[str]]:
    """The rows of the synthesis table."""
    ticks = ("☒ SISR", "☐ SLAM") if person.option == "SISR" else ("☐ SISR", "☒ SLAM")
    return [
        ["BTS SERVICES INFORMATIQUES AUX ORGANISATIONS", f"SESSION {session}"],
        ["ANNEXE VI-1 : Tableau de synthèse des réalisations professionnelles"],
        [
            "NOM et prénom :",
            f"{person.family_name} {person.first_names.title()}",
            "N° candidat :",
            person.number,
        ],
        ["Centre de formation :", school, "Option :", *ticks],
        ["Adresse URL du portfolio :", url],
        ["Réalisation professionnelle", "Période", *_COMPETENCES],
        ["Réalisations en cours de formation"],
        ["Parc de la salle 12", f"09/{session - 2} à 11/{session - 2}", "X"],
        ["Réalisations en milieu professionnel en cours de première année"],
        ["Inventaire du matériel", f"26/05/{session - 1} au 27/06/{session - 1}", "X", "", "X"],
        ["Réalisations en milieu professionnel en cours de seconde année"],
        ["Annuaire et sauvegarde", f"12/01/{session} au 13/02/{session}", "", "X"],
    ]


def as_workbook(rows: Iterable[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([cell or None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_table(sheet: Sheet, rows: Sequence[Sequence[str]]) -> bytes:
    """The synthesis table as a PDF: its head in lines, its rows in a grid."""
    sheet.left = 12.0
    for row in rows:
        if len(row) > 5:
            row = row[:2]
        step = 186 / max(len(row), 2)
        for k, cell in enumerate(row):
            x = sheet.left + k * step
            if cell[:1] in ("☒", "☐"):
                sheet.tick(cell[0] == "☒", cell[2:], 9, x)
            elif k and row[k - 1].endswith(":"):
                sheet.value(cell, 9, x)
            else:
                sheet.text(cell, 9, x)
        if len(row) == 2:
            sheet.box(sheet.left - 1, sheet.y - 5, 188, 7)
        sheet.y += 9
    return sheet.file()


def _made(sheet: Sheet, place: str, day: date, marks: Marks) -> None:
    if marks.dated == "print":
        sheet.text(f"Fait à {place}, le {_date(sheet.rng, day)}")
    else:
        sheet.text(f"Fait à {place}, le" + " ......................" * (sheet.rng.random() < 0.5))
        if marks.dated == "hand":
            x = sheet.left + stringWidth(f"Fait à {place}, le ", sheet.face, 11) / mm
            sheet.place(ink.handwriting(sheet.rng, f"{day:%d/%m/%Y}"), x, sheet.y - 5)
    sheet.y += 7


def _during(rng: Rng, stay: Stay) -> str:
    length = (
        ""
        if stay.weeks is None
        else str(rng.choice([", soit {}", ", pour une durée de {}", " ({})"])).format(
            _length(rng, stay.weeks)
        )
    )
    if stay.first is None or stay.last is None:
        return f"pendant {_length(rng, stay.weeks or 0)}"
    between = str(
        rng.choice(["du {} au {}", "du {} au {} inclus", "pendant la période du {} au {}", "({} – {})"])
    )
    return between.format(_date(rng, stay.first), _date(rng, stay.last)) + length


def _date(rng: Rng, day: date) -> str:
    long = f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"
    return str(rng.choice([long, long, f"{day:%d/%m/%Y}", f"{day:%d/%m/%y}"]))


def _length(rng: Rng, weeks: float) -> str:
    days = round(weeks * 5)
    ways = [f"{days} jours", f"{days * 7} heures"]
    if days % 5 == 0:
        ways += [f"{days // 5} semaines"] * 3
    else:
        ways.append(f"{weeks:.1f} semaines".replace(".", ","))
    return str(rng.choice(ways))


def _somebody(rng: Rng) -> str:
    first = rng.choice(["Claire", "Hugo", "Sylvie", "Antoine", "Mireille", "Denis"])
    return f"{first} {rng.choice(['Vasseur', 'Tessier', 'Aubanel', 'Rostagne', 'Imbert'])}"


def weeks_between(first: date, last: date) -> float:
    """Monday to Friday days from the first to the last, both counted, in weeks of five."""
    days = (last - first).days + 1
    return sum((first.toordinal() + k) % 7 not in (6, 0) for k in range(days)) / 5 if days > 0 else math.nan
