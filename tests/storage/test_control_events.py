"""Choices of control épreuves and links to copies, in the register: on both kinds, and again from the log."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.after.control import (
    SUBJECT,
    ControlChosen,
    ControlMarksKept,
    ControlMarksRefused,
    choices_of,
    control_marks_kept,
)
from storage.after.copy_links import CopyAsked, CopyFetched, link_of_hash
from storage.after.release import SUBJECT as RELEASE
from storage.after.release import ControlCalled
from storage.ids import token_hash
from storage.refusals import Refused


def test_who_is_called_chooses_and_chooses_again(peopled, new_register):
    one, other, third = (peopled.candidate(k) for k in range(3))
    peopled.record(ControlCalled(called=(one, other), others=(third,)), RELEASE)
    first = ControlChosen(choices={one: ("U3", "U1"), other: ("U1", "U2")})
    assert peopled.record(first, SUBJECT) and peopled.record(first, SUBJECT) is None
    assert peopled.record(ControlChosen(choices={one: ("U2", "U4")}), SUBJECT)
    with pytest.raises(Refused, match="not_called"):
        peopled.record(ControlChosen(choices={third: ("U1", "U2")}), SUBJECT)
    with peopled.register.reading() as connection:
        assert choices_of(connection) == {one: ("U2", "U4"), other: ("U1", "U2")}
    peopled.record(ControlMarksRefused(until=datetime(2026, 6, 24, 7, tzinfo=UTC)), SUBJECT)
    for file in ("marks/a.json", "marks/b.json"):
        peopled.record(ControlMarksKept(file=file, sha256="a" * 64, marks=4), SUBJECT)
    with peopled.register.reading() as connection:
        assert control_marks_kept(connection).file == "marks/b.json"
    peopled.replayed_alike(new_register())


def test_a_link_is_good_once_and_not_after_its_time(peopled, new_register):
    who, until = peopled.candidate(0), datetime(2040, 1, 1, tzinfo=UTC)
    for token in ("one", "old"):
        asked = CopyAsked(exam="U4", words="reasons/x.txt", hash=token_hash(token), until=until)
        peopled.record(asked, who)

    def fetch(token, when):
        return peopled.register.record(CopyFetched(hash=token_hash(token)), who, actor=who, at=when)

    assert fetch("one", until)
    for token, when in (("one", until), ("old", until + timedelta(seconds=1)), ("none", until)):
        with pytest.raises(Refused, match="link_over"):
            fetch(token, when)
    with peopled.register.reading() as connection:
        assert link_of_hash(connection, token_hash("one")).fetched
        assert not link_of_hash(connection, token_hash("old")).fetched
    peopled.replayed_alike(new_register())
