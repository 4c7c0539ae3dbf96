"""What the coordination service decides, extends, forms and verifies, in a real browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from actions.site import now
from processors.circular.deadlines import PARIS, french_day
from storage.database.register import events_of
from storage.decided.copies import current_copies
from storage.log.segments import ship
from storage.log.signing import load_or_make_key
from storage.states import Decision
from stories.conftest import CENTRE, looked_at

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_a_decision_is_in_the_log_with_who_made_it_and_is_verified_on_the_spot(
    stage, decided: Page, tmp_path
):
    with stage.site.register.reading() as connection:
        copy = next(c for c in current_copies(connection, "U4", CENTRE) if c.decision == Decision.ATTRIBUTE)
        events = events_of(connection, copy.id)
    assert {e.actor[:5] for e in events if e.action in ("copy.decided", "identity.shown")} == {"acct_"}
    key = load_or_make_key(stage.site.settings.signing_key_path)
    ship(stage.site.register, stage.site.store.audit, key, at=now())
    decided.goto(f"{stage.url}/coordination/historique/{copy.id}")
    expect(decided.get_by_text("la chaîne est intacte")).to_be_visible()
    expect(decided.get_by_role("row").filter(has_text="décision prise")).to_contain_text("Dominique Exemple")
    looked_at(decided, "desk-history")
    with decided.expect_download() as download:
        decided.get_by_role("link", name=re.compile("Exporter")).click()
    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["action"] for line in lines][:2] == ["scan.read", "identity.shown"]


def test_the_state_of_the_machine_is_said_in_words(stage, service: Page):
    service.goto(f"{stage.url}/coordination")
    service.get_by_role("link", name="État de la machine").click()
    expect(service.get_by_role("heading", name="État de la machine")).to_be_visible()
    looked_at(service, "desk-machine")


def test_a_stray_page_is_put_into_a_copy_and_out_again_with_the_keyboard(stage, decided: Page):
    decided.goto(f"{stage.url}/coordination/decisions")
    card = decided.locator(".desk-card").first
    expect(card).to_be_visible()
    with decided.expect_navigation():
        card.get_by_role("link", name="Ranger les pages").press("Enter")
    inside, outside = decided.locator("[data-in] > li"), decided.locator("[data-out] > li")
    before = inside.count()
    outside.first.get_by_role("button", name=re.compile("Remettre")).press("Enter")
    inside.last.get_by_role("button", name=re.compile("Avancer")).press("Enter")
    expect(decided.locator("[data-said]")).to_contain_text(f"{before} sur {before + 1}")
    looked_at(decided, "desk-pages")
    decided.fill("#arranged", "La page manquait.")
    with decided.expect_navigation():
        decided.get_by_role("button", name="Enregistrer ces pages").press("Enter")
    expect(inside).to_have_count(before + 1)
    expect(outside).to_have_count(0)
    stray = inside.nth(before - 1)
    stray.drag_to(decided.locator("[data-out]"))
    expect(outside).to_have_count(1)
    decided.fill("#arranged", "Elle est étrangère.")
    decided.get_by_role("button", name="Enregistrer ces pages").click()
    expect(inside).to_have_count(before)


def test_a_foreign_page_needs_no_more_once_somebody_has_looked(stage, decided: Page):
    decided.goto(f"{stage.url}/coordination/decisions")
    cards = decided.locator(".desk-card")
    count = cards.count()
    cards.first.get_by_text("Rien à garder…").click()
    cards.first.get_by_role("button", name="Oui, rien à garder").click()
    expect(cards).to_have_count(count - 1)


def test_what_is_owed_is_noted_and_taken_back(stage, service: Page):
    service.goto(f"{stage.url}/coordination")
    service.get_by_role("link", name="Obligations").click()
    late = service.locator("tr").filter(has_text="en retard")
    count = late.count()
    assert count > 0
    looked_at(service, "desk-duties")
    service.get_by_label("Par qui et comment").fill("La navette du mardi")
    service.get_by_role("button", name="Noter la réception").click()
    expect(late).to_have_count(count - 1)
    service.get_by_role("link", name="Montrer aussi ce qui est reçu").click()
    expect(service.get_by_text("La navette du mardi")).to_be_visible()
    looked_at(service, "desk-duties-received")
    service.get_by_role("button", name="Revenir dessus").click()
    expect(late).to_have_count(count)


def test_a_centre_gets_more_time_and_its_countdown_says_so(stage, decided: Page, dropped: Page):
    decided.goto(f"{stage.url}/coordination/echeances")
    decided.select_option("#place", f"U4/{CENTRE}")
    day = (now() + timedelta(days=30)).astimezone(PARIS).date()
    decided.fill("#day", f"{day:%Y-%m-%d}")
    decided.fill("#clock", "21:30")
    decided.fill("#reason", "panne de courant")
    decided.get_by_role("button", name="Accorder ce délai").press("Enter")
    row = decided.get_by_role("row").filter(has_text="panne de courant")
    expect(row).to_contain_text(french_day(day))
    looked_at(decided, "desk-deadlines")
    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")
    expect(dropped.locator(".desk-due")).to_contain_text(french_day(day))
    row.get_by_role("button", name=re.compile("Retirer ce délai")).click()
    expect(decided.get_by_text("panne de courant")).to_have_count(0)
    dropped.reload()
    expect(dropped.locator(".desk-due")).not_to_contain_text(french_day(day))


def test_a_lot_changes_hands_or_says_why_not(stage, decided: Page, lot):
    decided.goto(f"{stage.url}/coordination/lots/U4/{lot.id}")
    looked_at(decided, "desk-one-lot")
    rows = decided.locator("tbody tr")
    assert rows.count() >= 2
    for row in rows.all():
        offered = row.get_by_role("button", name=re.compile("Réaffecter")).count()
        assert offered or "Non." in row.inner_text()
    free = rows.filter(has=decided.get_by_role("button", name=re.compile("Réaffecter"))).first
    if free.count():
        taker = free.locator("th").inner_text()
        free.get_by_role("button").press("Enter")
        expect(decided.locator("main")).to_contain_text(f"{taker}. Formé le")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/comptes",
        "/dossiers",
        "/dossiers/E5/0130051K",
        "/incompletes",
        "/lots",
        "/lots/U7",
        "/oraux",
        "/oraux/E5",
        "/recherche",
        "/historique/rien",
    ],
)
def test_every_other_page_of_the_service_keeps_nobody_out(stage, decided: Page, lot, path):
    decided.goto(f"{stage.url}/coordination{path}")
    looked_at(decided, f"desk-{path.strip('/').replace('/', '-').lower() or 'board'}")


def test_a_lot_is_found_by_the_field_at_the_head_of_every_page(stage, decided: Page, lot):
    decided.goto(f"{stage.url}/coordination/echeances")
    decided.get_by_role("searchbox", name=re.compile("Candidat, numéro")).fill(lot.name.lower())
    decided.keyboard.press("Enter")
    result = decided.locator(".desk-results li").filter(has_text=lot.name)
    expect(result.first).to_be_visible()  # no picture is taken of a page that is going
    looked_at(decided, "desk-search")
    result.get_by_role("link").first.click()
    expect(decided.get_by_role("heading", level=1)).to_contain_text(lot.name)


def test_a_list_is_narrowed_sorted_and_taken_away(stage, decided: Page, lot):
    decided.goto(f"{stage.url}/coordination/lots")
    decided.get_by_label("Contient").fill(lot.name)
    decided.get_by_role("button", name="Filtrer").click()
    expect(decided.locator("tbody tr")).to_have_count(1)
    decided.get_by_role("link", name="Correcteur").click()
    expect(decided.locator("th[aria-sort=ascending]")).to_contain_text("Correcteur")
    looked_at(decided, "desk-lots-narrowed")
    with decided.expect_download() as download:
        decided.get_by_role("link", name="Exporter (CSV)").click()
    assert lot.name in download.value.path().read_text("utf-8-sig")


def test_the_sign_in_page_keeps_nobody_out(stage, chromium):
    page = chromium.new_page()
    page.goto(f"{stage.url}/connexion")
    looked_at(page, "desk-signin")
    page.close()
