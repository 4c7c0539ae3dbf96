"""The circular's dates, as a calendar has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest

from papers.agenda import agenda_feed, when
from processors.circular.agenda import Extended, agenda, agenda_of_centre
from processors.circular.deadlines import Deadline, Rule, instant
from processors.circular.session import load_session

SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
AT = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)

CORRECTED = ("U1", "U2", "U3", "UF2", "U4", "U7")
CIRCULAR = {
    "duty/surveillants": "jeudi 2 avril 2026",  # before 3 April
    "E5/deposit": "mercredi 22 avril 2026, 12:00",
    "E5/control": "mardi 28 avril 2026, 14:00",
    "E6/deposit": "jeudi 30 avril 2026, 12:00",
    "E6/control": "mercredi 6 mai 2026, 14:00",
    "E5/concertation/1": "lundi 11 mai 2026",
    "E5/orals/1": "du lundi 11 mai 2026 au mardi 12 mai 2026",
    "U3/sitting": "lundi 18 mai 2026, 16:00–18:00",
    "UF2/sitting": "lundi 18 mai 2026, 16:00–18:00",
    "U2/sitting": "mardi 19 mai 2026, 10:30–12:30",
    "U1/sitting": "mardi 19 mai 2026, 14:30–17:30",
    "U4/sitting": "mercredi 20 mai 2026, 14:00–18:00",
    "U7/sitting": "jeudi 21 mai 2026, 14:00–18:00",
    "U1/scans": "mercredi 20 mai 2026, 23:59",
    "U1/meeting/1": "vendredi 22 mai 2026, 09:30–12:00",
    "U7/meeting/1": "mardi 26 mai 2026, 09:30",
    "U4/meeting/1": "mardi 26 mai 2026, 14:00",
    **{f"{code}/opens": "mardi 26 mai 2026, 00:00" for code in ("U2", "U3", "UF2")},
    "U7/opens": "mardi 26 mai 2026, 09:30",
    "U4/opens": "mardi 26 mai 2026, 14:00",
    "U1/opens": "mercredi 27 mai 2026, 00:00",
    **{f"E6/orals/{n}": "du mardi 26 mai 2026 au mardi 9 juin 2026" for n in (1, 2, 3)},
    "E2/concertation/1": "lundi 1er juin 2026, 09:00–12:00",
    **{f"{code}/closes": "vendredi 12 juin 2026, 23:59" for code in CORRECTED},
    "E2/orals/1": "du lundi 1er juin 2026 au mercredi 3 juin 2026",
    "duty/livrets": "lundi 8 juin 2026",
    "duty/notes-ccf": "mercredi 17 juin 2026",
    "results/harmonisation": "jeudi 18 juin 2026, 09:00",
    "results/jury": "lundi 22 juin 2026, 11:00",
    "results/control": "mercredi 24 juin 2026",
    "results/second-jury": "vendredi 26 juin 2026, 09:00",
}


@pytest.mark.parametrize("id_", CIRCULAR)
def test_what_the_circular_dates_is_in_the_calendar(id_):
    (entry,) = [entry for entry in agenda(SESSION) if entry.id == id_]
    assert when(entry) == CIRCULAR[id_]


def test_nothing_else_is_in_it_but_what_the_service_chose():
    chosen = {f"{exam.code}/scans" for exam in SESSION.written if exam.code != "U1"}
    assert {entry.id for entry in agenda(SESSION)} == CIRCULAR.keys() | chosen


def test_the_feed_says_the_same_instants_to_whoever_reads_it():
    entries = agenda(SESSION)
    feed = icalendar.Calendar.from_ical(agenda_feed(entries, SESSION.name, SESSION.title, AT))
    events = {str(event["uid"]).partition("@")[0]: event for event in feed.events}
    assert len(events) == len(entries)
    assert events["U4/sitting"].start == datetime(2026, 5, 20, 12, 0, tzinfo=UTC)  # 14:00 in Paris
    assert events["U4/sitting"].end == datetime(2026, 5, 20, 16, 0, tzinfo=UTC)
    assert events["duty/livrets"].start == date(2026, 6, 8)
    assert "Victor Hugo" in str(events["duty/livrets"]["location"])
    assert events["E5/orals/1"].end == date(2026, 5, 13)  # the first day that is not of it
    assert not feed.errors and not any(event.errors for event in events.values())


def test_a_centre_has_its_own_dates_and_one_that_moved_stays_the_same_entry():
    more = Deadline(instant(date(2026, 5, 23), datetime.min.time()), Rule.BEFORE)
    before, after = (
        {entry.id: entry for entry in agenda_of_centre(SESSION, ["surveillants"], extended)}
        for extended in ([], [Extended("U4", "0130051K", more)])
    )
    assert set(before) == set(after)
    assert {"U4/sitting", "U4/scans", "duty/surveillants"} < set(after)
    assert not {"results/jury", "duty/livrets", "E5/control", "U4/opens"} & set(after)
    assert before["U4/scans"].at != after["U4/scans"].at == more.at
