"""Lots: planned, formed, reassigned, pulled and given back."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from actions.reasons import keep_reason
from actions.site import Site
from processors.circular.deadlines import french_day, french_instant, local_zone
from processors.circular.session import Exam
from processors.correcting.conflicts import Cause, Marked
from processors.correcting.lots import Plan, PlannedLot, barred, lot_conflicts, plan_lots
from storage.bucket.keys import anonymous_copy
from storage.corrected.lots import (
    LotClosed,
    LotFormed,
    LotOffline,
    LotPulled,
    LotReassigned,
    LotRecalled,
    LotReturned,
    LotRow,
    Routable,
    all_lots,
    copies_to_mark,
    last_signs,
    lot_by_id,
    next_lot_number,
    routable_copies,
)
from storage.decided.copies import CopyRow
from storage.dropped.dossiers import companies_of
from storage.events import Event
from storage.ids import new_id
from storage.people.correctors import CorrectorRow, all_correctors, corrector_by_id, corrector_by_token
from storage.refusals import Refusal, Refused
from storage.states import LotState


def plan_for(site: Site, exam: Exam) -> Plan:
    """What `form` would do now."""
    copies, correctors = _to_route(site, exam)
    return plan_lots(copies, correctors, site.session.lot_size_of(exam), secrets.randbits(32))


def barred_for(site: Site, exam: Exam) -> dict[str, dict[Cause, int]]:
    """For each corrector who may not take all the copies that wait: how many not, for each cause."""
    return barred(*_to_route(site, exam))


def _to_route(site: Site, exam: Exam) -> tuple[list[Marked], list[CorrectorRow]]:
    with site.register.reading() as connection:
        waiting = routable_copies(connection, exam.code)
        return _marked(site, connection, exam.code, waiting), all_correctors(connection, exam.code)


def _marked(site: Site, connection: Connection, code: str, copies: list[Routable]) -> list[Marked]:
    exam, companies = site.session.exam(code), companies_of(connection)
    by_option = exam is not None and exam.by_option
    return [
        Marked(
            c.id, c.school, c.centre, c.number, companies.get(c.candidate, ()), c.option if by_option else ""
        )
        for c in copies
    ]


def form(site: Site, exam: Exam, *, actor: str, at: datetime) -> Plan:
    """Inside the épreuve's window alone. Once it has lots, those that follow are complementary."""
    if not exam.in_window(at):
        raise Refused(Refusal.WINDOW_CLOSED, _window_of(exam))
    plan = plan_for(site, exam)
    complementary = bool(site.register.ask(all_lots, exam.code))
    for lot in plan.lots:
        _record(site, exam, lot, complementary, at=at, actor=actor)
    return plan


def _window_of(exam: Exam) -> str:
    """In French."""
    opens, closes = exam.opens_at, exam.closes_at
    if opens is None or closes is None:
        return "la session n’en dit aucune"
    return f"du {french_instant(opens)} au {french_instant(closes)}"


def form_all(site: Site) -> list[Plan]:
    """Of each épreuve whose window is open."""
    open_now = [exam for exam in site.session.written if exam.in_window(site.clock())]
    return [form(site, exam, actor="form_lots", at=site.clock()) for exam in open_now]


def reassign(site: Site, lot: LotRow, corrector_id: str, *, actor: str, at: datetime) -> Event | None:
    """Another corrector takes it, once every rule is checked again; or, once recalled, the same one again."""
    corrector = site.register.ask(corrector_by_id, corrector_id)
    if corrector is None:
        raise Refused(Refusal.UNKNOWN, corrector_id)
    if lot.state not in (LotState.ASSIGNED, LotState.RECALLED):
        raise Refused(Refusal.PULLED)
    if lot.exam not in corrector.exams:
        raise Refused(Refusal.NOT_DESIGNATED)
    if lot.corrector != corrector_id and (why := lot_conflicts(_copies_of(site, lot), corrector)):
        raise Refused(Refusal.MAY_NOT_TAKE, " ".join(why))
    return site.register.record(LotReassigned(corrector=corrector_id), lot.id, actor=actor, at=at)


def recall(
    site: Site, lot: LotRow, reason: str, *, anyway: bool = False, actor: str, at: datetime
) -> Event | None:
    """Out of its corrector's hands, who reads why, even when it is closed; what was given back stays so.

    `anyway`: though its corrector said to be working on it offline.
    """
    if is_offline(lot, at) and not anyway:
        raise Refused(Refusal.OFFLINE, french_day(lot.offline_until or at.date()))
    if lot.state in (LotState.ASSIGNED, LotState.RECALLED):
        return None
    key = keep_reason(site.register.vault, lot.id, reason)
    return site.register.record(LotRecalled(reason=key), lot.id, actor=actor, at=at)


def is_shut_out(lot: LotRow, exam: Exam, at: datetime) -> bool:
    """Whether nobody has it, and its window is over: it is not opened any more, nor marked."""
    unopened = lot.state in (LotState.ASSIGNED, LotState.RECALLED)
    return unopened and exam.closes_at is not None and exam.closes_at < at


