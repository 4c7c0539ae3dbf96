"""What a centre does on the evening of an épreuve, in a real browser."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from storage.decided.counts import exam_counts
from storage.people.candidates import enrolled_in
from storage.states import Role
from stories.conftest import CENTRE, looked_at

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_the_centre_sees_what_must_be_scanned_again(dropped: Page):
    dropped.locator(".desk-pile").last.evaluate("node => node.scrollIntoView()")
    looked_at(dropped, "desk-centre")
    again = dropped.locator(".desk-again > li")
    missing = again.filter(has_text="Il manque")
    expect(missing).to_contain_text("2e copie de la pile")
    picture = missing.locator("img").first
    picture.scroll_into_view_if_needed()
    dropped.wait_for_function("() => document.querySelector('.desk-again img').naturalWidth > 100")
    expect(dropped.locator("[data-countdown]")).to_contain_text("Il reste")
    expect(dropped.get_by_text("Ce fichier n’est pas un PDF")).to_be_visible()
    unsure = again.filter(has_text="Copie non identifiée")
    expect(unsure).to_contain_text("le service de coordination décide")
    expect(unsure.get_by_role("button")).to_have_count(0)


def test_the_centre_checks_its_pile_page_by_page(dropped: Page, stage):
    """A line for each candidate; a page opened large, and the next by a key; where the paper lies."""
    dropped.get_by_role("link", name=re.compile("Vérifier la pile")).click()
    with stage.site.register.reading() as connection:
        people = enrolled_in(connection, "U4", CENTRE)
    for who in people:
        expect(dropped.get_by_role("rowheader", name=f"{who.family_name} {who.first_names}")).to_be_visible()
    looked_at(dropped, "desk-pile")
    dropped.get_by_label("pile du soir.pdf").fill("carton 3, étagère B")
    dropped.get_by_role("button", name="où est le papier de pile du soir.pdf").click()
    expect(dropped.get_by_role("cell", name="carton 3, étagère B").first).to_be_visible()
    dropped.get_by_role("row").filter(has_text="copie complète").first.get_by_role("link").click()
    dropped.wait_for_selector("[data-ready]")
    dropped.keyboard.press("ArrowRight")
    expect(dropped.get_by_label("Page", exact=True)).to_have_value("2")
    looked_at(dropped, "desk-pile-copy")
    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")
    expect(dropped.locator("#etat")).to_contain_text("carton 3, étagère B")


def test_pieces_of_a_dossier_are_dropped_and_seen_at_once(stage, enter, tmp_path):
    """The one who owes it is enrolled here; a piece that is empty is refused, and says why."""
    with stage.site.register.reading() as connection:
        who = next(one for one in enrolled_in(connection, "E5"))
    page = enter(Role.CENTRE, who.centre)
    page.get_by_role("link", name="E5, dossiers").click()
    looked_at(page, "desk-dossiers")
    page.get_by_role("link", name=f"{who.family_name} {who.first_names}").click()
    piece, empty = tmp_path / "attestation.pdf", tmp_path / "vide.pdf"
    piece.write_bytes(b"%PDF-1.7")
    empty.touch()
    page.set_input_files("#documents", [piece, empty])
    expect(page.locator("#came")).to_contain_text("attestation.pdf")
    expect(page.locator("#came")).to_contain_text("En attente de lecture")
    expect(page.locator("[data-said]")).to_contain_text("Ce fichier est vide")
    looked_at(page, "desk-dossier")


def test_a_file_dropped_by_mistake_is_taken_back_and_put_back(dropped: Page, stage):
    """The one that is no PDF: once it is withdrawn, nothing of it asks for anything."""
    bad = dropped.locator(".desk-pile").filter(has_text="mauvais.pdf")
    bad.locator("summary").press("Enter")
    bad.get_by_label("Pourquoi").fill("Ce n’était pas une numérisation.")
    looked_at(dropped, "desk-withdraw")
    bad.get_by_role("button", name="Retirer tout le fichier").click()
    expect(bad).to_contain_text("Retiré : ce fichier ne compte pas")
    expect(dropped.get_by_text("Ce fichier n’est pas un PDF")).to_have_count(0)
    looked_at(dropped, "desk-withdrawn")
    bad.get_by_role("button", name="Le remettre").click()
    expect(dropped.get_by_text("Ce fichier n’est pas un PDF")).to_be_visible()


def test_one_copy_is_scanned_again_by_its_own_button(dropped: Page, tmp_path):
    (tmp_path / "reprise.pdf").write_bytes(b"%PDF-1.7 pas encore")
    with dropped.expect_file_chooser() as chosen:
        dropped.get_by_role("button", name="Numériser de nouveau la 2e copie").press("Enter")
    chosen.value.set_files(tmp_path / "reprise.pdf")
    expect(dropped.locator(".desk-queue")).to_contain_text("reprise de la 2e copie")
    expect(dropped.locator(".desk-queue")).to_contain_text("déposé")


def test_an_outage_leaves_a_queue_that_goes_on_by_itself(stage, enter, tmp_path):
    """In the middle of a file: its first part has come, the line breaks, the page is opened again."""
    page = enter(Role.CENTRE, CENTRE)
    page.goto(f"{stage.url}/centre/{CENTRE}/U7")
    parts: list[str] = []
    store = re.compile(re.escape(stage.site.store.endpoint))
    page.on("request", lambda asked: parts.append(asked.url) if store.match(asked.url) else None)
    page.route(
        store, lambda route: route.abort() if "partNumber=2" in route.request.url else route.continue_()
    )
    (tmp_path / "gros.pdf").write_bytes(bytes(9 << 20))
    page.set_input_files("#files", tmp_path / "gros.pdf")
    waiting = page.get_by_text("pas de réponse : nouvel essai dans un instant")
    expect(waiting).to_be_visible()
    page.reload()
    expect(waiting).to_be_visible()
    looked_at(page, "desk-outage")
    page.unroute(store)
    expect(page.get_by_text("déposé, lecture en cours")).to_be_visible()
    page.set_input_files("#files", {"name": "vide.pdf", "mimeType": "application/pdf", "buffer": b""})
    expect(page.get_by_text("refusé : ce fichier est vide")).to_be_visible()
    assert sum("partNumber=1" in url for url in parts) == 1  # what had come was not sent again
    (came,) = list(stage.site.store.inbox.list(f"scans/{CENTRE}/U7/"))
    assert came.size == 9 << 20


def test_the_centre_ticks_who_is_absent_with_the_keyboard_alone(dropped: Page, stage):
    with dropped.expect_navigation():
        dropped.get_by_role("link", name="Saisir l’émargement").press("Enter")
    looked_at(dropped, "desk-attendance")
    box = dropped.locator("input[name=absent]").first
    was = box.is_checked()
    box.focus()
    dropped.keyboard.press("Space")
    assert box.is_checked() is not was
    before = present(stage)
    dropped.get_by_role("button", name="Enregistrer l’émargement").press("Enter")
    expect(dropped.get_by_text("L’émargement est enregistré")).to_be_visible()
    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")
    assert present(stage) == before + (1 if was else -1)


def present(stage) -> int:
    with stage.site.register.reading() as connection:
        return exam_counts(connection, "U4", CENTRE).present


def test_the_centre_drops_its_attendance_list(dropped: Page, stage):
    with stage.site.register.reading() as connection:
        people = enrolled_in(connection, "U4", CENTRE)
    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4/emargement")
    wrong = {
        "name": "liste.csv",
        "mimeType": "text/csv",
        "buffer": b"candidate_number,present\n1,ouais\n",
    }
    dropped.set_input_files("#list", wrong)
    expect(dropped.get_by_text("La liste n’a pas été prise")).to_be_visible()
    looked_at(dropped, "desk-attendance-refused")
    marks = "".join(f"{who.number};oui\n" for who in people)
    right = {**wrong, "buffer": f"candidate_number;present\n{marks}".encode()}
    dropped.set_input_files("#list", right)
    expect(dropped.get_by_text("Rien n’est encore enregistré")).to_be_visible()
    looked_at(dropped, "desk-attendance-changes")
    dropped.get_by_role("button", name="Prendre cette liste").click()
    expect(dropped.get_by_text("L’émargement est enregistré")).to_be_visible()
    expect(dropped.locator("input[name=absent]:checked")).to_have_count(0)
    assert present(stage) == len(people)
    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")


def test_the_centre_prints(dropped: Page):
    dropped.goto(dropped.url)
    receipt = dropped.get_by_role("link", name="Récépissé de pile du soir", exact=False).last
    here = dropped.url.removeprefix(origin(dropped))
    for path in (f"{here}/etiquettes.pdf", f"{here}/bordereau.pdf", receipt.get_attribute("href")):
        answer = dropped.request.get(f"{origin(dropped)}{path}")
        assert answer.ok and len(pikepdf.open(io.BytesIO(answer.body())).pages) >= 1
    dropped.get_by_role("link", name=re.compile("Récépissé de pile")).first.click()
    expect(dropped.get_by_role("heading", level=1)).to_contain_text("Récépissé de dépôt")
    size = dropped.locator("h1").evaluate("node => getComputedStyle(node).fontSize")
    assert size != "32px"  # its own style
    dropped.go_back()


def origin(page: Page) -> str:
    return re.match(r"https?://[^/]+", page.url)[0]


def test_the_guide_is_read_and_printed_at_the_desk(dropped: Page):
    dropped.get_by_role("link", name="Aide").click()
    expect(dropped.get_by_role("heading", level=1)).to_contain_text("guichet du centre")
    looked_at(dropped, "desk-guide")
    dropped.wait_for_function("() => [...document.images].every(image => image.naturalWidth)")
    assert dropped.request.get(f"{origin(dropped)}/aide/coordination").status == 404
    dropped.go_back()
