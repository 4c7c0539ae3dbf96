"""A candidate's own copy, on a request that the service noted: a link that is good once, for 30 days.

The roster has no addresses: whoever took the request passes the link on.
"""

from __future__ import annotations

import calendar
import secrets
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from actions.after.release import State, file_of, must_be_open, states_of
from actions.reasons import keep_reason
from actions.site import Site
from processors.circular.deadlines import french_instant
from storage.after.copy_links import CopyAsked, CopyFetched, CopyLink, link_of_hash
from storage.decided.copies import CopyRow
from storage.ids import token_hash
from storage.people.candidates import candidate_by_number, enrolled_with_number
from storage.refusals import Refusal, Refused

_DAYS = 30


def ask(site: Site, number: str, exam: str, words: str, *, actor: str, at: datetime) -> str:
    """What the link holds, shown this once. `words`: who asked, and how it is known that it is he or she.

    Raises Refused before the jury, for a copy that is not released, and once the time for asking is over.
    """
    must_be_open(site, actor=actor, at=at)
    over = asked_until(site)
    if over is not None and site.store.time() >= over:
        raise Refused(Refusal.ASKED_TOO_LATE, french_instant(over - timedelta(seconds=1)))
    with site.register.reading() as connection:
        if candidate_by_number(connection, number.strip()) is None:
            raise Refused(Refusal.NO_CANDIDATE)
        who = enrolled_with_number(connection, exam, number.strip())
        if who is None:
            raise Refused(Refusal.NOT_ENROLLED)
        _released(site, connection, who, exam)
    token = secrets.token_urlsafe(24)
    facts = CopyAsked(
        exam=exam,
        words=keep_reason(site.register.vault, who, words),
        hash=token_hash(token),
        until=site.store.time() + timedelta(days=_DAYS),
    )
    site.register.record(facts, who, actor=actor, at=at)
    return token


def look(site: Site, token: str) -> CopyLink:
    """What the link leads to, without using it. Raises Refused when it is worth nothing."""
    link = site.register.ask(link_of_hash, token_hash(token))
    if link is None or not link.good(site.store.time()):
        raise Refused(Refusal.LINK_OVER)
    return link


def fetch(site: Site, token: str) -> tuple[str, bytes]:
    """The épreuve, and the file; the link is worth nothing afterwards. A hold that came since wins."""
    link = look(site, token)
    with site.register.reading() as connection:
        copy = _released(site, connection, link.candidate, link.exam)
    made = file_of(site, copy)
    if made is None:
        raise Refused(Refusal.NOT_RELEASED, State.UNSETTLED)
    at = site.store.time()
    site.register.record(CopyFetched(hash=link.hash), link.candidate, actor=link.candidate, at=at)
    return link.exam, made


def _released(site: Site, connection: Connection, who: str, exam: str) -> CopyRow:
    found = [
        (copy, state)
        for one, copy, state in states_of(site, connection)
        if one.id == who and one.exam == exam
    ]
    for copy, state in found:
        if state is State.RELEASED:
            return copy
    raise Refused(Refusal.NOT_RELEASED, found[0][1] if found else "il n’y en a pas")


def asked_until(site: Site) -> datetime | None:
    """From when a copy is not asked for any more, as the session says; months after the results."""
    paper, results = site.session.paper, site.session.results
    if paper is None or results is None:
        return None
    last = results.second_jury.date
    years, month = divmod(last.month - 1 + paper.request_months, 12)
    year, month = last.year + years, month + 1
    day = last.replace(year=year, month=month, day=min(last.day, calendar.monthrange(year, month)[1]))
    return results.second_jury.instant(day + timedelta(days=1), time(0))
