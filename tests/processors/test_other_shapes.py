"""Sessions of other shapes: other codes and numbers, another clock, other papers; by their files alone."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from wrong_session import check_session

from processors.circular.deadlines import PARIS, french_instant, set_local_zone, to_the_day
from processors.circular.form import FormError, load_form, paper_troubles
from processors.circular.new_session import MARK, Outline, new_session
from processors.circular.numbers import Numbers
from processors.circular.session import load_session
from processors.lists.people import read_attendance, read_candidates, read_deposit_times
from processors.scans.reader import read_scan
from processors.scans.readings import CopyStatus
from specimens.batch import Kind, roster_csv
from specimens.rehearsal import plan_session
from specimens.scanner import Level

SESSIONS = Path(__file__).parents[2] / "sessions"
REUNION = SESSIONS / "examples" / "bac-technologique-la-reunion.toml"
GUADELOUPE = SESSIONS / "examples" / "concours-guadeloupe.toml"
BTS = SESSIONS / "bts-sio-2026-aix-marseille.toml"
KINDS = (Kind.OK, Kind.NO_LABEL, Kind.MISSING_SIDE, Kind.SWAPPED, Kind.UPSIDE_DOWN, Kind.STRANGER, Kind.OK)


def problems(path: Path, **values: Any) -> dict[str, str]:
    data = tomllib.loads(path.read_text(encoding="utf-8")) | values
    return {problem.place: problem.message for problem in check_session(data, path.parent)}


def people(path: Path):
    session = load_session(path)
    centres, exams = [session.centres[0].uai], [exam.code for exam in session.written]
    return session, plan_session(5, centres, exams, 20, (), session.numbers, session.options)


@pytest.mark.slow
@pytest.mark.parametrize("path", [REUNION, GUADELOUPE])
def test_copies_on_another_paper_are_read_whole(path, tmp_path):
    session, plan = people(path)
    planned = replace(plan.batches[0], kinds=KINDS, level=Level.OFFICE, a3=False)
    form = session.form_of(planned.exam)
    batch = planned.draw(form)
    pile = tmp_path / "pile.pdf"
    pile.write_bytes(batch.pdf)
    read = read_scan(pile, form, session.label_pattern, batch.roster, batch.centre, batch.exam)
    status = {copy.candidate: copy.status for copy in read.copies if copy.candidate}
    expected = {
        truth.candidate: CopyStatus.INCOMPLETE if truth.dropped else CopyStatus.COMPLETE
        for truth in batch.copies
        if truth.kind is not Kind.STRANGER
    }
    assert status == expected and len(read.copies) == len(batch.copies)


def test_a_copy_on_leaves_of_two_pages_may_have_one_leaf():
    form = load_session(GUADELOUPE).form_of("101")
    assert form.form.pages_per_sheet == 2 and not form.is_annex and list(paper_troubles(form)) == []


@pytest.mark.parametrize("path", [REUNION, GUADELOUPE])
def test_a_roster_of_another_session_is_taken_with_its_numbers(path):
    session, plan = people(path)
    data = roster_csv(plan.candidates)
    read = read_candidates(data, session)
    assert read.problems == () and read.rows == plan.candidates
    number = plan.candidates[0].number
    digits = len(number)
    for wrong, told in (
        (number[:-1], f"{digits}"),
        (number + "0", f"il faut exactement {digits} chiffres"),
    ):
        (problem,) = read_candidates(data.replace(number.encode(), wrong.encode(), 1), session).problems
        assert told in problem.message
    assert read_candidates(data, load_session(BTS)).problems


def test_a_number_of_another_academy_is_refused():
    session, plan = people(REUNION)
    number = plan.candidates[0].number
    data = roster_csv(plan.candidates).replace(number.encode(), b"123" + number[3:].encode(), 1)
    assert "974[0-9]{7}" in read_candidates(data, session).problems[0].message
    listed = f"candidate_number,present\n{number},oui\n".encode()
    assert read_attendance(listed, {number}, session.numbers).problems == ()
    assert read_attendance(listed, {number}).problems


def test_hours_are_of_the_clock_of_the_session():
    session = load_session(REUNION)
    exam = session.exam("IDD")
    assert exam and exam.sitting and exam.scan_deadline
    assert exam.sitting.starts_at == datetime(2027, 5, 11, 9, tzinfo=UTC)
    assert str(exam.scan_deadline) == "jusqu'au mercredi 12 mai 2027 à 18:00"
    assert exam.scan_deadline.met(datetime(2027, 5, 12, 14, 0, 0, tzinfo=UTC))
    assert not exam.scan_deadline.met(datetime(2027, 5, 12, 14, 0, 1, tzinfo=UTC))
    assert exam.opens_at == datetime(2027, 5, 13, 20, tzinfo=UTC)
    assert load_session(BTS).zone == PARIS


def test_what_the_register_notes_is_told_on_the_clock_of_the_session_that_is_served():
    at = datetime(2027, 3, 9, 2, 30, tzinfo=UTC)
    try:
        set_local_zone(load_session(GUADELOUPE).zone)
        assert french_instant(at) == "lundi 8 mars 2027 à 22:30"
        assert to_the_day(at).date() == date(2027, 3, 8)
        line = b"candidate_number,file,deposited_at\n02214987144,a.pdf,2027-03-08T22:30:00\n"
        assert read_deposit_times(line).rows[0].deposited_at == at
        assert read_deposit_times(line, PARIS).rows[0].deposited_at != at
    finally:
        set_local_zone(PARIS)
    assert french_instant(at) == "mardi 9 mars 2027 à 03:30"


def test_an_hour_that_summer_time_skips_in_paris_exists_elsewhere():
    night = {"date": "2027-03-28", "start": "02:30", "end": "04:30"}
    data = tomllib.loads(REUNION.read_text(encoding="utf-8"))
    data["exams"][0]["sitting"] = night
    assert check_session(data, REUNION.parent) == ()
    data["timezone"] = "Europe/Paris"
    assert [problem.place for problem in check_session(data, REUNION.parent)] == ["exams.PHILO.sitting.start"]


@pytest.mark.parametrize(
    ("values", "place", "told"),
    [
        ({"candidate_number": "974[0-9]{8}"}, "form", "candidate_number has 10 cells: the roster's have 11"),
        ({"registration_number": "[0-9]{3}"}, "form", "registration_number has 4 cells"),
        ({"candidate_number": "[0-9]+"}, "candidate_number", "is not so many digits"),
        ({"candidate_number": "97[A-Z]{8}"}, "candidate_number", "is not so many digits"),
        ({"candidate_number": ""}, "candidate_number", "at least one digit"),
        ({"candidate_number": "[9-0]{10}"}, "candidate_number", "bad character range"),
        ({"exam_code": "[A-Z"}, "exam_code", "not a regular expression"),
        ({"exam_code": "[A-Z]{3}"}, "exams.PHILO.code", "not of the pattern"),
        ({"timezone": "La Réunion"}, "timezone", "no such time zone"),
        ({"timezone": 4}, "timezone", "no such time zone"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(values, place, told):
    assert told in problems(REUNION, **values)[place]


def test_the_form_of_one_exam_must_fit_the_numbers_too():
    data = tomllib.loads(BTS.read_text(encoding="utf-8"))
    data["exams"][0]["form"] = "examples/forms/technologique.toml"
    (problem,) = check_session(data, BTS.parent)
    assert (problem.place, "10 cells" in problem.message) == ("exams.U1", True)
    with pytest.raises(FormError, match="candidate_number has 11 cells: the roster's have 8"):
        load_form(SESSIONS / "forms" / "ccyc.toml", Numbers("[0-9]{8}"))


def test_labels_follow_the_patterns_where_the_file_does_not_say():
    pattern = load_session(REUNION).label_pattern
    read = re.fullmatch(pattern, "PHILO-9741234567")
    assert read and (read["exam"], read["candidate"]) == ("PHILO", "9741234567")
    assert not re.fullmatch(pattern, "U4-02535638268")


OUTLINE = Outline(
    name="bts-2027",
    title="Un examen",
    form=str(SESSIONS / "forms" / "ccyc.toml"),
    centres=["0130051K", "9710003B"],
    written=["U1", "UF2"],
    dossiers=["E5"],
    orals=["E2"],
    options=["A", "B"],
    categories=["scolaire"],
    timezone="America/Guadeloupe",
    numbers=Numbers(),
)


def filled(text: str) -> str:
    """As somebody fills in the marked lines."""
    days = iter(f"2027-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29))
    hours = {"start": "08:00", "end": "12:00", "time": "18:00"}
    lines: list[str] = []
    for line in text.splitlines():
        if MARK in line:
            line = line.replace('= ""', f'= "Titre {len(lines)}"')
            line = re.sub("YYYY-MM-DD", lambda _: next(days), line)
            line = re.sub(r'(start|end|time) = "HH:MM"', lambda m: f'{m[1]} = "{hours[m[1]]}"', line)
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "outline",
    [
        OUTLINE,
        replace(
            OUTLINE,
            form=str(SESSIONS / "examples" / "forms" / "concours.toml"),
            written=["101"],
            dossiers=[],
            orals=[],
            options=[],
            categories=[],
            numbers=Numbers("[0-9]{8}"),
        ),
    ],
)
def test_a_new_session_file_is_whole_once_its_marks_are_filled_in(outline, tmp_path):
    text = new_session(outline)
    places = [problem.place for problem in check_session(tomllib.loads(text), tmp_path)]
    for exam in outline.written:
        assert f"exams.{exam}.sitting.date" in places and f"exams.{exam}.title" in places
    assert check_session(tomllib.loads(filled(text)), tmp_path) == ()


@pytest.mark.parametrize("path", [REUNION, GUADELOUPE])
def test_every_example_says_that_it_is_one(path):
    session = load_session(path)
    assert session.title.endswith("(exemple)") and session.zone != ZoneInfo("Europe/Paris")
