"""The dates that a calendar subscribes to, and those on paper."""

import html
import re
from datetime import timedelta

import icalendar
import pypdfium2

from actions.dropped.deadlines import extend
from actions.site import now
from processors.circular.deadlines import Deadline, Rule
from storage.states import Role


def subscribed(browser, page):
    """What a calendar gets that was given the address shown there; it signs in nowhere."""
    address = html.unescape(re.search(r'id="feed" value="([^"]+)"', browser.get(page).text)[1])
    return address.partition("/calendrier/")[2]


def entries(desk, key):
    answer = desk.browser().client.get(f"/calendrier/{key}")
    assert answer.headers["content-type"].startswith("text/calendar")
    feed = icalendar.Calendar.from_ical(answer.content)
    return {str(event["uid"]).partition("@")[0]: event for event in feed.events}


def test_a_centre_s_calendar_moves_with_its_deadline(desk, filled):
    centre = desk.site.session.centres[0].uai
    key = subscribed(desk.signed_in(Role.CENTRE, centre), f"/centre/{centre}")
    before = entries(desk, key)
    due = desk.site.session.exam("U4").scan_deadline.at
    later = Deadline(due + timedelta(days=2), Rule.UNTIL)
    extend(desk.site, "U4", centre, later.at, "Panne du réseau", actor="service", at=now())
    after = entries(desk, key)
    assert "U4/scans" in before and "results/jury" not in before
    assert set(after) == set(before)
    assert after["U4/scans"].start == later.at != before["U4/scans"].start
    assert all(event.start == before[id_].start for id_, event in after.items() if id_ != "U4/scans")


def test_the_service_s_calendar_has_all_and_a_forged_address_none(desk, filled):
    service = subscribed(desk.signed_in(Role.SERVICE), "/coordination/obligations")
    assert {f"{exam.code}/opens" for exam in desk.site.session.written} < set(entries(desk, service))
    forged = f"{'A' if service[0] != 'A' else 'B'}{service[1:]}"
    assert desk.browser().client.get(f"/calendrier/{forged}").status_code == 404


def test_the_dates_on_paper(desk, filled):
    centre = desk.site.session.centres[0].uai
    sheet = desk.signed_in(Role.CENTRE, centre).get(f"/centre/{centre}/calendrier.pdf")
    text = pypdfium2.PdfDocument(sheet.content)[0].get_textpage().get_text_range()
    assert "U4 : fin du dépôt des numérisations" in text
