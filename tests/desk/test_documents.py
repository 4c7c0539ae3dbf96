"""Copies that were annotated offline come back: at the desk, by the API and by the command line."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pikepdf
import pytest
from filling import Filled, fill
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner
from visitors import Desk
from worlds import check_tables, own_world

from actions.corrected import lots
from actions.people import personal_data
from actions.prepare import prepare
from actions.site import now, open_site
from cli.app import app
from desk.app import create_app
from desk.settings import DeskSettings
from storage.corrected.lots import LotPulled, LotReassigned, lot_by_id
from storage.corrected.returned import documents_of_lot
from storage.database.schema import events
from storage.decided.copies import copy_by_id
from storage.machine.weed import Weed
from storage.people.candidates import enrolled_as
from storage.people.correctors import issue_token
from storage.states import Role

NUMBER = "ACDEFHJ"
MARK = "13,5"


def drawn(seed: int, pages: int = 1) -> bytes:
    rng = np.random.default_rng(seed)
    images = [
        Image.fromarray(rng.integers(0, 2, (110, 78), np.uint8) * 200).resize((780, 1100))
        for _ in range(pages)
    ]
    images[0].save(out := io.BytesIO(), "PDF", resolution=94, save_all=True, append_images=images[1:])
    return out.getvalue()


PDF = drawn(1)


@pytest.fixture
def desk(weed: Weed, tmp_path: Path, session_file: Path) -> Iterator[Desk]:
    shutil.copy(session_file, tmp_path / "session.toml")
    with own_world(weed, tmp_path):
        prepare()
        yield Desk(open_site(), create_app(open_site(), DeskSettings(desk_url="http://desk")))


@pytest.fixture
def filled(desk: Desk) -> Filled:
    made = fill(desk, PDF)
    desk.site.register.record(LotPulled(), made.values["lot"], actor=made.corrector, at=now())
    return made


@pytest.fixture
def hers(desk: Desk, filled: Filled) -> Corrector:
    return Corrector(desk, filled)


class Corrector:
    """She gives back, and looks at what is kept."""

    def __init__(self, desk: Desk, filled: Filled) -> None:
        self.desk, self.lot, self.id = desk, filled.values["lot"], filled.corrector
        self.copy = filled.values["subject"]
        self.program = desk.program(Role.CORRECTOR, filled.corrector)

    def sends(self, name: str, data: bytes) -> httpx.Response:
        path = f"/api/my/lots/{self.lot}/documents"
        return self.program.post(path, content=data, headers={"x-file-name": name})

    def brings(self, name: str, data: bytes) -> list[tuple[str, str | None]]:
        answer = self.sends(name, data)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert all(one["message"] for one in found)
        return [(one["name"], one["code"]) for one in found]

    def kept(self) -> dict[str, bytes]:
        vault = self.desk.site.store.vault
        return {info.key: vault.get(info.key) for info in vault.list("returned/")}


def annotated(word: str = "Bien", pdf: bytes = PDF) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[9, 9, 30, 30], Contents=word,
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://evil"),
        )  # fmt: skip
        opened.pages[0].Annots = pikepdf.Array([opened.make_indirect(note)])
        opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert()")
        opened.save(out := io.BytesIO())
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def log(desk: Desk) -> str:
    with desk.site.register.reading() as connection:
        return "\n".join(connection.scalars(select(events.c.line).order_by(events.c.seq)))


def test_a_document_is_cleaned_kept_replaced_and_told_by_hashes(desk, hers):
    assert hers.brings(f"{NUMBER}.pdf", annotated()) == [(f"{NUMBER}.pdf", None)]
    ((key, first),) = hers.kept().items()
    digest = hashlib.sha256(first).hexdigest()
    assert key == f"returned/{hers.lot}/{NUMBER}/{digest}.pdf"
    assert b"evil" not in first and b"JavaScript" not in first
    begun = log(desk)
    assert "Déjà reçu" in hers.sends(f"{NUMBER}.pdf", annotated()).json()[0]["message"]
    assert log(desk) == begun
    hers.brings(f"{NUMBER.lower()}.PDF", annotated("Très bien"))
    ((_, second),) = hers.kept().items()  # of the first the log alone tells
    assert second != first and digest in log(desk) and hashlib.sha256(second).hexdigest() in log(desk)
    assert check_tables(desk.site.register) == []


def test_an_archive_is_taken_file_by_file_and_marks_in_it_are_not_read(desk, hers):
    files = {
        f"U4-001/{NUMBER}.pdf": annotated(),
        "U4-001/notes.csv": f"numero;note\n{NUMBER};{MARK}".encode(),
        "XYXYXYX.pdf": annotated(),
        "../x.pdf": b"",
        "lisez-moi.txt": MARK.encode(),
    }
    assert hers.brings("mes copies.zip", zipped(**files)) == [
        (f"{NUMBER}.pdf", None),
        ("notes.csv", "aside"),
        ("XYXYXYX.pdf", "not_of_lot"),
        ("../x.pdf", "bad_path"),
        ("lisez-moi.txt", "not_of_lot"),
    ]
    assert len(hers.kept()) == 1
    store = desk.site.store
    held = [bucket.get(info.key) for bucket in (store.vault, store.inbox) for info in bucket.list()]
    assert not any(MARK.encode() in data for data in held) and MARK not in log(desk)


def test_what_is_not_this_copy_is_refused_with_a_code(desk, hers):
    protected = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as opened:
        opened.save(protected, encryption=pikepdf.Encryption(owner="o", user="u"))
    for data, code in (
        (b"12/20", "not_a_pdf"),
        (b"", "not_a_pdf"),
        (PDF[:300], "damaged"),
        (protected.getvalue(), "encrypted"),
        (drawn(1, pages=2), "wrong_pages"),
        (drawn(2), "other_copy"),
        (PDF + b"\0" * (50 << 20), "too_large"),
        (zipped(**{f"{NUMBER}.pdf": PDF})[:90], "bad_archive"),
    ):
        assert hers.brings(f"{NUMBER}.pdf", data)[0][1] == code, code
    twice = zipped(**{f"{NUMBER}.pdf": PDF, f"{NUMBER.lower()}.pdf": PDF})
    assert {code for _, code in hers.brings("a.zip", twice)} == {"twice"}
    assert not hers.kept() and "document.returned" not in log(desk)


def test_a_document_is_given_back_while_the_lot_is_in_hand_and_by_its_corrector_alone(desk, filled, hers):
    path = f"/api/my/lots/{hers.lot}/documents"
    other = desk.program(Role.CORRECTOR, filled.stranger)
    assert other.post(path, content=PDF, headers={"x-file-name": "a.pdf"}).status_code == 404
    assert desk.program(None).post(path, content=PDF, headers={"x-file-name": "a.pdf"}).status_code == 401
    form = {"content-type": "application/x-www-form-urlencoded", "x-file-name": "a.pdf"}
    assert hers.program.post(path, content=b"a" * (3 << 20), headers=form).status_code == 413
    with desk.site.register.reading() as connection:
        lot = lot_by_id(connection, hers.lot)
    lots.give_back(desk.site, lot, at=now())
    refused = hers.sends(f"{NUMBER}.pdf", annotated())
    assert refused.status_code == 409 and "est rendu" in refused.json()["detail"] and not hers.kept()


def test_the_command_line_gives_back_the_same(desk, hers, tmp_path):
    token = issue_token(desk.site.register, hers.id, actor="t", at=now())
    for name, data, exit_code in ((NUMBER, annotated(), 0), ("ZZZZZZZ", PDF, 1)):
        (tmp_path / f"{name}.pdf").write_bytes(data)
        command = ["lots", "documents", "U4-001", str(tmp_path / f"{name}.pdf"), "--token", token]
        done = CliRunner().invoke(app, [*command, "--data", str(desk.site.settings.data_dir)])
        assert done.exit_code == exit_code, done.output
    assert "not_of_lot" in done.output and len(hers.kept()) == 1


def test_her_page_shows_what_came_and_what_lacks_and_another_sees_none_of_it(desk, filled, hers):
    page = desk.signed_in(Role.CORRECTOR, hers.id)
    assert "sans document annoté" in page.get(f"/lots/{hers.lot}").text
    assert f"pas de document annoté : {NUMBER}" in page.get(f"/lots/{hers.lot}/rendre").text
    hers.brings(f"{NUMBER}.pdf", annotated())
    shown = page.get(f"/lots/{hers.lot}").text
    assert f"/lots/{hers.lot}/{NUMBER}/rendu.pdf" in shown and "sans document" not in shown
    ((_, kept),) = hers.kept().items()
    assert page.get(f"/lots/{hers.lot}/{NUMBER}/rendu.pdf").content == kept
    with desk.site.register.reading() as connection:
        lot = lot_by_id(connection, hers.lot)
    lots.recall(desk.site, lot, "Absence.", actor="t", at=now())
    desk.site.register.record(LotReassigned(corrector=filled.stranger), lot.id, actor="t", at=now())
    other = desk.signed_in(Role.CORRECTOR, filled.stranger)
    assert "par un autre correcteur" in other.get(f"/lots/{hers.lot}").text
    assert other.get(f"/lots/{hers.lot}/{NUMBER}/rendu.pdf").status_code == 409
    with desk.site.register.reading() as connection:
        assert len(documents_of_lot(connection, hers.lot)) == 1


def test_it_is_in_the_answer_to_an_access_request(desk, filled, hers):
    hers.brings(f"{NUMBER}.pdf", annotated())
    ((_, kept),) = hers.kept().items()
    with desk.site.register.reading() as connection:
        copy = copy_by_id(connection, hers.copy)
        (who,) = {one.number for one in enrolled_as(connection, ids=[copy.candidate])}
    told = dict(personal_data.answer(desk.site, who, actor="t", at=now()))
    assert kept in told.values()
    assert "rendue annotée" in told["index.html"].decode()
