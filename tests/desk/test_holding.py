"""The service holds what is a candidate's, and sees at the desk whose is held."""

from __future__ import annotations

from filling import MINE, Filled
from visitors import Desk

from storage.database.register import events_of
from storage.people.candidates import enrolled_in
from storage.states import Role

PAGE = "/coordination/conservation"


def test_who_is_held_is_named_and_that_is_noted(desk: Desk, filled: Filled):
    service = desk.signed_in(Role.SERVICE)
    with desk.site.register.reading() as connection:
        who = enrolled_in(connection, "U4", MINE)[-1]
    service.get(PAGE)
    form = {"number": who.number, "exam": "U4", "words": "un recours"}
    held = service.get(service.post(PAGE, {**form, "act": "geler"}).headers["location"]).text
    assert "Le gel est posé." in held and f"{who.family_name} {who.first_names}" in held
    with desk.site.register.reading() as connection:
        noted = [event.action for event in events_of(connection, who.id)]
    assert "identity.shown" in noted
    lifted = service.get(service.post(PAGE, {**form, "act": "lever"}).headers["location"]).text
    assert "Le gel est levé." in lifted and who.family_name not in lifted
