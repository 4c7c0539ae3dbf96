"""Certificates from abroad, stays with a break in them, and documents that may be certificates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from processors.circular.session import load_session
from processors.dossiers.facts import facts_of
from processors.dossiers.findings import Code, Evidence
from processors.dossiers.grounds import ReadPiece, judge
from processors.dossiers.headings import INTERNSHIP, OTHER, WORK
from processors.dossiers.layout import Line, Page
from processors.dossiers.periods import Period, read_stay
from processors.dossiers.persons import owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.signature_zones import Role
from processors.dossiers.signatures import Signature, State
from processors.lists.people import Candidate

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
NAEL = Candidate(
    *("02500000043", "007", "DE KERSAINT", "Nael", date(2005, 5, 2), "0841117H", "0130051K"),
    *("SISR", "scolaire", ("E5", "E6")),
)
UGO = replace(NAEL, number="02500000044", family_name="MARTIN", first_names="Ugo")
SUMMER = Period(date(2025, 6, 2), date(2025, 7, 4))


def piece(*lines: str, read_by: str = "text") -> Piece:
    (one,) = pieces_of("piece.pdf", [Page(1, 210.0, 297.0, tuple(Line((), line) for line in lines), read_by)])
    return one


def raised(*certificates: Sequence[str], read_by: str = "text") -> set[Code]:
    """About the length of the stay, by these documents of the candidate's."""
    exam = SESSION.exam("E5")
    rule = SESSION.dossier_rule("E5", "SISR", "scolaire")
    assert exam is not None and rule is not None
    read = []
    for lines in certificates:
        one = piece(*lines, read_by=read_by)
        facts = facts_of(one, (NAEL, UGO))
        read.append(ReadPiece(one, facts, owner_of(one, facts, NAEL), (), facts.dated))
    found = {finding.code for finding in judge(read, rule, exam, "SISR", unread=False)}
    return found & {Code.INTERNSHIP_TOO_SHORT, Code.DOUBTFUL_INTERNSHIP}


def unsigned(*certificates: tuple[Piece, State]) -> set[Code]:
    exam = SESSION.exam("E5")
    rule = SESSION.dossier_rule("E5", "SISR", "scolaire")
    assert exam is not None and rule is not None
    read = []
    for one, state in certificates:
        facts = facts_of(one, (NAEL, UGO))
        signature = Signature(Role.FIRM, state, "", Evidence("piece.pdf", 1), 0.5)
        read.append(ReadPiece(one, facts, owner_of(one, facts, NAEL), (signature,), facts.dated))
    found = {finding.code for finding in judge(read, rule, exam, "SISR", unread=False)}
    return found & {Code.UNSIGNED_DOCUMENT, Code.DOUBTFUL_SIGNATURE}


@pytest.mark.parametrize(
    "said",
    [
        "has completed an internship at Lakeside IT from 2 June 2025 to 4 July 2025 (5 weeks, full time).",
        "completed his internship from June 2, 2025 to July 4, 2025, a total of 5 weeks",
        "was with us for an internship from 2nd June until 4th July 2025 (5 weeks)",
        "a traineeship from the 2nd of June 2025 through the 4th of July 2025, for a total of 5 weeks",
        "internship from Jun. 2, 2025 to Jul. 4, 2025, total duration: 5 weeks",
    ],
)
def test_english_dates_and_weeks_are_a_stay(said: str) -> None:
    stay = read_stay(f"This is to certify that Nael de Kersaint {said}")
    assert (stay.periods, stay.weeks_said, stay.broken) == ((SUMMER,), 5, False)


@pytest.mark.parametrize(
    "said",
    [
        "Start date / Date de début\t02/06/2025\nEnd date / Date de fin\t04/07/2025",
        "Dates de début et de fin du stage: From (Du) 02/06/2025 To (Au)\n04/07/2025",
    ],
)
def test_a_bilingual_table_gives_its_stay(said: str) -> None:
    stay = read_stay(said)
    assert (stay.periods, stay.in_part) == ((SUMMER,), False)


def test_what_follows_an_interruption_is_of_the_stay() -> None:
    said = "Nael de Kersaint a été stagiaire du 02/06/2025 au 13/06/2025 puis, après une interruption"
    stay = read_stay(f"{said} pour raison de santé, du 23/06/2025 au 29/08/2025.")
    halves = (Period(date(2025, 6, 2), date(2025, 6, 13)), Period(date(2025, 6, 23), date(2025, 8, 29)))
    assert (stay.periods, stay.broken) == (halves, True)


