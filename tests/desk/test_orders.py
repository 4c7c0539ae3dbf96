"""A corrector proposes another order of the pages; the service takes it, and either may go back on it."""

from __future__ import annotations

import json

import pytest
from filling import Filled
from visitors import Browser, Desk

from actions.site import now
from storage.database.schema import copies
from storage.decided.copies import PlacedPage, copy_by_id
from storage.decided.decisions import CopyArranged
from storage.states import Role


@pytest.fixture
def corrector(desk: Desk, filled: Filled) -> Browser:
    """Of a lot that is in hand, with a copy of three pages."""
    browser = desk.signed_in(Role.CORRECTOR, filled.corrector)
    browser.get(f"/lots/{filled.values['lot']}/ACDEFHJ.pdf")
    three = [PlacedPage(page=k, image=1, half=None, turn=0).model_dump(mode="json") for k in (1, 4, 5)]
    with desk.site.register.engine.begin() as connection:
        connection.execute(copies.update().where(copies.c.id == filled.values["subject"]).values(pages=three))
    read = json.dumps(
        {"scan": {"images": 1, "pages": 5}, "pages": [page | {"label": None, "boxes": {}} for page in three]}
    )
    desk.site.store.vault.put(f"readings/{filled.values['scan']}-1.json", read.encode())
    browser.get(f"/lots/{filled.values['lot']}/ACDEFHJ")
    return browser


def propose(corrector: Browser, filled: Filled, order: list[str]) -> int:
    form = {"trouble": "wrong_order", "order": order}
    return corrector.post(f"/lots/{filled.values['lot']}/ACDEFHJ/signaler", form).status_code


def pages_of(desk: Desk, filled: Filled) -> tuple[list[int], str]:
    with desk.site.register.reading() as connection:
        copy = copy_by_id(connection, filled.values["subject"])
    assert copy is not None
    return [page.page for page in copy.pages], copy.status


def test_an_order_is_proposed_shown_and_taken_without_a_reason(desk: Desk, filled: Filled, corrector):
    assert propose(corrector, filled, ["1", "3", "2"]) == 303
    assert pages_of(desk, filled) == ([1, 4, 5], "to_decide")
    service, here = desk.signed_in(Role.SERVICE), f"/coordination/decisions/{filled.values['subject']}"
    assert "Le correcteur propose cet ordre" in service.get(here).text
    other = {"page": ["5", "4", "1"]}
    assert service.post(f"{here}/pages", other).status_code == 409  # that is not what was proposed
    assert service.post(f"{here}/pages", {"page": ["1", "5", "4"]}).status_code == 303
    assert pages_of(desk, filled)[0] == [1, 5, 4]
    assert "Le correcteur propose cet ordre" not in service.get(here).text
    told = service.get(f"/coordination/historique/{filled.values['subject']}").text
    assert "Ordre proposé : 1, 5 et 4" in told
    assert service.post(f"{here}/pages", {"page": ["1", "4", "5"], "reason": "Non."}).status_code == 303
    assert pages_of(desk, filled)[0] == [1, 4, 5]


def test_the_corrector_goes_back_on_it_until_the_service_acts(desk: Desk, filled: Filled, corrector):
    lot = f"/lots/{filled.values['lot']}"
    assert propose(corrector, filled, ["2", "1", "3"]) == 303
    assert "Ne plus la signaler" in corrector.get(lot).text
    back = f"{lot}/ACDEFHJ/ne-plus-signaler"
    assert corrector.post(back).status_code == 303
    assert pages_of(desk, filled) == ([1, 4, 5], "complete")
    assert corrector.get(f"{lot}/ACDEFHJ").status_code == 200
    service = desk.signed_in(Role.SERVICE)
    assert filled.values["subject"] not in service.get("/coordination/decisions").text.split("Décidé")[0]

    assert propose(corrector, filled, ["2", "1", "3"]) == 303
    moved = tuple(PlacedPage(page=k, image=1, half=None, turn=0) for k in (4, 1, 5))
    facts = CopyArranged(pages=moved, reason="reasons/x.txt")
    assert desk.site.register.record(facts, filled.values["subject"], actor="t", at=now())
    assert corrector.post(back).status_code == 404  # its number is no more: it comes back under another
    assert "Ne plus la signaler" not in corrector.get(lot).text


@pytest.mark.parametrize("order", [["1", "2"], ["1", "1", "2"], ["1", "2", "3", "4"]])
def test_an_order_has_each_page_once(desk: Desk, filled: Filled, corrector, order):
    assert propose(corrector, filled, order) == 409
    assert pages_of(desk, filled)[1] == "complete"


def test_a_program_proposes_an_order_reads_it_and_takes_it(desk: Desk, filled: Filled, corrector):
    mine, copy = f"/api/my/lots/{filled.values['lot']}/copies/ACDEFHJ/report", filled.values["subject"]
    program, service = desk.program(Role.CORRECTOR, filled.corrector), desk.program(Role.SERVICE)
    proposal = {"trouble": "wrong_order", "order": [1, 3, 2]}
    assert program.post(mine, json=proposal).status_code == 200
    assert program.post(f"{mine}/take-back").status_code == 200
    assert pages_of(desk, filled) == ([1, 4, 5], "complete")
    assert program.post(f"{mine}/take-back").status_code == 409
    assert program.post(mine, json=proposal).status_code == 200
    assert service.get(f"/api/decisions/{copy}").json()["order"] == [1, 5, 4]
    assert service.post(f"/api/decisions/{copy}/pages", json={"pages": [4, 5, 1]}).status_code == 409
    assert service.post(f"/api/decisions/{copy}/pages", json={"pages": [1, 5, 4]}).status_code == 200
    assert pages_of(desk, filled)[0] == [1, 5, 4]
