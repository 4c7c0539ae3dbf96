"""Where the session asks for a second person, what one decides at the desk waits for another."""

from __future__ import annotations

import re

import pytest
from visitors import Browser, Desk

from actions.context import now
from processors.scans.readings import CopyStatus, Turn
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.candidates import enrolled_in, import_candidates
from storage.copies import FoundCopy, PlacedPage, copy_by_id
from storage.decisions import proposal_of
from storage.ids import new_id
from storage.objects import ObjectInfo
from storage.scans import ScanClaimed, ScanRead, ScanStored, arrive
from storage.states import Role

CENTRE = "0130051K"


@pytest.fixture
def cautious(desk: Desk) -> Desk:
    desk.work.__dict__["session"] = desk.work.session.model_copy(update={"second_person": True})
    return desk


@pytest.fixture
def waits(cautious: Desk) -> tuple[str, str]:
    """A copy that nobody could name, and a candidate of its centre."""
    work, at = cautious.work, now()
    people = plan_session(3, [CENTRE], ["U4"], 4).candidates
    assert not import_candidates(work.register, roster_csv(people), work.session, actor="t", at=at).problems
    dropped = ObjectInfo(f"scans/{CENTRE}/U4/pile.pdf", new_id("scan"), 10, at)
    scan = arrive(work.register, dropped, "U4", CENTRE, actor="t", at=at)
    key = f"readings/{scan}-1.json"
    work.store.vault.put(key, b'{"scan": {"images": 1, "pages": 1}, "pages": []}')
    copy = FoundCopy(
        id=new_id("copy"), candidate=None, attributed_by=(), status=CopyStatus.TO_DECIDE, missing=(),
        pages=(PlacedPage(page=1, image=1, half=None, turn=Turn.NONE),), guesses=(), findings=(),
    )  # fmt: skip
    for facts in (
        ScanClaimed(attempt=1),
        ScanStored(sha256="0" * 64),
        ScanRead(sha256="0" * 64, attempt=1, reading=key, copies=(copy,), findings=()),
    ):
        work.register.record(facts, scan, actor="t", at=at)
    with work.register.reading() as connection:
        return copy.id, enrolled_in(connection, "U4", CENTRE)[0].id


def decide(browser: Browser, copy: str, candidate: str):
    form = {"decision": "attribute", "candidate": candidate, "reason": "lu sur l’en-tête"}
    browser.get("/connexion")
    return browser.post(f"/coordination/decisions/{copy}", form)


def test_another_account_confirms(cautious: Desk, waits):
    copy, free = waits
    first, second = (cautious.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in "ab")
    assert decide(first, copy, free).status_code == 303
    assert "attend une autre personne" in first.get("/coordination/decisions").text
    assert "Une autre personne doit le confirmer" in first.get(f"/coordination/decisions/{copy}").text
    shown = second.get(f"/coordination/decisions/{copy}").text
    assert re.search(r"Jeanne Exemple propose de l’attribuer à \w+", shown) and "Confirmer</button>" in shown
    assert "« lu sur l’en-tête »" in shown
    with cautious.work.register.reading() as connection:
        assert copy_by_id(connection, copy).status is CopyStatus.TO_DECIDE
    assert decide(second, copy, free).status_code == 303
    with cautious.work.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate == free
        assert proposal_of(connection, copy) is None


def test_who_saw_the_link_of_an_account_is_no_second_person(cautious: Desk, waits):
    """Whoever invites somebody may have taken up the link: the two accounts may be one person's."""
    copy, free = waits
    first = cautious.signed_in(Role.SERVICE, email="a@exemple.fr")
    first.get("/coordination/comptes")
    form = {"role": "service", "email": "b@exemple.fr", "name": "Jeanne Exemple"}
    link = re.search(r"/invitation/[\w-]+", first.post("/coordination/comptes", form).text)
    assert link is not None
    second = cautious.taken_up(link[0], "b@exemple.fr", Role.SERVICE)
    third = cautious.signed_in(Role.SERVICE, email="c@exemple.fr")
    assert decide(first, copy, free).status_code == 303
    assert "une troisième personne" in decide(second, copy, free).text
    with cautious.work.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate is None
    assert decide(third, copy, free).status_code == 303
    with cautious.work.register.reading() as connection:
        assert copy_by_id(connection, copy).candidate == free