@pytest.mark.parametrize(
    "said",
    [
        "interruption pour maladie ; reprise du 23/06/2025 au 29/08/2025",
        "après une interruption du 16/06/2025 au 20/06/2025, du 23/06/2025 au 29/08/2025",
    ],
)
def test_days_beside_the_stay_of_which_an_interruption_is_told_make_no_ground(said: str) -> None:
    """They may be those that were missed, or those that were made up for."""
    begun = "certifie que Nael de Kersaint a effectué un stage du 02/06/2025 au 13/06/2025"
    assert raised(("ATTESTATION DE STAGE", f"{begun}, {said}.")) == {Code.DOUBTFUL_INTERNSHIP}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("INTERNSHIP CERTIFICATE", INTERNSHIP),
        ("Certificate of Internship", INTERNSHIP),
        ("TRAINEESHIP CERTIFICATE / ATTESTATION DE STAGE", INTERNSHIP),
        ("To whom it may concern", INTERNSHIP),
        ("Attestation de contrat d'apprentissage", WORK),
        ("Attestation de contrat de professionnalisation", WORK),
        ("Contrat d'apprentissage", OTHER),
        ("Certificate of completion", OTHER),
    ],
)
def test_a_heading_says_what_it_is(heading: str, kind: str) -> None:
    found = piece(heading, "We hereby certify that Nael de Kersaint did his internship with us.")
    assert found.kind == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [("a bien effectué son stage chez nous", INTERNSHIP), ("sera accueilli en stage chez nous", OTHER)],
)
def test_a_letter_that_confirms_a_stay_that_was_is_a_certificate(said: str, kind: str) -> None:
    assert piece("Madame, Monsieur,", f"Nous vous confirmons que Nael de Kersaint {said}.").kind == kind


def test_an_english_letter_that_confirms_a_stay_is_a_certificate() -> None:
    said = (
        "This letter is to confirm that Nael de Kersaint completed a 5-week internship in our IT department."
    )
    assert piece("To whom it may concern,", said).kind == INTERNSHIP


@pytest.mark.parametrize(
    "said",
    [
        "Pendant mon stage chez Lumival, j'ai installé un certificat SSL sur le serveur.",
        "Durant mon stage de première année, j'ai obtenu la certification CCNA.",
        "Lumival, entreprise certifiée ISO 27001, compte 40 employés et un poste de technicien.",
        "Les certificats sont employés pour attester de l'identité des postes des salariés.",
        "Mon badge atteste que j'ai suivi ce parcours avant le stage.",
    ],
)
def test_pages_of_a_report_that_speak_of_certificates_are_none(said: str) -> None:
    assert piece("Documentation", said).kind == OTHER


def test_a_period_in_a_firm_is_a_stay_by_its_heading() -> None:
    assert piece("Attestation de PFMP", "Nael de Kersaint, du 2 juin au 4 juillet 2025").kind == INTERNSHIP


def test_an_english_letter_names_the_candidate_and_the_firm() -> None:
    said = "This is to certify that Mr Nael de Kersaint has completed an internship at Lakeside IT"
    facts = facts_of(piece("INTERNSHIP CERTIFICATE", f"{said} from 2 June 2025 to 4 July 2025."), ())
    assert (facts.name, facts.company) == ("nael de kersaint", "lakeside it")


@pytest.mark.parametrize(
    "said",
    [
        "du 02/06/2025 au 27/06/2025, prolongé jusqu'au 4 juillet 2025",
        "du 02/06/2025 au 27/06/2025. Il fut prolongé d'une semaine par avenant du 20/06/2025 au 04/07/2025",
        "et a intégré notre équipe le 02/06/2025. Son stage s'est terminé le 04/07/2025",
    ],
)
def test_a_stay_lasts_until_what_it_was_prolonged_to(said: str) -> None:
    stay = read_stay(f"Nael de Kersaint a effectué un stage {said}. Fait le 07/07/2025")
    assert (stay.periods, stay.in_part) == ((SUMMER,), False)


