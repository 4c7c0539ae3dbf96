"""The same act by a page, a program or the command line: one consequence, one name, one refusal."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from doors import attributing, guessed, log, post, shell, the_copy
from filling import MINE, Filled, fill
from mistakes import SENTENCES
from PIL import Image
from visitors import Desk
from worlds import own_world

from actions.prepare import prepare
from actions.site import now, open_site
from desk.app import create_app
from desk.settings import DeskSettings
from processors.dossiers.findings import Code as DossierCode
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus
from storage.bucket.keys import stored_scan
from storage.corrected.lots import routable_copies
from storage.database.schema import copies, scans
from storage.decided.copies import CopyNotAnonymous, PlacedPage
from storage.dropped.dossiers import DossierDecided
from storage.machine.weed import Weed
from storage.people.candidates import enrolled_in
from storage.people.correctors import issue_token
from storage.refusals import Refused
from storage.states import Pronounced, Role


@pytest.fixture
def desk(weed: Weed, tmp_path: Path, session_file: Path) -> Iterator[Desk]:
    """On the data directory that the command line works with, too."""
    shutil.copy(session_file, tmp_path / "session.toml")
    with own_world(weed, tmp_path):
        prepare()
        yield Desk(open_site(), create_app(open_site(), DeskSettings(desk_url="http://desk")))


@pytest.fixture
def cautious(desk: Desk) -> Desk:
    desk.site.__dict__["session"] = desk.site.session.model_copy(update={"second_person": True})
    return desk


@pytest.fixture
def filled(desk: Desk) -> Filled:
    return fill(desk)


def test_who_is_marked_absent_by_the_command_line_gets_no_copy_into_a_lot(desk, filled, tmp_path):
    with desk.site.register.reading() as connection:
        (routable,) = routable_copies(connection, "U4")
        people = enrolled_in(connection, "U4", MINE)
    table = tmp_path / "emargement.csv"
    lines = (f"{c.number};{'non' if c.id == routable.candidate else 'oui'}" for c in people)
    table.write_text("\n".join(["candidate_number;present", *lines]))
    shell(desk, "import", "attendance", str(table), "--centre", MINE, "--exam", "U4")
    assert json.loads(shell(desk, "lots", "form", "--exam", "U4", "--json"))["lots"] == []
    found = json.loads(shell(desk, "findings", "--json"))
    assert [one["code"] for one in found if one["candidate"] == routable.candidate] == ["copy_of_absent"]


def test_what_one_proposes_at_the_desk_the_command_line_does_not_confirm(cautious, filled):
    copy, number = filled.values["copy"], guessed(cautious, filled)
    browser = cautious.signed_in(Role.SERVICE)
    form = {"decision": "attribute", "number": number, "reason": "lu"}
    post(browser, f"/coordination/decisions/{copy}", form)
    told = shell(cautious, *attributing(copy, number), fails=True)
    assert "une autre personne" in told
    program = cautious.program(Role.SERVICE)
    answer = program.post(f"/api/decisions/{copy}", json=form)
    assert answer.status_code == 409 and "une autre personne" in answer.json()["detail"]
    assert the_copy(cautious, copy).status is CopyStatus.TO_DECIDE
    other = cautious.signed_in(Role.SERVICE, email="autre@exemple.fr")
    post(other, f"/coordination/decisions/{copy}", form)
    assert the_copy(cautious, copy).attributed_by == ("decision",)


def test_what_nobody_in_particular_proposes_takes_two_people(cautious, filled):
    copy, number = filled.values["copy"], guessed(cautious, filled)
    form = {"decision": "attribute", "number": number, "reason": "lu"}
    shell(cautious, *attributing(copy, number))
    first, second = (cautious.signed_in(Role.SERVICE, email=f"{who}@exemple.fr") for who in "ab")
    post(first, f"/coordination/decisions/{copy}", form)
    assert the_copy(cautious, copy).status is CopyStatus.TO_DECIDE
    post(second, f"/coordination/decisions/{copy}", form)
    assert the_copy(cautious, copy).attributed_by == ("decision",)


def test_the_command_line_says_what_became_of_a_decision(desk, filled):
    copy, number = filled.values["copy"], guessed(desk, filled)
    begun = len(log(desk))
    assert "decided" in shell(desk, *attributing(copy, number))
    assert "copy.decided" in [event.action for event in log(desk)[begun:]]


def test_the_command_line_says_what_became_of_a_proposal(cautious, filled):
    copy, number = filled.values["copy"], guessed(cautious, filled)
    assert "proposed" in shell(cautious, *attributing(copy, number))
    before = log(cautious)
    assert before[-1].action == "copy.proposed"
    assert "nothing new" in shell(cautious, *attributing(copy, number))
    assert log(cautious) == before


def test_a_program_is_told_whether_a_decision_counts(cautious, filled):
    copy, number = filled.values["copy"], guessed(cautious, filled)
    program = cautious.program(Role.SERVICE)
    form = {"decision": "attribute", "number": number, "reason": "lu"}
    for _ in range(2):
        assert program.post(f"/api/decisions/{copy}", json=form).json() == {"done": True, "proposed": True}
    session = cautious.site.session.model_copy(update={"second_person": False})
    cautious.site.__dict__["session"] = session
    assert program.post(f"/api/decisions/{copy}", json=form).json() == {"done": True, "proposed": False}


def test_a_corrector_has_one_name_in_the_log(desk, filled, tmp_path):
    lot, corrector = filled.values["lot"], filled.corrector
    token = issue_token(desk.site.register, corrector, actor="service", at=now())
    begun = len(log(desk))
    shell(desk, "pull", "--token", token, "--to", str(tmp_path / "mine"))
    browser = desk.signed_in(Role.CORRECTOR, corrector)
    browser.get(f"/lots/{lot}")
    copy = filled.values["number"]
    assert browser.post(f"/lots/{lot}/{copy}/rendre", {"returned": True}).status_code == 303
    program = desk.program(Role.CORRECTOR, corrector)
    service = desk.signed_in(Role.SERVICE)
    assert "Dites pourquoi" in post(service, f"/coordination/lots/U4/{lot}/rappeler", {}, fails=True)
    post(service, f"/coordination/lots/U4/{lot}/rappeler", {"reason": "Erreur de lot."})
    assert program.get(f"/api/my/lots/{lot}/copies/{copy}").status_code == 409
    assert "« Erreur de lot. »" in browser.get("/lots").text
    post(service, f"/coordination/lots/U4/{lot}/reaffecter", {"corrector": corrector})
    assert program.get(f"/api/my/lots/{lot}/copies/{copy}").status_code == 200
    assert the_copy(desk, filled.values["subject"]).returned  # what was given back stays so
    shell(desk, "lots", "return", lot, "--token", token)
    browser.get("/lots")
    browser.post("/deconnexion")
    done = [one for one in log(desk)[begun:] if one.actor not in ("service", "t")]
    hers = [
        one
        for one in done
        if one.action.startswith(("lot.", "copy.")) and one.action not in ("lot.recalled", "lot.reassigned")
    ]
    assert {one.action for one in hers} == {"lot.pulled", "copy.returned", "lot.returned"}
    assert {one.actor for one in hers} == {corrector}
    invited = [one for one in log(desk) if one.action == "account.invited"]
    (account,) = {one.subject for one in invited if one.facts["scope"] == corrector}
    assert {one.actor for one in done if one.subject == account} == {corrector}


@pytest.mark.parametrize("days", [-40, 40], ids=["after", "before"])
def test_a_lot_is_given_back_in_its_window_alone(desk, filled, tmp_path, days):
    lot, session, u4 = filled.values["lot"], desk.site.session, desk.site.session.exam("U4")
    token = issue_token(desk.site.register, filled.corrector, actor="service", at=now())
    browser = desk.signed_in(Role.CORRECTOR, filled.corrector)
    program = desk.program(Role.CORRECTOR, filled.corrector)
    shell(desk, "pull", "--token", token, "--to", str(tmp_path / "mine"))
    browser.get(f"/lots/{lot}")
    first, last = (
        day.model_copy(update={"date": day.date + timedelta(days)})
        for day in (u4.window.first, u4.window.last)
    )
    closed = u4.model_copy(update={"window": u4.window.model_copy(update={"first": first, "last": last})})
    exams = tuple(closed if exam.code == "U4" else exam for exam in session.exams)
    desk.site.__dict__["session"] = session.model_copy(update={"exams": exams})
    before = log(desk)
    assert "window_closed" in shell(desk, "lots", "return", lot, "--token", token, fails=True)
    assert browser.post(f"/lots/{lot}/rendre").status_code == 409
    assert program.post(f"/api/my/lots/{lot}/return").status_code == 409
    assert log(desk) == before
    desk.site.__dict__["session"] = session
    shell(desk, "lots", "return", lot, "--token", token)
    assert log(desk)[-1].action == "lot.returned"


def test_a_copy_that_is_not_what_was_made_of_it_reaches_its_corrector_by_no_door(desk, filled, tmp_path):
    lot, number, store = filled.values["lot"], filled.values["number"], desk.site.store
    token = issue_token(desk.site.register, filled.corrector, actor="service", at=now())
    browser = desk.signed_in(Role.CORRECTOR, filled.corrector)
    program = desk.program(Role.CORRECTOR, filled.corrector)
    altered = b"%PDF-1.7 of somebody else"
    store.vault.put(f"anonymous/U4/{number}.pdf", altered)
    for answer in (
        browser.get(f"/lots/{lot}/{number}.pdf"),
        program.get(f"/api/my/lots/{lot}/copies/{number}"),
    ):
        assert answer.status_code == 500 and altered not in answer.content
    sent = browser.get(f"/lots/{lot}/lot.zip").content  # it breaks off: what was made of it is sent already
    assert b"bordereau" in sent and altered not in sent and not zipfile.is_zipfile(io.BytesIO(sent))
    shell(desk, "pull", "--token", token, "--to", str(tmp_path), fails=True)
    assert not list(tmp_path.rglob(f"{number}.pdf"))


def test_nobody_is_invited_to_what_is_not_there(desk: Desk) -> None:
    person = ("--email", "x@exemple.fr", "--name", "X", "--url", "http://desk")
    for role, of, told in (
        ("corrector", ("--of", "C-none"), "unknown: Rien ne porte cet identifiant : C-none."),
        ("corrector", (), "wants_corrector: Choisissez"),
        ("centre", ("--of", "0000000A"), "not_here: "),
        ("centre", (), "wants_centre: Choisissez"),
    ):
        assert told in shell(desk, "desk", "invite", role, *of, *person, fails=True)


def test_a_number_is_read_alike(desk, filled):
    copy, number = filled.values["copy"], guessed(desk, filled)
    shell(desk, *attributing(copy, f" {number} "))
    assert the_copy(desk, copy).candidate is not None


@pytest.mark.parametrize("mistake", SENTENCES, ids=lambda mistake: mistake.__name__)
def test_a_mistake_is_refused_in_the_same_words(mistake, desk, filled):
    command, path, form = mistake(desk, filled)
    browser = desk.signed_in(Role.SERVICE)
    before = len(log(desk))
    assert SENTENCES[mistake] in shell(desk, *command, fails=True)
    assert SENTENCES[mistake] in post(browser, path, form, fails=True)
    assert len(log(desk)) == before


def test_no_door_records_a_ground_of_what_is_conform(desk, filled):
    dossier = filled.values["dossier"]
    for decision, grounds in (
        (Pronounced.CONFORM, [DossierCode.ABSENT_DOSSIER]),
        (Pronounced.NON_CONFORM, []),
        (Pronounced.NON_CONFORM, [DossierCode.UNREADABLE_PIECE]),
    ):
        with pytest.raises(Refused):
            desk.site.register.record(
                DossierDecided(decision=decision, grounds=tuple(grounds), reason="reasons/x.json"),
                dossier, actor="t", at=now(),
            )  # fmt: skip


def test_a_name_that_cannot_be_printed_is_refused_in_the_same_words(desk, filled, tmp_path):
    file = tmp_path / "pile\N{ZERO WIDTH SPACE}.pdf"
    file.write_bytes(b"%PDF-")
    told = shell(desk, "drop", str(file), "--centre", MINE, "--exam", "U4", fails=True)
    program = desk.program(Role.CENTRE, MINE)
    answer = program.post(f"/api/centres/{MINE}/U4/uploads", json={"name": file.name, "size": 5})
    assert answer.status_code == 409
    assert told == f"Error: bad_name: {answer.json()['detail']}"
    assert list(desk.site.store.inbox.list("scans/")) == []


def test_whoever_reads_numbers_at_the_command_line_is_in_the_log(desk: Desk, filled: Filled):
    def shown() -> list[str]:
        told = shell(desk, "audit", "history", f"U4/{MINE}", "--json")
        return [e["facts"]["what"] for e in json.loads(told) if e["action"] == "identity.shown"]

    shell(desk, "findings")
    assert shown() == ["findings"]
    for _ in range(2):  # the second is the first again: nothing but the look at it is new
        sheets = ("--to", str(desk.site.settings.data_dir / "list.pdf"))
        shell(desk, "attendance", "print", "--centre", MINE, "--exam", "U4", *sheets)
    assert [what for what in shown() if what != "history"] == ["findings", "attendance", "attendance"]


def test_a_drop_overwrites_nothing_and_is_a_pdf(desk: Desk, tmp_path: Path):
    pile, photograph = tmp_path / "pile.pdf", tmp_path / "pile.jpg"
    photograph.write_bytes(b"\xff\xd8\xff\xe0")
    place = ("--centre", MINE, "--exam", "U4")
    assert "is no PDF" in shell(desk, "drop", str(photograph), *place, fails=True)
    for data, taken in ((b"%PDF-1.7 the first", True), (b"%PDF-1.7 another", False)):
        pile.write_bytes(data)
        said = shell(desk, "drop", str(pile), *place, fails=not taken)
        assert ("still waits in the inbox" in said) is not taken
    assert desk.site.store.inbox.get(f"scans/{MINE}/U4/pile.pdf") == b"%PDF-1.7 the first"


def test_a_part_of_a_page_is_hidden_and_shown_again_by_whichever_door(desk: Desk, filled: Filled):
    """What one door hid, the other lists and takes back; each says no to what cannot be hidden."""
    copy, service = filled.values["copy"], desk.signed_in(Role.SERVICE)
    Image.new("L", (420, 594), 255).save(page := io.BytesIO(), "PDF", resolution=50)
    sha256 = hashlib.sha256(page.getvalue()).hexdigest()
    desk.site.store.vault.put(stored_scan(sha256), page.getvalue())
    area = ("--left", "25", "--top", "50", "--width", "50", "--height", "10")
    assert "0 hidden" in shell(desk, "mask", "list", copy)
    two = the_copy(desk, copy).pages[0].page
    with desk.site.register.engine.begin() as connection:  # its one page is on the only image of the file
        placed = PlacedPage(page=two, image=1, half=None, turn=0).model_dump(mode="json")
        connection.execute(copies.update().where(copies.c.id == copy).values(pages=[placed]))
        connection.execute(scans.update().values(sha256=sha256))
    assert "hidden" in shell(desk, "mask", "draw", copy, str(two), *area)
    where = f"/coordination/decisions/{copy}"
    assert "1 endroit de cette page est caché" in service.get(f"{where}?cacher={two}").text
    post(
        service,
        f"{where}/caches",
        {"page": str(two), "left": "0", "top": "0", "width": "100", "height": "5"},
    )
    told = json.loads(shell(desk, "mask", "list", copy, "--json"))
    assert told == [
        {"page": two, "left": 25.0, "top": 50.0, "width": 50.0, "height": 10.0},
        {"page": two, "left": 0.0, "top": 0.0, "width": 100.0, "height": pytest.approx(5, abs=0.1)},
    ]
    nowhere = ("--left", "100", "--top", "50", "--width", "50", "--height", "10")
    assert "Tirez un cadre" in shell(desk, "mask", "draw", copy, str(two), *nowhere, fails=True)
    shell(desk, "mask", "draw", copy, "99", *area, fails=True)
    assert "nothing is hidden any longer" in shell(desk, "mask", "undo", copy, str(two))
    assert "nothing was hidden" in shell(desk, "mask", "undo", copy, str(two))
    assert "est caché" not in service.get(f"{where}?cacher={two}").text
    masked = [event for event in log(desk) if event.action == "copy.masked"]
    assert [event.actor == "service" for event in masked] == [True, False, True]
    assert shell(desk, "audit", "history", copy).count("endroits cachés sur une page") == 3


def test_a_copy_is_sent_back_by_whichever_door(desk: Desk, filled: Filled):
    copy, program = filled.values["copy"], desk.program(Role.SERVICE)
    way = f"/api/decisions/{copy}/send-back"
    assert program.post(way, json={"reason": ""}).status_code == 422
    assert "Dites pourquoi" in shell(desk, "send-back", copy, "--reason", " ", fails=True)
    assert "sent back" in shell(desk, "send-back", copy, "--reason", "La page 2 est coupée.")
    assert program.post(way, json={"reason": "Elle l’est toujours."}).status_code == 200
    assert [e.action for e in log(desk)].count("copy.sent_back") == 1
    assert "scan_again" in [f["code"] for f in program.get(f"/api/decisions/{copy}").json()["findings"]]


def test_pages_that_name_nobody_are_ticked_by_whichever_door(desk: Desk, filled: Filled):
    copy = filled.values["subject"]
    named = CopyNotAnonymous(findings=(finding(Code.NOT_ANONYMOUS, [1], what="un nom"),))
    with desk.site.register.engine.begin() as connection:
        connection.execute(copies.update().where(copies.c.id == copy).values(lot=None))
    desk.site.register.record(named, copy, actor="t", at=now())
    command = ("decide", copy, "accept", "--reason", "Rien à voir.")
    assert "page" in shell(desk, *command, fails=True)
    answer = {"decision": "accept", "reason": "Rien à voir."}
    assert desk.program(Role.SERVICE).post(f"/api/decisions/{copy}", json=answer).status_code == 409
    assert "decided" in shell(desk, *command, "--nothing-on", "1")
    assert the_copy(desk, copy).status is CopyStatus.COMPLETE


def test_a_report_is_made_and_taken_back_at_the_command_line(desk: Desk, filled: Filled):
    token = issue_token(desk.site.register, filled.corrector, actor="service", at=now())
    mine = (filled.values["lot"], "ACDEFHJ", "--token", token)
    shell(desk, "lots", "report", *mine[:2], "illegible", *mine[2:], "--said", "page 1")
    assert the_copy(desk, filled.values["subject"]).status is CopyStatus.TO_DECIDE
    shell(desk, "lots", "take-back", *mine)
    assert the_copy(desk, filled.values["subject"]).status is CopyStatus.COMPLETE
