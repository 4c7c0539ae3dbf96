"""Lists that are looked through in one way, and the field that finds whatever it is called."""

from __future__ import annotations

import csv
import io

import pytest
from filling import MINE, Filled
from test_access import logged
from visitors import Desk

from actions.site import now
from storage.bucket.objects import ObjectInfo
from storage.decided.copies import copy_by_id
from storage.dropped.scans import arrive
from storage.states import Role

LISTS = ("", "/decisions", "/lots", "/lots/U4", "/dossiers", "/incompletes", "/comptes")


def table_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_filtered_sorted_and_taken_away_as_csv(desk: Desk, filled: Filled, path):
    service = desk.signed_in(Role.SERVICE)
    here = f"/coordination{path}"
    assert "Exporter (CSV)" in service.get(here).text or path == "/lots/U4"
    titles, *rows = table_of(service.get(f"{here}?format=csv"))
    assert len(set(titles)) == len(titles) and all(len(row) == len(titles) for row in rows)
    for row in rows:
        found = table_of(service.get(here, params={"format": "csv", "q": row[0]}))[1:]
        assert row in found
    assert not table_of(service.get(f"{here}?format=csv&q=rien-de-tel"))[1:]
    assert service.get(f"{here}?q=rien-de-tel&rank=99&tri=inconnu").status_code == 200


def test_a_list_is_sorted_both_ways_and_narrowed_to_what_occurs(desk: Desk, filled: Filled):
    service = desk.signed_in(Role.SERVICE)
    for key in ("nom", "adresse"):
        column = ("nom", "adresse").index(key)
        ways = [
            table_of(service.get(f"/coordination/comptes?format=csv&tri={way}{key}"))[1:] for way in ("", "-")
        ]
        up, down = ([row[column] for row in rows] for rows in ways)
        assert up == sorted(up, key=str.lower) and down == sorted(up, key=str.lower, reverse=True)
    invited = table_of(service.get("/coordination/comptes?format=csv&etat=invit%C3%A9"))[1:]
    assert {row[-1] for row in invited} == {"invité"}


def test_a_spreadsheet_runs_nothing_of_a_list(desk: Desk):
    desk.invite(Role.CENTRE, MINE, "=1+1@exemple.fr")
    rows = table_of(desk.signed_in(Role.SERVICE).get("/coordination/comptes?format=csv"))
    assert [row[1] for row in rows if "1+1" in row[1]] == ["'=1+1@exemple.fr"]


def test_one_field_finds_whatever_it_is_called_and_leads_there(desk: Desk, filled: Filled):
    """What each result is, and that the page behind it opens; whoever is named in one is in the log."""
    service, who = desk.signed_in(Role.SERVICE), filled.people[0]
    with desk.site.register.reading() as connection:
        holder = copy_by_id(connection, filled.values["subject"])
    assert holder is not None
    sought = {
        who.number: "Candidat",
        f"{who.first_names.lower()} {who.family_name.lower()}": "Candidat",
        "acdefhj": "Numéro d’anonymat",
        "pile": "Fichier",
        "u4-001": "Lot",
        MINE: "Centre",
        holder.id: "Identifiant",
    }
    for asked, kind in sought.items():
        desk.app.state.identities_shown.clear()
        before = len(logged(desk))
        answer = service.get("/coordination/recherche", params={"q": asked})
        results = answer.text.partition("desk-results")[2]
        assert f">{kind}<" in results, asked
        link = results.split('href="')[1].split('"')[0].replace("&amp;", "&")
        assert service.get(link).status_code == 200, link
        named = any('"identity.shown"' in e and '"search"' in e for e in logged(desk)[before:])
        assert named == (kind == "Candidat"), asked
        assert named == any(one.number in results for one in filled.people)
    assert "Rien ne porte" in service.get("/coordination/recherche?q=zzzz").text


def test_a_file_is_called_as_its_centre_calls_it(desk: Desk, filled: Filled):
    """What the desk adds to the name of a file, so that no two are one, is nobody's word for it."""
    service, at = desk.signed_in(Role.SERVICE), now()
    key = f"scans/{MINE}/U4/soir d’été 1a2b3c.pdf"
    arrive(desk.site.register, ObjectInfo(key, "e", 10, at), "U4", MINE, actor="t", at=at)
    found = service.get("/coordination/recherche", params={"q": "Soir d’été.PDF"}).text
    assert ">Fichier<" in found and "soir d’été.pdf" in found
    for page in ("", f"/{filled.values['copy']}"):
        assert "copie de « pile.pdf »" in service.get(f"/coordination/decisions{page}").text


def test_the_menu_leads_to_lots_dossiers_and_incomplete_copies(desk: Desk, filled: Filled):
    page = desk.signed_in(Role.SERVICE).get("/coordination").text
    for path in ("lots", "dossiers", "incompletes", "recherche"):
        assert f'"/coordination/{path}"' in page
