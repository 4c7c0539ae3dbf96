"""After the jury, for one candidate: control épreuves chosen, heard and marked; the own copy on request."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from filling import Filled
from pypdf import PdfReader
from sqlalchemy import select
from typer.testing import CliRunner
from visitors import Browser, Desk
from worlds import check_tables

from actions.after.copy_links import asked_until
from actions.after.release import take_averages
from actions.site import now
from cli.app import app
from processors.circular.deadlines import french_instant, local
from processors.circular.session_parts import Paper
from storage.database.schema import events
from storage.decided.copies import current_copies
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.holds import HoldLifted, HoldPlaced
from storage.states import Role

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("control")]

HERE = "/coordination/controle"
MARK = "14,5"


@pytest.fixture
def desk(stage: tuple[Desk, Filled]) -> Desk:
    """One candidate, who has a copy, is called."""
    desk, site = stage[0], stage[0].site
    at(desk, site.session.results.jury.starts_at)
    called = who(desk)
    with site.register.reading() as connection:
        others = [one.number for one in enrolled_in(connection, "U4") if one.id != called.id]
    lines = [f"{called.number};9;12", *(f"{number};15;15" for number in others)]
    table = "\n".join(["candidate_number;moyenne;moyenne_professionnelle", *lines]).encode()
    assert not take_averages(site, table, actor="service", at=now()).problems
    return desk


@pytest.fixture
def service(desk: Desk) -> Browser:
    return desk.signed_in(Role.SERVICE)


def who(desk: Desk, status: str = "complete") -> EnrolledCandidate:
    with desk.site.register.reading() as connection:
        owners = {copy.candidate for copy in current_copies(connection) if copy.status == status}
        return next(one for one in enrolled_in(connection, "U4") if one.id in owners)


def at(desk: Desk, instant: datetime) -> None:
    """What the store's clock says from now on."""
    desk.site.store.__dict__["time"] = lambda: instant


