from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.circular.session import load_session
from processors.circular.uai import check_letter, valid_uai
from processors.lists.people import (
    Attendance,
    Candidate,
    Corrector,
    read_attendance,
    read_candidates,
    read_correctors,
)

SESSION = load_session(Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml")
HEADER = (
    "numero_candidat,numero_inscription,nom_de_naissance,prenoms,date_de_naissance,"
    "etablissement,centre,option,categorie,epreuves"
)
FORMER = (
    "candidate_number,registration_number,family_name,first_names,birth_date,"
    "school,centre,option,category,exams"
)
LINE = "02214987144,001,ÉVRARD,ZOÉ,2002-07-28,0139109F,0130051K,SLAM,scolaire,U1 U2"


def roster(*lines, encoding="utf-8", comma=","):
    return "\r\n".join([HEADER, *lines]).replace(",", comma).encode(encoding)


def messages(result):
    return {problem.line: problem.message for problem in result.problems}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_a_roster_as_any_spreadsheet_saves_it(encoding, comma):
    result = read_candidates(roster(LINE, encoding=encoding, comma=comma), SESSION)
    assert result.problems == ()
    assert result.rows == (
        Candidate(
            number="02214987144",
            registration="001",
            family_name="ÉVRARD",
            first_names="ZOÉ",
            birth_date=date(2002, 7, 28),
            school="0139109F",
            centre="0130051K",
            option="SLAM",
            category="scolaire",
            exams=("U1", "U2"),
        ),
    )


@pytest.mark.parametrize(
    "header", [FORMER, HEADER.title().replace("_", " "), HEADER.replace("numero", "numéro"), HEADER.upper()]
)
def test_columns_by_their_former_names_and_as_people_write_them(header):
    data = f"{header}\n{LINE}".encode()
    assert read_candidates(data, SESSION) == read_candidates(roster(LINE), SESSION)


@pytest.mark.parametrize("exams", ["U1 U2", "U1|U2", "U1/U2", "U1 / U2", "U1 U2 U1"])
def test_several_exams(exams):
    result = read_candidates(roster(LINE.replace("U1 U2", exams)), SESSION)
    assert result.rows[0].exams == ("U1", "U2")


def test_french_dates_columns_in_any_order_and_quoted_cells():
    data = (
        "exams;birth_date;candidate_number;registration_number;family_name;first_names;school;centre;option;category\n"
        'U1;28/07/2002;02214987144;001;"DE LA ""TOUR""";"ZOÉ; ANNE";0139109F;0130051K;SLAM;scolaire\n\n'
    )
    (candidate,) = read_candidates(data.encode(), SESSION).rows
    assert candidate.birth_date == date(2002, 7, 28)
    assert (candidate.family_name, candidate.first_names) == ('DE LA "TOUR"', "ZOÉ; ANNE")


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("02214987144", "2214987144", "10 chiffres au lieu de 11"),
        ("02214987144", "2,21E+09", "colonnes"),
        ("02214987144", "2.21E+09", "arrondi par le tableur"),
        ("02214987144", "0221498714A", "exactement 11 chiffres"),
        ("02214987144", "٠٢٢١٤٩٨٧١٤٤", "exactement 11 chiffres"),
        ("001", "1", "exactement 3 chiffres"),
        ("ÉVRARD", "", "« nom_de_naissance » : valeur absente"),
        ("2002-07-28", "2002-02-30", "« date_de_naissance » : date attendue"),
        ("2002-07-28", "28/7", "« date_de_naissance » : date attendue"),
        ("0139109F", "0139109G", "« 0139109G » n'est pas un UAI"),
        ("0130051K", "0139109F", "0139109F n'est pas un centre de cette session"),
        ("U1 U2", "U1 U9", "épreuve inconnue de cette session : U9"),
        ("U1 U2", "", "aucune épreuve"),
        ("SLAM,scolaire", "SLAM", "Cette ligne a 9 colonnes, l'en-tête en a 10"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_kept_back(good, bad, told):
    other = LINE.replace("02214987144", "02214987145").replace(",001,", ",002,")
    result = read_candidates(roster(other, LINE.replace(good, bad, 1)), SESSION)
    assert list(messages(result)) == [3]
    assert told in messages(result)[3]
    assert result.rows == ()
    assert result.kept_back == 1


def test_everything_wrong_with_a_line_is_told_at_once_without_naming_anyone():
    bad = LINE.replace("02214987144", "022149871").replace("2002-07-28", "hier").replace("0130051K", "x")
    message = messages(read_candidates(roster(bad), SESSION))[2]
    assert all(column in message for column in ("numero_candidat", "date_de_naissance", "centre"))
    assert "022149871" not in message
    assert "VRARD" not in message


def test_the_line_number_is_that_of_the_file():
    lines = ["", LINE, "", LINE.replace("ÉVRARD", '"ÉVRARD\nNÉE X"').replace("02214987144", "1")]
    assert list(messages(read_candidates(roster(*lines), SESSION))) == [5]


def test_doubled_numbers():
    again = LINE.replace(",001,", ",002,")
    assert messages(read_candidates(roster(LINE, again), SESSION)) == {
        3: "Ce numéro de candidat figure déjà à la ligne 2."
    }
    namesake = LINE.replace("02214987144", "02214987145").replace("U1 U2", "U2 U3")
    assert messages(read_candidates(roster(LINE, namesake), SESSION)) == {
        3: "Ce numéro d'inscription, pour l'épreuve U2 et le centre 0130051K, figure déjà à la ligne 2."
    }
    elsewhere = namesake.replace("0130051K", "0050006E")
    assert len(read_candidates(roster(LINE, elsewhere), SESSION).rows) == 2


def test_without_a_session_centres_and_exams_are_taken_at_their_word():
    assert read_candidates(roster(LINE.replace("U1 U2", "ZZ"))).rows[0].exams == ("ZZ",)


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        (b"", 1, "Le fichier est vide."),
        (b"\xef\xbb\xbf", 1, "Le fichier est vide."),
        (b"PK\x03\x04\x00\x00", 1, "n'est pas un CSV"),
        (HEADER.encode(), 1, "aucune ligne"),
        (
            HEADER.replace("centre", "center").encode() + b"\n" + LINE.encode(),
            1,
            "colonnes inconnues : center",
        ),
        (LINE.encode(), 1, "La première ligne doit nommer les colonnes : numero_candidat"),
        (HEADER.encode() + b"\n" + LINE.replace("ZO", '"ZO').encode(), 2, "Guillemets mal fermés"),
        (roster(LINE.replace("ÉVRARD", "\x81VRARD"), encoding="latin-1"), 2, "caractères illisibles"),
    ],
)
def test_what_is_no_roster_at_all(data, line, told):
    result = read_candidates(data, SESSION)
    assert told in messages(result)[line]
    assert "VRARD" not in messages(result)[line]
    assert result.rows == ()


