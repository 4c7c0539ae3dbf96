"""Duties: each dated one of the circular comes due, is received once, is reminded of once a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from invented import CENTRE, NUMBERS
from pydantic import SecretStr
from pypdfium2 import PdfDocument

from actions.season.duties import DutyState, livrets, owed_duties, receive, remind, reopen, waive
from actions.site import Site
from flows.artifacts import countdown
from processors.circular.deadlines import PARIS
from storage.machine.settings import Settings
from storage.refusals import Refused

SCHOOL = "0040538N"
"""That of all candidates here."""
ENROLLED = len(NUMBERS)
BY = "Mme Personne, en main propre"


def at(site, duty, days):
    """At noon of that day before or after it is due."""
    return rules(site, duty).deadline.at.replace(hour=12) + timedelta(days=days)


def rules(site, duty):
    return next(one for one in site.session.duties if one.code == duty)


def state_of(site, obligation, when):
    return next(row.state for row in owed_duties(site, when) if row.obligation.id == obligation)


def test_every_dated_duty_of_the_circular_comes_near_then_due_then_late(peopled):
    site = peopled.site
    dated = [duty for duty in site.session.duties if duty.deadline]
    assert [duty.code for duty in dated] == ["surveillants", "livrets", "notes-ccf"]
    for duty in dated:
        last, one = duty.deadline.at, f"{duty.code}/{SCHOOL}"
        after = last + timedelta(seconds=1)
        assert state_of(site, one, last - timedelta(days=7, seconds=1)) is DutyState.COMING
        assert state_of(site, one, last - timedelta(days=7)) is DutyState.DUE
        assert state_of(site, one, after) is DutyState.LATE
        for days, said in ((0, DutyState.RECEIVED), (1, DutyState.RECEIVED_LATE)):
            on = duty.last_day + timedelta(days=days)
            receive(site, one, on, BY, ENROLLED, actor="service", at=after + timedelta(days=2))
            assert state_of(site, one, after) is said


def test_each_who_owes_is_there_once(peopled):
    site = peopled.site
    ids = [row.obligation.id for row in owed_duties(site, peopled.tick())]
    assert len(ids) == len(set(ids))
    assert {f"livrets/{SCHOOL}", f"numerisation/{CENTRE}", "retour-oraux/E2", "imagin/service"} <= set(ids)
    assert not any(one.startswith("salles-e6/") for one in ids)  # nobody is enrolled for E6


def test_a_receipt_twice_is_one_and_can_be_taken_back(peopled):
    site, one, day = peopled.site, f"notes-ccf/{SCHOOL}", date(2026, 5, 19)
    assert receive(site, one, day, BY, actor="service", at=peopled.tick())
    assert receive(site, one, day, "Quelqu'un d'autre", actor="service", at=peopled.tick()) is None
    assert state_of(site, one, peopled.now) is DutyState.RECEIVED
    assert reopen(site, one, actor="service", at=peopled.tick())
    assert state_of(site, one, peopled.now) is DutyState.COMING
    assert waive(site, one, "Aucun candidat scolaire.", actor="service", at=peopled.tick())
    assert state_of(site, one, at(site, "notes-ccf", 30)) is DutyState.WAIVED


def test_livrets_are_counted_and_owed_until_all_came(peopled, new_register):
    site, one, day = peopled.site, f"livrets/{SCHOOL}", date(2026, 5, 19)
    for number, code in ((None, "no_number"), (ENROLLED + 1, "too_many")):
        with pytest.raises(Refused, match=code):
            receive(site, one, day, BY, number, actor="service", at=peopled.tick())
    assert receive(site, one, day, BY, ENROLLED - 1, actor="service", at=peopled.tick())
    assert state_of(site, one, at(site, "livrets", 0)) is DutyState.INCOMPLETE
    assert receive(site, one, day, BY, ENROLLED, actor="service", at=peopled.tick())
    assert state_of(site, one, at(site, "livrets", 30)) is DutyState.RECEIVED
    peopled.replayed_alike(new_register())


def test_the_list_of_livrets_is_in_the_order_of_birth_names_and_says_how_many(peopled):
    sheets = PdfDocument(livrets(peopled.site, SCHOOL))
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in sheets]
    assert all(number in pages[0] for number in NUMBERS)
    assert f"{ENROLLED} livrets scolaires" in pages[-1] and "Victor Hugo" in pages[-1]
    with pytest.raises(Refused, match="nobody_here"):
        livrets(peopled.site, "0139109F")


@pytest.mark.parametrize("bad", ["livrets/0139109F", "rien/0040538N", "livrets"])
def test_what_nobody_owes_is_refused(peopled, bad):
    with pytest.raises(Refused, match="unknown"):
        receive(peopled.site, bad, date(2026, 5, 19), BY, actor="service", at=peopled.tick())


def test_nothing_comes_on_a_day_that_is_to_come(peopled):
    tomorrow = peopled.now.astimezone(PARIS).date() + timedelta(days=1)
    with pytest.raises(Refused, match="not_yet"):
        receive(peopled.site, f"livrets/{SCHOOL}", tomorrow, BY, actor="service", at=peopled.now)


def test_what_is_near_or_late_is_reminded_of_once_a_day(peopled, received):
    settings = Settings(
        session_path=peopled.site.settings.session_path,
        alert_webhook=SecretStr(f"http://127.0.0.1:{received.hook}/x"),
    )
    site = Site(settings, peopled.site.store, peopled.register)
    day = at(site, "livrets", -2)
    # the list of invigilators is late, the livrets are near, CCF marks are not
    assert remind(site, day) == 2
    assert remind(site, day + timedelta(hours=2)) == 0
    (post,) = received.posts
    assert SCHOOL in post["text"] and "Livrets scolaires" in post["text"] and "CCF" not in post["text"]
    receive(site, f"surveillants/{SCHOOL}", date(2026, 4, 2), BY, actor="service", at=day)
    assert remind(site, day + timedelta(days=1)) == 1
    assert len(received.posts) == 2


def test_what_is_due_on_a_day_counts_down_until_that_day_is_over(peopled):
    site, due = peopled.site, rules(peopled.site, "livrets").deadline.at
    assert due.strftime("%H:%M:%S") == "23:59:59"
    for left, said in ((timedelta(days=1, hours=2), "2 h"), (timedelta(hours=12), "en cours")):
        assert f"| lundi 8 juin 2026 | {said}" in countdown(site, due - left)
    assert "| lundi 8 juin 2026 | passée |" in countdown(site, due + timedelta(hours=1))
    assert "Livrets" not in countdown(site, due + timedelta(days=2))
    assert "| du mardi 26 mai 2026 au mardi 9 juin 2026 | en cours |" in countdown(site, due)


def test_a_reminder_that_could_not_be_sent_is_sent_the_next_time(peopled):
    settings = Settings(
        session_path=peopled.site.settings.session_path, alert_webhook=SecretStr("http://127.0.0.1:9/x")
    )
    site = Site(settings, peopled.site.store, peopled.register)
    day = at(site, "livrets", -2)
    with pytest.raises(Exception, match="onnect"):
        remind(site, day)
    assert remind(peopled.site, day) == 2


def test_who_brought_it_is_in_no_log_and_a_rebuilt_register_says_the_same(peopled, new_register):
    site, one = peopled.site, f"livrets/{SCHOOL}"
    receive(site, one, date(2026, 5, 19), BY, ENROLLED, actor="service", at=peopled.tick())
    remind(site, at(site, "livrets", -2))
    assert "Personne" not in peopled.replayed_alike(new_register())
