"""Receipts of deliveries: how many, when and by whom, and no candidate's name."""

from __future__ import annotations

from filling import MINE, Filled
from pypdfium2 import PdfDocument
from visitors import Browser, Desk

from actions.corrected import lots
from actions.site import now
from storage.corrected.lots import LotRow, lot_by_id
from storage.dropped.scans import ScanProcessed
from storage.states import Role


def printed(browser: Browser, path: str, filled: Filled) -> str:
    data = browser.get(path).content
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in PdfDocument(data)).split())
    assert not any(who.family_name in text or who.number in text for who in filled.people)
    return text


def test_a_centre_has_a_receipt_of_all_it_handed_over(desk: Desk, filled: Filled):
    desk.site.register.record(ScanProcessed(), filled.values["scan"], actor="t", at=now())
    centre = desk.signed_in(Role.CENTRE, MINE)
    centre.get(f"/centre/{MINE}/U4/pile")
    centre.post(f"/centre/{MINE}/U4/fichiers/{filled.values['scan']}/papier", {"paper": "carton 12"})
    told = printed(centre, f"/centre/{MINE}/U4/remise.pdf", filled)
    assert "3, dont 2 complètes" in told and "1 fichier" in told
    assert "pile.pdf" in told and "carton 12" in told and "dépôt de fichiers" in told


def test_a_lot_has_a_receipt_for_either_side(desk: Desk, filled: Filled):
    lot = filled.values["lot"]
    service = desk.signed_in(Role.SERVICE)
    here, there = f"/coordination/lots/U4/{lot}", f"/lots/{lot}"
    assert "recu.pdf" in service.get(here).text
    assert "Retiré" not in printed(service, f"{here}/recu.pdf", filled)
    corrector = desk.signed_in(Role.CORRECTOR, filled.corrector)
    corrector.get(f"{there}/ACDEFHJ.pdf")
    corrector.get(there)
    corrector.post(f"{there}/rendre")
    told = printed(corrector, f"{there}/recu.pdf", filled)
    assert "ACDEFHJ" in told and "1 sur 1" in told and "Retiré le" in told and "Rendu le" in told
    service.get(here)
    service.post(f"{here}/rappeler", {"reason": "Erreur."})
    lots.reassign(desk.site, row_now(desk, lot), filled.corrector, actor="t", at=now())
    assert "Jeanne Exemple" in printed(service, f"{here}/recu.pdf", filled)
    mine = printed(corrector, f"{there}/recu.pdf", filled)
    assert "Rappelé le" in mine and "par le service" in mine and "Jeanne" not in mine


def row_now(desk: Desk, lot: str) -> LotRow:
    with desk.site.register.reading() as connection:
        row = lot_by_id(connection, lot)
    assert row is not None
    return row
