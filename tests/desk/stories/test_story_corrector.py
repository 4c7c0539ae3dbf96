"""What a corrector reads, reports and gives back, in a real browser; and how a reported copy comes back."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from specimens.batch import Batch, CopyTruth
from storage.corrected.lots import lot_by_id
from storage.people.candidates import enrolled_in
from storage.states import LotState, Role
from stories.conftest import CENTRE, LAPTOP, PICTURES, looked_at, sound_copies

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_a_reported_copy_is_scanned_again_and_comes_back_in_its_place(
    stage, enter, decided: Page, dropped: Page, pile: Batch, lot
):
    """The corrector reads and reports, the centre scans again, the corrector goes on; the service closes."""
    with stage.site.register.reading() as connection:
        lot = lot_by_id(connection, lot.id)  # it may have changed hands
    page = enter(Role.CORRECTOR, lot.corrector)
    looked_at(page, "desk-my-lots")
    page.get_by_role("link", name=lot.name).click()
    (copy, truth), *_ = sound_copies(stage, pile, lot.id)
    number = copy.anonymous_number
    page.get_by_role("link", name=number, exact=True).press("Enter")
    page.wait_for_selector("[data-ready]")
    looked_at(page, "desk-read")
    _annotates(page)
    _reads_in_comfort(page)
    _proposes_an_order(page, decided, f"{stage.url}/coordination/decisions/{copy.id}")
    page.keyboard.press("s")
    expect(page.get_by_label("Où, quoi")).to_have_value("Page 2 : ")
    looked_at(page, "desk-report")
    page.get_by_label("Une page est illisible").check(force=True)
    page.get_by_role("button", name=re.compile("Signaler :")).click()
    reported = page.get_by_role("listitem").filter(has_text="Copie signalée")
    expect(reported.get_by_text(number, exact=True)).to_be_visible()
    looked_at(page, "desk-lot-waiting")

    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")
    expect(dropped.get_by_text("Signalée à la correction")).to_be_visible()
    dropped.set_input_files("#files", _file_of(pile, truth))
    expect(dropped.get_by_text("déposé, lecture en cours")).to_be_visible()
    stage.read_inbox()
    page.reload()
    expect(page.get_by_text("Copie signalée", exact=True)).to_have_count(0)
    now_there = page.locator(".desk-list a b").all_inner_texts()
    assert len(now_there) == lot.copies and number not in now_there
    looked_at(page, "desk-lot")

    archive = page.request.get(f"{page.url}/lot.zip")
    with zipfile.ZipFile(io.BytesIO(archive.body())) as taken:
        assert {Path(name).stem for name in taken.namelist()} == {*now_there, "bordereau", "notes"}
        assert {info.date_time for info in taken.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    _tells_nobody(stage, page)
    _gives_back_documents(page, archive.body(), now_there[0])
    _is_recalled_and_given_back(page, decided, f"{stage.url}/coordination/lots/U4/{lot.id}")
    page.goto(f"{stage.url}/lots/{lot.id}/notes")
    expect(page.get_by_text(re.compile("aucune note avant l’harmonisation"))).to_be_visible()
    looked_at(page, "desk-no-mark-before")
    decided.goto(f"{stage.url}/coordination/notes")
    looked_at(decided, "desk-marks")
    page.goto(f"{stage.url}/lots/{lot.id}")

    page.get_by_role("button", name=f"Rendre la copie {now_there[0]}").press("Enter")
    if lot.copies > 1:
        expect(page.get_by_role("button", name=f"Reprendre la copie {now_there[0]}")).to_be_visible()
        page.get_by_role("link", name=re.compile("Rendre le lot")).click()
        looked_at(page, "desk-return-lot")
        page.get_by_role("button", name=re.compile("rendre ce lot")).click()
    expect(page.get_by_text("Ce lot est rendu")).to_be_visible()
    decided.goto(f"{stage.url}/coordination/lots/U4/{lot.id}")
    decided.get_by_role("button", name="Clore le lot").click()
    with stage.site.register.reading() as connection:
        assert lot_by_id(connection, lot.id).state is LotState.CLOSED
    page.goto(f"{stage.url}/lots/{lot.id}")
    expect(page.get_by_text("Ce lot est clos")).to_be_visible()
    looked_at(page, "desk-closed")


def _reads_in_comfort(page: Page) -> None:
    """Page by page with keys, as large as is wanted, turned, by thumbnails, on a tablet, and printed."""
    rank, frame = page.get_by_label("Page", exact=True), page.locator(".desk-viewer")
    first, count = frame.locator("canvas").first, frame.locator("canvas").count()
    expect(frame).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(rank).to_have_value("2")
    page.keyboard.press("1")
    assert first.bounding_box()["height"] <= frame.bounding_box()["height"]
    looked_at(page, "desk-read-page")
    page.get_by_label("Grandeur").select_option("300")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.desk-viewer canvas')].some(c => c.width > 2000)"
    )
    page.get_by_label("Grandeur").select_option("width")
    frame.focus()
    before = frame.locator("canvas").nth(1).bounding_box()
    page.keyboard.press("r")
    page.wait_for_function(
        "() => { const c = document.querySelectorAll('.desk-viewer canvas')[1]; return c.width > c.height }"
    )
    assert before["height"] > before["width"]
    looked_at(page, "desk-read-turned")
    for _ in range(3):
        page.keyboard.press("r")
        page.wait_for_timeout(300)
    page.keyboard.press("v")
    page.get_by_role("button", name=f"page {count}", exact=True).click()
    expect(rank).to_have_value(str(count))
    looked_at(page, "desk-read-thumbs")
    page.set_viewport_size({"width": 820, "height": 1180})
    page.screenshot(path=PICTURES / "desk-read-tablet.png")
    page.set_viewport_size(LAPTOP)
    with pikepdf.open(io.BytesIO(page.pdf(format="A4", print_background=True))) as printed:
        assert len(printed.pages) == count
    rank.fill("2")
    rank.press("Enter")
    frame.focus()


def _annotates(page: Page) -> None:
    """A passage is marked and words are written, for oneself; both are there again, and go."""
    page.keyboard.press("h")
    sheet = page.locator(".desk-viewer canvas").first.bounding_box()
    across, down = sheet["x"] + sheet["width"] / 4, sheet["y"] + 200
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.move(across + 200, down + 40, steps=3)
    page.mouse.up()
    page.keyboard.type("À revoir")
    page.get_by_role("button", name="Annoter la page en vue").click()
    page.keyboard.type("Bon plan")
    expect(page.get_by_text("(enregistré)")).to_be_visible()
    looked_at(page, "desk-own-notes")
    page.reload()
    page.wait_for_selector("[data-ready]")
    expect(page.get_by_label("Page 1, passage surligné")).to_have_value("À revoir")
    expect(page.locator(".desk-layer rect")).to_have_count(1)
    for rank in (2, 1):
        page.get_by_role("button", name=f"Retirer l’annotation {rank}").click()
    expect(page.get_by_text("(enregistré)")).to_be_visible()
    expect(page.locator(".desk-layer rect")).to_have_count(0)
    page.locator(".desk-viewer").focus()


def _proposes_an_order(page: Page, service: Page, decision: str) -> None:
    """Pages moved by their buttons; the service sees the order, and the corrector takes it back."""
    here = page.url
    page.get_by_role("button", name="Ordre…").click()
    page.get_by_role("button", name="Reculer la page 1", exact=True).click()
    expect(page.get_by_role("dialog").locator("li").nth(1)).to_contain_text("page 1")
    looked_at(page, "desk-order")
    page.get_by_role("button", name="Proposer cet ordre").click()
    expect(page.get_by_text("Copie signalée", exact=True)).to_be_visible()
    service.goto(decision)
    expect(service.get_by_text("Le correcteur propose cet ordre")).to_be_visible()
    looked_at(service, "desk-order-proposed")
    page.get_by_role("button", name=re.compile("Ne plus la signaler")).click()
    expect(page).to_have_url(here)
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("ArrowRight")


def _gives_back_documents(page: Page, archive: bytes, number: str) -> None:
    """One that was annotated is taken, what is none is refused, each in words; the list says what lacks."""
    with zipfile.ZipFile(io.BytesIO(archive)) as taken:
        name = next(name for name in taken.namelist() if name.endswith(f"/{number}.pdf"))
        with pikepdf.open(io.BytesIO(taken.read(name))) as pdf:
            note = {"Subtype": pikepdf.Name.Text, "Rect": [50, 700, 70, 720], "Contents": "Bien vu"}
            pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, **note)])
            pdf.save(out := io.BytesIO())
    files = {f"{number}.pdf": out.getvalue(), "copie de l'élève.pdf": out.getvalue(), "note.txt": b"12"}
    page.set_input_files(
        "#documents",
        [{"name": name, "mimeType": "application/pdf", "buffer": data} for name, data in files.items()],
    )
    expect(page.get_by_text(f"{number}.pdf : Reçu.")).to_be_visible()
    expect(page.get_by_text("Aucune copie de ce lot ne porte ce nom")).to_have_count(2)
    expect(page.get_by_role("link", name=f"document annoté de {number}")).to_be_visible()
    looked_at(page, "desk-documents")
    page.get_by_text("Corriger hors connexion, sur l’archive").click()
    page.fill("#until", page.input_value("#until") or page.get_attribute("#until", "max") or "")
    page.get_by_role("button", name="Le dire").click()
    expect(page.get_by_text("Vous corrigez ce lot hors connexion")).to_be_visible()
    looked_at(page, "desk-offline")


def _is_recalled_and_given_back(page: Page, service: Page, lot: str) -> None:
    """The service is asked before; the corrector reads why, and cannot open it by a click on a copy."""
    service.goto(lot)
    service.get_by_text("Rappeler le lot…").click()
    service.fill("#reason", "Une page manque à l’une des copies.")
    service.get_by_text("J’ai joint son correcteur").click()
    looked_at(service, "desk-recall")
    service.get_by_role("button", name="Rappeler ce lot").click()
    expect(service.get_by_text("Ce lot est rappelé")).to_be_visible()
    looked_at(service, "desk-recalled")
    mine = page.url
    page.goto(mine)
    expect(page.get_by_text("Le service a rappelé ce lot")).to_be_visible()
    page.goto(re.sub(r"/lots/.*", "/lots", mine))
    expect(page.get_by_text("Une page manque à l’une des copies.")).to_be_visible()
    looked_at(page, "desk-lots-recalled")
    service.get_by_role("button", name=re.compile("Le rendre à")).click()
    page.goto(mine)
    page.get_by_role("link", name=re.compile("^[A-Z0-9]{7}$")).first.click()
    page.wait_for_selector("[data-ready]")
    page.goto(mine)
    expect(page.get_by_role("link", name=re.compile("document annoté de"))).to_be_visible()


def _tells_nobody(stage, page: Page) -> None:
    """Neither a name or number of the roster, nor a centre or school, on any page of the corrector's."""
    with stage.site.register.reading() as connection:
        people = enrolled_in(connection)
    told = page.content()
    for who in people:
        assert not {who.number, who.school, who.centre} & set(re.findall(r"\w+", told))


def _file_of(pile: Batch, truth: CopyTruth) -> dict[str, object]:
    """This copy's pages alone, as a new file."""
    source = pikepdf.open(io.BytesIO(pile.pdf))
    made = pikepdf.new()
    a_page = 2 if pile.a3 else 1
    for image in sorted({(page - 1) // a_page for page, _ in truth.file_pages}):
        made.pages.append(source.pages[image])
    out = io.BytesIO()
    made.save(out)
    return {"name": "reprise.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}