def test_a_translation_need_not_be_signed() -> None:
    said = "Nael de Kersaint was with us for an internship from 2 June 2025 to 4 July 2025."
    english = ("INTERNSHIP CERTIFICATE", f"This is to certify that {said}")
    french = (
        "TRADUCTION",
        "Nous certifions que Nael de Kersaint a été en stage du 2 juin au 4 juillet 2025.",
    )
    pages = [
        Page(k, 210.0, 297.0, tuple(Line((), line) for line in lines), "text")
        for k, lines in enumerate((english, french), 1)
    ]
    original, translated = pieces_of("piece.pdf", pages)
    assert (original.kind, translated.kind, translated.translates) == (INTERNSHIP, INTERNSHIP, True)
    assert unsigned((original, State.SIGNED), (translated, State.ABSENT)) == set()
    assert Code.UNSIGNED_DOCUMENT in unsigned((original, State.ABSENT), (translated, State.ABSENT))
    assert unsigned((translated, State.ABSENT)) == {Code.UNSIGNED_DOCUMENT}


@pytest.mark.parametrize(
    "said",
    [
        "avec une interruption du 09/06/2025 au 13/06/2025",
        "interrompu du 9 au 13 juin 2025",
        "à raison de trois jours par semaine",
        "à mi-temps",
        "(17,5 heures par semaine)",
        "Absences : 4 jours",
        "hors vacances de l'entreprise",
        "suspendu une semaine",
        "écourté d'une semaine pour raison de santé",
        "en dehors d'un arrêt maladie",
        "les lundis et mardis",
    ],
)
def test_a_stay_with_a_break_is_to_look_at(said: str) -> None:
    whole = "certifie que Nael de Kersaint a effectué un stage du 02/06/2025 au 08/08/2025"
    stay = read_stay(f"{whole} {said}.")
    assert (stay.periods, stay.broken) == ((Period(date(2025, 6, 2), date(2025, 8, 8)),), True)
    assert raised(("ATTESTATION DE STAGE", f"{whole}.")) == set()
    assert raised(("ATTESTATION DE STAGE", f"{whole} {said}.")) == {Code.DOUBTFUL_INTERNSHIP}


@pytest.mark.parametrize(
    "said",
    [
        "35 heures par semaine",
        "5 jours par semaine",
        "Absences : néant",
        "Absences : 0 jour",
        "à temps plein",
        "sans interruption ni absence",
        "aucun arrêt maladie",
        "deux jours par semaine en télétravail",
        "télétravail : 2 jours par semaine",
        "sauf le lundi 9 juin, Pentecôte",
    ],
)
def test_whole_weeks_have_no_break(said: str) -> None:
    assert not read_stay(f"a effectué un stage du 02/06/2025 au 04/07/2025 ({said}).").broken


HEAD = ("ATTESTATION DE STAGE", "Nous certifions que ont été stagiaires :")
SHORT, LONG = "05/01/2026\t30/01/2026", "05/01/2026\t27/03/2026"  # 4 weeks, and 12


@pytest.mark.parametrize(
    "rows",
    [
        (f"Nael DE KERSAINT\tSISR\t{SHORT}", f"Ugo MARTIN\tSLAM\t{LONG}"),
        (f"Ugo MARTIN\tSLAM\t{LONG}", f"DE KERSAINT Nael\tSISR\t{SHORT}"),
        (f"MARTIN\tUgo\t{LONG}", f"DE KERSAINT\tNael\t{SHORT}"),
        (f"MARTIN\tUgo\t{LONG} 12", f"DE KERSAINT Nael\t{SHORT} 4"),
        ("- Nael de Kersaint : du 05/01/2026 au 30/01/2026", "- Ugo Martin : du 05/01/2026 au 27/03/2026"),
    ],
)
def test_of_several_trainees_on_one_paper_each_has_his_own_days(rows: tuple[str, ...]) -> None:
    assert raised((*HEAD, *rows)) == {Code.INTERNSHIP_TOO_SHORT}


def test_days_that_cannot_all_be_one_persons_are_to_look_at() -> None:
    broken_in_the_cell = (f"DE KERSAINT\tSISR\t{SHORT}", "Nael", f"MARTIN Ugo\tSLAM\t{LONG}")
    assert raised((*HEAD, *broken_in_the_cell)) == {Code.DOUBTFUL_INTERNSHIP}


def test_a_row_that_may_be_the_candidates_too_is_no_ground() -> None:
    rows = ("DE KERSAINT Nael\t19/05/2025\t20/06/2025", "Deuxième année\t05/01/2026\t06/02/2026")
    assert raised((*HEAD, *rows)) == {Code.DOUBTFUL_INTERNSHIP}


