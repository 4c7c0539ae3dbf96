"""Orals at the command line: each look at names is in the log, and no scan of sheets is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from dropping import CENTRE, NUMBERS
from sqlalchemy import select
from typer.testing import CliRunner

from actions.dropped.inbox import take_returned
from actions.site import now
from cli.app import app
from cli.season.orals import scanned
from processors.lists.people import CANDIDATE_COLUMNS, CORRECTOR_COLUMNS
from storage.database.schema import events
from storage.events import Event
from storage.people.candidates import import_candidates
from storage.people.correctors import import_correctors

ORAL = ("--exam", "E5")


@pytest.fixture
def planned(desk, tmp_path: Path):
    """E5 is planned, and its papers are printed; a shell, and the scan of all its sheets."""
    people = (
        f"{number},00{k},ZYGOMAR,ODILON,2004-03-0{k},0040538N,{CENTRE},SLAM,scolaire,E5|U4|U7"
        for k, number in enumerate(NUMBERS, 1)
    )
    examiners = (
        "T1,Ursule Bidon,u@exemple.fr,0845099L,,E5,,,,enseignant",
        "P1,Zoé Postiche,z@exemple.fr,0050006E,,E5,,,,professionnel",
    )
    for take, lines in (
        (import_candidates, (",".join(CANDIDATE_COLUMNS), *people)),
        (import_correctors, (",".join((*CORRECTOR_COLUMNS, "role")), *examiners)),
    ):
        read = take(desk.site.register, "\n".join(lines).encode(), desk.site.session, actor="t", at=now())
        assert not read.problems

    def shell(*command: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["orals", *command], env={"COLUMNS": "200"})
        assert done.exit_code == int(fails), done.output
        return " ".join(done.output.split())

    shell("plan", *ORAL)
    shell("papers", *ORAL, "--to", str(tmp_path / "papers"))
    sheets = (tmp_path / "papers" / "feuilles-E5.pdf").read_bytes()
    return shell, scanned(sheets, tmp_path / "rendu.pdf")


def shown(desk) -> list[tuple[str, str]]:
    with desk.site.register.reading() as connection:
        logged = [Event.parse(line) for line in connection.scalars(select(events.c.line))]
    return [(one.subject, one.facts["what"]) for one in logged if one.action == "identity.shown"]


def test_whoever_prints_papers_or_sorts_sheets_is_in_the_log(desk, planned, tmp_path: Path):
    shell, scan = planned
    look = ("orals/E5", "orals")
    assert shown(desk) == [look]  # by its papers
    before = {info.key for info in desk.site.store.vault.list()}
    said = shell("sort", str(scan), *ORAL, "--to", str(tmp_path / "sorted"))
    assert (tmp_path / "sorted" / "fiches-E5.pdf").exists() and "non signée" in said
    assert shown(desk) == [look, look]
    assert {info.key for info in desk.site.store.vault.list()} == before
    (bad := tmp_path / "bad.pdf").write_bytes(b"no PDF")
    assert "not_a_pdf" in shell("sort", str(bad), *ORAL, "--to", str(tmp_path / "none"), fails=True)
    assert shown(desk) == [look, look]


def test_what_came_back_is_told_without_a_name(desk, planned):
    shell, scan = planned
    assert "0 of 6 sheets are back." in shell("back", *ORAL)
    desk.site.store.inbox.put("returns/Centre de formation/lundi.pdf", scan)
    take_returned(desk.site)
    told = shell("back", *ORAL)
    assert "6 of 6 sheets are back." in told and "Centre de formation" in told
    assert "bordereau de notes, jury n° 1" in told and "ZYGOMAR" not in told
    assert len(shown(desk)) == 1
    assert '"sheets": 6' in shell("back", *ORAL, "--json")


def test_who_asks_for_access_is_told_when_and_where_to_be_heard(desk, planned, tmp_path: Path):
    to = tmp_path / "held"
    done = CliRunner().invoke(app, ["access-request", NUMBERS[0], "--to", str(to)])
    assert done.exit_code == 0, done.output
    told = (to / "index.html").read_text()
    assert "E5\N{NO-BREAK SPACE}: convoqué(e) le " in told and "Centre de formation" in told
