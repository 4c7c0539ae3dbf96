"""Who is called, and what left, in the register: on both kinds, and again from the log."""

from datetime import UTC, datetime

from storage.after.release import SUBJECT, ControlCalled, CopiesReleased, ReleaseRefused, control_list


def test_a_later_list_corrects_what_an_earlier_one_said_of_the_same(peopled, new_register):
    one, other, third = (peopled.candidate(k) for k in range(3))
    first = ControlCalled(called=(one,), others=(other, third))
    assert peopled.record(first, SUBJECT) and peopled.record(first, SUBJECT) is None
    assert peopled.record(ControlCalled(called=(other,), others=(one,)), SUBJECT)
    with peopled.register.reading() as connection:
        assert control_list(connection) == {one: False, other: True, third: False}
    peopled.record(ReleaseRefused(until=datetime(2026, 6, 22, 9, tzinfo=UTC)), SUBJECT)
    peopled.record(CopiesReleased(copies=(), manifest="a" * 64, held=1, waiting=2), SUBJECT)
    peopled.replayed_alike(new_register())
