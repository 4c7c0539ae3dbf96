"""No mark before the harmonisation, by whatever door; then by lot, and by candidate once."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from filling import MINE, Filled
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner
from visitors import Browser, Desk
from worlds import check_tables

from actions.corrected import marks
from actions.site import now
from cli.app import app
from processors.circular.deadlines import french_instant
from processors.circular.session_parts import Gated
from storage.corrected.lots import lot_by_id
from storage.corrected.marks import marks_of_lot
from storage.database.schema import events
from storage.database.tables import metadata
from storage.decided.copies import copy_by_id
from storage.events import Event
from storage.people.candidates import enrolled_in
from storage.people.correctors import issue_token
from storage.states import Role

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("marks")]

VALUE = "13,5"
SAID = re.compile(r"(?<!\d)13[.,]50?(?!\d)")  # and no second of an instant, which has more digits
TABLE = f"numero;note\nACDEFHJ;{VALUE}\n"
WHY = "Erreur de report."


@pytest.fixture
def desk(stage: tuple[Desk, Filled]) -> Desk:
    return stage[0]


@pytest.fixture
def filled(stage: tuple[Desk, Filled]) -> Filled:
    return stage[1]


def harmonisation(desk: Desk) -> datetime:
    assert desk.site.session.results is not None
    return desk.site.session.results.harmonisation.starts_at


def at(desk: Desk, instant: datetime) -> None:
    """What the store's clock says from now on."""
    desk.site.store.__dict__["time"] = lambda: instant


@pytest.fixture
def after(desk: Desk) -> None:
    at(desk, harmonisation(desk))


def log(desk: Desk) -> list[str]:
    with desk.site.register.reading() as connection:
        return list(connection.scalars(select(events.c.line).order_by(events.c.seq)))


def kept(desk: Desk) -> list[str]:
    return [info.key for info in desk.site.store.vault.list("marks/")]


