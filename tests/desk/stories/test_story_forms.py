"""A slip in a form, in a real browser: it stays there, with what was typed, and is put right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from storage.states import Role
from stories.conftest import CENTRE, looked_at

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_what_was_refused_is_put_right_where_it_was_typed(stage, enter):
    """A deadline that cannot be, an account without its centre: said there, at the page’s own address."""
    page = enter(Role.SERVICE)
    page.goto(f"{stage.url}/coordination/echeances")
    page.fill("#day", "2030-01-01")
    page.fill("#clock", "12:00")
    page.fill("#reason", "Le scanner est en panne.")
    page.get_by_role("button", name="Accorder ce délai").click()
    slip = page.locator("form [data-slip]")
    expect(slip).to_contain_text("Rien n’est enregistré")
    expect(slip).to_be_focused()
    assert page.input_value("#reason") == "Le scanner est en panne."
    assert page.url == f"{stage.url}/coordination/echeances"
    looked_at(page, "desk-slip")
    page.reload()
    expect(slip).to_have_count(0)

    page.goto(f"{stage.url}/coordination/comptes")
    page.fill("#name", "Camille Exemple")
    page.fill("#email", "camille@exemple.fr")
    page.locator("#role").select_option("centre")
    page.get_by_role("button", name="Préparer l’invitation").click()
    expect(slip).to_contain_text("Choisissez le centre.")
    looked_at(page, "desk-slip-account")
    assert page.input_value("#role") == "centre" and page.input_value("#name") == "Camille Exemple"
    page.locator("#centre").select_option(CENTRE)
    page.get_by_role("button", name="Préparer l’invitation").click()
    expect(page.get_by_label("Lien d’invitation")).to_be_visible()


def test_a_list_is_looked_at_before_it_is_taken(stage, enter):
    """People of centres from a file: who would be invited is shown; then each has a link."""
    page = enter(Role.SERVICE)
    page.get_by_role("link", name="Listes", exact=True).click()
    looked_at(page, "desk-lists")
    table = f"centre;name;email\n{CENTRE};Maud Exemple;maud@exemple.fr\n{CENTRE};Luc Exemple;luc@exemple.fr\n"
    file = {"name": "centres.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.set_input_files("#list-centres", file)
    expect(page.get_by_role("heading", name="rien n’est encore enregistré")).to_be_visible()
    looked_at(page, "desk-lists-preview")
    page.get_by_role("button", name="Inviter ces personnes").click()
    expect(page.get_by_role("row", name="Maud Exemple")).to_contain_text("/invitation/")
    looked_at(page, "desk-lists-invited")


def test_a_centre_chooses_what_it_is_told(stage, enter):
    page = enter(Role.CENTRE, CENTRE)
    page.get_by_role("link", name="Avis", exact=True).click()
    looked_at(page, "desk-notices")
    page.get_by_label("une copie est à numériser de nouveau").uncheck(force=True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("C’est noté.")).to_be_visible()
    expect(page.get_by_label("une copie est à numériser de nouveau")).not_to_be_checked()
