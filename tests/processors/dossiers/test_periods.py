"""Periods as French certificates write them, and the weeks that they make."""

from datetime import date

import pytest

from processors.dossiers.holidays import public_holidays
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
        "du douze janvier deux mille vingt-\nsix au vingt février deux mille vingt-six",
        "du douze janvier deux mille vingt\x02\nsix au vingt février deux mille vingt\x02\nsix",
        "de la date du 12 janvier 2026 à celle du 20 février 2026",
        "du lundi 12/01/2026 au vendredi 20/02/2026",
        "du 12 janvier 2026 (matin) au 20 février 2026 (soir)",
        "à compter du 12 janvier 2026 et ce jusqu'au 20 février 2026",
        "à partir du 12 janvier 2026 et jusqu'à la date du 20 février 2026",
        "12/01/2026 / 20/02/2026",
        "à l'hôpital Saint-Éloi de Lunel du 12 janvier 2026 au 20 février 2026",
        "un emploi du 12 janvier 2026 au 20 février 2026, selon l'arrêté du 22 juillet 2008",
        "Du (12/01/2026) au (20/02/2026)",
        "du 12 janvier 2026au 20 février 2026",
        "du 12janvier au 20février2026",
        "date de naissance : 14/03/2005\nDu 12/01/2026 au 20/02/2026",
        "né le 14/03/2005, du 12 janvier au 20 février 2026",
        "en stage pour une période commençant le 12 janvier 2026 et se terminant le 20 février 2026",
        "a rejoint notre équipe le 12 janvier 2026 et a terminé son stage le 20 février 2026",
        "du 12/01/2096 au 20/02/2096",  # as optical reading has it
        "Date de début du stage : 12,01.2026 Date de fin du stage : 20.022026",
        "du 12 01 2026 au 20022026",
        "le stage a commencé le 12 janvier 2026 pour s'achever le 20 février 2026",
        "Date d'arrivée : 12/01/2026   Date de départ : 20/02/2026",
        "– date d'entrée : 12/01/2026\n– date de sortie : 20/02/2026\n– tuteur : Hugo Rostagne",
        "Arrivé le 12 janvier 2026, il nous a quittés le 20 février 2026.",
        "présent du 12/01/2026 (8h30) au 20/02/2026 (17h00)",
    ],
)
def test_a_period_is_read(text: str) -> None:
    assert read_stay(text).periods == (JANUARY,)


@pytest.mark.parametrize(
    ("text", "days", "in_part"),
    [
        ("du 5 au 30 janvier et du 2 au 13 février 2026", 30, False),
        ("du 15 au 19 décembre, du 5 au 16 janvier et du 19 au 30 janvier 2026", 25, False),
        ("du 05/01 au 30/01 puis du 02/02 au 13/02/2026", 30, False),
        ("du 5 au 30 janvier, puis, après accord, du 2 au 13 février 2026", 10, True),
        ("sous Debian 11.5 - 12.1, du 2 au 13 février 2026", 10, False),
        ("du 2 au 13 février 2026, selon la convention du 10/12/2025", 10, False),
    ],
)
def test_periods_share_the_year_of_the_last_one(text: str, days: int, in_part: bool) -> None:
    stay = read_stay(text)
    assert (total([stay]).days, stay.in_part) == (days, in_part)


