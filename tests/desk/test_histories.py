"""A story is told in French, with names, reasons, before and after: the same at the desk and the shell."""

from __future__ import annotations

import html
import json
import re

from filling import MINE, Filled
from test_one_act import desk, filled, shell  # noqa: F401 - its fixtures
from visitors import Desk

from actions.site import now
from storage.corrected.lots import LotReassigned
from storage.decided.copies import copy_by_id
from storage.people.candidates import enrolled_as, enrolled_in
from storage.states import Role


def read(page: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def test_a_decision_is_told_with_its_author_its_reason_before_and_after(desk: Desk, filled: Filled):  # noqa: F811
    copy, service = filled.values["copy_id"], desk.signed_in(Role.SERVICE)
    with desk.site.register.reading() as connection:
        before = copy_by_id(connection, copy)
        others = {who.id: who for who in enrolled_in(connection, "U4", MINE)}
        assert before is not None
        (first,) = enrolled_as(connection, ids=[before.candidate or ""])
    after = next(who for id_, who in list(others.items())[3:])
    here, story = f"/coordination/decisions/{copy}", f"/coordination/historique/{copy}"
    service.get(here)
    form = {"decision": "attribute", "number": after.number, "reason": "La feuille le dit."}
    assert service.post(here, form).status_code == 303
    told = read(service.get(story).text)
    name = f"{first.family_name} {first.first_names}, n° {first.number}"
    assert f"Candidat : {name} → {after.family_name} {after.first_names}, n° {after.number}" in told
    assert "Décision : attribuée" in told and "La feuille le dit." in told and "Jeanne Exemple" in told
    assert "copy.decided" not in told

    (decided,) = [one for one in json.loads(shell(desk, "audit", "history", copy, "--json")) if one["why"]]
    assert (decided["who"], decided["why"]) == ("Jeanne Exemple", "La feuille le dit.")
    assert all(change in told for change in decided["changes"])
    seen = shell(desk, "audit", "history", copy)
    assert "Jeanne Exemple" in seen and "La feuille le dit." in seen and "identity.shown" not in seen


def test_what_is_proposed_is_told_as_no_more_and_what_confirms_it_says_what(desk: Desk, filled: Filled):  # noqa: F811
    desk.site.__dict__["session"] = desk.site.session.model_copy(update={"second_person": True})
    copy = filled.values["copy_id"]
    first, second = (desk.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in "ab")
    here, story = f"/coordination/decisions/{copy}", f"/coordination/historique/{copy}"
    with desk.site.register.reading() as connection:
        before = copy_by_id(connection, copy)
        assert before is not None
        (owner,) = enrolled_as(connection, ids=[before.candidate or ""])
        after = [who for who in enrolled_in(connection, "U4", MINE) if who.id != before.candidate][2]
    form = {"decision": "attribute", "number": after.number, "reason": "La feuille le dit."}
    old, new = (f"{one.family_name} {one.first_names}, n° {one.number}" for one in (owner, after))
    for browser in (first, second):
        browser.get(here)
        assert browser.post(here, form).status_code == 303
    told = read(first.get(story).text)
    proposed, decided = told.index("décision proposée"), told.index("décision prise")
    assert f"Candidat proposé : {new} Décision proposée : attribuée" in told[proposed:decided]
    assert f"Candidat : {old} → {new}" in told[decided:] and "Décision : attribuée" in told[decided:]
    number = re.findall(r"n° (\d{1,4})\b", told[:proposed])[-1]
    assert f"Confirme : la proposition n° {number}" in told[decided:]


def test_a_dossier_is_told_by_its_files(desk: Desk, filled: Filled):  # noqa: F811
    told = read(desk.signed_in(Role.SERVICE).get(f"/coordination/historique/{filled.values['dossier']}").text)
    assert re.search(r"Histoire d’un dossier \(E5, Lycée [^)]+\)", told)
    assert "pièce déposée Fichier : a.pdf" in told and "Reçu le : " in told


def test_what_is_said_again_is_told_again(desk: Desk, filled: Filled):  # noqa: F811
    copy, service = filled.values["copy_id"], desk.signed_in(Role.SERVICE)
    here = f"/coordination/decisions/{copy}"
    service.get(here)
    for reason in ("Elle est entière.", "Vue une seconde fois."):
        assert service.post(here, {"decision": "accept", "reason": reason}).status_code == 303
    told = read(service.get(f"/coordination/historique/{copy}").text)
    assert told.count("décision prise Décision : acceptée telle quelle") == 2


def test_looking_adds_no_line_and_is_told_apart(desk: Desk, filled: Filled):  # noqa: F811
    copy, service = filled.values["subject"], desk.signed_in(Role.SERVICE)
    story = f"/coordination/historique/{copy}"
    service.get(f"/coordination/decisions/{copy}")
    lines = [re.search(r"<caption>(\d+) événement", service.get(story).text) for _ in range(3)]
    assert len({found[1] for found in lines if found}) == 1
    assert "accès à une identité, notés comme la loi le demande" in service.get(story).text
    shell(desk, "audit", "history", copy)
    assert "history" in {
        one["facts"]["what"]
        for one in json.loads(shell(desk, "audit", "history", copy, "--json"))
        if one["action"] == "identity.shown"
    }


def test_a_lot_that_changes_hands_is_told_with_both(desk: Desk, filled: Filled):  # noqa: F811
    lot = filled.values["lot"]
    record = desk.site.register.record
    assert record(LotReassigned(corrector=filled.stranger), lot, actor="service", at=now())
    told = shell(desk, "audit", "history", lot)
    assert re.search(r"Correcteur : .+ → ", told) and "la ligne de commande" in told
    assert not re.search("corr_|copy_", told)
