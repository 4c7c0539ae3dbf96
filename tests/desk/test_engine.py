"""The state of the machine for whoever is no technician: what is amiss, and what to do about it."""

from __future__ import annotations

import re

from filling import MINE, Filled
from visitors import Desk

from actions.dropped.inbox import take_attendance, take_dossiers
from actions.measures import note_watched
from actions.site import now
from processors.findings import Code, finding
from storage.bucket.keys import WATCHED
from storage.bucket.objects import ObjectInfo
from storage.dropped.scans import ScanClaimed, ScanQuarantined, arrive
from storage.people.candidates import enrolled_in
from storage.states import Role

PAGE = "/coordination/machine"


def test_what_goes_wrong_is_said_with_what_to_do(desk: Desk, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    desk.site.store.vault.delete(WATCHED)
    shown = desk.signed_in(Role.SERVICE).get(PAGE).text
    assert "jamais relevé" in shown and "Rien n’est perdu." in shown
    assert "Les dépôts sont pris quand même" in shown and "Tout marche" not in shown


def test_all_is_well_in_one_sentence(desk: Desk, monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 50, "total": 100}))
    note_watched(desk.site)
    shown = desk.signed_in(Role.SERVICE).get(PAGE).text
    assert "Tout marche" in shown and "relevé il y a" in shown


def test_what_is_amiss_is_counted_once_and_a_file_set_aside_leads_to_why(desk: Desk, monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5, "total": 100}))
    note_watched(desk.site)
    service, at = desk.signed_in(Role.SERVICE), now()
    for key, centre in ((f"scans/{MINE}/U4/vide 1a2b3c.pdf", MINE), ("scans/ailleurs.pdf", None)):
        info = ObjectInfo(key, key, 0, at)
        scan = arrive(desk.site.register, info, centre and "U4", centre, actor="t", at=at)
        aside = ScanQuarantined(sha256=None, findings=(finding(Code.EMPTY_FILE),))
        for facts in (ScanClaimed(attempt=1), aside):
            desk.site.register.record(facts, scan, actor="t", at=at)
    shown = service.get(PAGE).text
    assert "1 point à voir" in shown and shown.count("5 % de") == 1
    links = re.findall(r"2 fichiers sont mis de côté.*?</li>", shown)[0]
    assert ">vide.pdf<" in links and ">ailleurs.pdf<" in links
    for link in re.findall('href="(.*?)"', links):
        assert service.get(link).status_code == 200


def test_a_list_or_a_dossiers_file_that_was_not_taken_is_told_until_it_is(desk: Desk, filled: Filled):
    inbox, service = desk.site.store.inbox, desk.signed_in(Role.SERVICE)
    listed = f"attendance/{MINE}/U4.csv"
    with desk.site.register.reading() as connection:
        number = enrolled_in(connection, "U4", MINE)[0].number
    inbox.put(listed, f"candidate_number;present\n{number};peut-être\n".encode())
    inbox.put("dossiers/E5/00000000000/fiche.pdf", b"%PDF-1.7")
    take_attendance(desk.site)
    take_dossiers(desk.site)
    shown = service.get(PAGE).text
    assert "fiche.pdf</b> : Ce candidat n’est pas inscrit" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{listed}</b> : ligne 2" in shown.replace("\N{NO-BREAK SPACE}", " ")
    inbox.put(listed, f"candidate_number;present\n{number};oui\n".encode())
    take_attendance(desk.site)
    shown = service.get(PAGE).text
    assert "fiche.pdf" in shown and listed not in shown


def test_links_to_prefect_ask_for_an_epreuve_or_for_what_failed(desk: Desk):
    desk.app.state.settings = desk.app.state.settings.model_copy(update={"prefect_ui": "http://prefect"})
    shown = desk.signed_in(Role.SERVICE).get(PAGE).text
    assert 'href="http://prefect/runs?tag=U4"' in shown
    assert 'href="http://prefect/runs?state=Failed&amp;state=Crashed"' in shown


def test_what_the_flows_publish_is_one_click_away(desk: Desk, monkeypatch):
    service = desk.signed_in(Role.SERVICE)
    assert "pas connue du guichet" in service.get(f"{PAGE}/avancement").text
    desk.app.state.settings = desk.app.state.settings.model_copy(update={"prefect_ui": "http://prefect"})
    assert f'href="{PAGE}/constats"' in service.get(PAGE).text
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert "Prefect ne répond pas" in service.get(f"{PAGE}/avancement").text
    assert service.get(f"{PAGE}/autre").status_code == 404
