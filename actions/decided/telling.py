"""The story of a copy, file, lot or dossier, in French: who did what, of whom, why, and what that changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from actions.reasons import words_of
from actions.site import Site
from processors.circular.deadlines import Deadline, Rule, french_day, french_instant
from processors.dossiers.findings import FRENCH_GROUND, VERDICTS
from processors.dossiers.findings import Code as Ground
from processors.findings import Code, french, french_pages
from processors.wording import plural
from storage.corrected.lots import lot_by_id
from storage.decided.copies import copy_by_id
from storage.decided.decisions import CopyMasked, CopyProposed, CopyTransferred
from storage.decided.findings import FindingJudged, finding_at
from storage.dropped.deadlines import DeadlineExtended
from storage.dropped.deposits import DossierDeposited
from storage.dropped.dossiers import FRENCH_PRONOUNCED
from storage.dropped.readings import ScanRead
from storage.dropped.scans import scan_by_id
from storage.events import Event, kinds_of_events
from storage.ids import ids_in
from storage.log.signing import load_or_make_key
from storage.log.story import Proof, story
from storage.people.accounts import IdentityShown, all_accounts
from storage.people.candidates import AttendanceImported, enrolled_as
from storage.people.correctors import all_correctors
from storage.people.tokens import all_tokens
from storage.season.signatures import AttendanceSettled
from storage.states import Decision, Trouble

_MACHINES = {"service": "la ligne de commande"}
_DECISIONS: dict[str, str] = {
    Decision.ATTRIBUTE: "attribuée",
    Decision.ACCEPT: "acceptée telle quelle",
    Decision.SET_ASIDE: "écartée",
    **FRENCH_PRONOUNCED,
}
_TROUBLES = {one.value: one.said.replace("'", "’") for one in Trouble}
_SETTLED = {
    "present": "présent, car sa case porte de l’encre et sa copie est là",
    "again": "case à regarder : sa copie n’est plus là, ou une liste le dit absent",
}
_PROPOSED = {"Candidat": "proposé", "Décision": "proposée"}
"""What is proposed changes nothing yet: it is told apart from what holds."""
_OF_THE_ACT = {"Décision", "Confirme", "Fichier", "Reçu le"}
"""What somebody said, told each time; all else is what there is, told where it changes."""
_STATUSES = {"complete": "complète", "incomplete": "incomplète", "to_decide": "à décider"}


@dataclass(frozen=True)
class Change:
    """`before`: None where nothing was known of it."""

    what: str
    before: str | None
    after: str

    def __str__(self) -> str:
        return f"{self.what} : {self.after if self.before is None else f'{self.before} → {self.after}'}"


@dataclass(frozen=True)
class Told:
    """`of`: of whom or of what, "" where it is what the story is of; `why`: in its author's words."""

    event: Event
    proof: Proof
    who: str
    what: str
    of: str
    why: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Story:
    """`told`: oldest first; `looks`: who was shown an identity, which is no part of what happened.

    `names`: whether somebody is named but who acted.
    """

    told: tuple[Told, ...]
    looks: tuple[Told, ...]
    names: bool

    @property
    def all(self) -> list[Told]:
        return sorted((*self.told, *self.looks), key=lambda one: one.event.seq)


def tell(site: Site, subject: str) -> Story:
    """All that touched it; empty for what nobody knows. Whoever shows it notes whose identity it shows."""
    key = load_or_make_key(site.settings.signing_key_path).public_key()
    checked = story(site.register, site.store.audit, key, subject)
    with site.register.reading() as connection:
        teller = _Teller(site, connection, subject, [one.event for one in checked])
        told = [teller.told(one.event, one.proof) for one in checked]
    looks = tuple(one for one in told if one.event.action == IdentityShown.action)
    rest = tuple(one for one in told if one.event.action != IdentityShown.action)
    return Story(rest, looks, teller.named or any(one.why for one in rest))