def shell(desk: Desk, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--data", str(desk.site.settings.data_dir)])
    return f"{done.exit_code} {' '.join(done.output.split())}"


class Doors:
    """Every way in and out of marks, for everybody there is."""

    def __init__(self, desk: Desk, filled: Filled, folder: Path) -> None:
        self.desk, self.lot, self.folder = desk, filled.values["lot"], folder
        self.file = folder / "notes.csv"
        self.file.write_text(TABLE)
        scopes = {
            "nobody": (None, None),
            "centre": (Role.CENTRE, MINE),
            "service": (Role.SERVICE, None),
            "hers": (Role.CORRECTOR, filled.corrector),
            "anothers": (Role.CORRECTOR, filled.stranger),
        }
        self.browsers = {
            who: desk.signed_in(role, scope, f"{who}@exemple.fr") if role else desk.browser()
            for who, (role, scope) in scopes.items()
        }
        self.programs = {who: desk.program(role, scope) for who, (role, scope) in scopes.items()}
        self.token = issue_token(desk.site.register, filled.corrector, actor="t", at=now())

    def pages(self, who: str) -> dict[str, tuple[int, str]]:
        """Status and text of each answer, by what was asked."""
        browser, program = self.browsers[who], self.programs[who]
        own, api = f"/lots/{self.lot}/notes", f"/api/my/lots/{self.lot}/notes"
        home = {"centre": f"/centre/{MINE}", "service": "/coordination"}.get(who, "/lots")
        browser.get(home if who != "nobody" else "/connexion")
        answers = {
            "page": browser.get(own, follow_redirects=False),
            "bring": browser.post(own, {"table": TABLE}),
            "read": program.get(api),
            "send": program.post(api, json={"table": TABLE}),
            "board": browser.get("/coordination/notes", follow_redirects=False),
            "export": browser.post("/coordination/notes/U4", {"reason": WHY}),
            "again": browser.get("/coordination/notes/U4.csv", follow_redirects=False),
        }
        return {what: (answer.status_code, answer.text) for what, answer in answers.items()}

    def commands(self) -> dict[str, str]:
        out = self.folder / "out.csv"
        out.unlink(missing_ok=True)
        said = {
            "import": shell(self.desk, "marks", "import", self.lot, str(self.file)),
            "hers": shell(self.desk, "marks", "import", self.lot, str(self.file), "--token", self.token),
            "show": shell(self.desk, "marks", "show", "--exam", "U4"),
            "export": shell(self.desk, "marks", "export", "--exam", "U4", "--to", str(out)),
            "again": shell(self.desk, "marks", "export", "--exam", "U4", "--to", str(out), "--again"),
        }
        assert not out.exists()
        return said


def test_no_role_by_no_door_brings_or_sees_a_mark_before_the_hour(desk, filled, tmp_path):
    """At any instant before; also where marks are there already, because the harmonisation was moved."""
    doors, hour = Doors(desk, filled, tmp_path), harmonisation(desk)
    whos = st.sampled_from([*doors.browsers, "the command line"])

    @settings(
        max_examples=24, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        who=whos,
        before=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=120)),
        already=st.booleans(),
    )
    @example(who="hers", before=timedelta(seconds=1), already=False)
    @example(who="the command line", before=timedelta(seconds=1), already=False)
    @example(who="hers", before=timedelta(seconds=1), already=True)
    @example(who="service", before=timedelta(seconds=1), already=True)
    @example(who="the command line", before=timedelta(seconds=1), already=True)
    def tried(who: str, before: timedelta, already: bool) -> None:
        _kept_before(desk, filled, already)
        at(desk, hour - before)
        held, begun = kept(desk), len(log(desk))
        if who == "the command line":
            told = doors.commands()
            assert all(f"le {french_instant(hour)}" in told[what] for what in told if what != "show"), told
            assert told["show"].startswith("0 ")
            refused = 2
        else:
            answers = doors.pages(who)
            wanted = {
                "nobody": {303, 401, 403},
                "hers": {409, 404, 303, 403},
                "service": {200, 409, 404, 403},
            }
            assert {status for status, _ in answers.values()} <= wanted.get(who, {404, 303, 403})
            told = {what: text for what, (_, text) in answers.items()}
            hers, service = ("page", "bring", "read", "send"), ("export", "again")
            for what in {"hers": hers, "service": service}.get(who, ()):
                assert answers[what][0] == 409 and french_instant(hour) in told[what], (who, what)
            refused = 2 if who == "hers" else 0
        new = "".join(log(desk)[begun:])
        assert kept(desk) == held
        assert new.count('"action":"marks.refused"') == refused and "marks.kept" not in new
        for text in (*told.values(), new):
            assert not SAID.search(text)

    tried()


def _kept_before(desk: Desk, filled: Filled, wanted: bool) -> None:
    """As if the harmonisation had been moved to later: marks lie in the vault; or none."""
    lot = filled.values["lot"]
    with desk.site.register.reading() as connection:
        found, row = lot_by_id(connection, lot), marks_of_lot(connection, lot)
    if wanted and row is None:
        at(desk, harmonisation(desk))
        read = marks.take(desk.site, found, TABLE.encode(), actor=filled.corrector, at=now())
        assert read.rows


