"""Lists in bulk at the desk: what one changes is shown before it is written, and whom it names is invited."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from filling import MINE, OTHER, Filled
from postbox import Received
from visitors import Browser, Desk

from cli.demo_session import write_demo_session  # noqa: F401
from specimens.batch import roster_csv
from specimens.rehearsal import correctors_csv, plan_session
from storage.database.register import head
from storage.people.candidates import enrolled_in
from storage.people.correctors import all_correctors
from storage.states import Role

LISTS = "/coordination/listes"


@pytest.fixture
def service(desk: Desk, filled: Filled) -> Browser:
    browser = desk.signed_in(Role.SERVICE)
    browser.get(LISTS)
    return browser


def sent(service: Browser, roster: str, table: str | bytes, *, sure: bool = False, status: int = 200) -> str:
    """What the page says, without its tags."""
    text = table if isinstance(table, str) else table.decode()
    form = {"table": text} | ({"sure": "true"} if sure else {})
    answer = service.post(f"{LISTS}/{roster}", form)
    assert answer.status_code == status, answer.text
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", answer.text.split("<main")[1])).split())


def seq(desk: Desk) -> int:
    with desk.site.register.reading() as connection:
        return head(connection).seq


def test_a_roster_is_shown_then_taken(desk: Desk, filled: Filled, service: Browser):
    first, second, *others = filled.people
    new = replace(first, number="02999999999", registration="998", family_name="NOUVELLE", exams=("U4",))
    listed = roster_csv([replace(second, family_name="CORRIGÉE"), *others, new])
    before = seq(desk)
    shown = sent(service, "candidats", listed)
    assert "rien n’est encore enregistré" in shown and f"NOUVELLE {new.first_names}" in shown
    assert f"nom : {second.family_name} → CORRIGÉE" in shown
    assert "1 connu, absent de cette liste : rien ne change pour lui" in shown
    assert f"{first.family_name} {first.first_names}" in shown and seq(desk) == before + 1  # who was shown
    assert "est prise" in sent(service, "candidats", listed, sure=True)
    with desk.site.register.reading() as connection:
        names = {who.number: who.family_name for who in enrolled_in(connection, "U4")}
    assert names[second.number] == "CORRIGÉE" and names[new.number] == "NOUVELLE"
    assert names[first.number] == first.family_name
    assert "Cette liste ne change rien" in sent(service, "candidats", listed)


def test_who_is_enrolled_for_two_epreuves_at_one_hour_is_told_and_taken(
    desk: Desk, filled: Filled, service: Browser
):
    one, two, *_ = filled.people
    listed = roster_csv([replace(one, exams=("U4", "U7")), replace(two, exams=("U4",))])
    said = "inscrit à deux épreuves à la même heure"
    assert said not in sent(service, "candidats", listed)
    u4, u7 = desk.site.session.written
    at_once = u7.model_copy(update={"sitting": u4.sitting})
    exams = tuple(at_once if exam.code == "U7" else exam for exam in desk.site.session.exams)
    desk.site.__dict__["session"] = desk.site.session.model_copy(update={"exams": exams})
    shown = sent(service, "candidats", listed)
    assert f"1 {said}" in shown and f"{one.family_name} {one.first_names}, U4 et U7" in shown
    assert f"{two.family_name} {two.first_names}, U4" not in shown
    assert "est prise" in sent(service, "candidats", listed, sure=True)


def test_a_bad_line_keeps_all_back(desk: Desk, filled: Filled, service: Browser):
    listed = roster_csv(filled.people).decode().replace(filled.people[0].number, "12", 1)
    before = seq(desk)
    for sure in (False, True):
        shown = sent(service, "candidats", listed, sure=sure, status=422)
        assert "Ligne 2 :" in shown and "bonnes lignes attendent" in shown
    assert seq(desk) == before + 1


def test_what_changes_of_a_corrector_is_named(desk: Desk, service: Browser):
    one, *others = plan_session(3, [MINE, OTHER], ["U4"], 6).correctors
    listed = correctors_csv([replace(one, quota=7), *others])
    assert re.search(r"quota : (\d+ → )?7", sent(service, "correcteurs", listed))
    sent(service, "correcteurs", listed, sure=True)
    with desk.site.register.reading() as connection:
        assert {row.reference: row.quota for row in all_correctors(connection)}[one.id] == 7


def test_centres_and_correctors_are_invited_once_each(desk: Desk, service: Browser):
    listed = (
        f"centre;name;email\n{MINE};Paule Exemple;paule@exemple.fr\n{OTHER};Jean Exemple;jean@exemple.fr\n"
    )
    assert "2 personnes à inviter" in sent(service, "centres", listed)
    shown = sent(service, "centres", listed, sure=True)
    links = re.findall(r"http://desk(/invitation/\S+)", shown)
    assert len(links) == 2
    desk.taken_up(links[0], "paule@exemple.fr", Role.CENTRE)
    assert "Cette liste ne change rien" in sent(service, "centres", listed)
    other = f"centre;name;email\n{OTHER};Paule Exemple;paule@exemple.fr\n"
    assert "celle d’un autre compte" in sent(service, "centres", other, status=422)

    with desk.site.register.reading() as connection:
        listed_correctors = len(all_correctors(connection))
    shown = service.post(f"{LISTS}/invitations").text
    assert len(re.findall("<code>http://desk/invitation/", shown)) == listed_correctors
    assert "Tous les correcteurs de la liste ont un compte" in service.get(LISTS).text


def test_with_a_mail_server_each_gets_a_link_of_their_own(desk: Desk, service: Browser, received: Received):
    settings = {"smtp_host": "127.0.0.1", "smtp_port": received.smtp}
    desk.site.__dict__["settings"] = desk.site.settings.model_copy(update=settings)
    shown = service.post(f"{LISTS}/invitations").text
    assert "/invitation/" not in shown and "par courriel" in shown
    with desk.site.register.reading() as connection:
        assert {mail["To"] for mail in received.mails} == {row.email for row in all_correctors(connection)}
    received.refusing = True
    listed = f"centre;name;email\n{MINE};Paule Exemple;paule@exemple.fr\n"
    assert "Paule Exemple :" in sent(service, "centres", listed, sure=True)
    assert "/invitation/" not in service.get(LISTS).text