@pytest.mark.parametrize(
    "text",
    [
        "embauchée le 2 septembre 2024, elle fait toujours partie de nos effectifs. Fait le 2 avril 2026",
        "Date d'entrée dans l'entreprise : 02/09/2024. Fait à Apt, le 2 avril 2026",
        "a travaillé du 2 septembre 2024 à ce jour. Fait à Apt le 02/04/2026",
        "un contrat prenant effet le 2 septembre 2024 et s'achevant le 2 avril 2026",
    ],
)
def test_who_was_taken_on_is_employed_until_the_certificate_or_its_end(text: str) -> None:
    assert read_stay(text, open_ended=True).periods == (Period(date(2024, 9, 2), date(2026, 4, 2)),)


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
        ("une durée de 42 jours calendaires", 6),
        ("210 heures", 6),
        ("175 h", 5),
        ("un stage de quinze semaines", 15),
        ("Ce stage conventionné de 25 jours ouvrés", 5),
        ("Durée hebdomadaire : 35 heures\nNombre d'heures effectuées : 175", 5),
        ("Nombre de jours effectifs : 25\nNombre de jours d'absence : 0", 5),
        ("a réalisé 10 semaines de stage", 10),
        ("durant trois cent cinquante heures", 10),
        ("Nombre de jours\t25", 5),
        ("Nombre de jours travaillés par semaine : 5\nNombre de jours : 25", 5),
        ("Nombre d'heures par semaine : 35\nNombre total de semaines : 5", 5),
        ("avoir accueilli en stage pendant 6 semaines Nael de Kersaint, du 05/01/2026 au 13/02/2026", 6),
        ("du 19/05/2025 au 20/06/2025 (5 semaines) puis du 05/01/2026 au 13/02/2026 (6 semaines)", 11),
        ("du 19/05/2025 au 20/06/2025, 5 semaines ; du 05/01/2026 au 13/02/2026, 6 semaines ; soit 11", 11),
    ],
)
def test_a_length_is_read(text: str, weeks: float) -> None:
    assert read_stay(text).weeks_said == weeks


@pytest.mark.parametrize(
    "text",
    [
        "35 heures par semaine",
        "du 12/01/2026 au 20/02/2026, à raison de 5 jours par semaine et de 7 heures par jour",
        "du 12/01/2026 au 20/02/2026. Pendant 2 semaines, il a déployé des postes",
        "du 19/05/2025 au 20/06/2025, puis du 12/01/2026 au 20/02/2026, soit 30 jours",
        "du 12/01/2026 au 20/02/2026 (rythme : deux semaines en entreprise, une semaine au CFA)",
        "du 12/01/2026 au 20/02/2026, dont 1 semaine de formation à la sécurité",
    ],
)
def test_what_is_done_a_week_or_in_a_part_of_the_stay_is_no_length(text: str) -> None:
    assert read_stay(text).weeks_said is None


def test_the_number_of_a_row_is_no_day() -> None:
    rows = "Stage 1\t19/05/2025\t20/06/2025\nStage 2\t12/01/2026\t20/02/2026"
    assert read_stay(rows).periods == (Period(date(2025, 5, 19), date(2025, 6, 20)), JANUARY)


@pytest.mark.parametrize(
    "text",
    [
        "du 12 janvier 2026 au 20 février 2026, puis du 2 mars 2026 au vingtième jour",
        "début du stage : 02/03/2026. Fin du stage : 31/02/2026",
        "un stage commençant le 2 mars 2026, jusqu'à Pâques",
    ],
)
def test_a_date_that_finds_no_other_leaves_the_stay_unsure(text: str) -> None:
    assert read_stay(text).in_part
    assert not read_stay("né le 14/03/2005, du 12/01/2026 au 20/02/2026. Fait le 23/02/2026").in_part


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


def test_days_of_presence_may_leave_public_holidays_out() -> None:
    """From 19 May to 25 July 2025 lie Ascension, Whit Monday and 14 July."""
    for said, least in (("47 jours de présence effective", 10), ("329 heures", 10), ("46 jours", 9.2)):
        internship = total([read_stay(f"du 19/05/2025 au 25/07/2025, soit {said}")])
        assert (internship.least_weeks, internship.most_weeks) == (least, 10)


@pytest.mark.parametrize(
    ("year", "monday"), [(2024, (4, 1)), (2025, (4, 21)), (2026, (4, 6)), (2049, (4, 19))]
)
def test_easter_monday_is_a_holiday(year: int, monday: tuple[int, int]) -> None:
    assert date(year, *monday) in public_holidays(year)
    assert len(public_holidays(year)) == 11
