"""Copies for candidates: none before the jury, by whatever door; a hold, and the second jury, keep some."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from filling import Filled, in_hand
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select
from typer.testing import CliRunner
from visitors import Desk
from worlds import check_tables

from actions.site import now
from cli.app import app
from processors.circular.deadlines import french_instant
from storage.bucket.keys import returned_document
from storage.corrected.returned import DocumentReturned
from storage.database.schema import events
from storage.decided.copies import current_copies
from storage.machine.weed import Weed
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.holds import HoldLifted, HoldPlaced
from storage.states import Role

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("release")]

AVERAGE = "8,25"


@pytest.fixture(scope="module")
def stage(
    weed: Weed, tmp_path_factory: pytest.TempPathFactory, session_file: Path
) -> Iterator[tuple[Desk, Filled]]:
    """Two copies that are settled, one of them given back annotated; and one that waits."""
    with in_hand(weed, tmp_path_factory.mktemp("data"), session_file) as (desk, filled):
        lot, copy = filled.values["lot"], filled.values["subject"]
        Image.new("L", (210, 297), 200).save(made := io.BytesIO(), "PDF")
        given, sha256 = made.getvalue(), hashlib.sha256(made.getvalue()).hexdigest()
        desk.site.store.vault.put(returned_document(lot, "ACDEFHJ", sha256), given)
        facts = DocumentReturned(lot=lot, sha256=sha256, size=len(given), sure=True)
        desk.site.register.record(facts, copy, actor=filled.corrector, at=now())
        yield desk, filled


@pytest.fixture
def desk(stage: tuple[Desk, Filled]) -> Desk:
    return stage[0]


@pytest.fixture
def people(desk: Desk) -> dict[str, EnrolledCandidate]:
    """Whose each copy is, by its status and whether it came back annotated."""
    with desk.site.register.reading() as connection:
        known = {who.id: who for who in enrolled_in(connection, "U4")}
        copies = current_copies(connection)
    names = {True: "annotated", False: "plain"}
    return {
        "waits" if copy.status == "to_decide" else names[copy.anonymous_number == "ACDEFHJ"]: known[who]
        for copy in copies
        if (who := copy.candidate)
    }


def at(desk: Desk, jury: str, before: timedelta = timedelta()) -> datetime:
    """What the store's clock says from now on; the jury's hour."""
    hour: datetime = getattr(desk.site.session.results, jury).starts_at
    desk.site.store.__dict__["time"] = lambda: hour - before
    return hour


def shell(desk: Desk, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--data", str(desk.site.settings.data_dir)])
    return f"{done.exit_code} {' '.join(done.output.split())}"


def log(desk: Desk) -> list[str]:
    with desk.site.register.reading() as connection:
        return list(connection.scalars(select(events.c.line).order_by(events.c.seq)))


def table(*lines: tuple[EnrolledCandidate, str, str]) -> str:
    rows = (f"{who.number};{average};{professional}\n" for who, average, professional in lines)
    return "candidate_number;moyenne;moyenne_professionnelle\n" + "".join(rows)


def released(desk: Desk, to: Path) -> dict[str, dict[str, str]]:
    """The manifest, by candidate's number; each file is as it says."""
    assert shell(desk, "release", "--to", str(to)).startswith("0 ")
    text = (to / "manifeste.csv").read_text("utf-8-sig")
    lines = {line["numero_candidat"]: line for line in csv.DictReader(io.StringIO(text), delimiter=";")}
    for line in lines.values():
        if line["fichier"]:
            data = (to / line["fichier"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == line["sha256"]
            assert len(PdfReader(io.BytesIO(data)).pages) == int(line["pages"])
    files = {str(path.relative_to(to)) for path in to.rglob("*.pdf")}
    assert files == {line["fichier"] for line in lines.values() if line["fichier"]}
    return lines


def test_one_second_before_the_jury_nothing_is_released_or_read_and_that_is_noted(desk, people, tmp_path):
    hour = at(desk, "jury", timedelta(seconds=1))
    listed = table((people["plain"], AVERAGE, "12"))
    file = tmp_path / "moyennes.csv"
    file.write_text(listed)
    service, begun = desk.signed_in(Role.SERVICE), len(log(desk))
    said = f"le {french_instant(hour)}"
    assert said in shell(desk, "release", "--to", str(tmp_path / "out"))
    assert said in shell(desk, "averages", str(file))
    service.get("/coordination/remise")
    answer = service.post("/coordination/remise/moyennes", {"table": listed})
    assert answer.status_code == 409 and said in answer.text
    new = "".join(log(desk)[begun:])
    assert new.count('"action":"release.refused"') == 3
    assert not (tmp_path / "out").exists()
    for word in ("control.called", "copies.released", people["plain"].number, "8.25", AVERAGE):
        assert word not in new


def test_who_may_still_sit_the_control_exams_waits_for_the_second_jury(desk, people, tmp_path):
    at(desk, "jury")
    first = released(desk, tmp_path / "1")
    assert {line["etat"] for line in first.values()} == {"moyenne inconnue", "à régler"}
    listed = table((people["annotated"], "12", "9,5"), (people["plain"], AVERAGE, "10"))
    service = desk.signed_in(Role.SERVICE)
    service.get("/coordination/remise")
    page = service.post("/coordination/remise/moyennes", {"table": listed})
    assert page.status_code == 200 and "1 candidat appelé" in page.text and AVERAGE not in page.text
    lines = released(desk, tmp_path / "2")
    assert lines[people["annotated"].number]["etat"] == "remise"
    assert lines[people["plain"].number]["etat"] == "appelé aux épreuves de contrôle"
    assert lines[people["waits"].number]["etat"] == "à régler"
    at(desk, "second_jury", timedelta(seconds=1))
    assert released(desk, tmp_path / "3") == lines
    at(desk, "second_jury")
    assert released(desk, tmp_path / "4")[people["plain"].number]["etat"] == "remise"
    said = "".join(log(desk))
    assert '"what":"release"' in said and said.count('"action":"copies.released"') == 4
    for secret in (AVERAGE, "8.25", people["annotated"].number):
        assert secret not in said
    assert check_tables(desk.site.register) == []


def test_a_file_is_the_whole_copy_and_then_what_came_back_of_it(desk, people, tmp_path):
    at(desk, "second_jury")
    lines = released(desk, tmp_path / "out")
    line = lines[people["annotated"].number]
    assert (line["pages"], line["copie_annotee"]) == ("2", "oui")
    made = PdfReader(tmp_path / "out" / line["fichier"])
    assert [getattr(mark, "title", None) for mark in made.outline] == ["Copie", "Copie annotée"]
    assert not made.metadata
    assert lines[people["plain"].number]["copie_annotee"] == "non"


def test_a_hold_wins_at_any_hour(desk, people, tmp_path):
    at(desk, "second_jury")
    who = people["annotated"]
    placed = HoldPlaced(exam="U4", reason="reasons/x.txt")
    desk.site.register.record(placed, who.id, actor="service", at=now())
    assert released(desk, tmp_path / "1")[who.number]["etat"] == "gel"
    lifted = HoldLifted(exam="U4", reason="reasons/y.txt")
    desk.site.register.record(lifted, who.id, actor="service", at=now())
    assert released(desk, tmp_path / "2")[who.number]["etat"] == "remise"


@pytest.mark.parametrize(
    ("average", "professional", "called"),
    [
        ("8", "10", True),
        ("7,99", "12", False),
        ("9.99", "10", True),
        ("10", "10", False),
        ("9", "9,99", False),
    ],
)
def test_the_thresholds_are_those_of_the_session(desk, people, average, professional, called):
    at(desk, "jury")
    service = desk.signed_in(Role.SERVICE)
    service.get("/coordination/remise")
    listed = table((people["plain"], average, professional), (people["annotated"], "15", "15"))
    page = service.post("/coordination/remise/moyennes", {"table": listed})
    assert page.status_code == 200
    assert ("1 candidat appelé" if called else "0 candidat appelé") in page.text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{number};8,25;", "« moyenne_professionnelle »"),
        ("{number};21;12", "une moyenne de 0 à 20"),
        ("02999999999;9;12", "n’est pas inscrit"),
        ("{number};9;12\n{number};9;12", "figure déjà"),
    ],
)
def test_a_bad_line_keeps_the_list_back(desk, people, line, told):
    at(desk, "jury")
    service, begun = desk.signed_in(Role.SERVICE), len(log(desk))
    service.get("/coordination/remise")
    said = "candidate_number;moyenne;moyenne_professionnelle\n" + line.format(number=people["plain"].number)
    page = service.post("/coordination/remise/moyennes", {"table": said})
    assert page.status_code == 422 and told in page.text
    assert "control.called" not in "".join(log(desk)[begun:])
