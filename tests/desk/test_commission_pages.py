"""The service's list of a commission: of a written centre, or of a training centre where it sits there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from filling import MINE, OTHER
from visitors import Desk

from actions.site import now
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.bucket.objects import ObjectInfo
from storage.ids import new_id
from storage.people.candidates import enrolled_with_number, import_candidates
from storage.states import Role
from tests.storage import depositing

PAGE = "/coordination/dossiers"
HERE, THERE = MINE, "0840003X"
"""Two schools: the first one is a written centre, too, in which nobody of it sits."""


@pytest.fixture
def people(desk: Desk):
    """Two candidates of each school, all in another centre, before commissions in their schools."""
    exams = tuple(
        exam.model_copy(
            update={"orals": tuple(one.model_copy(update={"each_school": True}) for one in exam.orals)}
        )
        if exam.code == "E6"
        else exam
        for exam in desk.site.session.exams
    )
    object.__setattr__(desk.site, "session", desk.site.session.model_copy(update={"exams": exams}))
    invented = plan_session(3, [OTHER], ["U4"], 2).candidates[:4]
    made = [
        replace(one, school=HERE if k < 2 else THERE, exams=("U4", "E5", "E6"))
        for k, one in enumerate(invented)
    ]
    table = roster_csv(made)
    assert not import_candidates(desk.site.register, table, desk.site.session, actor="t", at=now()).problems
    return made


def test_a_commission_that_sits_in_a_school_has_the_list_of_its_candidates(desk: Desk, people):
    service = desk.signed_in(Role.SERVICE)
    for school, mine in ((HERE, people[:2]), (THERE, people[2:])):
        page = service.get(f"{PAGE}/E6/{school}")
        assert {one.number for one in people if one.number in page.text} == {one.number for one in mine}
        assert f"{PAGE}/E6/{HERE}" in page.text and f"{PAGE}/E6/{THERE}" in page.text
        printed = pypdfium2.PdfDocument(service.get(f"{PAGE}/E6/{school}/commission.pdf").content)
        text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)
        assert {one.number for one in people if one.number in text} == {one.number for one in mine}
    assert service.get(f"{PAGE}/E6/{OTHER}").status_code == 404


def test_a_commission_of_a_written_centre_has_who_sits_there(desk: Desk, people):
    service = desk.signed_in(Role.SERVICE)
    page = service.get(f"{PAGE}/E5/{OTHER}").text
    assert all(one.number in page for one in people)
    assert "Personne n’est inscrit" in service.get(f"{PAGE}/E5/{HERE}").text


def test_lists_and_search_lead_to_the_commission_of_the_school(desk: Desk, people):
    service = desk.signed_in(Role.SERVICE)
    listed = service.get(f"{PAGE}?epreuve=E6&etablissement={THERE}").text
    assert listed.count(f"{PAGE}/E6/{THERE}#") == 2 and f"{PAGE}/E6/{HERE}#" not in listed
    found = service.get(f"/coordination/recherche?q={people[0].number}").text
    assert f"{PAGE}/E6/{HERE}#" in found and f"{PAGE}/E5/{OTHER}#" in found


def test_it_pronounces_of_its_own_candidates_alone(desk: Desk, people):
    site, at = desk.site, now()
    with site.register.reading() as connection:
        who = enrolled_with_number(connection, "E6", people[0].number)
    info = ObjectInfo(f"dossiers/E6/{people[0].number}/a.pdf", new_id("doss"), 10, at)
    dossier = depositing.deposit(site.register, info, b"%PDF", "E6", who, "a.pdf", actor="t", at=at)
    service = desk.signed_in(Role.SERVICE)
    service.get(f"{PAGE}/E6/{HERE}")
    said = {"decision": "conform", "author": "La commission", "reason": "Constaté."}
    for school, status in ((THERE, 404), (OTHER, 404), (HERE, 303)):
        assert service.post(f"{PAGE}/E6/{school}/{dossier}", said).status_code == status
        shown = service.get(f"{PAGE}/E6/{school}/{dossier}/preuves").status_code
        assert shown == (200 if school == HERE else 404)
    form = {"decision": "non_conform", "author": "La commission", "reason": "Constaté."}
    refused = service.post(f"{PAGE}/E6/{HERE}/{dossier}", form)
    assert refused.status_code == 409 and "demande un motif" in refused.text and "late_" not in refused.text
    assert service.post(f"{PAGE}/E6/{HERE}/{dossier}", form | {"ground": "late_deposit"}).status_code == 303
    shown = service.get(f"{PAGE}/E6/{HERE}").text
    story = f"/coordination/historique/{dossier}"
    assert "Prononcé : non conforme (retard)" in shown and story in shown
    assert "Motifs : <s>" not in service.get(story).text and "retard" in service.get(story).text


def test_it_reads_when_a_dossier_came_and_its_last_file(desk: Desk, people):
    person, at = people[0], now()
    with desk.site.register.reading() as connection:
        candidate = enrolled_with_number(connection, "E5", person.number)
    assert candidate is not None
    service = desk.signed_in(Role.SERVICE)
    for days, told in ((2, False), (1, True)):
        key = f"dossiers/E5/{person.number}/{days}.pdf"
        info = ObjectInfo(key, new_id("doss"), 10, at - timedelta(days=days))
        depositing.deposit(
            desk.site.register, info, b"%PDF", "E5", candidate, f"{days}.pdf", actor="t", at=at
        )
        page = service.get(f"{PAGE}/E5/{OTHER}").text
        assert "Déposé le " in page and ("Dernier fichier le " in page) is told


def test_each_name_leads_to_its_own_dossier_and_an_unknown_one_to_none(desk: Desk, people):
    centre, folder = desk.signed_in(Role.CENTRE, OTHER), f"/centre/{OTHER}/E5/dossiers"
    with desk.site.register.reading() as connection:
        ids = {one.number: enrolled_with_number(connection, "E5", one.number) for one in people}
    for one in people:
        page = centre.get(f"{folder}/{ids[one.number]}").text
        assert f'data-candidate="{one.number}"' in page and f"{one.family_name} {one.first_names}" in page
        state = centre.get(f"{folder}/{ids[one.number]}/etat").text
        assert f"{one.family_name} {one.first_names}" in state
    assert centre.get(f"{folder}/cand_0000000000000000").status_code == 404
