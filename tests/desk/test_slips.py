"""A slip in a form stays on the form, with what was typed, and says what is wrong: every form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from filling import Filled
from lxml import html  # type: ignore[import-untyped]
from test_access import MATRIX, own_scope, path_of
from visitors import Browser, Desk

from storage.states import Role

TOO_LONG = "x" * 2_001


def pages_of(role: Role, values: dict[str, str]) -> Iterator[str]:
    for route, rule in MATRIX.items():
        if route.startswith("GET ") and role in rule.who and not re.search("/api/|/aide/", route):
            yield path_of(route, values)[1]


def forms_on(page: str) -> Iterator[Any]:
    for form in html.document_fromstring(page).xpath("//main//form[@method='post']"):
        typed = form.xpath(
            ".//textarea[not(@hidden)]|.//input[@type='text' or @type='date' or @type='number']"
        )
        if typed:
            yield form


def filled_in(form: Any, text: str) -> dict[str, str]:
    """As a browser sends it, with this in each field of text, and its first button."""
    sent = dict[str, str]()
    for one in form.xpath(".//*[@name]"):
        kind = one.get("type", "")
        if one.tag == "select":
            sent[one.get("name")] = one.xpath(".//option")[-1].get("value")
        elif one.tag == "textarea" or kind in ("text", "date", "time", "number", "email"):
            sent[one.get("name")] = text
        elif kind in ("hidden", "radio") or (one.tag == "button" and one.get("name") not in sent):
            sent[one.get("name")] = one.get("value", "")
    return sent


def sent_from(browser: Browser, page: str, goes: str, sent: dict[str, str]) -> httpx.Response:
    headers = {"x-form-token": browser.token, "referer": f"http://desk{page}"}
    return browser.client.post(goes, data=sent, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("role", [*Role])
def test_every_form_is_shown_again_as_it_was_filled_in(desk: Desk, filled: Filled, role: Role):
    browser = desk.signed_in(role, own_scope(role, filled))
    seen = set()
    for page in pages_of(role, filled.values):
        answer = browser.get(page, follow_redirects=False)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        for form in forms_on(answer.text):
            goes = form.get("action", page)
            sent = filled_in(form, TOO_LONG)
            told = sent_from(browser, page, goes, sent)
            if told.status_code < 400:
                continue  # it takes long texts
            document = html.document_fromstring(told.text)
            slips = document.xpath("//*[@data-slip]")
            assert slips, f"{page} {goes} {told.status_code} {told.text[:3000]}"
            (inside,) = slips[0].iterancestors("form")
            areas = [one.text for one in inside.xpath(".//textarea[not(@hidden)]")]
            assert all(text.strip() == TOO_LONG for text in areas), (page, goes)
            seen.add(goes)
    assert len(seen) >= {Role.CENTRE: 0, Role.SERVICE: 9, Role.CORRECTOR: 2}[role], seen


def test_what_is_refused_is_said_in_the_form_that_was_sent(desk: Desk, filled: Filled):
    """The second of three forms that go to the same place; where it was opened from does not matter."""
    browser = desk.signed_in(Role.SERVICE)
    page = f"/coordination/decisions/{filled.values['copy_id']}"
    browser.get(page)
    typed = {"decision": "attribute", "number": "12345678901", "reason": "La feuille le dit."}
    for came in (page, f"{page}?fait=1"):
        told = sent_from(browser, came, page, typed)
        (slip,) = html.document_fromstring(told.text).xpath("//*[@data-slip]")
        assert (told.status_code, slip.get("data-slip")) == (409, page)
        assert "Aucun candidat n’a ce numéro" in slip.text_content()
        form = slip.getparent()
        assert form.xpath(".//input[@name='number']/@value") == ["12345678901"]
        assert form.xpath("string(.//textarea)").strip() == "La feuille le dit."


def test_what_was_typed_is_shown_where_the_form_is_no_more(desk: Desk, filled: Filled):
    """Somebody else was faster: the page asks it no longer."""
    browser = desk.signed_in(Role.SERVICE)
    page = f"/coordination/decisions/{filled.values['copy_id']}"
    browser.get(page)
    assert browser.post(f"{page}/renvoi", {"reason": "Page floue."}).status_code == 303
    gone = sent_from(browser, page, f"{page}/pages", {"page": "99", "reason": "Mieux <ainsi>"})
    told = sent_from(browser, page, f"{page}/constats/0/0", {"settled": "true", "reason": "Déjà vu <là>"})
    (slip,) = html.document_fromstring(told.text).xpath("//main/*[@data-slip]")
    assert "Vous aviez écrit : « Déjà vu <là> »" in slip.text_content()
    assert gone.status_code == 409


def test_a_field_is_named_as_on_the_page_and_a_password_never_filled(desk: Desk):
    browser = desk.browser()
    browser.get("/connexion")
    told = sent_from(browser, "/connexion", "/connexion", {"email": "", "password": "ne pas montrer"})
    assert told.status_code == 422 and "Adresse électronique : à remplir." in told.text
    assert "ne pas montrer" not in told.text
    service = desk.signed_in(Role.SERVICE)
    secours = "/coordination/secours"
    service.get(secours)
    told = sent_from(service, secours, secours, {"code": "123456"})
    assert told.status_code == 422 and "123456" not in told.text


def test_a_form_shown_again_shows_no_page_of_anothers(desk: Desk, filled: Filled):
    """Where it is said to come from is asked for as any page is."""
    browser = desk.signed_in(Role.CORRECTOR, filled.corrector)
    lot = f"/lots/{filled.values['lot']}"
    browser.get(lot)
    for came in ("/coordination/comptes", f"/centre/{filled.values['uai']}/U4", "/static/desk.css"):
        told = sent_from(browser, came, f"{lot}/ACDEFHJ/signaler", {"trouble": "rien"})
        assert told.status_code == 422 and "data-slip" not in told.text


def test_a_form_from_before_another_sign_in_is_not_lost_and_a_forged_one_shows_nothing(desk: Desk):
    browser = desk.signed_in(Role.SERVICE)
    page = "/coordination/echeances"
    browser.get(page)
    browser.token = "0" * 64
    typed = {"place": "U4/0130051K", "reason": "Scanner en panne."}
    told = sent_from(browser, page, page, typed)
    assert told.status_code == 403 and "Scanner en panne." in told.text
    (slip,) = html.document_fromstring(told.text).xpath("//form//*[@data-slip]")
    assert "envoyez-le encore" in slip.text_content()
    headers = {"referer": f"http://elsewhere.example{page}"}
    told = browser.client.post(page, data=typed, headers=headers, follow_redirects=False)
    assert told.status_code == 403 and "Scanner en panne." not in told.text