def shell(desk: Desk, *command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--data", str(desk.site.settings.data_dir)])
    return f"{done.exit_code} {' '.join(done.output.split())}"


def log(desk: Desk) -> str:
    with desk.site.register.reading() as connection:
        return "".join(connection.scalars(select(events.c.line).order_by(events.c.seq)))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def post(service: Browser, path: str, **form: str):
    service.get("/coordination/remise")
    return service.post(path, form)


def test_from_the_choice_to_the_mark_that_counts(desk, service, tmp_path):
    control, called = desk.site.session.results.control_exams, who(desk)
    stranger = next(one.number for one in people(desk) if one.number != called.number)
    refused = post(service, f"{HERE}/choix", table=f"candidate_number;choix\n{stranger};U4")
    assert refused.status_code == 422 and "n’est pas appelé" in refused.text
    taken = post(service, f"{HERE}/choix", table=f"candidate_number;choix\n{called.number};U4")
    assert taken.status_code == 200 and "1 candidat appelé, dont 1 a choisi" in taken.text
    (turn,) = rows(service.get(f"{HERE}/horaires.csv").text)
    assert '"what":"control"' in log(desk)
    assert (turn["numero_candidat"], turn["heure"], turn["jury"]) == (called.number, "09:00", "1")

    table = f"candidate_number;epreuve;note\n{called.number};U4;{MARK}"
    (file := tmp_path / "notes.csv").write_text(table)
    at(desk, control.begins - timedelta(seconds=1))
    early = post(service, f"{HERE}/notes", table=table)
    assert early.status_code == 409 and french_instant(control.begins) in early.text
    assert french_instant(control.begins) in shell(desk, "control", "marks", str(file))
    assert log(desk).count('"action":"control.marks_refused"') == 2
    at(desk, control.begins)
    incomplete = post(service, f"{HERE}/notes", table=f"candidate_number;epreuve;note\n{called.number};U7;12")
    assert incomplete.status_code == 422 and "n’a pas choisi" in incomplete.text
    assert "Les notes sont prises" in post(service, f"{HERE}/notes", table=table).text
    (told,) = rows(service.get(f"{HERE}/notes.csv").text)
    assert (told["note_ecrite"], told["note_controle"], told["note_retenue"]) == ("", MARK, MARK)
    held = tmp_path / "held"
    assert shell(desk, "access-request", called.number, "--to", str(held)).startswith("0 ")
    assert f"note {MARK}" in next(held.rglob("index.html")).read_text()
    assert shell(desk, "control", "better", "--to", str(tmp_path / "better.csv")).startswith("0 ")
    assert shell(desk, "control", "hours", "--to", str(tmp_path / "hours.csv")).startswith("0 ")
    said = log(desk)
    assert '"what":"control"' in said
    for secret in (MARK, "14.5", called.number):
        assert secret not in said
    assert check_tables(desk.site.register) == []


def people(desk: Desk) -> list[EnrolledCandidate]:
    with desk.site.register.reading() as connection:
        return enrolled_in(connection, "U4")


def link_in(answer) -> str:
    return answer.text.partition('id="link" value="')[2].partition('"')[0].removeprefix("http://desk")


def asked(service: Browser, number: str):
    return post(
        service, "/coordination/remise/demandes", number=number, exam="U4", reason="Par lettre signée."
    )


def test_a_copy_that_was_asked_for_is_taken_once_by_its_link(desk, service):
    jury = desk.site.session.results.jury.starts_at
    number = who(desk).number
    at(desk, jury - timedelta(seconds=1))
    early = asked(service, number)
    assert early.status_code == 409 and french_instant(jury) in early.text
    at(desk, jury)
    called = asked(service, number)
    assert called.status_code == 409 and "appelé aux épreuves de contrôle" in called.text
    at(desk, desk.site.session.results.second_jury.starts_at)
    path, anybody = link_in(asked(service, number)), desk.browser()
    for _ in range(2):  # looking uses nothing up
        page = anybody.get(path)
        assert page.status_code == 200 and number not in page.text
    taken = anybody.post(path)
    assert taken.status_code == 200 and len(PdfReader(io.BytesIO(taken.content)).pages) == 1
    for answer in (anybody.get(path), anybody.post(path)):
        assert answer.status_code == 409 and "a servi" in answer.text
    said = log(desk)
    assert said.count('"action":"copy.asked"') == said.count('"action":"copy.fetched"') == 1
    for secret in (number, path.rpartition("/")[2], "lettre"):
        assert secret not in said
    assert check_tables(desk.site.register) == []


def test_a_link_ends_after_thirty_days_and_a_hold_stops_it(desk, service):
    begins = desk.site.session.results.second_jury.starts_at
    at(desk, begins)
    one = who(desk)
    path, anybody = link_in(asked(service, one.number)), desk.browser()
    at(desk, begins + timedelta(days=30))
    assert anybody.get(path).status_code == 200
    placed = HoldPlaced(exam="U4", reason="reasons/x.txt")
    desk.site.register.record(placed, one.id, actor="service", at=now())
    assert "gel" in anybody.post(path).text
    desk.site.register.record(
        HoldLifted(exam="U4", reason="reasons/y.txt"), one.id, actor="service", at=now()
    )
    at(desk, begins + timedelta(days=30, seconds=1))
    anybody.get(path)
    assert anybody.post(path).status_code == 409


def test_no_copy_is_asked_for_once_a_year_has_passed(desk, service):
    rules = desk.site.session
    paper = Paper(kept_months=12, request_months=12)
    desk.site.__dict__["session"] = rules.model_copy(update={"paper": paper})
    over = asked_until(desk.site)
    last = rules.results.second_jury.date
    assert local(over).date() == last.replace(year=last.year + 1) + timedelta(days=1)
    at(desk, over - timedelta(seconds=1))
    assert asked(service, who(desk).number).status_code == 200
    at(desk, over)
    late = asked(service, who(desk).number)
    assert late.status_code == 409 and "ne se demande plus" in late.text
    desk.site.__dict__["session"] = rules


def test_who_has_no_released_copy_gets_no_link_and_the_command_line_makes_one(desk, service):
    at(desk, desk.site.session.results.second_jury.starts_at)
    assert "à régler" in asked(service, who(desk, "to_decide").number).text
    assert "Aucun candidat" in asked(service, "02999999999").text
    command = (
        "copy-link",
        who(desk).number,
        "--exam",
        "U4",
        "--reason",
        "Au guichet.",
        "--url",
        "http://desk",
    )
    said = shell(desk, *command)
    assert said.startswith("0 http://desk/copie/")
    assert desk.browser().get(said.partition("http://desk")[2]).status_code == 200
