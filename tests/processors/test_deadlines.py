from datetime import UTC, date, datetime, time, timedelta

import pytest

from processors.circular.deadlines import PARIS, Deadline, Rule, clock_trouble, instant

NOON = datetime(2026, 4, 22, 12, 0, 0, tzinfo=PARIS)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("rule", "second_before", "second_itself", "second_after"),
    [(Rule.BEFORE, True, False, False), (Rule.UNTIL, True, True, False)],
)
def test_the_second_before_itself_and_after(rule, second_before, second_itself, second_after):
    deadline = Deadline(NOON, rule)
    assert deadline.met(NOON - SECOND) is second_before
    assert deadline.met(NOON) is second_itself
    assert deadline.met(NOON + SECOND) is second_after


def test_a_fraction_belongs_to_its_second():
    late = NOON + timedelta(milliseconds=400)
    assert Deadline(NOON, Rule.UNTIL).met(late)
    assert not Deadline(NOON, Rule.BEFORE).met(late)
    assert Deadline(NOON, Rule.BEFORE).met(NOON - timedelta(milliseconds=1))


def test_a_deposit_may_be_timed_in_another_zone():
    deadline = Deadline(NOON, Rule.UNTIL)
    assert deadline.met(datetime(2026, 4, 22, 10, 0, 0, tzinfo=UTC))
    assert not deadline.met(datetime(2026, 4, 22, 10, 0, 1, tzinfo=UTC))


def test_across_the_change_to_summer_time():
    """On 29 March 2026 three o'clock in Paris is one second after 01:59:59."""
    deadline = Deadline(instant(date(2026, 3, 29), time(3, 0)), Rule.BEFORE)
    assert deadline.met(instant(date(2026, 3, 29), time(1, 59, 59)))
    assert deadline.met(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
    assert not deadline.met(datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC))


def test_the_hour_that_comes_twice_is_told_apart():
    """On 25 October 2026 02:30 comes twice: the second one is an hour later."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    again = first.replace(fold=1)
    assert not Deadline(first, Rule.UNTIL).met(again)
    assert not Deadline(first, Rule.UNTIL).met(first.replace(minute=15, fold=1))
    assert Deadline(again, Rule.BEFORE).met(first)


@pytest.mark.parametrize(
    ("day", "clock", "trouble"),
    [
        (date(2026, 3, 29), time(2, 30), "does not exist"),
        (date(2026, 3, 29), time(1, 59), None),
        (date(2026, 3, 29), time(3, 0), None),
        (date(2026, 10, 25), time(2, 30), "comes twice"),
        (date(2026, 10, 25), time(1, 59), None),
        (date(2026, 10, 25), time(3, 0), None),
    ],
)
def test_clock_times_that_name_no_single_instant(day, clock, trouble):
    told = clock_trouble(day, clock)
    assert told is None if trouble is None else told is not None and trouble in told


def test_explicit_times_only():
    naive = datetime(2026, 4, 22, 12, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        Deadline(naive)
    with pytest.raises(ValueError, match="time zone"):
        Deadline(NOON).met(naive)


def test_said_in_french():
    assert str(Deadline(NOON)) == "avant le mercredi 22 avril 2026 à 12:00"
    until = Deadline(datetime(2026, 5, 20, 21, 59, 59, tzinfo=UTC), Rule.UNTIL)
    assert str(until) == "jusqu'au mercredi 20 mai 2026 à 23:59"
