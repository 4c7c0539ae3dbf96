"""Copies for their candidates: none before the jury, by the store's clock; a hold keeps one back.

Whoever is called to the control épreuves by the list of averages, or is not on it, waits for the second jury.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from actions.corrected.returned import given_back
from actions.kept_scan import copy_as_scanned
from actions.people.personal_data import Files, is_theirs
from actions.site import Site
from papers.tables import csv_of
from processors.circular.deadlines import french_instant
from processors.circular.session_parts import Results
from processors.correcting.assembled import assemble
from processors.lists.averages import Averages, read_averages
from processors.lists.tables import Import, LineProblem
from processors.scans.readings import CopyStatus
from storage.after.release import SUBJECT, ControlCalled, CopiesReleased, ReleaseRefused, control_list
from storage.bucket.objects import NotFoundError
from storage.decided.copies import CopyRow, current_copies
from storage.people.accounts import note_identity
from storage.people.candidates import EnrolledCandidate, enrolled_in, ids_of_numbers
from storage.people.holds import all_holds
from storage.refusals import Refusal, Refused

MANIFEST = "manifeste.csv"
COLUMNS = ("numero_candidat", "epreuve", "etat", "fichier", "pages", "copie_annotee", "sha256")


class State(StrEnum):
    """What becomes of a candidate's copy now, in French."""

    RELEASED = "remise"
    HELD = "gel"
    CALLED = "appelé aux épreuves de contrôle"
    UNLISTED = "moyenne inconnue"
    UNSETTLED = "à régler"


@dataclass(frozen=True)
class Progress:
    """`opens`, `all_opens`: the two juries; `listed`: candidates whose averages came, `called` of them."""

    opens: datetime
    all_opens: datetime
    is_open: bool
    states: Counter[State]
    listed: int
    called: int


def progress(site: Site) -> Progress:
    """Counts alone."""
    results = results_of(site)
    with site.register.reading() as connection:
        states = Counter(state for _, _, state in states_of(site, connection))
        listed = control_list(connection)
    opens = results.jury.starts_at
    is_open = site.store.time() >= opens
    return Progress(opens, results.second_jury.starts_at, is_open, states, len(listed), sum(listed.values()))


def take_averages(site: Site, table: bytes, *, actor: str, at: datetime) -> Import[Averages]:
    """Who is called, by a list of averages, which is not kept. One bad line keeps all of it back."""
    must_be_open(site, actor=actor, at=at)
    read = read_averages(table, site.session.numbers)
    ids = site.register.ask(ids_of_numbers, (line.number for line in read.rows))
    strangers = tuple(
        LineProblem(k, "Ce candidat n'est pas inscrit à cette session.")
        for k, line in enumerate(read.rows, 2)
        if line.number not in ids
    )
    if read.problems or strangers:
        return Import((), read.problems or strangers, kept_back=len(read.rows))
    control = results_of(site).control_exams
    called = {ids[line.number] for line in read.rows if line.calls(control)}
    others = {ids[line.number] for line in read.rows} - called
    facts = ControlCalled(called=tuple(sorted(called)), others=tuple(sorted(others)))
    site.register.record(facts, SUBJECT, actor=actor, at=at)
    return read


def release(site: Site, *, actor: str, at: datetime) -> Files:
    """A file for each copy that may leave, `NUMBER/ÉPREUVE.pdf`, one at a time; the manifest last.

    Raises Refused at once before the jury, which is noted.
    """
    must_be_open(site, actor=actor, at=at)
    note_identity(site.register, SUBJECT, "release", actor=actor, at=at)
    return _files(site, actor, at)


def _files(site: Site, actor: str, at: datetime) -> Files:
    with site.register.reading() as connection:
        known = list(states_of(site, connection))
    lines, left = list[tuple[str, ...]](), list[str]()
    for who, copy, state in known:
        parts = _parts(site, copy) if state is State.RELEASED else None
        if parts is None:
            said = State.UNSETTLED if state is State.RELEASED else state
            lines.append((who.number, copy.exam, said, "", "", "", ""))
            continue
        data, pages = assemble(parts)
        path = f"{who.number}/{copy.exam}.pdf"
        sha256, annotated = hashlib.sha256(data).hexdigest(), "oui" if len(parts) > 1 else "non"
        lines.append((who.number, copy.exam, state, path, str(pages), annotated, sha256))
        left.append(copy.id)
        yield path, data
    manifest = csv_of(COLUMNS, lines)
    states = Counter(state for _, _, state in known)
    facts = CopiesReleased(
        copies=tuple(left),
        manifest=hashlib.sha256(manifest).hexdigest(),
        held=states[State.HELD],
        waiting=states[State.CALLED] + states[State.UNLISTED],
    )
    site.register.record(facts, SUBJECT, actor=actor, at=at)
    yield MANIFEST, manifest


def states_of(site: Site, connection: Connection) -> Iterator[tuple[EnrolledCandidate, CopyRow, State]]:
    """Of each copy that counts and is somebody's, by number and épreuve."""
    people = {(who.id, who.exam): who for who in enrolled_in(connection) if who.named}
    holds = {(hold.candidate, hold.exam) for hold in all_holds(connection)}
    listed, now = control_list(connection), site.store.time()
    all_may = now >= results_of(site).second_jury.starts_at
    copies = [copy for copy in current_copies(connection) if (copy.candidate, copy.exam) in people]
    owned = Counter((copy.candidate, copy.exam) for copy in copies)
    found = []
    for copy in copies:
        key = (copy.candidate or "", copy.exam)
        settled = copy.status is CopyStatus.COMPLETE and owned[key] == 1 and is_theirs(connection, copy)
        if key in holds:
            state = State.HELD
        elif not settled:
            state = State.UNSETTLED
        elif all_may or listed.get(key[0]) is False:
            state = State.RELEASED
        else:
            state = State.CALLED if key[0] in listed else State.UNLISTED
        found.append((people[key], copy, state))
    yield from sorted(found, key=lambda one: (one[0].number, one[1].exam))


def _parts(site: Site, copy: CopyRow) -> list[tuple[str, bytes]] | None:
    """The whole copy, and what its corrector gave back of it; None where it cannot be made."""
    whole = copy_as_scanned(site, copy)
    if whole is None:
        return None
    try:
        annotated = given_back(site, copy)
    except NotFoundError:
        return None
    return [("Copie", whole), *([("Copie annotée", annotated)] if annotated else [])]


def file_of(site: Site, copy: CopyRow) -> bytes | None:
    """One PDF of the whole copy and of what came back of it; None where it cannot be made."""
    parts = _parts(site, copy)
    return assemble(parts)[0] if parts else None


def must_be_open(site: Site, *, actor: str, at: datetime) -> None:
    """Raises Refused before the jury: that somebody came is noted."""
    opens = results_of(site).jury.starts_at
    if site.store.time() < opens:
        site.register.record(ReleaseRefused(until=opens), SUBJECT, actor=actor, at=at)
        raise Refused(Refusal.BEFORE_JURY, french_instant(opens))


def results_of(site: Site) -> Results:
    """Of its session. Raises Refused where it does not state any."""
    if site.session.results is None:
        raise Refused(Refusal.NO_JURY)
    return site.session.results