@given(st.one_of(st.binary(), st.text(alphabet='",;\n\r 0oé|/').map(str.encode)))
def test_no_bytes_stop_a_reading(junk):
    for header, read in (
        (HEADER, read_candidates),
        (CORRECTORS, read_correctors),
        (ATTENDANCE, read_attendance),
    ):
        for data in (junk, header.strip().encode() + b"\n" + junk):
            result = read(data)
            assert result.problems
            assert result.rows == ()


ATTENDANCE = "numero_candidat,present\n"
CORRECTORS = "identifiant;nom;courriel;etablissements;entreprises;epreuves;quota;jours;jamais_avec\n"


def test_correctors():
    data = CORRECTORS + (
        "c-01;Léa Martin;lea@example.org;0139109F 0139660E;Acme SA | Zed;U1 U4;40;2026-06-02 03/06/2026;"
        "02214987144|0130051K\n"
        "c-02;Ali Roux;ali@example.org;0139109F;;U1;;;\n"
    )
    assert read_correctors(data.encode("cp1252"), SESSION).rows == (
        Corrector(
            id="c-01",
            name="Léa Martin",
            email="lea@example.org",
            schools=("0139109F", "0139660E"),
            companies=("Acme SA", "Zed"),
            exams=("U1", "U4"),
            quota=40,
            days=(date(2026, 6, 2), date(2026, 6, 3)),
            never_with=("02214987144", "0130051K"),
        ),
        Corrector("c-02", "Ali Roux", "ali@example.org", ("0139109F",), (), ("U1",), None, (), ()),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("c-01;Léa;lea@example.org;;;U1;;;", "« etablissements » : aucun établissement"),
        ("c-01;Léa;lea;0139109F;;U1;;;", "adresse électronique attendue"),
        ("c-01;Léa;lea@example.org;0139109F;;U1;-3;;", "nombre de copies attendu"),
        ("c-01;Léa;lea@example.org;0139109F;;U1;;mardi;", "date attendue"),
        ("c-01;Léa;lea@example.org;0139109F;;U1;;;MARTIN", "numéros de candidat (11 chiffres) ou UAI"),
        ("../x;Léa;lea@example.org;0139109F;;U1;;;", "« identifiant » : lettres sans accent"),
        (
            "c-00;Léa;lea@example.org;0139109F;;U1;;;",
            "Cet identifiant de correcteur figure déjà à la ligne 2",
        ),
        ("c-01;Léa;OLD@example.org;0139109F;;U1;;;", "Cette adresse électronique figure déjà à la ligne 2"),
    ],
)
def test_a_bad_corrector(line, told):
    data = CORRECTORS + "c-00;Ali;old@example.org;0139109F;;U1;;;\n" + line
    result = read_correctors(data.encode(), SESSION)
    assert list(messages(result)) == [3]
    assert told in messages(result)[3]
    assert result.rows == ()


@pytest.mark.parametrize(
    ("word", "present"),
    [
        *((word, True) for word in ("oui", "O", "1", "Présent", "présente", "present")),
        *((word, False) for word in ("non", "N", "0", "absent", "ABSENTE")),
    ],
)
def test_attendance(word, present):
    data = f"candidate_number;present\n02214987144;{word}\n"
    assert read_attendance(data.encode("cp1252")).rows == (Attendance("02214987144", present),)


def test_absence_is_never_guessed_from_an_empty_cell():
    result = read_attendance(b"candidate_number,present\n02214987144,\n02214987145,oui\n")
    assert messages(result) == {2: "« present » : « oui » ou « non » attendu."}
    assert result.rows == ()


def test_a_stranger_on_an_attendance_list_is_named_by_the_line_of_the_file():
    result = read_attendance(
        b"candidate_number,present\n02214987144,oui\n\n\n02999999999,oui\n", {"02214987144"}
    )
    assert list(messages(result)) == [5]
    assert (result.rows, result.kept_back) == ((), 1)


def test_a_candidate_twice_on_an_attendance_list():
    result = read_attendance(b"candidate_number,present\n02214987144,oui\n02214987144,non\n")
    assert list(messages(result)) == [3]


def test_check_letters():
    assert check_letter("0130051") == "K"
    assert valid_uai("0840003X")
    assert not any(valid_uai(text) for text in ("0840003Y", "840003X", "0840003x", "0840003X\n", ""))
