"""Periods as French certificates write them, and the weeks that they make."""

from datetime import date

import pytest

from processors.dossiers.periods import Period, Stay, read_stay, total

JANUARY = Period(date(2026, 1, 12), date(2026, 2, 20))


@pytest.mark.parametrize(
    "text",
    [
        "a effectué un stage du 12 janvier au 20 février 2026",
        "du 12/01/2026 au 20/02/2026",
        "12/01/2026 – 20/02/2026",
        "du lundi 12 janvier 2026 au vendredi 20 février 2026 inclus",
        "Date de début : 12.01.2026 date de fin : 20.02.2026",
        "du 12-01-26 au 20-02-26",
        "2026-01-12 → 2026-02-20",
    ],
)
def test_a_period_is_read(text: str) -> None:
    assert read_stay(text).periods == (JANUARY,)


def test_the_year_of_the_end_is_not_that_of_the_beginning() -> None:
    assert read_stay("du 15 décembre au 9 janvier 2026").periods == (
        Period(date(2025, 12, 15), date(2026, 1, 9)),
    )


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("6 semaines", 6),
        ("soit six (6) semaines", 6),
        ("30 jours ouvrés", 6),
        ("210 heures", 6),
        ("175 h", 5),
    ],
)
def test_a_length_is_read(text: str, weeks: float) -> None:
    assert read_stay(text).weeks_said == weeks


def test_hours_a_week_are_no_length() -> None:
    assert read_stay("35 heures par semaine").weeks_said is None


def test_monday_to_the_friday_of_the_fifth_week_is_five_weeks() -> None:
    stay = Stay((Period(date(2026, 4, 20), date(2026, 5, 22)),))  # 1 and 8 May are holidays
    internship = total([stay])
    assert (internship.days, internship.least_weeks, internship.most_weeks) == (25, 5, 5)


def test_days_that_two_certificates_hold_count_once() -> None:
    later = Stay((Period(date(2026, 2, 9), date(2026, 3, 6)),))
    assert total([Stay((JANUARY,)), later]).least_weeks == 8


def test_closed_days_do_not_count() -> None:
    closed = {date(2026, 1, 12), date(2026, 1, 13)}
    assert total([Stay((JANUARY,))], closed).days == 28


def test_a_certificate_that_contradicts_itself_says_least_and_most() -> None:
    internship = total([read_stay("du 12/01/2026 au 20/02/2026, soit 8 semaines")])
    assert (internship.least_weeks, internship.most_weeks) == (6, 8)
