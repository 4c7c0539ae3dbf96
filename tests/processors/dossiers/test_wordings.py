"""Pieces in the words of those who write them: what they are, whose they are, and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.drawn.wordings import WORDINGS, Wording, drawn
from processors.circular.deadlines import PARIS
from processors.circular.session import load_session
from processors.dossiers.facts import Facts, facts_of
from processors.dossiers.files import unpack
from processors.dossiers.findings import Code
from processors.dossiers.headings import ACHIEVEMENT, ENVIRONMENT, INTERNSHIP, OTHER, SYNTHESIS
from processors.dossiers.layout import Line, Page
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period, read_stay
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.reader import DossierReading, read_dossier
from processors.lists.people import Candidate, Form, read_candidates
from specimens.dossiers.sheets import Sheet

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
FIRST, LAST = date(2026, 1, 5), date(2026, 2, 6)
IN_TIME = datetime(2026, 4, 20, 9, tzinfo=PARIS)
NOLWENN = Candidate(
    *("02500000011", "001", "LE GOFF", "NOLWENN ROSE", date(2005, 3, 14), "0841117H", "0130051K"),
    *("SLAM", "scolaire", ("E5", "E6")),
)
ANNE = replace(NOLWENN, number="02500000035", registration="003", first_names="ANNE")
YANIS = replace(NOLWENN, number="02500000028", registration="002", family_name="OUALID", first_names="YANIS")


def typed(*pages: Sequence[str]) -> tuple[Piece, ...]:
    return pieces_of(
        "piece.pdf",
        [
            Page(k, 210.0, 297.0, tuple(Line((), line) for line in lines), "text")
            for k, lines in enumerate(pages, 1)
        ],
    )


def stated(*lines: str, people: Sequence[Candidate] = (NOLWENN, ANNE, YANIS)) -> tuple[Facts, Owner]:
    (piece,) = typed(lines)
    facts = facts_of(piece, people)
    return facts, owner_of(piece, facts, people[0], people[1:])


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.name)
def test_a_piece_in_other_words_is_read(wording: Wording) -> None:
    data = drawn(Sheet(np.random.default_rng(1)), wording, NOLWENN, "Atelier Sarrasine", FIRST, LAST)
    (file,), _ = unpack((("piece.pdf", data),))
    (piece,) = pieces_of(file.name, read_pages(file))
    facts = facts_of(piece, (NOLWENN, ANNE, YANIS))
    assert piece.kind == wording.kind
    if wording.kind == OTHER:
        return
    assert owner_of(piece, facts, NOLWENN, (ANNE, YANIS)) is Owner.CANDIDATE
    assert facts.name is not None and set(facts.name.split()) == {"le", "goff", "nolwenn", "rose"}
    assert facts.stay.periods == (Period(FIRST, LAST),)
    assert facts.stay.weeks_said == (5 if "weeks" in wording.states else None)
    assert facts.company == "atelier sarrasine" or "company" not in wording.states


@pytest.mark.parametrize("wording", [w for w in WORDINGS if w.kind == INTERNSHIP], ids=lambda w: w.name)
def test_a_certificate_of_another_of_the_roster_is_hers(wording: Wording) -> None:
    """Though she bears the same family name."""
    data = drawn(Sheet(np.random.default_rng(2)), wording, ANNE, "Atelier Sarrasine", FIRST, LAST)
    (file,), _ = unpack((("piece.pdf", data),))
    (piece,) = pieces_of(file.name, read_pages(file))
    facts = facts_of(piece, (NOLWENN, ANNE, YANIS))
    assert owner_of(piece, facts, NOLWENN, (ANNE, YANIS)) is Owner.OTHER


TABLE = ("BTS SERVICES INFORMATIQUES AUX ORGANISATIONS\tSESSION 2026", "Tableau de synthèse")


def test_a_name_left_empty_is_nobodys() -> None:
    facts, owner = stated(
        *TABLE, "NOM et prénom :\tN° candidat :", "Centre de formation : Lycée des Calanques"
    )
    assert (facts.name, facts.numbers, owner) == (None, (), Owner.UNSAID)


def test_values_in_the_wrong_field_and_a_lost_zero_are_found() -> None:
    facts, owner = stated(*TABLE, "NOM et prénom :\tN° candidat : LE GOFF | Nolwenn | 2500000011")
    assert (facts.name, facts.numbers, owner) == ("le goff nolwenn", ("02500000011",), Owner.CANDIDATE)


def test_who_is_called_by_a_second_first_name_is_the_candidate() -> None:
    certified = "certifie que Mme Rose LE GOFF a effectué un stage"
    assert stated("ATTESTATION DE STAGE", certified)[1] is Owner.CANDIDATE


def test_a_misspelt_name_is_the_candidates_but_not_one_that_another_bears() -> None:
    julie = replace(YANIS, first_names="JULIE")
    julien = replace(YANIS, number="02500000042", registration="004", first_names="JULIEN")
    said = (*TABLE, "NOM et prénom : OUALID Julie")
    assert stated(*said, people=(julien,))[1] is Owner.CANDIDATE
    assert stated(*said, people=(julien, julie))[1] is Owner.OTHER


@pytest.mark.parametrize(
    "line",
    [
        "SIRET 812 345 678 00019 - TVA FR 02812345678",
        "Serveur 192.168.10.254, passerelle 10.0.250.0011",
        "Téléphone : 06 12 34 56 78",
        "Carte nationale d'identité n° 02512345678",
        "Contrat d'assurance n° 02512345678",
    ],
)
def test_other_numbers_are_no_candidates(line: str) -> None:
    facts, owner = stated(*TABLE, "NOM et prénom : LE GOFF Nolwenn", line)
    assert (facts.numbers, owner) == ((), Owner.CANDIDATE)


def test_an_address_names_nobody_and_needs_no_scheme() -> None:
    facts, owner = stated(*TABLE, "Adresse URL du portfolio : nolwenn-legoff.vercel.app")
    assert (facts.portfolio, owner) == ("nolwenn-legoff.vercel.app", Owner.UNSAID)


@pytest.mark.parametrize("said", ["SESSION 2025-2026", "Session : 2025/2026", "SESSION 2026 SESSION 2026"])
def test_a_session_of_two_years_is_that_of_the_second(said: str) -> None:
    assert stated(said, "Tableau de synthèse")[0].session == 2026


def test_an_agreement_is_none_of_the_certificates_that_it_speaks_of() -> None:
    pieces = typed(
        ("CONVENTION DE STAGE", "Entre les parties", "Article 1 : objet de la convention"),
        ("Attestation de stage", "Article 8 : les parties certifient que le stagiaire la reçoit", "s'engage"),
        ("Article 12 : les parties", "Fait en trois exemplaires"),
    )
    assert [(piece.kind, len(piece.pages)) for piece in pieces] == [(OTHER, 3)]


def test_a_whole_printed_annex_holds_its_sheets_and_nothing_else() -> None:
    head = "BTS SERVICES INFORMATIQUES AUX ORGANISATIONS\tSESSION 2026"
    recto = (
        *(head, "ANNEXE 9-1-A : Fiche descriptive de réalisation professionnelle (recto)"),
        *(
            "DESCRIPTION D'UNE RÉALISATION PROFESSIONNELLE\tN° réalisation : 1",
            "Nom, prénom : LE GOFF Nolwenn",
        ),
    )
    verso = ("ANNEXE 9-1-A : Fiche descriptive de réalisation professionnelle", "(verso, pages suivantes)")
    pieces = typed(
        ("LE GOFF NOLWENN", "DOSSIER E6"),
        (head, "ANNEXE 9 : Déroulement et évaluation de l'épreuve E6"),
        *(recto, verso, recto, verso),
        (head, "ANNEXE 9-2 : Modèle de fiche de contrôle de conformité", "CONTRÔLE DE CONFORMITÉ"),
        (head, "ANNEXE 9-5-A : Grille d'aide à l'évaluation (recto)", "Nom, prénom :"),
    )
    assert [(piece.kind, len(piece.pages)) for piece in pieces] == [
        *((OTHER, 2), (ACHIEVEMENT, 2), (ACHIEVEMENT, 2), (OTHER, 2)),
    ]
    assert pieces[1].annex == "9-1-A"


def test_certificates_whose_pages_are_numbered_through_stay_apart() -> None:
    pages = [
        (
            "ATTESTATION DE STAGE",
            "Lumival certifie que Nolwenn LE GOFF a fait un stage.",
            f"Page {k} / 2",
        )
        for k in (1, 2)
    ]
    assert [(piece.kind, len(piece.pages)) for piece in typed(*pages)] == 2 * [(INTERNSHIP, 1)]


def test_an_environment_certificate_of_four_pages_is_one_and_needs_no_name() -> None:
    pages = [
        ("ANNEXE VII-7 : Modèle d'attestation de respect de l'annexe II.E", "CONTRÔLE DE L'ENVIRONNEMENT"),
        *[(f"ANNEXE VII-7 (suite) : Modèle d'attestation {k}", "Remarques de la commission") for k in "bcd"],
    ]
    (piece,) = typed(*pages)
    assert (piece.kind, len(piece.pages)) == (ENVIRONMENT, 4)


def test_a_model_is_known_by_its_labels_where_its_heading_was_not_read() -> None:
    (piece,) = typed(
        ("Adresse URL du portfolio :", "Compétences mises en œuvre", "Réalisations en milieu professionnel")
    )
    assert piece.kind == SYNTHESIS


@pytest.mark.parametrize(
    "said",
    [
        "Chaque période au moins égale à 22 jours de présence consécutifs ou non est équivalente à un mois.",
        "La durée est supérieure à 44 jours de présence, la gratification est due.",
        "2 semaines de congés et 5 jours d'absence",
        "Ses missions ont duré 2 semaines pour l'inventaire.",
        "Du ...... / ...... /............ au ...... / ...... /............",
        "Du 19 105 au LAN AIS, représentant une durée totale de nombre de semaines / de mois",
    ],
)
def test_the_law_and_empty_lines_state_no_stay(said: str) -> None:
    assert replace(read_stay(f"Attestation de stage. {said}"), broken=False) == read_stay("")


def judged(candidate: Candidate, *certificates: bytes) -> DossierReading:
    files, said = unpack(tuple((f"{k}.pdf", data) for k, data in enumerate(certificates)))
    exam = SESSION.exam("E5")
    assert exam is not None
    return read_dossier(files, said, SESSION, exam, candidate, IN_TIME, (NOLWENN, ANNE, YANIS))


def worded(name: str, first: date = FIRST, last: date = LAST) -> bytes:
    (wording,) = (wording for wording in WORDINGS if wording.name == name)
    return drawn(Sheet(np.random.default_rng(3)), wording, NOLWENN, "Lumival", first, last)


def test_an_apprentices_contract_may_go_on_after_the_deposit() -> None:
    apprentice = replace(NOLWENN, category="apprentissage")
    reading = judged(apprentice, worded("employeur apprenti", date(2024, 9, 2), date(2026, 8, 31)))
    assert {found.code for found in reading.findings} == {Code.MISSING_PIECE}  # the table alone


def test_nothing_is_owed_by_who_is_examined_in_ccf() -> None:
    reading = judged(replace(NOLWENN, form=Form.CCF), worded("soussigné"))
    assert [found.code for found in reading.findings] == [Code.NOT_OWED]
    assert len(reading.pieces) == 1  # what came is kept


def test_who_is_examined_in_ccf_is_enrolled_for_no_dossier() -> None:
    roster = (
        "candidate_number,registration_number,family_name,first_names,birth_date,school,centre,option,"
        "category,exams,form\n"
        "02500000011,001,LE GOFF,NOLWENN,2005-03-14,0841117H,0130051K,SLAM,scolaire,U1 E5 E6,CCF\n"
        "02500000028,002,OUALID,YANIS,2005-03-15,0841117H,0130051K,SISR,scolaire,U1 E5 E6,\n"
    )
    read = read_candidates(roster.encode(), SESSION)
    assert [candidate.exams for candidate in read.rows] == [("U1",), ("U1", "E5", "E6")]
    wrong = read_candidates(roster.replace(",CCF", ",autre").encode(), SESSION)
    assert not wrong.rows and "form" in wrong.problems[0].message
