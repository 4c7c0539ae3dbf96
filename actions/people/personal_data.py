"""An access request: all that is held on one candidate, and nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from actions.corrected import marks
from actions.corrected.own_notes import notes_on
from actions.people.personal_files import files_of_copy, files_of_dossier, handed_out, row_of_list
from actions.people.without_others import Others
from actions.reasons import text_of, words_of
from actions.site import Site
from papers.personal_data import (
    Enrolment,
    HeldCopy,
    HeldDossier,
    HeldFile,
    HeldNote,
    HeldOnPerson,
    Told,
    render_html,
    render_json,
)
from processors.circular.deadlines import french_instant, local
from processors.dossiers.findings import VERDICTS
from processors.scans.readings import CopyStatus
from storage.after.control import choices_of, control_marks_kept
from storage.bucket.objects import NotFoundError, StoreError
from storage.database.register import events_of
from storage.decided.copies import CopyRow, copies_of_scan, copies_whenever_of, current_copies
from storage.decided.findings import findings_whenever_of
from storage.dropped.dossiers import DossierRow, dossier_by_id, dossier_of
from storage.dropped.scans import scan_by_id
from storage.events import kinds_of_events
from storage.people.accounts import all_accounts, note_identity
from storage.people.candidates import EnrolledCandidate, attendance_of, enrolled_as
from storage.refusals import Refusal, Refused
from storage.season.orals import turns_of
from storage.season.signatures import Signature, says_of
from storage.states import Life, Role

Files = Iterator[tuple[str, bytes]]

_SETTLED = (CopyStatus.COMPLETE, CopyStatus.INCOMPLETE)
_STATES = {CopyStatus.COMPLETE: "complète", CopyStatus.INCOMPLETE: "incomplète"}
_LIVES = {
    Life.CURRENT: "elle compte",
    Life.SUPERSEDED: "une autre numérisation l’a remplacée",
    Life.SET_ASIDE: "écartée",
}
_ROLES = {Role.SERVICE: "le service", Role.CENTRE: "le centre", Role.CORRECTOR: "un correcteur"}
_UNSURE = "Il n’est pas établi que toutes ses pages soient de cette personne : le service les regarde à part."


def answer(site: Site, number: str, *, actor: str, at: datetime) -> Files:
    """The files of the answer, one at a time, `index.html` and `donnees.json` last.

    Raises Refused at once when no candidate has this number. That it was asked is in the log before.
    """
    lines = site.register.ask(enrolled_as, numbers=[number.strip()])
    if not lines:
        raise Refused(Refusal.NO_CANDIDATE)
    note_identity(site.register, lines[0].id, "access_request", actor=actor, at=at)
    return _files(site, lines, at)


def _files(site: Site, lines: list[EnrolledCandidate], at: datetime) -> Files:
    person = lines[0]
    with site.register.reading() as connection:
        enrolled = [_enrolment(site, connection, line) for line in lines]
        says = [says_of(connection, line.exam, line.id) for line in lines]
        copies = copies_whenever_of(connection, person.id)
        sure = {copy.id for copy in copies if is_theirs(connection, copy)}
        dossiers = _dossiers(site, connection, person.id)
        likened = tuple(_likened(connection, lines))
        own = {person.id, *sure, *(row.id for row in dossiers)}
        story = _told(site, connection, [person.id, *(c.id for c in copies), *(d.id for d in dossiers)], own)
        hidden = Others(connection, person)
        found = findings_whenever_of(connection, candidate=person.id)
        orals = tuple(turns_of(connection, person.id))
    enrolments, held_copies, held_dossiers = list[Enrolment](), list[HeldCopy](), list[HeldDossier]()
    for line, said in zip(enrolled, says, strict=True):
        rows = [row_of_list(site, line.exam, said)] if said is not None else []
        enrolments.append(replace(line, row=next((row.held for row in rows), None)))
        yield from handed_out(rows)
    for copy in copies:
        files = list(files_of_copy(site, copy)) if copy.id in sure else []
        held_copies.append(_copy(site, copy, tuple(file.held for file in files), copy.id in sure, hidden))
        yield from handed_out(files)
    for dossier in dossiers:
        reading = json.loads(site.store.vault.get(dossier.reading)) if dossier.reading else None
        joined = list(files_of_dossier(site, dossier, reading, hidden))
        held_dossiers.append(_dossier(site, dossier, reading, tuple(file.held for file in joined), hidden))
        yield from handed_out(joined)
    held = HeldOnPerson(
        session=site.session.title,
        answered_at=at,
        number=person.number,
        family_name=person.family_name,
        first_names=person.first_names,
        birth_date=person.birth_date,
        school=person.school,
        option=person.option,
        category=person.category,
        enrolments=tuple(enrolments),
        copies=tuple(held_copies),
        found=tuple((one.exam or "", hidden.out_of(one.message)) for one in found),
        likened=likened,
        dossiers=tuple(held_dossiers),
        orals=orals,
        control=tuple(_control(site, person.id)),
        story=tuple(replace(one, words=one.words and hidden.out_of(one.words)) for one in story),
    )
    yield "donnees.json", render_json(held).encode()
    yield "index.html", render_html(held).encode()


def _copy(site: Site, copy: CopyRow, files: tuple[HeldFile, ...], is_sure: bool, hidden: Others) -> HeldCopy:
    with site.register.reading() as connection:
        scan = scan_by_id(connection, copy.scan)
        found = findings_whenever_of(connection, copy=copy.id)
    notes = notes_on(site, copy.id) if is_sure else ()
    if not is_sure:
        files = (HeldFile("pages", None, _UNSURE),)
    if notes and (opens := _opens(site)) is not None:
        why = f"Elles se donnent après l’harmonisation, à partir du {french_instant(opens)}."
        files += (HeldFile(f"annotations privées d’un correcteur ({len(notes)})", None, why),)
        notes = ()
    return HeldCopy(
        id=copy.id,
        exam=copy.exam,
        deposited_at=scan.deposited_at if scan else None,
        pages=len(copy.pages),
        state=f"{_STATES.get(copy.status, 'attend une décision')} ({_LIVES[copy.life]})",
        anonymous_number=copy.anonymous_number if is_sure else None,
        files=files,
        found=tuple(hidden.out_of(one.message) for one in found),
        mark=_mark_of(site, copy) if is_sure else None,
        notes=tuple(HeldNote(one.page, one.area, hidden.out_of(one.text)) for one in notes),
    )


def _control(site: Site, candidate: str) -> Iterator[tuple[str, str]]:
    with site.register.reading() as connection:
        chosen, kept = choices_of(connection).get(candidate, ()), control_marks_kept(connection)
    given = marks.kept_salted(site, kept.file, kept.sha256)["marks"] if kept else []
    known = {exam: value for who, exam, value in given if who == candidate}
    yield from ((exam, known.get(exam, "")) for exam in chosen)


def _enrolment(site: Site, connection: Connection, line: EnrolledCandidate) -> Enrolment:
    exam, centre = site.session.exam(line.exam), site.session.centre(line.centre)
    return Enrolment(
        exam=line.exam,
        title=exam.title if exam else line.exam,
        centre=f"{centre.name} ({line.centre})" if centre else line.centre,
        registration=line.registration,
        present=(attendance_of(connection, line.exam, line.centre) or {}).get(line.id),
        signed=_signed(says_of(connection, line.exam, line.id)),
    )


def _signed(says: Signature | None) -> str | None:
    """What is held of the candidate's row, in French."""
    if says is None:
        return None
    said = {True: "signée", False: "non signée", None: "on ne peut le dire"}[says.signed]
    asked = f" ; à regarder par le service : {says.asked.said}" if says.asked and says.waits else ""
    settled = " ; présent(e), car de l’encre est dans sa case et sa copie est là" if says.settled else ""
    stated = {True: " ; dit présent(e) ailleurs", False: " ; dit absent(e) ailleurs", None: ""}[says.stated]
    return f"{said}{stated}{asked}{settled}"