def why_recalled(site: Site, lot: LotRow) -> str:
    """In the service's words; nothing where it is not recalled."""
    return site.store.vault.get(lot.recalled_for).decode() if lot.recalled_for else ""


def is_offline(lot: LotRow, at: datetime) -> bool:
    """Whether its corrector said to be reading it from the archive, until this day or a later one."""
    return lot.offline_until is not None and lot.offline_until >= at.astimezone(local_zone()).date()


def idle(site: Site, exam: Exam, *, at: datetime) -> dict[str, date]:
    """Lots in hand whose corrector gave no sign for some days: since when. Not one that is read offline."""
    days = timedelta(days=site.session.correction.idle_days)
    with site.register.reading() as connection:
        lots = {lot.id: lot for lot in all_lots(connection, exam.code)}
        signs = last_signs(connection, exam.code)
    today = at.astimezone(local_zone()).date()
    since = {lot: sign.astimezone(local_zone()).date() for lot, sign in signs.items()}
    return {lot: day for lot, day in since.items() if today - day >= days and not is_offline(lots[lot], at)}


def work_offline(site: Site, lot: LotRow, exam: Exam, until: date | None, *, at: datetime) -> Event | None:
    """Read from its archive until this day, the last of the window at the latest; None: no longer."""
    closes = exam.closes_at
    if until is not None and not (
        at.astimezone(local_zone()).date() <= until <= (closes or at).astimezone(local_zone()).date()
    ):
        raise Refused(Refusal.BAD_DAY)
    return site.register.record(LotOffline(until=until), lot.id, actor=lot.corrector, at=at)


def close(site: Site, lot: str, *, actor: str, at: datetime) -> Event | None:
    """Nothing more is done with a lot that was returned."""
    return site.register.record(LotClosed(), lot, actor=actor, at=at)


def who_may_take(site: Site, lot: LotRow) -> list[tuple[CorrectorRow, tuple[str, ...]]]:
    """The other correctors of its épreuve, each with the French reasons why not; none for those who may."""
    correctors = site.register.ask(all_correctors, lot.exam)
    copies = _copies_of(site, lot)
    return [(c, lot_conflicts(copies, c)) for c in correctors if c.id != lot.corrector]


def _copies_of(site: Site, lot: LotRow) -> list[Marked]:
    with site.register.reading() as connection:
        return _marked(site, connection, lot.exam, copies_to_mark(connection, lot.id))


def who_has(site: Site, token: str) -> CorrectorRow:
    """The corrector of this token."""
    corrector = site.register.ask(corrector_by_token, token)
    if corrector is None:
        raise Refused(Refusal.NOT_YOURS)
    return corrector


_NOBODYS = {LotState.CLOSED: Refusal.CLOSED, LotState.RECALLED: Refusal.RECALLED}


def own(site: Site, corrector: str, lot_id: str, *, at: datetime) -> tuple[LotRow, Exam]:
    """A lot of this corrector's, neither closed nor recalled, in its window."""
    lot = site.register.ask(lot_by_id, lot_id)
    if lot is None or lot.corrector != corrector:
        raise Refused(Refusal.NOT_YOURS)
    exam = site.session.exam(lot.exam)
    assert exam is not None, "lots are formed for épreuves of the session"
    if lot.state in _NOBODYS:
        raise Refused(_NOBODYS[lot.state])
    if not exam.in_window(at):
        raise Refused(Refusal.WINDOW_CLOSED, _window_of(exam))
    return lot, exam


def pull(site: Site, lot: LotRow, *, at: datetime) -> Event | None:
    """Its corrector is about to see something of it: from now on nobody else gets it.

    In the log, correctors act by their own id, by whatever account or token they come.
    """
    if lot.state is not LotState.ASSIGNED:
        return None
    return site.register.record(LotPulled(corrector=lot.corrector), lot.id, actor=lot.corrector, at=at)


def give_back(site: Site, lot: LotRow, *, at: datetime) -> Event | None:
    """All that is in hand is marked; what was reported stays to come."""
    return site.register.record(LotReturned(), lot.id, actor=lot.corrector, at=at)


def pdf_of(site: Site, copy: CopyRow) -> bytes:
    """The copy as its corrector gets it. Raises StoreError when it is not what was made of it."""
    key = anonymous_copy(copy.exam, copy.anonymous_number or "")
    return site.store.vault.get(key, sha256=copy.anonymous_sha256)


def _record(
    site: Site,
    exam: Exam,
    lot: PlannedLot,
    complementary: bool,
    *,
    at: datetime,
    actor: str,
) -> None:
    with site.register.transaction() as transaction:
        formed = LotFormed(
            exam=exam.code,
            number=next_lot_number(transaction.connection, exam.code),
            corrector=lot.corrector,
            copies=lot.copies,
            complementary=complementary,
        )
        transaction.record(formed, new_id("lot"), actor=actor, at=at)
