"""Duties: where each obligation stands, its receipt, and the reminder of what is near or late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from actions.messages import send
from actions.reasons import keep_reason
from actions.site import Site
from papers.livrets import livrets_pdf
from processors.circular.deadlines import local_zone
from processors.circular.duties import Obligation, Owing, obligations
from processors.wording import plural
from storage.events import Event
from storage.people.candidates import enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.duties import (
    DutyReceived,
    DutyReminded,
    DutyReopened,
    DutyWaived,
    Said,
    candidates_by_school,
    said_of_duties,
    schools_enrolled,
    subject_of,
)

_REMINDER = "remind_duties"
_NOTHING = Said(None, waived=False, words=None, reminded_on=None)


class DutyState(StrEnum):
    """The value is what people read."""

    LATE = "en retard"
    DUE = "à rendre"  # within the days in which the session reminds
    COMING = "à venir"
    INCOMPLETE = "incomplet"  # fewer came than there are candidates
    RECEIVED = "reçu"
    RECEIVED_LATE = "reçu en retard"
    WAIVED = "levé"


_TOLD = (DutyState.LATE, DutyState.INCOMPLETE, DutyState.DUE)
OPEN = (DutyState.LATE, DutyState.INCOMPLETE, DutyState.DUE, DutyState.COMING)


@dataclass(frozen=True)
class OwedDuty:
    """`party`: by whom it is owed, in French. `words`: key in the vault of what was written with it.

    `number`: of pieces that came, of the `expected` ones; None where they are not counted.
    """

    obligation: Obligation
    party: str
    state: DutyState
    received_on: date | None
    words: str | None
    reminded_on: date | None
    number: int | None = None
    expected: int | None = None


def owed_duties(site: Site, at: datetime, *, party: str | None = None) -> list[OwedDuty]:
    """Every obligation, those with the nearest date first; with a party, its own alone."""
    with site.register.reading() as connection:
        said = said_of_duties(connection)
        owed = obligations_owed(site, connection)
        enrolled = candidates_by_school(connection)
    rows = [
        _owed_duty(site, one, said.get(one.id, _NOTHING), enrolled.get(one.party, 0), at)
        for one in owed
        if party in (None, one.party)
    ]
    return sorted(rows, key=_when)


def obligations_owed(site: Site, connection: Connection) -> tuple[Obligation, ...]:
    """All that the session's duties come to, for those who are enrolled."""
    rules = site.session
    exams, centres = [exam.code for exam in rules.exams], [centre.uai for centre in rules.centres]
    return obligations(rules.duties, exams, centres, schools_enrolled(connection))


def _when(row: OwedDuty) -> tuple[float, str, str]:
    due = row.obligation.duty.deadline
    return due.at.timestamp() if due else float("inf"), row.obligation.duty.code, row.party


def _owed_duty(site: Site, one: Obligation, said: Said, enrolled: int, at: datetime) -> OwedDuty:
    expected = enrolled if one.duty.counted else None
    return OwedDuty(
        one,
        _called(site, one),
        _state(one, said, expected, at),
        said.received_on,
        said.words,
        said.reminded_on,
        said.number,
        expected,
    )


def _state(one: Obligation, said: Said, expected: int | None, at: datetime) -> DutyState:
    due = one.duty.deadline
    if said.waived:
        return DutyState.WAIVED
    if said.received_on is not None and (said.number or 0) < (expected or 0):
        return DutyState.INCOMPLETE
    if said.received_on is not None:
        last = one.duty.last_day
        late = last is not None and said.received_on > last
        return DutyState.RECEIVED_LATE if late else DutyState.RECEIVED
    if due is None:
        return DutyState.COMING
    if not due.met(at):
        return DutyState.LATE
    return DutyState.DUE if due.at - at <= timedelta(days=one.duty.remind_days) else DutyState.COMING


def _called(site: Site, one: Obligation) -> str:
    if one.duty.each is Owing.EXAM:
        return f"épreuve {one.party}"
    if one.duty.each is Owing.SERVICE:
        return "service"
    centre = site.session.centre(one.party)
    return f"{centre.name} ({one.party})" if centre else one.party


def receive(
    site: Site,
    obligation: str,
    on: date,
    by: str,
    number: int | None = None,
    *,
    actor: str,
    at: datetime,
) -> Event | None:
    """It came on that day, brought by somebody. None where that was known.

    `number`: of pieces in all so far, where there is one for each candidate of the school.
    """
    subject = _known(site, obligation)
    if on > at.astimezone(local_zone()).date():
        raise Refused(Refusal.NOT_YET)
    (row,) = (row for row in owed_duties(site, at) if row.obligation.id == obligation)
    if row.expected is None:
        number = None
    elif number is None:
        raise Refused(Refusal.NO_NUMBER)
    elif number > row.expected:
        raise Refused(Refusal.TOO_MANY, plural(row.expected, "candidat", "candidats"))
    facts = DutyReceived(on=on, by=keep_reason(site.register.vault, subject, by), number=number)
    return site.register.record(facts, subject, actor=actor, at=at)


def waive(site: Site, obligation: str, reason: str, *, actor: str, at: datetime) -> Event | None:
    """It is owed no longer."""
    subject = _known(site, obligation)
    facts = DutyWaived(reason=keep_reason(site.register.vault, subject, reason))
    return site.register.record(facts, subject, actor=actor, at=at)


def reopen(site: Site, obligation: str, *, actor: str, at: datetime) -> Event | None:
    """What was said of it was a mistake."""
    return site.register.record(DutyReopened(), _known(site, obligation), actor=actor, at=at)


def _known(site: Site, obligation: str) -> str:
    with site.register.reading() as connection:
        owed = obligations_owed(site, connection)
    if obligation not in {one.id for one in owed}:
        raise Refused(Refusal.UNKNOWN, obligation)
    return subject_of(obligation)


def remind(site: Site, at: datetime) -> int:
    """How many obligations the service was reminded of: what is near or late, once a day.

    One message for all. If it could not be sent, nothing is noted, and it is tried again.
    """
    today = at.astimezone(local_zone()).date()
    due = [
        row
        for row in owed_duties(site, at)
        if row.state in (DutyState.LATE, DutyState.INCOMPLETE, DutyState.DUE)
        and (row.reminded_on or date.min) < today
    ]
    if due:
        send(site.settings, f"[massicot] {plural(len(due), 'obligation', 'obligations')} à rendre", said(due))
    for row in due:
        note = DutyReminded(on=today)
        site.register.record(note, subject_of(row.obligation.id), actor=_REMINDER, at=at)
    return len(due)


def said(rows: Sequence[OwedDuty]) -> list[str]:
    """A French line for each."""
    return [
        f"{row.party} : {row.obligation.duty.title}, {row.obligation.duty.until} ({row.state})."
        for row in rows
    ]


def livrets(site: Site, school: str) -> bytes:
    """What goes with the livrets of a school: the list of its candidates, a certificate of their number.

    Of all of a session, whatever they sit. It names them.
    """
    people = {one.number: one for one in site.register.ask(enrolled_in) if one.school == school and one.named}
    if not people:
        raise Refused(Refusal.NOBODY_HERE)
    duty = next((duty for duty in site.session.duties if duty.counted), None)
    place = site.session.place(duty.address) if duty else None
    return livrets_pdf(list(people.values()), school, site.session.title, str(place or ""))
