"""A centre prints its attendance list and hands it in signed; what paper cannot tell, the service answers."""

from __future__ import annotations

import numpy as np
from filling import MINE, Filled
from visitors import Desk

from benchmarks.drawn.signing import Mark, signed_scan
from storage.people.candidates import attendance_of, enrolled_in
from storage.season.signatures import count_to_look_at
from storage.states import Role


def test_a_cell_is_shown_and_answered(desk: Desk, filled: Filled):
    browser, candidate = desk.signed_in(Role.SERVICE), filled.values["candidate"]
    assert "1 case à regarder" in browser.get("/coordination/decisions").text
    page = browser.get("/coordination/emargement")
    here = f"/coordination/emargement/U4/{candidate}"
    assert page.url.path == here
    assert f'src="{here}/ligne.jpg"' in page.text and 'data-key="1"' in page.text
    assert browser.get(f"{here}/ligne.jpg").content.startswith(b"\xff\xd8")
    answered = browser.post(here, {"present": "false"})
    assert answered.headers["location"] == f"{here}?fait={candidate}"
    assert "absent" in browser.get(answered.headers["location"]).text
    with desk.site.register.reading() as connection:
        assert attendance_of(connection, "U4", MINE)[candidate] is False
        assert count_to_look_at(connection) == 0
    assert browser.post(here, {"present": "true"}).status_code == 303
    with desk.site.register.reading() as connection:
        assert attendance_of(connection, "U4", MINE)[candidate] is True


def test_a_signed_list_is_handed_in_and_its_page_says_who_came(desk: Desk, filled: Filled):
    browser = desk.signed_in(Role.CENTRE, MINE)
    page = f"/centre/{MINE}/U4/emargement"
    printed = browser.get(f"{page}.pdf").content
    assert f'data-sheets="{page}/signee"' in browser.get(page).text
    with desk.site.register.reading() as connection:
        people = enrolled_in(connection, "U4", MINE)
    marks = [[Mark.EMPTY, *[Mark.NAME] * (len(people) - 1)]]
    scan = signed_scan(printed, marks, desk.site.attendance_form.rows, np.random.default_rng(1))
    token = {"x-form-token": browser.token, "content-type": "application/octet-stream"}
    assert browser.client.post(f"{page}/signee", content=scan, headers=token).status_code == 204
    assert "Liste signée : 1 feuille lue" in browser.get(page).text
    other = browser.get(f"/centre/{MINE}/U4/bordereau.pdf").content
    assert browser.client.post(f"{page}/signee", content=other, headers=token).status_code == 204
    assert "Du dernier fichier déposé" in browser.get(page).text
    bad = browser.client.post(f"{page}/signee", content=b"no PDF", headers=token)
    assert bad.status_code == 422 and "pas un PDF" in bad.text


def test_a_list_is_printed_once_for_the_same_people(desk: Desk, filled: Filled):
    browser = desk.signed_in(Role.CENTRE, MINE)
    first, again = (browser.get(f"/centre/{MINE}/U4/emargement.pdf") for _ in range(2))
    assert first.headers["content-type"] == "application/pdf" and first.content == again.content
    assert f"/centre/{MINE}/U4/emargement.pdf" in browser.get(f"/centre/{MINE}/U4").text


def test_a_cell_that_a_copy_settles_is_asked_about_no_more_and_says_why(desk: Desk, filled: Filled):
    browser, candidate = desk.signed_in(Role.SERVICE), filled.values["candidate"]
    here, said = f"/coordination/emargement/U4/{candidate}", "sa case porte de l’encre et sa copie est là"
    assert said not in browser.get(here).text
    accepts = {"decision": "accept", "reason": "la sienne"}
    browser.get("/coordination")
    assert browser.post(f"/coordination/decisions/{filled.values['copy']}", accepts).status_code == 303
    assert "Aucune case n’attend" in browser.get("/coordination/emargement").text
    assert f"Présent : {said}" in browser.get(here).text
    assert f"présent, car {said}" in browser.get(f"/coordination/historique/{candidate}").text
