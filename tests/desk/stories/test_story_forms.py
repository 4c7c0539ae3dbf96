"""A slip in a form, in a real browser: it stays there, with what was typed, and is put right."""

from __future__ import annotations

import re

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
    table = f"centre;name;email\n{CENTRE};Zoé Exemple;maud@exemple.fr\n{CENTRE};Luc Exemple;luc@exemple.fr\n"
    file = {"name": "centres.csv", "mimeType": "text/csv", "buffer": table.encode("cp1252")}  # Excel’s
    page.set_input_files("#list-centres", file)
    expect(page.get_by_role("heading", name="rien n’est encore enregistré")).to_be_visible()
    looked_at(page, "desk-lists-preview")
    page.get_by_role("button", name="Inviter ces personnes").click()
    expect(page.get_by_role("row", name="Zoé Exemple")).to_contain_text("/invitation/")
    looked_at(page, "desk-lists-invited")


def test_a_file_is_chosen_in_french_and_by_the_keyboard(stage, enter):
    """What a browser calls it, in its own language, is seen nowhere; the page says what was chosen."""
    page = enter(Role.SERVICE)
    page.goto(f"{stage.url}/coordination/listes")
    page.evaluate("HTMLFormElement.prototype.submit = () => {}")  # it would lead on at once
    chooser = page.locator("#list-centres")
    place = page.locator(".desk-upload").filter(has=chooser)
    expect(place).to_have_text(re.compile(r"Choisir un fichier\s+Aucun fichier choisi"))
    assert chooser.evaluate("node => getComputedStyle(node).opacity") == "0"
    expect(chooser).to_have_accessible_name(re.compile("Comptes des centres.*Choisir un fichier"))
    expect(chooser).to_have_accessible_description("Aucun fichier choisi")
    expect(chooser).to_have_attribute("title", "Choisir un fichier")
    page.on("filechooser", lambda _: None)  # from now on: one that opens before it is awaited would be lost
    with page.expect_file_chooser() as asked:
        chooser.press("Enter")
    asked.value.set_files({"name": "centres.csv", "mimeType": "text/csv", "buffer": b"centre;name;email\n"})
    expect(place).to_contain_text("centres.csv")
    with page.expect_file_chooser():
        place.click(position={"x": 20, "y": 15})  # on what looks like a button
    looked_at(page, "desk-file-chosen")


def test_a_centre_chooses_what_it_is_told(stage, enter):
    page = enter(Role.CENTRE, CENTRE)
    page.get_by_role("link", name="Avis", exact=True).click()
    looked_at(page, "desk-notices")
    page.get_by_label("une copie est à numériser de nouveau").uncheck(force=True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("C’est noté.")).to_be_visible()
    expect(page.get_by_label("une copie est à numériser de nouveau")).not_to_be_checked()
