"""Invigilators: lists of schools, who sends too few, who reads their names, and what a replay makes of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from filling import MINE
from sqlalchemy import select

from actions.people.invigilators import lacking
from actions.site import now
from processors.lists.people import CANDIDATE_COLUMNS
from storage.database.schema import events
from storage.people.candidates import import_candidates
from storage.people.invigilators import invigilators_sent
from storage.states import Role

PAGE = "/coordination/surveillants"
LARGE, SMALL = "0130051K", "0840003X"  # schools, here
HEADER = "school;centre;exam;name\n"


def roster(*schools):
    """As many candidates of each school as it says, all in one centre for U4."""
    people = [school for school, count in schools for _ in range(count)]
    lines = (
        f"02699{n:06},{n:03},FICTIF{n},Camille,2005-01-{n % 28 + 1:02},{school},{MINE},SISR,scolaire,U4"
        for n, school in enumerate(people, 1)
    )
    return "\n".join([",".join(CANDIDATE_COLUMNS), *lines]).encode()


@pytest.fixture
def service(desk):
    """On the day before the épreuves, which the demonstration begins after."""
    tomorrow = now().date() + timedelta(days=1)
    ahead = [
        exam.model_copy(
            update={"sitting": exam.sitting and exam.sitting.model_copy(update={"date": tomorrow})}
        )
        for exam in desk.site.session.exams
    ]
    object.__setattr__(desk.site, "session", desk.site.session.model_copy(update={"exams": tuple(ahead)}))
    assert not import_candidates(
        desk.site.register, roster((LARGE, 11), (SMALL, 3)), desk.site.session, actor="t", at=now()
    ).problems
    return desk.signed_in(Role.SERVICE)


def send(service, *lines):
    service.get(PAGE)
    return service.post(PAGE, {"table": HEADER + "\n".join(lines)})


def said(desk):
    return [re.sub(r"\W+", " ", one.sentence) for one in lacking(desk.site, now())]


def test_more_than_ten_candidates_want_two_invigilators(desk, service):
    lists = f"{LARGE};{MINE};U4;Anne Exemple", f"{SMALL};{MINE};U4;Paul Exemple"
    assert send(service, *lists).status_code == 303
    assert said(desk) == [f"U4 l établissement {LARGE} désigne 1 surveillant pour 11 candidats il en doit 2 "]
    assert f"établissement {LARGE}" in service.get(PAGE).text
    send(service, f"{LARGE};{MINE};U4;Anne Exemple", f"{LARGE};{MINE};U4;Luc Exemple")
    assert said(desk) == []
    sent = invigilators_sent_of(desk)
    assert sent == {(LARGE, MINE, "U4"): 2, (SMALL, MINE, "U4"): 1}  # the other school's stays


def invigilators_sent_of(desk):
    with desk.site.register.reading() as connection:
        return dict(invigilators_sent(connection))


def test_a_school_that_names_nobody_is_said_so_until_the_epreuve_is_over(desk, service):
    none = f"U4 l établissement {SMALL} ne désigne encore aucun surveillant pour 3 candidats il en doit 1 "
    assert none in said(desk)
    over = desk.site.session.exam("U4").sitting.ends_at + timedelta(minutes=1)
    assert [one for one in lacking(desk.site, over) if one.exam == "U4"] == []


def test_a_room_wants_two(desk, service):
    rooms = desk.site.session.centre(MINE).model_copy(update={"rooms": 2})
    others = [centre for centre in desk.site.session.centres if centre.uai != MINE]
    object.__setattr__(
        desk.site, "session", desk.site.session.model_copy(update={"centres": (rooms, *others)})
    )
    send(
        service,
        *(f"{LARGE};{MINE};U4;{name} Exemple" for name in ("Anne", "Luc")),
        f"{SMALL};{MINE};U4;Paul Exemple",
    )
    (one,) = lacking(desk.site, now())
    assert one.school is None and "3 surveillants" in one.sentence and "il en faut 4" in one.sentence


def test_one_bad_line_keeps_the_whole_list_back(desk, service):
    answer = send(
        service,
        f"{LARGE};{MINE};U4;Anne Exemple",
        f"0130001K;{MINE};U4;Luc Exemple",
        f"{SMALL};{MINE};U99;Paul Exemple",
        f"{LARGE};{MINE};U4;anne exemple",
    )
    assert answer.status_code == 422
    for line in (3, 4, 5):
        assert f"Ligne {line}" in answer.text
    assert invigilators_sent_of(desk) == {}


def test_the_centre_reads_who_comes_and_the_log_does_not(desk, service):
    send(service, f"{LARGE};{MINE};U4;Anne Exemple")
    assert "Anne Exemple" in desk.signed_in(Role.CENTRE, MINE).get(f"/centre/{MINE}").text
    with desk.site.register.reading() as connection:
        lines = "".join(connection.scalars(select(events.c.line)))
    assert "invigilators.named" in lines and "Exemple" not in lines
    for key in [info.key for info in desk.site.store.vault.list("people/") if info.key.endswith(".csv")]:
        desk.site.store.vault.delete(key)  # as a purge does
    shown = desk.signed_in(Role.CENTRE, MINE, "autre@exemple.fr").get(f"/centre/{MINE}")
    assert shown.status_code == 200 and "Anne Exemple" not in shown.text
