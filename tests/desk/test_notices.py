"""Notices by e-mail: once for each thing, to whom it concerns and who wants it, and naming nobody."""

from __future__ import annotations

import pytest
from filling import MINE, OTHER, Filled
from postbox import Received
from visitors import Browser, Desk

from actions.corrected import lots
from actions.decided import copies
from actions.season.notices import tell
from actions.site import now
from storage.corrected.lots import LotPulled, lot_by_id
from storage.states import Decision, Role, Trouble


@pytest.fixture
def mailing(desk: Desk, filled: Filled, received: Received) -> Desk:
    settings = {"smtp_host": "127.0.0.1", "smtp_port": received.smtp, "desk_url": "http://desk"}
    desk.site.__dict__["settings"] = desk.site.settings.model_copy(update=settings)
    return desk


@pytest.fixture
def centre(mailing: Desk) -> Browser:
    mailing.signed_in(Role.CENTRE, OTHER)
    return mailing.signed_in(Role.CENTRE, MINE, "gare@exemple.fr")


@pytest.fixture
def corrector(mailing: Desk, filled: Filled) -> Browser:
    mailing.signed_in(Role.CORRECTOR, filled.stranger)
    return mailing.signed_in(Role.CORRECTOR, filled.corrector, "lecture@exemple.fr")


def told(desk: Desk, received: Received) -> list[tuple[str, str]]:
    """To whom and what, of what goes out now."""
    received.mails.clear()
    tell(desk.site, now())
    return [(mail["To"], mail.get_content()) for mail in received.mails]


def test_a_centre_is_told_once_of_a_copy_to_scan_again(mailing: Desk, filled: Filled, centre, received):
    assert told(mailing, received) == []
    copies.send_back(mailing.site, filled.values["copy"], "La page 2.", actor="t", at=now())
    received.refusing = True
    assert told(mailing, received) == []
    received.refusing = False
    ((to, text),) = told(mailing, received)
    assert to == "gare@exemple.fr" and "U4, 2e copie de sa pile" in text and "http://desk" in text
    assert not any(who.family_name in text or who.number in text for who in filled.people)
    assert told(mailing, received) == []


def test_a_corrector_is_told_of_a_lot_of_its_recall_and_of_a_copy_that_is_back(
    mailing: Desk, filled: Filled, corrector, received
):
    site, lot, copy = mailing.site, filled.values["lot"], filled.values["subject"]
    ((to, text),) = told(mailing, received)
    assert to == "lecture@exemple.fr" and "Prêt à corriger" in text and "lot U4-001" in text
    assert told(mailing, received) == []

    site.register.record(LotPulled(), lot, actor=filled.corrector, at=now())
    copies.report(site, copy, Trouble.ILLEGIBLE, "", actor=filled.corrector, at=now())
    copies.take_report_back(site, copy, actor=filled.corrector, at=now())
    assert told(mailing, received) == []  # she knows
    copies.report(site, copy, Trouble.ILLEGIBLE, "", actor=filled.corrector, at=now())
    assert told(mailing, received) == []
    copies.decide(site, copy, Decision.ACCEPT, "Elle se lit.", actor="acct_t", at=now())
    ((_, text),) = told(mailing, received)
    assert "Revenue, à sa place" in text and "copie ACDEFHJ, lot U4-001" in text

    with site.register.reading() as connection:
        row = lot_by_id(connection, lot)
    assert row is not None
    lots.recall(site, row, "Erreur de lot.", actor="t", at=now())
    ((_, text),) = told(mailing, received)
    assert "Rappelé par le service" in text and "Erreur" not in text


def test_who_does_not_want_to_be_told_is_not(mailing: Desk, filled: Filled, centre: Browser, received):
    page = centre.get("/avis").text
    assert 'value="scan_again" checked' in page and "lot_ready" not in page
    assert centre.post("/avis").status_code == 303
    assert "C’est noté" in centre.get("/avis?fait=1").text
    copies.send_back(mailing.site, filled.values["copy"], "La page 2.", actor="t", at=now())
    assert told(mailing, received) == []
    assert centre.post("/avis", {"wanted": "scan_again"}).status_code == 303
    assert len(told(mailing, received)) == 1
