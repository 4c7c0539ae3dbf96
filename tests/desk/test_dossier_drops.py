"""A dossier is dropped by the command, a page or a program; whoever did reads at once what became of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from doors import log, shell
from fastapi.testclient import TestClient
from filling import MINE, OTHER, Filled
from visitors import Desk

from actions.dropped.dossiers import read
from actions.site import now
from processors.dossiers.files import MAX_BYTES
from specimens.dossiers.deposit import Medium, Trouble, draw_deposit
from storage.bucket.objects import ObjectInfo
from storage.ids import new_id
from storage.states import Role
from tests.storage import depositing

pytestmark = [pytest.mark.xdist_group("commands")]
API = f"/api/centres/{MINE}/E5/dossiers"


def brought(
    program: TestClient, number: str, name: str, data: bytes = b"%PDF-1.7", to: str = API
) -> httpx.Response:
    """As the page's script does."""
    headers = {"x-candidate-number": number, "x-file-name": quote(name)}
    return program.post(to, content=data, headers=headers)


def whose(filled: Filled) -> tuple[str, ...]:
    return "--exam", "E5", "--candidate", filled.people[0].number


def told(desk: Desk, filled: Filled) -> dict:  # type: ignore[type-arg]
    found: dict = json.loads(shell(desk, "dossier", "show", *whose(filled), "--json"))  # type: ignore[type-arg]
    return found


def test_a_file_is_dropped_by_whichever_door(stage: tuple[Desk, Filled], tmp_path: Path):
    desk, filled = stage
    number, page = filled.people[0].number, f"/centre/{MINE}/E5/dossiers/{filled.values['who']}"
    centre = desk.signed_in(Role.CENTRE, MINE, email="dossiers@exemple.fr")
    assert f'href="/centre/{MINE}/E5/dossiers"' in centre.get(f"/centre/{MINE}").text
    assert page in centre.get(f"/centre/{MINE}/E5/dossiers").text
    folder = tmp_path / "dépôt"
    folder.mkdir()
    (folder / "attestation.pdf").write_bytes(b"%PDF-1.7 first")
    assert "attestation.pdf: received" in shell(desk, "dossier", "drop", str(folder), *whose(filled))
    answer = brought(desk.program(Role.CENTRE, MINE), number, "tableau à signer.pdf")
    assert answer.status_code == 200 and answer.json()[0]["taken"]
    brought(desk.program(Role.CENTRE, MINE), number, "attestation.pdf", b"%PDF-1.7 second")
    files = [(file["name"], file["counts"]) for file in told(desk, filled)["files"]]
    assert files == [
        ("a.pdf", True),
        ("attestation.pdf", False),
        ("tableau à signer.pdf", True),
        ("attestation.pdf", True),
    ]
    much_later = now() + timedelta(days=400)
    info = ObjectInfo(f"dossiers/E5/{number}/tard.pdf", new_id("doss"), 10, much_later)
    depositing.deposit(
        desk.site.register,
        info,
        b"%PDF-1.7 late",
        "E5",
        filled.values["who"],
        "tard.pdf",
        actor="t",
        at=now(),
    )
    shown = centre.get(page).text
    assert shown.count("trop tard") == 1
    assert "tableau à signer.pdf" in shown and "En attente de lecture" in shown
    assert shown.count("remplacé par celui du même nom") == 1
    came = [event for event in log(desk) if event.action == "dossier.deposited"]
    assert [event.actor.split("_")[0] for event in came] == ["t", "service", "tokn", "tokn", "t"]
    assert len({event.subject for event in came}) == 1
    listed = desk.program(Role.CENTRE, MINE).get(API).json()
    assert [one["number"] for one in listed if one["files"]] == [number]


def test_what_is_no_piece_of_a_dossier_is_refused_in_the_same_words(
    stage: tuple[Desk, Filled], tmp_path: Path
):
    desk, filled = stage
    number, program = filled.people[0].number, desk.program(Role.SERVICE)
    piece, hidden, empty = tmp_path / "a.pdf", tmp_path / "b\N{ZERO WIDTH SPACE}.pdf", tmp_path / "c.pdf"
    with (large := tmp_path / "d.pdf").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path in (piece, hidden):
        path.write_bytes(b"%PDF-1.7")
    empty.touch()
    before = len(log(desk))
    for path, who, said in (
        (piece, "00000000000", "n’est pas inscrit à cette épreuve"),
        (piece, filled.people[1].number, "n’est pas inscrit à cette épreuve"),
        (hidden, number, "Ce nom de fichier ne convient pas"),
        (empty, number, "Ce fichier est vide"),
    ):
        command = ("dossier", "drop", str(path), "--exam", "E5", "--candidate", who)
        assert said in shell(desk, *command, fails=True)
        answer = brought(program, who, path.name, path.read_bytes())
        assert answer.status_code == 409 and said in answer.json()["detail"]
    assert "Ce fichier dépasse 200 Mo" in shell(
        desk, "dossier", "drop", str(large), *whose(filled), fails=True
    )
    command = ("dossier", "drop", str(piece), "--exam", "U4", "--candidate", number)
    assert "n’est pas de cette session" in shell(desk, *command, fails=True)
    assert brought(program, number, "a.pdf", to=f"/api/centres/{MINE}/U4/dossiers").status_code == 404
    elsewhere = brought(program, number, "a.pdf", to=f"/api/centres/{OTHER}/E5/dossiers")
    assert elsewhere.status_code == 409 and "pas inscrit" in elsewhere.json()["detail"]
    asked = ("dossier", "show", "--exam", "E5", "--candidate", "00000000000")
    assert "pas inscrit" in shell(desk, *asked, fails=True)
    assert {event.action for event in log(desk)[before:]} <= {"token.made"}


@pytest.mark.slow
def test_what_is_read_and_what_lacks_is_told(stage: tuple[Desk, Filled], tmp_path: Path):
    """A certificate alone has come: the table lacks."""
    desk, filled = stage
    exam, person = desk.site.session.exam("E5"), filled.people[0]
    assert exam is not None and exam.deposit is not None
    drawn = draw_deposit(
        np.random.default_rng(1),
        person,
        filled.people[1],
        "E5",
        exam.deposit.deadline.at,
        Trouble.NONE,
        Medium.PRINT,
    )
    (name, data), *_ = (one for one in drawn.files if one[0].endswith(".pdf"))
    (tmp_path / name).write_bytes(data)
    shell(desk, "dossier", "drop", str(tmp_path / name), *whose(filled))
    assert not told(desk, filled)["read"]
    read(desk.site, filled.values["dossier"])
    known = told(desk, filled)
    assert known["read"] and [one["title"] for one in known["pieces"]] == ["Attestations de stage"]
    assert any("Pièce manquante : Tableau de synthèse" in message for message in known["messages"])
    page = f"/centre/{MINE}/E5/dossiers/{filled.values['who']}/etat"
    shown = desk.signed_in(Role.SERVICE, email="lu@exemple.fr").get(page).text
    assert "Attestations de stage" in shown and "Pièce manquante : Tableau de synthèse" in shown
    assert "la commission de contrôle de conformité seule prononce" in shown
