"""What collides in a session, and until when a duty is in time."""

import copy
import tomllib
from datetime import date, time
from pathlib import Path

import pytest

from processors.circular.calendar import collisions
from processors.circular.deadlines import instant
from processors.circular.session import parse_session

FILE = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
SESSION = parse_session(DATA, FILE.parent)


def test_what_collides_is_told_and_not_refused():
    told = {problem.place: problem.message for problem in collisions(SESSION.exams)}
    assert told.keys() == {"exams.UF2.sitting", "exams.E5.concertations.0", "exams.E2.concertations.0"}
    apart = copy.deepcopy(DATA)
    (spoken,) = (exam for exam in apart["exams"] if exam["code"] == "E2")
    spoken["concertations"][0].update(start="12:30", end="13:30")
    assert "exams.E2.concertations.0" not in {
        p.place for p in collisions(parse_session(apart, FILE.parent).exams)
    }


@pytest.mark.parametrize(
    ("code", "in_time", "late"),
    [
        ("surveillants", date(2026, 4, 2), date(2026, 4, 3)),
        ("livrets", date(2026, 6, 8), date(2026, 6, 9)),
        ("notes-ccf", date(2026, 6, 17), date(2026, 6, 18)),
    ],
)
def test_before_a_day_is_before_it_begins_and_until_a_day_is_until_it_ends(code, in_time, late):
    deadline = next(duty.deadline for duty in SESSION.duties if duty.code == code)
    assert deadline.met(instant(in_time, time(23, 59, 59))) and not deadline.met(instant(late, time(0, 0)))


def test_a_day_without_an_hour_is_said_without_one():
    said = {duty.code: duty.until for duty in SESSION.duties}
    assert said["surveillants"] == "avant le vendredi 3 avril 2026"
    assert said["livrets"] == "jusqu'au lundi 8 juin 2026"
    assert said["diplomes"] == "en octobre"
