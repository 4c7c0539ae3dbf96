"""When something is due: more time for a centre, and what is still missing once it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from actions.decided.reconciling import reconcile_centre, reconcile_in
from actions.reasons import keep_reason, text_of
from actions.site import Site
from processors.circular.deadlines import Deadline, Rule, clock_trouble, instant, local_zone
from processors.circular.session import Exam
from storage.decided.counts import counts_by_centre
from storage.dropped.deadlines import (
    DeadlineExtended,
    DeadlineSwept,
    all_extensions,
    deposit_rules,
    scans_due,
)
from storage.dropped.dossiers import DossierAbsent, without_dossier
from storage.events import Event
from storage.ids import new_id
from storage.people.accounts import all_accounts
from storage.people.candidates import enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.duties import schools_enrolled

_SWEEPER = "sweep_deadlines"
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Owed:
    """What a place (UAI) owes of an épreuve by a deadline: a centre its scans, a school its dossiers.

    `name`: as people call the place. `stated`: the session's deadline, `granted`: one that was moved for this
    place, by whom and why.
    """

    exam: str
    place: str
    name: str
    stated: Deadline
    granted: Deadline | None = None
    by: str = ""
    reason: str = ""


def all_owed(site: Site) -> list[Owed]:
    """By épreuve, scans first; of places where somebody is enrolled."""
    with site.register.reading() as connection:
        names = {one.id: one.name for one in all_accounts(connection)}
        moved = {(one.exam, one.centre): one for one in all_extensions(connection)}
        places = list(_places(site, connection))
    owed = []
    for exam, place, name, stated in places:
        one = moved.get((exam, place))
        if one is None or one.deadline == stated:
            owed.append(Owed(exam, place, name, stated))
            continue
        by, reason = names.get(one.author, one.author), text_of(site.store.vault, one.reason)
        owed.append(Owed(exam, place, name, stated, one.deadline, by, reason))
    return owed


def _places(site: Site, connection: Connection) -> Iterator[tuple[str, str, str, Deadline]]:
    for exam in site.session.written:
        counts = counts_by_centre(connection, exam.code)
        for centre in site.session.centres:
            if exam.scan_deadline and centre.uai in counts and counts[centre.uai].expected:
                name = f"{centre.name}, {centre.city}"
                yield exam.code, centre.uai, name, exam.scan_deadline.deadline
    enrolled = schools_enrolled(connection)
    for exam in site.session.with_dossiers:
        for school, exams in enrolled.items():
            if exam.deposit and exam.code in exams:
                yield exam.code, school, f"Établissement {school}", exam.deposit.deadline


def end_of_minute(day: date, clock: time) -> datetime:
    """The last second of this minute here: what is granted until then is in time within it."""
    if clock_trouble(day, clock, local_zone()):
        raise Refused(Refusal.NO_SUCH_HOUR)
    return instant(day, clock.replace(second=59), local_zone())


def extend(
    site: Site, exam: str, centre: str, until: datetime | None, reason: str, *, actor: str, at: datetime
) -> Event | None:
    """A centre's scans, or the dossiers of a school (`centre`), are in time until then.

    None, and the session's own deadline counts again, which wants no reason. The answer is None when it was
    so before.
    """
    rules, place = site.session.exam(exam), f"{exam}/{centre}"
    stated = (rules.scan_deadline or rules.deposit) if rules else None
    if rules is None or stated is None or not _is_owed_by(site, rules, centre):
        raise Refused(Refusal.NOT_HERE, place)
    due = stated.deadline
    if until is not None:
        if not timedelta(0) < until - due.at < _LONGEST:
            raise Refused(Refusal.TOO_FAR)
        due = Deadline(until, Rule.UNTIL)
    key = keep_reason(site.register.vault, place, reason, wanted=until is not None)
    facts = DeadlineExtended(exam=exam, centre=centre, until=due.at, rule=due.rule, reason=key)
    with site.register.transaction() as transaction:
        event = transaction.record(facts, place, actor=actor, at=at)
        if rules.scan_deadline is not None:
            reconcile_in(transaction, site, exam, centre, actor=actor, at=at)
    return event


def _is_owed_by(site: Site, exam: Exam, uai: str) -> bool:
    """Scans by a centre, dossiers by a school with candidates of the épreuve."""
    if exam.scan_deadline is not None:
        return site.session.centre(uai) is not None
    return exam.code in site.register.ask(schools_enrolled).get(uai, ())


def sweep(site: Site) -> int:
    """How many centres and épreuves came to their deadline.

    Those that are past it are looked at again: lists come late, and people decide of copies.
    """
    at = site.store.time()
    swept = 0
    for exam in site.session.written:
        for centre in site.session.centres:
            with site.register.reading() as connection:
                due = scans_due(connection, site.session, exam.code, centre.uai)
                if due is None or due.met(at) or not enrolled_in(connection, exam.code, centre.uai):
                    continue
            note, place = DeadlineSwept(exam=exam.code, centre=centre.uai), f"{exam.code}/{centre.uai}"
            reconcile_centre(site, exam.code, centre.uai, actor=_SWEEPER, at=at)
            swept += site.register.record(note, place, actor=_SWEEPER, at=at) is not None
    return swept


def sweep_dossiers(site: Site) -> int:
    """How many candidates were found without a dossier, each once, of the épreuves whose deposit is over."""
    at = site.store.time()
    marked = 0
    for exam in site.session.exams:
        if exam.deposit is None or exam.deposit.deadline.met(at):
            continue
        with site.register.reading() as connection:
            wanting = without_dossier(connection, exam.code)
            rules = {school: deposit_rules(connection, exam, school) for school in set(wanting.values())}
        over = {school for school, own in rules.items() if own.deposit and not own.deposit.deadline.met(at)}
        for candidate in (who for who, school in wanting.items() if school in over):
            absent = DossierAbsent(exam=exam.code, candidate=candidate)
            with suppress(Refused):  # a file came, or another sweep, since somebody looked
                event = site.register.record(absent, new_id("doss"), actor=_SWEEPER, at=at)
                marked += event is not None
    return marked
