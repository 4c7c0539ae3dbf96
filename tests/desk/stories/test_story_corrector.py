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
from storage.candidates import enrolled_in
from storage.lots import lot_by_id
from storage.states import LotState, Role
from stories.conftest import CENTRE, looked_at, sound_copies

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_a_reported_copy_is_scanned_again_and_comes_back_in_its_place(
    stage, enter, decided: Page, dropped: Page, pile: Batch, lot
):
    """The corrector reads and reports, the centre scans again, the corrector goes on; the service closes."""
    with stage.work.register.reading() as connection:
        lot = lot_by_id(connection, lot.id)  # it may have changed hands
    page = enter(Role.CORRECTOR, lot.corrector)
    looked_at(page, "desk-my-lots")
    page.get_by_role("link", name=lot.name).click()
    (copy, truth), *_ = sound_copies(stage, pile, lot.id)
    number = copy.anonymous_number
    page.get_by_role("link", name=number, exact=True).press("Enter")
    page.wait_for_selector("[data-ready]", timeout=30_000)
    looked_at(page, "desk-read")
    page.get_by_text("Signaler cette copie").click()
    page.get_by_label("Une page est illisible").check(force=True)
    page.get_by_role("button", name=re.compile("Signaler")).click()
    expect(page.get_by_text("Copie signalée", exact=True)).to_be_visible()
    looked_at(page, "desk-lot-waiting")

    dropped.goto(f"{stage.url}/centre/{CENTRE}/U4")
    expect(dropped.get_by_text("Signalée à la correction")).to_be_visible()
    dropped.set_input_files("#files", _file_of(pile, truth))
    expect(dropped.get_by_text("déposé, lecture en cours")).to_be_visible(timeout=30_000)
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

    page.get_by_role("button", name=f"Rendre la copie {now_there[0]}").press("Enter")
    if lot.copies > 1:
        expect(page.get_by_role("button", name=f"Reprendre la copie {now_there[0]}")).to_be_visible()
        page.get_by_role("link", name=re.compile("Rendre le lot")).click()
        looked_at(page, "desk-return-lot")
        page.get_by_role("button", name=re.compile("rendre ce lot")).click()
    expect(page.get_by_text("Ce lot est rendu")).to_be_visible()
    decided.goto(f"{stage.url}/coordination/lots/U4/{lot.id}")
    decided.get_by_role("button", name="Clore le lot").click()
    with stage.work.register.reading() as connection:
        assert lot_by_id(connection, lot.id).state is LotState.CLOSED
    page.goto(f"{stage.url}/lots/{lot.id}")
    expect(page.get_by_text("Ce lot est clos")).to_be_visible()
    looked_at(page, "desk-closed")


def _tells_nobody(stage, page: Page) -> None:
    """Neither a name or number of the roster, nor a centre or school, on any page of the corrector's."""
    with stage.work.register.reading() as connection:
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