class _Teller:
    """Goes through events in their order, and knows what each of them found."""

    def __init__(self, site: Site, connection: Connection, subject: str, events: list[Event]) -> None:
        self._work = site
        self._connection = connection
        self._subject = subject
        self._events = events
        self._known = dict[tuple[str, str], str]()
        self.named = False
        copy = copy_by_id(connection, subject)
        scan = scan_by_id(connection, copy.scan) if copy else None
        if scan is not None and scan.exam is not None:
            self._known[subject, "Épreuve"] = scan.exam

    def told(self, event: Event, proof: Proof) -> Told:
        kind = kinds_of_events().get(event.action)
        about, said = self._about(event)
        changes = list[Change]()
        for what, after in said:
            before = self._known.get((about, what))
            if what not in _OF_THE_ACT:
                self._known[about, what] = after
            if before != after:
                changes.append(Change(what, before, after))
        if not changes:  # what says again what was known says so
            changes = [Change(what, None, after) for what, after in said]
        return Told(
            event=event,
            proof=proof,
            who=self._actors.get(event.actor, event.actor if ids_in([event.actor]) else "massicot"),
            what=kind.french if kind else event.action,
            of="" if about == self._subject else self._name(about),
            why=words_of(self._work.store.vault, event),
            changes=tuple(changes),
        )

    def _about(self, event: Event) -> tuple[str, list[tuple[str, str]]]:
        """What the event is of, and what it says of it."""
        facts = event.facts
        if event.action == ScanRead.action:
            for copy in facts["copies"]:
                if self._subject in (copy["id"], copy["candidate"]):
                    return copy["id"], list(self._of_facts(copy))
            return event.subject, [("Copies", str(len(facts["copies"])))]
        if event.action == FindingJudged.action:
            found = finding_at(self._connection, facts["finding"], facts["k"])
            what = french(found.code) if found else "constat"
            return event.subject, [(what.capitalize(), "réglé" if facts["settled"] else "à régler")]
        if event.action == DeadlineExtended.action:
            due = Deadline(datetime.fromisoformat(facts["until"]), Rule(facts["rule"]))
            return event.subject, [("Échéance", str(due))]
        if event.action == CopyTransferred.action:
            return event.subject, [("Épreuve", facts["exam"])]
        if event.action == CopyProposed.action:
            return event.subject, [
                (f"{what} {_PROPOSED[what]}", said) for what, said in self._of_facts(facts)
            ]
        if event.action == CopyMasked.action:
            page, masks = facts["page"], len(facts["masks"])
            return event.subject, [(f"Endroits cachés, page {page} du fichier", str(masks))]
        if event.action == DossierDeposited.action:
            name = json.loads(self._work.store.vault.get(facts["arrival"]))["name"]
            return event.subject, [("Fichier", name), *self._of_facts(facts)]
        if event.action == AttendanceImported.action:
            return event.subject, list(self._of_marks(event.subject, facts["marks"]))
        if event.action == AttendanceSettled.action:
            people = {who: _SETTLED[what] for what in _SETTLED for who in facts[what]}
            return event.subject, [(self._person(who), said) for who, said in people.items()]
        return event.subject, list(self._of_facts(facts))

    def _of_marks(self, place: str, marks: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
        """One by one for those of whom something else was known; and how many of each."""
        came = sum(marks.values())
        yield (
            "Émargement",
            f"{plural(came, 'présent', 'présents')}, {plural(len(marks) - came, 'absent', 'absents')}",
        )
        for candidate, present in marks.items():
            name, said = self._person(candidate), _presence(present)
            if self._subject == candidate or self._known.get((place, name), said) != said:
                yield name, said
            self._known.setdefault((place, name), said)

    def _of_facts(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for fact, value in facts.items():
            if fact == "candidate" and value is not None and "present" in facts:
                yield self._person(value), _presence(facts["present"])
            elif fact == "candidate" and facts.get("decision", Decision.ATTRIBUTE) == Decision.ATTRIBUTE:
                yield "Candidat", self._person(value) if value else "inconnu"
            elif fact == "corrector" and value:
                yield "Correcteur", self._name(value)
            elif fact in _SAID and value is not None:
                label, say = _SAID[fact]
                if words := say(value):
                    yield label, words

    def _name(self, id_: str) -> str:
        """What people call it; of what has no name, its id."""
        if id_.startswith("cand_"):
            return self._person(id_)
        if id_.startswith("copy_") and (copy := copy_by_id(self._connection, id_)):
            return f"copie {copy.position} de sa pile, {copy.exam}"
        if id_.startswith("lot_") and (lot := lot_by_id(self._connection, id_)):
            return f"lot {lot.name}"
        exam, _, uai = id_.partition("/")
        if centre := self._work.session.centre(uai):
            return f"{exam}, {centre.name}"
        return self._actors.get(id_, id_)

    def _person(self, candidate: str) -> str:
        self.named = True
        return self._people.get(candidate, candidate)

    @cached_property
    def _people(self) -> dict[str, str]:
        ids = {self._subject, *(one for event in self._events for one in ids_in(event.facts))}
        found = enrolled_as(self._connection, ids={id_ for id_ in ids if id_.startswith("cand_")})
        return {who.id: f"{who.family_name} {who.first_names}, n° {who.number}" for who in found if who.named}

    @cached_property
    def _actors(self) -> dict[str, str]:
        return names_of_actors(self._connection)


def names_of_actors(connection: Connection) -> dict[str, str]:
    """Accounts, correctors and programs, by id."""
    names = {one.id: one.name for one in all_accounts(connection)}
    names |= {one.id: one.name for one in all_correctors(connection)}
    return names | {one.id: f"le programme « {one.label} »" for one in all_tokens(connection)} | _MACHINES


def _presence(present: bool) -> str:
    return "présent" if present else "absent"


def _numbers(pages: Iterable[int]) -> str:
    return french_pages(pages).removeprefix("pages ").removeprefix("page ")


def _until(value: str) -> str:
    return (
        french_day(date.fromisoformat(value))
        if len(value) == 10
        else french_instant(datetime.fromisoformat(value))
    )


def _findings(stated: list[dict[str, Any]]) -> str:
    """Of a scan or copy; what a reconciliation or a dossier states has its own words elsewhere."""
    codes = dict.fromkeys(one["code"] for one in stated if one.get("code") in set(Code))
    return ", ".join(french(Code(code)) for code in codes)


_SAID: dict[str, tuple[str, Callable[[Any], str]]] = {
    "decision": ("Décision", lambda value: _DECISIONS[value]),
    "grounds": ("Motifs", lambda codes: ", ".join(FRENCH_GROUND[Ground(code)] for code in codes)),
    "status": ("État", _STATUSES.__getitem__),
    "pages": ("Pages du fichier", lambda pages: _numbers(page["page"] for page in pages)),
    "findings": ("Constats", _findings),
    "anonymous_number": ("Numéro d’anonymat", str),
    "trouble": ("Ce qui ne va pas", lambda value: _TROUBLES[value]),
    "returned": ("Rendue", lambda value: "oui" if value else "non"),
    "verdict": ("Proposition", lambda value: VERDICTS[value]),
    "until": ("Jusqu’au", _until),
    "deposited_at": ("Reçu le", _until),
    "copies": ("Copies", lambda ids: str(len(ids))),
    "order": ("Ordre proposé", lambda pages: _numbers(pages) if pages else ""),
    "confirms": ("Confirme", lambda seq: f"la proposition n° {seq}"),
    "let_go": ("Pages regardées, où rien ne nomme", lambda pages: _numbers(pages) if pages else ""),
}
"""By fact: how people call it, and how its value is said."""