@pytest.mark.usefixtures("after")
class TestAfter:
    """From the very second of the harmonisation."""

    def test_a_corrector_brings_marks_replaces_them_and_a_bad_line_keeps_all_back(self, desk, filled):
        hers, lot = desk.signed_in(Role.CORRECTOR, filled.corrector), filled.values["lot"]
        program = desk.program(Role.CORRECTOR, filled.corrector)
        page = hers.get(f"/lots/{lot}/notes")
        assert page.status_code == 200 and "https://notes.exemple.fr" in page.text
        assert "aucune note avant" not in page.text
        assert "1 note déposée" in hers.post(f"/lots/{lot}/notes", {"table": TABLE}).text
        before = kept(desk)
        bad = hers.post(f"/lots/{lot}/notes", {"table": TABLE.replace(VALUE, "21")})
        assert bad.status_code == 422 and "Ligne 2" in bad.text and kept(desk) == before
        answer = program.post(f"/api/my/lots/{lot}/notes", json={"table": "numero;note\nACDEFHJ;NN\n"}).json()
        assert answer == {"taken": True, "said": "0 note déposée ; non notée : ACDEFHJ.", "lines": []}
        assert program.get(f"/api/my/lots/{lot}/notes").json() == {"marks": {"ACDEFHJ": "NN"}}
        assert len(kept(desk)) == 1  # what was replaced is nowhere
        begun = len(log(desk))
        program.post(f"/api/my/lots/{lot}/notes", json={"table": "numero;note\nACDEFHJ;NN\n"})
        assert len(log(desk)) == begun
        assert program.post(f"/api/my/lots/{lot}/notes", json={"table": TABLE}).json()["taken"]

    def test_who_asks_for_access_gets_the_own_mark_from_that_hour_on(self, desk, filled, tmp_path):
        with desk.site.register.reading() as connection:
            copy = copy_by_id(connection, filled.values["subject"])
            number = next(one.number for one in enrolled_in(connection, "U4") if one.id == copy.candidate)
        hour = harmonisation(desk)
        _kept_before(desk, filled, True)
        for instant in (hour - timedelta(seconds=1), hour):
            at(desk, instant)
            to = tmp_path / f"{instant:%H%M%S}"
            assert shell(desk, "access-request", number, "--to", str(to)).startswith("0 ")
            assert bool(SAID.search((to / "index.html").read_text())) is (instant == hour)

    def test_another_corrector_brings_nothing(self, desk, filled):
        program = desk.program(Role.CORRECTOR, filled.stranger)
        lot = filled.values["lot"]
        assert program.post(f"/api/my/lots/{lot}/notes", json={"table": TABLE}).status_code == 404
        assert program.get(f"/api/my/lots/{lot}/notes").status_code == 404

    def test_marks_leave_once_and_again_only_corrected(self, desk, filled, tmp_path):
        service, lot = desk.signed_in(Role.SERVICE), filled.values["lot"]
        program = desk.program(Role.CORRECTOR, filled.corrector)
        assert program.post(f"/api/my/lots/{lot}/notes", json={"table": TABLE}).json()["taken"]
        assert "aucune copie dans un lot : l’export le dira" in service.get("/coordination/notes").text
        first = exported(service)
        number = next(line["numero_candidat"] for line in first if line["note"] == VALUE)
        assert sum(line["note"] == VALUE for line in first) == 1
        assert {line["observation"] for line in first if line["note"] == ""} <= {"présent, sans copie notée"}
        assert '"what":"marks"' in log(desk)[-1]
        refused = service.post("/coordination/notes/U4", {"reason": WHY})
        assert refused.status_code == 409 and "aucune n’a été corrigée" in refused.text
        again = service.get("/coordination/notes/U4.csv")
        assert again.status_code == 200 and again.text.count(VALUE) == 1
        mended = TABLE.replace(VALUE, "14")
        late = program.post(f"/api/my/lots/{lot}/notes", json={"table": mended})
        assert late.status_code == 409 and "ont été exportées" in late.json()["detail"]
        file = tmp_path / "notes.csv"
        file.write_text(mended)
        assert shell(desk, "marks", "import", lot, str(file)).startswith("1 Error: marks_exported")
        assert shell(desk, "marks", "import", lot, str(file), "--correction", WHY).startswith("0 U4-001")
        assert "no_reason" in shell(desk, "marks", "export", "--exam", "U4", "--to", str(tmp_path / "x.csv"))
        assert program.get(f"/api/my/lots/{lot}/notes").json() == {"marks": {}}  # they are not hers any more
        (line,) = exported(service)
        assert (line["numero_candidat"], line["note"]) == (number, "14")
        assert line["observation"] == "rectification"
        file.write_text(TABLE.replace(VALUE, "ABS"))
        assert shell(desk, "marks", "import", lot, str(file), "--correction", WHY).startswith("0 U4-001")
        (line,) = exported(service)
        assert (line["note"], line["observation"]) == (
            "ABS",
            "rectification, absent selon le correcteur seul",
        )

    def test_where_the_session_asks_for_it_another_person_confirms_an_export(self, desk, filled, tmp_path):
        """Whom the command line, which is nobody, is not."""
        file = tmp_path / "notes.csv"
        file.write_text(TABLE)
        said = shell(desk, "marks", "import", filled.values["lot"], str(file), "--correction", WHY)
        assert said.startswith("0 "), said
        rules = desk.site.session
        desk.site.__dict__["session"] = rules.model_copy(update={"second_person": True})
        one, other = (desk.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in ("une", "deux"))
        export = ("marks", "export", "--exam", "U4", "--to", str(tmp_path / "x.csv"), "--correction", WHY)
        assert "Proposed" in shell(desk, *export)
        for _ in range(2):
            one.get("/coordination/notes")
            assert one.post("/coordination/notes/U4", {"reason": WHY}).status_code == 303
        assert "another_person" in shell(desk, *export) and not (tmp_path / "x.csv").exists()
        assert "Proposer d’exporter" in one.get("/coordination/notes").text
        board = other.get("/coordination/notes").text
        assert "Export proposé par Jeanne Exemple" in board and "Confirmer et exporter" in board
        one.get("/coordination/comptes")
        invited = {"role": "service", "email": "trois@exemple.fr", "name": "Jeanne Exemple"}
        link = re.search(r"/invitation/[\w-]+", one.post("/coordination/comptes", invited).text)
        assert link is not None
        third = desk.taken_up(link[0], "trois@exemple.fr", Role.SERVICE)
        third.get("/coordination/notes")
        assert "une troisième personne" in third.post("/coordination/notes/U4", {"reason": WHY}).text
        (line,) = exported(other)
        assert line["note"] == VALUE
        desk.site.__dict__["session"] = rules

    def test_nothing_of_a_mark_is_in_log_metrics_or_register(self, desk, filled):
        """Nor where an artifact of Prefect could take it from: it is made of the register."""
        assert any(SAID.search(text) for text in held(desk))  # the search would find it
        with desk.site.register.reading() as connection:
            rows = [repr(tuple(row)) for t in metadata.sorted_tables for row in connection.execute(select(t))]
        metrics = desk.browser().get("/metrics").text
        for text in (*rows, *log(desk), metrics):
            assert not SAID.search(text) and '"14"' not in text


