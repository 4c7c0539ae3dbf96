"""More time for a centre's scans of an épreuve."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.context import Context
from actions.reasons import keep_reason
from actions.reconciling import reconcile_in
from processors.deadlines import Deadline, Rule
from storage.refusals import Refusal, Refused
from storage.rulings import DeadlineExtended

_LONGEST = timedelta(days=366)


def extend(
    work: Context, exam: str, centre: str, until: datetime | None, reason: str, *, actor: str, at: datetime
) -> None:
    """A centre's scans are in time until then; None, and the session's own deadline counts again."""
    rules, place = work.session.exam(exam), f"{exam}/{centre}"
    if rules is None or rules.scan_deadline is None or work.session.centre(centre) is None:
        raise Refused(Refusal.NOT_HERE, place)
    due = rules.scan_deadline.deadline
    if until is not None:
        if not timedelta(0) < until - due.at < _LONGEST:
            raise Refused(Refusal.TOO_FAR)
        due = Deadline(until, Rule.UNTIL)
    key = keep_reason(work.register.vault, place, reason)
    facts = DeadlineExtended(exam=exam, centre=centre, until=due.at, rule=due.rule, reason=key)
    with work.register.transaction() as transaction:
        transaction.record(facts, place, actor=actor, at=at)
        reconcile_in(transaction, work, exam, centre, actor=actor, at=at)
