"""Mistakes that can be made by more than one door: the command, the page, its form; and what each is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doors import attributing, guessed, shell
from filling import MINE, Filled
from visitors import Desk

from actions.site import now
from processors.dossiers.findings import Code as DossierCode
from specimens.batch import roster_csv
from storage.corrected.lots import lot_by_id
from storage.people.candidates import import_candidates
from storage.people.correctors import issue_token
from storage.states import LotState

GROUND = DossierCode.ABSENT_DOSSIER.value


def unknown_number(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy = filled.values["copy"]
    form = {"decision": "attribute", "number": "00000000000", "reason": "lu"}
    return attributing(copy, "00000000000"), f"/coordination/decisions/{copy}", form


def no_candidate(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy = filled.values["copy"]
    form = {"decision": "attribute", "reason": "lu"}
    return ("decide", copy, "attribute", "--reason", "lu"), f"/coordination/decisions/{copy}", form


def candidate_of_nothing(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy, number = filled.values["copy"], guessed(desk, filled)
    form = {"decision": "accept", "number": number, "reason": "lu"}
    command = ("decide", copy, "accept", "--candidate", number, "--reason", "lu")
    return command, f"/coordination/decisions/{copy}", form


def no_reason(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy, number = filled.values["copy"], guessed(desk, filled)
    form = {"decision": "attribute", "number": number, "reason": "  "}
    return attributing(copy, number, "  "), f"/coordination/decisions/{copy}", form


def not_enrolled(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy = filled.values["copy"]
    other = replace(filled.people[0], number="02000000001", registration="999", exams=("U7",))
    site, roster = desk.site, roster_csv([other])
    assert not import_candidates(site.register, roster, site.session, actor="t", at=now()).problems
    form = {"decision": "attribute", "number": other.number, "reason": "lu"}
    return attributing(copy, other.number), f"/coordination/decisions/{copy}", form


def in_a_lot(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    copy = filled.values["subject"]
    form = {"decision": "set_aside", "reason": "lu"}
    return ("decide", copy, "set_aside", "--reason", "lu"), f"/coordination/decisions/{copy}", form


def conform_with_a_ground(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    dossier = filled.values["dossier"]
    form = {"decision": "conform", "author": "Le jury", "reason": "vu", "ground": [GROUND]}
    command = ("dossier", "decide", dossier, "conform", "--author", "Le jury", "--reason", "vu")
    return (*command, "--ground", GROUND), f"/coordination/dossiers/E5/{MINE}/{dossier}", form


def no_author(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    dossier = filled.values["dossier"]
    form = {"decision": "conform", "author": " ", "reason": "vu"}
    command = ("dossier", "decide", dossier, "conform", "--author", " ", "--reason", "vu")
    return command, f"/coordination/dossiers/E5/{MINE}/{dossier}", form


def pulled(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    lot, corrector = filled.values["lot"], filled.corrector
    token = issue_token(desk.site.register, corrector, actor="service", at=now())
    shell(desk, "pull", "--token", token, "--to", str(desk.site.settings.data_dir / "mine"))
    with desk.site.register.reading() as connection:
        found = lot_by_id(connection, lot)
    assert found is not None and found.state is LotState.PULLED
    form: dict[str, object] = {"corrector": filled.stranger}
    return ("lots", "reassign", lot, filled.stranger), f"/coordination/lots/U4/{lot}/reaffecter", form


def outside_the_window(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    return ("lots", "form", "--exam", "U7"), "/coordination/lots/U7/former", {}


def hour_that_is_not(desk: Desk, filled: Filled) -> tuple[tuple[str, ...], str, dict[str, Any]]:
    """On a spring morning clocks go from 2 to 3."""
    form = {"place": f"U4/{MINE}", "day": "2027-03-28", "clock": "02:30", "reason": "Panne."}
    command = ("deadline", "extend", MINE, "--exam", "U4", "--until", "2027-03-28T02:30")
    return (*command, "--reason", "Panne."), "/coordination/echeances", form


SENTENCES = {
    unknown_number: "Aucun candidat n’a ce numéro",
    no_candidate: "Dites de quel candidat il s’agit",
    candidate_of_nothing: "Un candidat ne se donne que pour attribuer",
    no_reason: "Dites pourquoi",
    not_enrolled: "Ce candidat n’est pas inscrit à cette épreuve",
    in_a_lot: "Cette copie est déjà dans un lot",
    conform_with_a_ground: "Une non-conformité demande un motif, et une conformité n’en a pas",
    no_author: "Dites qui prononce",
    pulled: "Son correcteur a ouvert ce lot : rappelez-le d’abord",
    hour_that_is_not: "Cette heure n’existe pas ce jour-là, ou deux fois.",
    outside_the_window: "ne s’ouvrent que dans la fenêtre de correction, du ",
}