def is_theirs(connection: Connection, copy: CopyRow) -> bool:
    """Whether it is settled that each of its pages is this candidate's.

    Not of a copy that waits or was set aside, nor of an earlier reading of a file that was read anew: it may
    have been mistaken. No page of it stands in another's copy.
    """
    if copy.status not in _SETTLED or copy.life is Life.SET_ASIDE:
        return False
    in_force = copies_of_scan(connection, copy.scan)
    pages = {page.page for page in copy.pages}
    others = (one for one in in_force if one.candidate != copy.candidate)
    return copy.id in {one.id for one in in_force} and not any(
        pages & {page.page for page in one.pages} for one in others
    )


def _mark_of(site: Site, copy: CopyRow) -> str | None:
    """Once the harmonisation lets it be seen; None where there is none."""
    if copy.lot is None or not marks.is_open(site):
        return None
    try:
        return marks.marks_in(site, copy.lot).get(copy.anonymous_number or "")
    except (NotFoundError, StoreError):
        return None


def _opens(site: Site) -> datetime | None:
    """The hour of the harmonisation, as long as it is to come and the session says when it is."""
    with suppress(Refused):
        opens = marks.opens_at(site)
        return opens if opens is not None and site.store.time() < opens else None
    return None


def _likened(connection: Connection, lines: Iterable[EnrolledCandidate]) -> Iterator[tuple[str, float]]:
    for line in lines:
        for copy in current_copies(connection, line.exam):
            if copy.candidate is None:
                mine = (guess.probability for guess in copy.guesses if guess.candidate == line.id)
                yield from ((line.exam, probability) for probability in mine)


def _dossiers(site: Site, connection: Connection, candidate: str) -> list[DossierRow]:
    ids = (dossier_of(connection, exam.code, candidate) for exam in site.session.with_dossiers)
    rows = (dossier_by_id(connection, id_) for id_ in ids if id_)
    return [row for row in rows if row is not None]


def _dossier(
    site: Site,
    row: DossierRow,
    reading: dict[str, Any] | None,
    files: tuple[HeldFile, ...],
    hidden: Others,
) -> HeldDossier:
    pronounced = (
        f"{one.said}, le {local(one.at):%d/%m/%Y} : {hidden.out_of(text_of(site.store.vault, one.reason))}"
        for one in row.decisions
    )
    return HeldDossier(
        exam=row.exam,
        files=files,
        proposed=VERDICTS[row.verdict] if row.verdict else None,
        found=tuple(hidden.out_of(found["message"]) for found in (reading or {"findings": []})["findings"]),
        pronounced=tuple(pronounced),
    )


def _told(site: Site, connection: Connection, subjects: Iterable[str], own: set[str]) -> list[Told]:
    """Every event that touched one of these; what was written is told of those that are about `own` alone."""
    found = {event.seq: event for subject in subjects for event in events_of(connection, subject)}
    roles = {one.id: one.role for one in all_accounts(connection)}
    return [
        Told(
            at=event.at,
            what=kinds_of_events()[event.action].french,
            by=_who(event.actor, roles),
            words=words_of(site.store.vault, event) or None if event.subject in own else None,
        )
        for _, event in sorted(found.items())
    ]


def _who(actor: str, roles: dict[str, Role]) -> str:
    if actor in roles:
        return _ROLES[roles[actor]]
    if actor.startswith("corr_"):
        return _ROLES[Role.CORRECTOR]
    return _ROLES[Role.SERVICE] if actor == "service" else "massicot"