def held(desk: Desk) -> list[str]:
    return [desk.site.store.vault.get(key).decode() for key in kept(desk)]


def exported(service: Browser) -> list[dict[str, str]]:
    service.get("/coordination/notes")
    answer = service.post("/coordination/notes/U4", {"reason": WHY})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_archive_holds_an_empty_table(desk, filled):
    hers = desk.signed_in(Role.CORRECTOR, filled.corrector)
    with zipfile.ZipFile(io.BytesIO(hers.get(f"/lots/{filled.values['lot']}/lot.zip").content)) as taken:
        (name,) = (name for name in taken.namelist() if name.endswith("notes.csv"))
        assert taken.read(name) == "\ufeffnumero;note\r\nACDEFHJ;\r\n".encode()


def test_what_the_session_does_not_gate_is_taken_at_once_and_what_it_does_not_date_never(desk, filled):
    rules = desk.site.session
    at(desk, harmonisation(desk) - timedelta(days=10))
    for results, is_open in (
        (rules.results.model_copy(update={"gated": (Gated.ORAL, Gated.CCF)}), True),
        (None, False),
    ):
        desk.site.__dict__["session"] = rules.model_copy(update={"results": results})
        assert marks.is_open(desk.site) is is_open
    desk.site.__dict__["session"] = rules


def test_the_log_gives_the_same_register(desk, filled):
    assert {"marks.refused", "marks.kept", "marks.exported"} <= {
        Event.parse(line).action for line in log(desk)
    }
    assert check_tables(desk.site.register) == []
