"""Keys of the inbox: whatever a client writes, it is understood or named, and never leads elsewhere."""

from pathlib import Path

import pytest

from actions.season.orals import places_called, words_for
from processors.circular.session import load_session
from processors.findings import Code
from storage.bucket.keys import RECEIPTS, answer_key, attendance_path, receipt_key, returns_path, scan_path

SESSION = load_session(Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml")


@pytest.mark.parametrize("name", ["pile.pdf", "éléphant n° 3 (suite).pdf", "a.b.PDF", "x" * 200])
def test_an_ordinary_name_is_taken(name):
    path = scan_path(f"scans/0130051K/U4/{name}", SESSION)
    assert (path.centre, path.exam, path.finding) == ("0130051K", "U4", None)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("scans/0130051K/U4/" + "x" * 1000, Code.BAD_NAME),
        ("scans/0130051K/U4/" + "é" * 125 + ".pdf", Code.BAD_NAME),  # 254 bytes: no room for the receipt's
        ("scans/0130051K/U4/..", Code.BAD_NAME),
        ("scans/0130051K/U4/.", Code.BAD_NAME),
        ("scans/0130051K/U4/a\nb.pdf", Code.BAD_NAME),
        ("scans/0130051K/U4/sub/a.pdf", Code.BAD_NAME),
        ("scans/a.pdf", Code.BAD_NAME),
        ("scans/../../a.pdf", Code.UNKNOWN_CENTRE),
        ("scans/9999999Z/U4/a.pdf", Code.UNKNOWN_CENTRE),
        ("scans/0130051K/U99/a.pdf", Code.UNKNOWN_EXAM),
        ("scans/0130051K/E5/a.pdf", Code.UNKNOWN_EXAM),
    ],
)
def test_a_path_that_says_nothing_is_named(key, code):
    finding = scan_path(key, SESSION).finding
    assert finding is not None and finding.code is code


@pytest.mark.parametrize(
    "key", ["scans/../receipts/a.pdf", "scans/0130051K/U4/..", "scans/a/b/c/d.pdf", "scans/x/y/" + "z" * 1000]
)
def test_a_receipt_never_leaves_its_folder(key):
    answer = receipt_key(key, "scan_0")
    assert answer.startswith(RECEIPTS)
    assert ".." not in answer.split("/")
    assert len(answer) < 300


@pytest.mark.parametrize("name", ["0130051K/U4.csv", "../U4.csv", "0130051K/" + "é" * 125 + ".csv", ""])
def test_the_answer_to_an_attendance_list_has_a_key_that_a_store_takes(name):
    answer = answer_key(f"attendance/{name}", "0cc175b9c0f1b6a831c399e269772661")
    assert answer.startswith(f"{RECEIPTS}attendance/")
    parts = answer.split("/")
    assert ".." not in parts and all(0 < len(part.encode()) <= 255 for part in parts)


def test_two_files_never_share_a_receipt():
    assert receipt_key("scans/0130051K/U4/a.pdf", "scan_0") != receipt_key(
        "scans/0130051K/U4/a.PDF", "scan_1"
    )


def test_attendance_is_of_a_centre_and_a_written_exam():
    assert attendance_path("attendance/0130051K/U4.csv", SESSION) == ("0130051K", "U4")
    assert attendance_path("attendance/0130051K/E5.csv", SESSION) is None
    assert attendance_path("attendance/0130051K/U4/x.csv", SESSION) is None


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("returns/victor-hugo/lundi matin.pdf", "victor-hugo"),
        ("returns/victor-hugo/lundi/matin.pdf", None),
        ("returns/matin.pdf", None),
        ("scans/victor-hugo/matin.pdf", None),
    ],
)
def test_sheets_of_orals_are_dropped_by_place(key: str, place: str | None):
    assert returns_path(key) == place


def test_a_place_of_orals_is_called_by_its_uai_its_code_or_its_name():
    """Two centres' name, or that of a centre and of another place, says of neither which it is."""
    assert places_called(SESSION, "charles-peguy") == {"charles-peguy", "Lycée Charles Péguy"}
    assert places_called(SESSION, "0130051K") == {"0130051K", "Lycée Marie Curie"}
    assert words_for(SESSION, {"Lycée Marie Curie"}) == {"Lycée Marie Curie", "0130051K"}
    named = {centre.uai for centre in SESSION.centres if centre.name == "Lycée Victor Hugo"}
    assert all(places_called(SESSION, uai) == {uai} for uai in named)
    assert places_called(SESSION, "victor-hugo") == {"victor-hugo", "Lycée Victor Hugo"}
