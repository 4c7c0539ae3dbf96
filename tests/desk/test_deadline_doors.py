"""More time for a place, and a finding that is settled: at the command line as at the desk."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from doors import log, post, shell
from filling import MINE, Filled
from visitors import Desk

from actions.site import now
from storage.decided.findings import findings_of_copies
from storage.states import Role

pytestmark = [pytest.mark.xdist_group("commands")]


def owed(desk: Desk, exam: str, place: str) -> dict[str, str | None]:
    """What the command tells of it."""
    told = json.loads(shell(desk, "deadline", "list", "--json"))
    (line,) = [one for one in told if (one["exam"], one["place"]) == (exam, place)]
    return line


def test_more_time_is_granted_and_taken_back_by_whichever_door(stage: tuple[Desk, Filled]):
    desk, _ = stage
    page = "/coordination/echeances"
    service = desk.signed_in(Role.SERVICE, email="delais@exemple.fr")
    day = f"{(now() + timedelta(days=20)).date():%Y-%m-%d}"
    given = ("deadline", "extend", MINE, "--exam", "U4", "--until", f"{day}T18:30")
    assert "Dites pourquoi" in shell(desk, *given, "--reason", " ", fails=True)
    assert "in time until" in shell(desk, *given, "--reason", "Panne du scanner.")
    assert "already" in shell(desk, *given, "--reason", "Panne du scanner.")
    assert "Panne du scanner." in service.get(page).text
    known = owed(desk, "U4", MINE)
    assert str(known["until"]).startswith(f"{day}T") and (known["by"], known["reason"]) == (
        "service",
        "Panne du scanner.",
    )
    post(service, page, {"place": f"U4/{MINE}", "day": day, "clock": "18:30", "reason": "La même."})
    post(service, page, {"place": f"U4/{MINE}", "day": day, "clock": "19:00", "reason": "Et la grève."})
    assert owed(desk, "U4", MINE)["by"] == "Jeanne Exemple"
    assert "Et la grève." in shell(desk, "deadline", "list", "--exam", "U4")
    back = ("deadline", "take-back", MINE, "--exam", "U4")
    assert "counts again" in shell(desk, *back) and "already" in shell(desk, *back)
    assert "Et la grève." not in service.get(page).text
    assert owed(desk, "U4", MINE)["until"] is None
    story = service.get(f"/coordination/historique/U4/{MINE}").text
    assert re.search(r"<s>jusqu\S{1,6}au\s[^<]+19:00</s>\s→\s(avant|jusqu)", story)
    granted = [event.actor for event in log(desk) if event.action == "deadline.extended"]
    assert granted[0] == granted[2] == "service" and granted[1].startswith("acct_")


def test_a_school_gets_more_time_for_its_dossiers(stage: tuple[Desk, Filled]):
    desk, filled = stage
    school = filled.people[0].school
    stated = datetime.fromisoformat(str(owed(desk, "E5", school)["stated"]))
    until = f"{stated + timedelta(days=1):%Y-%m-%dT%H:%M}"
    shell(desk, "deadline", "extend", school, "--exam", "E5", "--until", until, "--reason", "Panne.")
    assert str(owed(desk, "E5", school)["until"]).startswith(until)
    service = desk.signed_in(Role.SERVICE, email="lycees@exemple.fr")
    story = service.get(f"/coordination/historique/E5/{school}").text
    assert "Histoire d’un établissement" in story and school in story
    shell(desk, "deadline", "take-back", school, "--exam", "E5")


def test_time_that_cannot_be_granted_is_refused_in_the_same_words(stage: tuple[Desk, Filled]):
    desk, _ = stage
    service = desk.signed_in(Role.SERVICE, email="refus@exemple.fr")
    for place, day, clock, told in (
        (MINE, "2020-01-01", "12:00", "Ce n’est pas dans l’année qui suit"),
        ("0000000A", "2027-01-01", "12:00", "n’est pas de cette session"),
    ):
        given = ("--exam", "U4", "--until", f"{day}T{clock}", "--reason", "Panne.")
        assert told in shell(desk, "deadline", "extend", place, *given, fails=True)
        form = {"place": f"U4/{place}", "day": day, "clock": clock, "reason": "Panne."}
        assert told in post(service, "/coordination/echeances", form, fails=True)
    assert "not an épreuve" in shell(desk, "deadline", "list", "--exam", "U99", fails=True)


def test_a_finding_is_settled_and_opened_again_by_whichever_door(stage: tuple[Desk, Filled]):
    desk, filled = stage
    service, copy = desk.signed_in(Role.SERVICE, email="constats@exemple.fr"), filled.values["copy"]
    seq, k = filled.values["seq"], filled.values["k"]

    def is_open() -> bool:
        with desk.site.register.reading() as connection:
            return (int(seq), int(k)) in {(f.seq, f.k) for f in findings_of_copies(connection, [copy])}

    number = f"{seq}.{k}"
    assert number in shell(desk, "findings")
    assert "open already" in shell(desk, "settle", number, "--reopen")
    assert f"{number}: settled." in shell(desk, "settle", number, "--reason", "Vu.")
    assert not is_open() and number not in shell(desk, "findings")
    assert "already" in shell(desk, "settle", number)
    page = f"/coordination/decisions/{copy}/constats/{seq}/{k}"
    post(service, page, {"settled": "false"})
    assert is_open()
    post(service, page, {"settled": "true"})
    assert "open again" in shell(desk, "settle", number, "--reopen")
    assert is_open()
    shell(desk, "decide", copy, "set_aside", "--reason", "Brouillon.")
    assert "réglé par une personne" in shell(desk, "settle", number, "--reopen", fails=True)
    judged = [event.actor for event in log(desk) if event.action == "finding.judged"]
    assert [actor == "service" for actor in judged] == [True, False, False, True]


def test_what_is_no_finding_of_a_scan_is_not_settled(stage: tuple[Desk, Filled]):
    desk, _ = stage
    assert "Rien ne porte cet identifiant : 999999.0." in shell(desk, "settle", "999999.0", fails=True)
    assert "no number of a finding" in shell(desk, "settle", "copy_0000", fails=True)
    with_none = [one for one in json.loads(shell(desk, "findings", "--json")) if one["scan"] is None]
    for one in with_none[:1]:
        number = f"{one['seq']}.{one['k']}"
        assert "Rien ne porte" in shell(desk, "settle", number, fails=True)
