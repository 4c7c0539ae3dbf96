"""The service forms the panels of an oral épreuve at the desk, and takes their papers."""

from __future__ import annotations

import io
import zipfile

import pypdfium2
import pytest
from filling import MINE

from actions.dropped.inbox import take_returned
from actions.season.oral_returns import sheets_progress
from actions.site import now
from cli.season.orals import scanned
from processors.lists.people import CANDIDATE_COLUMNS, CORRECTOR_COLUMNS
from storage.people.candidates import import_candidates
from storage.people.correctors import import_correctors
from storage.refusals import Refused
from storage.states import Role

PAGE = "/coordination/oraux/E5"
TEACHER = "T1,Ursule Bidon,u@exemple.fr,0845099L,,E5,,,,enseignant"
PROFESSIONAL = "P1,Zoé Postiche,z@exemple.fr,0050006E,,E5,,,,professionnel"
OF_THE_SCHOOL = "T1,Ursule Bidon,u@exemple.fr,0840003X,,E5,,,,enseignant"


@pytest.fixture
def summoned(desk):
    def summon(*examiners: str):
        lines = (
            f"0269900{n:04},{n:03},FICTIF{n},Camille,2005-01-{n + 1:02},0840003X,{MINE},SISR,scolaire,E5"
            for n in range(1, 4)
        )
        tables = (
            (import_candidates, [",".join(CANDIDATE_COLUMNS), *lines]),
            (import_correctors, [",".join((*CORRECTOR_COLUMNS, "role")), *examiners]),
        )
        for take, table in tables:
            data = "\n".join(table).encode()
            assert not take(desk.site.register, data, desk.site.session, actor="t", at=now()).problems
        return desk.signed_in(Role.SERVICE)

    return summon


def test_panels_are_formed_shown_and_their_papers_taken(summoned):
    service = summoned(TEACHER, PROFESSIONAL)
    assert "E5" in service.get("/coordination/oraux").text
    assert "0 candidat est devant un jury, sur 3." in service.get(PAGE).text
    formed = service.post(PAGE).text
    assert "Les jurys sont formés" in formed and "Ursule Bidon, Zoé Postiche" in formed
    assert "3 candidats sont devant un jury, sur 3." in service.get(PAGE).text
    archive = zipfile.ZipFile(io.BytesIO(service.get(f"{PAGE}/papiers.zip").content))
    assert archive.namelist() == [
        *("convocations-E5.pdf", "convocations-E5.csv", "examinateurs-E5.pdf", "feuilles-E5.pdf"),
    ]
    assert len(pypdfium2.PdfDocument(archive.read("convocations-E5.pdf"))) == 3


def test_who_is_before_no_panel_is_told_why_and_papers_of_no_plan_are_refused(summoned, desk):
    service = summoned(OF_THE_SCHOOL, PROFESSIONAL)
    service.get(PAGE)
    said = service.post(PAGE).text
    assert "Devant aucun jury" in said and "leur établissement" in said
    answer = service.get(f"{PAGE}/papiers.zip")
    assert answer.status_code == 409 and "ne sont pas formés" in answer.text
    assert service.get("/coordination/oraux/U4").status_code == 409
    with pytest.raises(Refused, match="not_here"):  # nor are there sheets of it, at the command
        sheets_progress(desk.site, "U4")


def test_sheets_come_back_sorted_and_nothing_but_which_came_is_kept(summoned, desk, tmp_path):
    service = summoned(TEACHER, PROFESSIONAL)
    service.get(PAGE)
    service.post(PAGE)
    archive = zipfile.ZipFile(io.BytesIO(service.get(f"{PAGE}/papiers.zip").content))
    pile = scanned(archive.read("feuilles-E5.pdf"), tmp_path / "pile.pdf").read_bytes()
    before = {info.key for info in desk.site.store.vault.list()}
    token = {"x-form-token": service.token, "content-type": "application/octet-stream"}
    answer = service.client.post(f"{PAGE}/feuilles", content=pile, headers=token)
    assert answer.status_code == 200, answer.text
    sorted_files = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"a-lire.txt", "fiches-E5.pdf", "bordereau-envoi-E5.pdf"} <= set(sorted_files.namelist())
    assert {info.key for info in desk.site.store.vault.list()} == before
    page = service.get(PAGE).text
    assert "6 sur 6 feuilles dues" in page and "Ce qui manque" not in page
    listed = pypdfium2.PdfDocument(service.get(f"{PAGE}/bordereau.pdf").content)
    assert "Rien ne manque" in listed[0].get_textpage().get_text_range()
    bad = service.client.post(f"{PAGE}/feuilles", content=b"no PDF", headers=token)
    assert bad.status_code == 422


def test_what_a_place_dropped_is_told_to_the_service(summoned, desk, tmp_path):
    service = summoned(TEACHER, PROFESSIONAL)
    service.get(PAGE)
    service.post(PAGE)
    archive = zipfile.ZipFile(io.BytesIO(service.get(f"{PAGE}/papiers.zip").content))
    pile = scanned(archive.read("feuilles-E5.pdf"), tmp_path / "pile.pdf").read_bytes()
    desk.site.store.inbox.put("returns/Centre de formation/lundi.pdf", pile)
    take_returned(desk.site)
    page = service.get(PAGE).text
    assert "6 sur 6 feuilles dues" in page and "Numérisations relevées dans le dépôt" in page
    assert "Non signées : bordereau de notes, jury n° 1 ; " in page


def test_a_candidate_is_moved_by_the_service_where_there_is_another_panel(summoned):
    service = summoned(TEACHER, PROFESSIONAL)
    service.get(PAGE)
    service.post(PAGE)
    service.get(PAGE)
    asked = {"number": "02699000001", "panel": "7"}
    refused = service.post(f"{PAGE}/deplacer", asked)
    assert refused.status_code == 409 and "pas de jury de ce numéro" in refused.text
