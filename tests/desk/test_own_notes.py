"""A corrector's private notes: laid over the copy, kept with the lot, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, cast

import pypdf
import pytest
from filling import Filled, fill
from PIL import Image
from sqlalchemy import select
from visitors import Desk

from actions.corrected import lots
from actions.people import personal_data
from actions.site import now
from storage.corrected.lots import LotReassigned, lot_by_id
from storage.database.schema import events
from storage.decided.copies import copy_by_id
from storage.people.candidates import enrolled_as
from storage.people.correctors import all_correctors
from storage.states import Role

NOTES = [
    {"page": 1, "area": [0.25, 0.5, 0.5, 0.1], "text": "Raisonnement juste"},
    {"page": 1, "area": None, "text": "Voir la page 3"},
    {"page": 9, "area": [0, 0, 1, 1], "text": ""},
]


@pytest.fixture
def filled(desk: Desk) -> Filled:
    """Whose copies are real PDFs."""
    Image.new("L", (210, 297), 255).save(out := io.BytesIO(), "PDF")
    return fill(desk, out.getvalue())


def test_they_are_kept_for_their_author_alone_and_go_with_the_lot(desk: Desk, filled: Filled):
    lot = filled.values["lot"]
    here = f"/api/my/lots/{lot}/copies/ACDEFHJ/notes"
    mine = desk.program(Role.CORRECTOR, filled.corrector)
    assert mine.get(here).json() == {"notes": []}
    assert mine.put(here, json={"notes": NOTES}).status_code == 200
    assert mine.get(here).json()["notes"] == NOTES
    for wrong in ({"page": 0}, {"page": 1, "area": [0, 0, 2, 1]}, {"page": 1, "whose": "x"}):
        assert mine.put(here, json={"notes": [wrong]}).status_code == 422
    original = mine.get(here.removesuffix("/notes")).content

    browser = desk.signed_in(Role.CORRECTOR, filled.corrector)
    with zipfile.ZipFile(io.BytesIO(browser.get(f"/lots/{lot}/lot.zip").content)) as taken:
        assert taken.read("U4-001/ACDEFHJ.pdf") == original
        page = pypdf.PdfReader(io.BytesIO(taken.read("U4-001/mes annotations/ACDEFHJ.pdf"))).pages[0]
        table = taken.read("U4-001/mes annotations/annotations.csv").decode("utf-8-sig")
        sheet = pypdf.PdfReader(io.BytesIO(taken.read("U4-001/bordereau.pdf"))).pages[0].extract_text()
    marks = [annotation.get_object() for annotation in cast("Any", page["/Annots"])]
    assert [one["/Contents"] for one in marks] == ["Raisonnement juste", "Voir la page 3"]
    width, height = page.mediabox.width, page.mediabox.height
    wanted = (0.25 * width, 0.4 * height, 0.75 * width, 0.5 * height)
    assert [float(side) for side in marks[0]["/Rect"]] == pytest.approx([float(side) for side in wanted])
    assert table.splitlines()[1:] == ["ACDEFHJ;1;Raisonnement juste", "ACDEFHJ;1;Voir la page 3"]
    assert "Raisonnement juste" in sheet

    with desk.site.register.reading() as connection:
        log = "".join(connection.scalars(select(events.c.line)))
        row = lot_by_id(connection, lot)
    assert "Raisonnement" not in log and row is not None
    service = desk.signed_in(Role.SERVICE)
    assert "Raisonnement" not in service.get(f"/coordination/historique/{filled.values['subject']}").text
    lots.recall(desk.site, row, "Erreur.", actor="t", at=now())
    desk.site.register.record(LotReassigned(corrector=filled.stranger), lot, actor="t", at=now())
    assert desk.program(Role.CORRECTOR, filled.stranger).get(here).json() == {"notes": []}
    assert mine.get(here).status_code == 404


def test_they_are_in_the_answer_to_its_candidates_access_request(desk: Desk, filled: Filled, monkeypatch):
    """What is said of answers is their author's data, too: from the harmonisation on, without whose it is."""
    lot, site = filled.values["lot"], desk.site
    here = f"/api/my/lots/{lot}/copies/ACDEFHJ/notes"
    other = filled.people[1].family_name
    notes = [*NOTES[:2], {"page": 2, "area": None, "text": f"Comme {other}"}]
    assert desk.program(Role.CORRECTOR, filled.corrector).put(here, json={"notes": notes}).status_code == 200
    with site.register.reading() as connection:
        row = lot_by_id(connection, lot)
        copy = copy_by_id(connection, filled.values["subject"])
        (number,) = {one.number for one in enrolled_as(connection, ids=[copy.candidate])}
        (name,) = {one.name for one in all_correctors(connection) if one.id == filled.corrector}

    def answered() -> tuple[str, list[Any]]:
        files = dict(personal_data.answer(site, number, actor="t", at=now()))
        assert filled.corrector.encode() not in b"".join(files.values())
        (held,) = json.loads(files["donnees.json"])["copies"]
        return files["index.html"].decode().replace("\u00a0", " "), held["notes"]

    page, told = answered()
    assert told == [] and "Raisonnement" not in page
    assert (
        "annotations privées d’un correcteur (3) : non joint. Elles se donnent après l’harmonisation" in page
    )

    # the lot goes to another corrector: what the first noted is still held
    lots.recall(site, row, "Erreur.", actor="t", at=now())
    site.register.record(LotReassigned(corrector=filled.stranger), lot, actor="t", at=now())
    opens = site.session.results.harmonisation.starts_at
    monkeypatch.setattr(type(site.store), "time", lambda _: opens)
    page, told = answered()
    assert told == [
        {"page": 1, "area": [0.25, 0.5, 0.5, 0.1], "text": "Raisonnement juste"},
        {"page": 1, "area": None, "text": "Voir la page 3"},
        {"page": 2, "area": None, "text": "Comme […]"},
    ]
    assert "page 1, un passage surligné : Raisonnement juste" in page and name not in page
