"""When something is due: more time for a centre, and what is still missing once it is over."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from actions.decided.reconciling import reconcile_centre, reconcile_in
from actions.reasons import keep_reason
from actions.site import Site
from processors.circular.deadlines import Deadline, Rule
from processors.circular.session import Exam
from storage.dropped.deadlines import DeadlineExtended, DeadlineSwept, deposit_rules, scans_due
from storage.dropped.dossiers import DossierAbsent, without_dossier
from storage.ids import new_id
from storage.people.candidates import enrolled_in
from storage.refusals import Refusal, Refused
from storage.season.duties import schools_enrolled

_SWEEPER = "sweep_deadlines"
_LONGEST = timedelta(days=366)


def extend(
    site: Site, exam: str, centre: str, until: datetime | None, reason: str, *, actor: str, at: datetime
) -> None:
    """A centre's scans, or the dossiers of a school (`centre`), are in time until then.

    None, and the session's own deadline counts again, which wants no reason.
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
        transaction.record(facts, place, actor=actor, at=at)
        if rules.scan_deadline is not None:
            reconcile_in(transaction, site, exam, centre, actor=actor, at=at)


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
