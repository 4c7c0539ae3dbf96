"""What the service rules through the API is there on the desk's pages, and can be taken back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from filling import MINE, Filled
from visitors import Desk

from actions.site import now
from cli.demo_session import write_demo_session
from desk.zipped import zipped
from processors.circular.session import load_session
from storage.corrected.lots import lot_by_id
from storage.states import LotState, Role


def test_a_finding_is_settled_by_a_program_and_opened_again_on_its_page(desk: Desk, filled: Filled):
    program, browser = desk.program(Role.SERVICE), desk.signed_in(Role.SERVICE)
    copy = filled.values["copy"]
    (found,) = program.get(f"/api/decisions/{copy}").json()["findings"]
    at = f"/api/decisions/{copy}/findings/{found['event']}/{found['k']}"
    assert program.post(at, json={"settled": True, "reason": "vu"}).status_code == 200
    assert program.get(f"/api/decisions/{copy}").json()["findings"] == []
    story = browser.get(f"/coordination/historique/{copy}").text
    (again,) = re.findall(r'action="(/coordination/decisions/\w+/constats/\d+/\d+)"', story)
    opened = browser.post(again, {"settled": "false", "reason": "Rouvert depuis son histoire."})
    assert opened.status_code == 303
    assert program.get(f"/api/decisions/{copy}").json()["findings"] == [found]
    assert "Rouvrir" not in browser.get(f"/coordination/historique/{copy}").text


def test_a_program_puts_pages_in_order(desk: Desk, filled: Filled):
    program, copy = desk.program(Role.SERVICE), filled.values["copy"]
    pages = program.get(f"/api/decisions/{copy}").json()["pages"]
    asked = {"pages": pages[::-1], "reason": "au dos"}
    assert program.post(f"/api/decisions/{copy}/pages", json=asked).status_code == 200
    assert program.get(f"/api/decisions/{copy}").json()["pages"] == pages[::-1]
    elsewhere = program.post(f"/api/decisions/{copy}/pages", json={"pages": [999], "reason": "x"})
    assert (elsewhere.status_code, "une autre copie" in elsewhere.json()["detail"]) == (409, True)


def test_a_program_gives_more_time_and_takes_it_back(desk: Desk, filled: Filled):
    program, exam = desk.program(Role.SERVICE), desk.site.session.exam("U4")
    own = exam.scan_deadline.at

    def due():
        told = desk.program(Role.CENTRE, MINE).get(f"/api/centres/{MINE}/U4").json()
        return datetime.fromisoformat(told["deadline"])

    before, at = due(), f"/api/deadlines/U4/{MINE}"
    later = (own + timedelta(hours=2)).isoformat()
    assert program.post(at, json={"until": later, "reason": "panne"}).status_code == 200
    assert due() != before
    for wrong in (own - timedelta(hours=1), own + timedelta(days=400)):
        assert program.post(at, json={"until": wrong.isoformat(), "reason": "x"}).status_code == 409
    assert program.post(at, json={"until": None, "reason": "retour"}).status_code == 200
    assert due() == before


def test_of_a_lot_that_nobody_opened_in_time_the_way_out_is_told(desk: Desk, filled: Filled, tmp_path: Path):
    service = desk.signed_in(Role.SERVICE)
    pages = f"/coordination/lots/U4/{filled.values['lot']}", "/coordination/notes"
    said = "Prolongez la fenêtre dans le fichier de session"
    assert not any(said in service.get(page).text for page in pages)
    write_demo_session(tmp_path / "past.toml", now() - timedelta(days=60))
    desk.site.__dict__["session"] = load_session(tmp_path / "past.toml")
    for page in pages:
        assert said in service.get(page).text, page


def test_a_program_closes_a_lot_that_was_returned(desk: Desk, filled: Filled):
    service, corrector = desk.program(Role.SERVICE), desk.program(Role.CORRECTOR, filled.corrector)
    lot = filled.values["lot"]
    assert service.post(f"/api/lots/U4/{lot}/close").status_code == 409
    assert corrector.get(f"/api/my/lots/{lot}/copies/{filled.values['number']}").status_code == 200
    assert corrector.post(f"/api/my/lots/{lot}/return").status_code == 200
    assert service.post(f"/api/lots/U4/{lot}/close").status_code == 200
    with desk.site.register.reading() as connection:
        assert lot_by_id(connection, lot).state is LotState.CLOSED


def test_a_zip_is_sent_while_it_is_made():
    asked = []

    def files():
        for name in ("a.pdf", "b.pdf"):
            asked.append(name)
            yield name, name.encode() * 1000

    pieces = zipped(files())
    first = next(pieces)
    assert asked == ["a.pdf"] and len(first) > 5000
    whole = zipfile.ZipFile(io.BytesIO(first + b"".join(pieces)))
    assert whole.testzip() is None
    assert {name: whole.read(name) for name in whole.namelist()} == {
        name: name.encode() * 1000 for name in ("a.pdf", "b.pdf")
    }


def test_what_is_owed_is_noted_and_taken_back_at_the_desk(desk: Desk, filled: Filled):
    """Each school and centre of the demonstration owes something; a centre sees its own."""
    service, centre = desk.signed_in(Role.SERVICE), desk.signed_in(Role.CENTRE, MINE)
    address = "/coordination/obligations"
    shown = service.get(address).text
    one = f"retour-papier/{MINE}"
    assert shown.count(f'value="{one}"') == 1 and "en retard" in shown
    said = {"obligation": one, "act": "recevoir", "words": "par la navette", "on": "2026-01-05"}
    assert service.post(address, said).status_code == 303
    assert one not in service.get(address).text
    all_of_them = service.get(f"{address}?toutes=1").text
    assert "par la navette" in all_of_them and "lundi 5 janvier 2026" in all_of_them
    assert "reçu" in centre.get(f"/centre/{MINE}").text
    history = service.get(f"/coordination/historique/duty/{one}").text
    assert "obligation remplie" in history
    assert service.post(address, {"obligation": one, "act": "rouvrir"}).status_code == 303
    assert f'value="{one}"' in service.get(address).text
    for wrong, told in (
        ({"act": "recevoir", "words": "x"}, "quel jour"),
        ({"act": "lever"}, "Dites pourquoi"),
    ):
        answer = service.post(address, {"obligation": one, **wrong})
        assert answer.status_code == 409 and told in answer.text
    paper = centre.get(f"/centre/{MINE}").text
    assert "Lycée Victor Hugo" in paper and "listes d’émargement" in paper.replace("&#39;", "’").replace(
        "'", "’"
    )


def test_an_access_request_is_answered_with_one_candidate_alone(desk: Desk, filled: Filled):
    browser = desk.signed_in(Role.SERVICE)
    browser.get("/coordination/acces")
    asking, *others = filled.people
    answer = browser.post("/coordination/acces", {"number": asking.number})
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {name.rpartition("/")[2] for name in archive.namelist()} == {
        *("pages.pdf", "correcteur.pdf", "01-a.pdf", "donnees.json", "index.html")
    }
    told = " ".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    assert asking.number in told and not any(one.number in told for one in others)
    browser.get("/coordination/acces")
    refused = browser.post("/coordination/acces", {"number": "09999999999"})
    assert (refused.status_code, "Aucun candidat n’a ce numéro." in refused.text) == (409, True)
