"""A real browser at a desk that answers: who comes in, and what is looked at of every page."""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from actions.site import now
from specimens.batch import Batch, CopyTruth, Kind
from storage.corrected.lots import all_lots
from storage.decided.copies import CopyRow, copies_of_lot
from storage.machine.weed import Weed
from storage.people import accounts
from storage.people.candidates import enrolled_in
from storage.states import Role
from stories.live import Live, live

CENTRE = "0050006E"
PASSWORD = "une phrase assez longue"
PATIENCE = 60_000  # ms for whatever is to show: the machine may have other things to do
BROWSER = "/usr/bin/chromium-headless-shell"  # it does with two thirds of the work of the whole of Chromium
PICTURES = Path(os.environ.get("MASSICOT_PICTURES", "build/pictures"))
KINDS = (Kind.OK, Kind.MISSING_SIDE, Kind.ANONYMOUS, Kind.FOREIGN_PAGE, Kind.OTHER_LABEL, Kind.OK)
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="package")
def stage(weed: Weed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(weed, tmp_path_factory.mktemp("live")) as stage:
        yield stage


@pytest.fixture(scope="package")
def pile(stage: Live) -> Batch:
    return stage.draw(CENTRE, "U4", KINDS)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def enter(stage: Live, chromium: Browser) -> Callable[..., Page]:
    """A page of somebody who has just taken up an invitation, at a laptop."""
    numbers = count(1)

    def sign_in(role: Role, scope: str | None = None) -> Page:
        email = f"{role}-{next(numbers)}@exemple.fr"
        register = stage.site.register
        token = accounts.invite(register, role, scope, email, "Dominique Exemple", actor="test", at=now())
        page = chromium.new_context(viewport=LAPTOP, locale="fr-FR").new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        page.goto(f"{stage.url}/invitation/{token}")
        looked_at(page, f"desk-invitation-{role}")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        if role is Role.SERVICE:
            page.fill("#code", pyotp.TOTP(page.input_value("[name=secret]")).now())
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/(centre|coordination|lots)"))
        return page

    return sign_in


_KEEPS_OUT = "axe.run({resultTypes: ['violations']}).then(told => told.violations)"


def looked_at(page: Page, name: str) -> None:
    """Pictures at both sizes, nothing that keeps somebody out, and nothing to push sideways on a phone."""
    page.screenshot(path=PICTURES / f"{name}.png")
    page.set_viewport_size(PHONE)
    page.screenshot(path=PICTURES / f"{name}-phone.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.evaluate(Axe().axe_script)
    found = page.evaluate(_KEEPS_OUT)
    page.set_viewport_size(LAPTOP)
    found += page.evaluate(_KEEPS_OUT)
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found]


def dropped_on(page: Page, *files: Path) -> None:
    """Files dragged from a folder and let go over the frame."""
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<input id=hand type=file multiple hidden>')"
    )
    page.set_input_files("#hand", list(files))
    hand = page.evaluate_handle(
        """() => {
          const hand = new DataTransfer(), from = document.getElementById("hand");
          for (const file of from.files) hand.items.add(file);
          from.remove();
          return hand;
        }"""
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": hand})
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": hand})


@pytest.fixture(scope="package")
def dropped(stage: Live, enter, pile: Batch, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The centre's page, once its pile was dropped and read."""
    page = enter(Role.CENTRE, CENTRE)
    looked_at(page, "desk-home")
    page.get_by_role("link", name=re.compile("U4")).click()
    looked_at(page, "desk-empty")
    scanner = tmp_path_factory.mktemp("scanner")
    (scanner / "pile du soir.pdf").write_bytes(pile.pdf)
    (scanner / "mauvais.pdf").write_bytes(b"Ceci n'est pas un PDF.")
    dropped_on(page, scanner / "pile du soir.pdf", scanner / "mauvais.pdf")
    expect(page.get_by_text("déposé, lecture en cours")).to_have_count(2)
    stage.read_inbox()
    expect(page.get_by_text("6 copies, 1 en ordre")).to_be_visible()  # without reloading
    return page


@pytest.fixture(scope="package")
def service(enter) -> Page:
    return enter(Role.SERVICE)


@pytest.fixture(scope="package")
def decided(stage: Live, service: Page, dropped: Page, pile: Batch) -> Page:
    """The service's page, once the copies without a sure name have their owners."""
    service.goto(f"{stage.url}/coordination")
    looked_at(service, "desk-board-evening")
    service.get_by_role("link", name=re.compile("Décider de")).click()
    looked_at(service, "desk-queue")
    while (queue := service.locator(".desk-list a")).count():
        queue.first.click()
        where = service.url
        service.wait_for_function("() => document.querySelector('.desk-header').naturalWidth > 300")
        guess = service.locator("[data-key='1']")
        kept = service.get_by_role("button", name="Il était là : garder la copie")
        if kept.count():
            looked_at(service, "desk-decision-absent")
            service.fill("#reason", "Le surveillant le confirme.")
            kept.press("Enter")
        elif guess.count():
            looked_at(service, "desk-decision")
            service.keyboard.press("1")  # nobody has moved into the list: no key is armed
            expect(service).to_have_url(where)
            guess.focus()
            service.keyboard.press("1")
            expect(service.get_by_role("status").first).to_contain_text("Copie attribuée à")
            looked_at(service, "desk-decided")
        else:
            looked_at(service, "desk-decision-unknown")
            _draws_over_a_page(service)
            service.goto(where)
            truth = next(copy for copy in pile.copies if copy.kind is Kind.ANONYMOUS)
            service.fill("#number", truth.candidate)
            service.fill("#reason", "Le centre a retrouvé la feuille.")
            service.get_by_role("button", name="Attribuer", exact=True).press("Enter")
        service.wait_for_url(partial(operator.ne, where))
        service.goto(f"{stage.url}/coordination/decisions")
    stage.read_inbox()
    return service


def _draws_over_a_page(page: Page) -> None:
    """A frame drawn over a page says where, in hundredths; what it hides is seen there, and comes back."""
    page.get_by_role("link", name=re.compile("^Cacher…")).first.click()
    sheet = page.locator("[data-hide]")
    sheet.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('[data-hide] img').naturalWidth > 300")
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 90, steps=3)
    page.mouse.up()
    assert float(page.input_value("#hide-left")) == pytest.approx(25, abs=1)
    assert float(page.input_value("#hide-width")) == pytest.approx(25, abs=1)
    looked_at(page, "desk-hide")
    page.get_by_role("button", name="Cacher cet endroit").click()
    expect(page.get_by_text("1 endroit de cette page est caché")).to_be_visible()
    expect(page.locator("[data-hide] rect")).to_have_count(1)  # seen where it is
    looked_at(page, "desk-hidden")
    page.get_by_role("button", name="Ne plus rien cacher de cette page").click()
    expect(page.locator("[data-hide] rect")).to_have_count(0)


@pytest.fixture(scope="package")
def lot(stage: Live, decided: Page, pile: Batch):
    """The lots are formed at the desk; the largest of those with a copy that was sound when dropped."""
    decided.goto(f"{stage.url}/coordination/lots/U4")
    looked_at(decided, "desk-plan")
    decided.get_by_role("button", name="Former ces lots").click()
    expect(decided.get_by_role("cell", name="affecté").first).to_be_visible()
    looked_at(decided, "desk-lots")
    with stage.site.register.reading() as connection:
        lots = all_lots(connection)
    return max(lots, key=lambda lot: (bool(sound_copies(stage, pile, lot.id)), lot.copies))


def sound_copies(stage: Live, pile: Batch, lot: str) -> list[tuple[CopyRow, CopyTruth]]:
    """The copies of a lot that can be scanned again as they are, and how they were drawn."""
    sound = {truth.candidate: truth for truth in pile.copies if truth.kind is Kind.OK}
    with stage.site.register.reading() as connection:
        numbers = {who.id: who.number for who in enrolled_in(connection)}
        copies = copies_of_lot(connection, lot)
    return [(c, sound[numbers[c.candidate]]) for c in copies if numbers[c.candidate] in sound]