def test_an_apprentices_rhythm_is_no_break() -> None:
    said = "Contrat d'apprentissage du 02/09/2024 au 31/08/2026, 3 jours par semaine en entreprise"
    stay = read_stay(said, open_ended=True)
    assert (len(stay.periods), stay.broken) == (1, False)


def test_a_stay_of_more_than_six_months_is_a_misreading() -> None:
    stay = read_stay("a effectué un stage du 26/02/2025 au 06/02/2026")
    assert (stay.periods, stay.in_part) == ((), True)


def test_an_iso_date_may_be_broken_at_its_hyphen() -> None:
    assert read_stay("un stage du 2025-06-02 au 2025-\n07-04").periods == (SUMMER,)


def test_no_stay_is_short_beside_a_document_that_may_be_a_certificate() -> None:
    short = (
        "ATTESTATION DE STAGE",
        "certifie que Nael de Kersaint a effectué un stage du 02/06/2025 au 04/07/2025.",
    )
    unknown = ("Praktikumsbescheinigung", "Nael de Kersaint, 05/01/2026 – 06/02/2026, Müller Systeme GmbH")
    agreed = ("Convention de stage", "Nael de Kersaint, du 05/01/2026 au 06/02/2026")
    amended = (
        "Avenant à la convention de stage",
        "Nael de Kersaint. Elle est prolongée jusqu'au 18/07/2025.",
    )
    assert raised(short) == {Code.INTERNSHIP_TOO_SHORT}
    assert raised(short, agreed) == {Code.INTERNSHIP_TOO_SHORT}
    assert raised(short, amended) == {Code.DOUBTFUL_INTERNSHIP}
    assert raised(short, unknown) == {Code.DOUBTFUL_INTERNSHIP}


@pytest.mark.parametrize(
    ("said", "firm"),
    [
        ("dans l'entreprise Ateliers Brun 12, rue du Puits", "ateliers brun"),
        ("au sein de Ateliers Brun 84400 Apt", "ateliers brun"),
        ("chez Ateliers Brun les stages suivants", "ateliers brun"),
        ("sous l'autorité du responsable du pôle réseau de la société Ateliers Brun, à Apt", "ateliers brun"),
        (". Nous, Ateliers Brun, certifions l'exactitude de ce qui précède", "ateliers brun"),
        ("\tTHE HOST ORGANISATION / L'ORGANISME D'ACCUEIL\tAteliers Brun", "ateliers brun"),
        ("\tName of the Receiving Organisation/Enterprise: Ateliers Brun", "ateliers brun"),
        ("\tName or company name (Nom ou Dénomination sociale): Ateliers Brun", "ateliers brun"),
    ],
)
def test_an_address_is_no_part_of_the_firms_name(said: str, firm: str) -> None:
    lines = ("ATTESTATION DE STAGE", f"certifie que Nael de Kersaint a été stagiaire {said}")
    assert facts_of(piece(*lines), (NAEL,)).company == firm


def test_who_represents_the_firm_is_no_part_of_its_name() -> None:
    said = "Ateliers Brun, représentée par Lise Arnal, atteste que Nael de Kersaint a effectué un stage"
    assert facts_of(piece("ATTESTATION DE STAGE", said), (NAEL,)).company == "ateliers brun"


def test_who_leaves_a_firm_free_does_not_name_it() -> None:
    lines = ("Vaucluse Réseaux", "CERTIFICAT DE TRAVAIL", "certifie que Nael de Kersaint a été employé ici.",
             "Il quitte l'entreprise libre de tout engagement.")  # fmt: skip
    assert facts_of(piece(*lines), (NAEL,)).company == "vaucluse reseaux"


@pytest.mark.parametrize(
    ("until", "read_by", "said"),
    [
        ("20 juin 2025", "ocr", Code.INTERNSHIP_TOO_SHORT),
        ("26 juin 2025", "text", Code.INTERNSHIP_TOO_SHORT),
        ("26 juin 2025", "ocr", Code.DOUBTFUL_INTERNSHIP),  # or the 27th
    ],
)
def test_a_stay_on_paper_that_ends_within_a_week_may_be_misread(until: str, read_by: str, said: Code) -> None:
    lines = (
        "ATTESTATION DE STAGE",
        "certifie que Nael De Kersaint",
        f"a effectué un stage du 2 juin au {until}.",
    )
    assert raised(lines, read_by=read_by) == {said}
