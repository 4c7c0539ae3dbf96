"""What people do at the desk, by a page or through the API: one place for what is allowed and why not.

Each raises HTTPException 409, with a sentence in French, for what the rules forbid.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from fastapi import HTTPException

from flows import lotting
from flows.context import Context, now
from flows.reconciling import reconcile_centre
from processors.deadlines import PARIS, Deadline, Rule, paris
from processors.dossiers.findings import GROUNDS, Code
from processors.people import ATTENDANCE_COLUMNS
from processors.session import Exam
from processors.tables import LineProblem
from storage import arranging, deposits, extensions, intake, persons, queries, waiting
from storage.changes import Refused
from storage.deposits import DossierRow
from storage.facts import Decision, Facts, LotPulled, LotRecalled, LotReturned, Pronounced
from storage.rows import CopyRow, LotRow
from storage.rulings import CopyReturned, LotClosed, Trouble
from storage.states import Life, LotState

_LONGEST = timedelta(days=366)


def mark_attendance(work: Context, exam: Exam, uai: str, absent: Collection[str], *, actor: str) -> None:
    """Everybody is present but these candidates, by their ids."""
    with work.register.reading() as connection:
        people = persons.roster(connection, exam.code, uai)
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(ATTENDANCE_COLUMNS)
    table.writerows((who.number, "non" if who.id in absent else "oui") for who in people)
    take_attendance(work, exam, uai, out.getvalue().encode(), actor=actor)


def take_attendance(
    work: Context, exam: Exam, uai: str, table: bytes, *, actor: str
) -> tuple[LineProblem, ...]:
    """A CSV of candidate numbers and oui or non. As long as one line is wrong, nothing of it is taken."""
    taken = intake.import_attendance(work.register, table, exam.code, uai, actor=actor, at=now())
    if not taken.problems:
        reconcile_centre(work, exam.code, uai, actor=actor, at=now())
    return tuple(taken.problems)


def decide(
    work: Context,
    copy: CopyRow,
    decision: Decision,
    reason: str,
    *,
    candidate: str = "",
    number: str = "",
    actor: str,
) -> None:
    """`candidate`: an id that was proposed; or `number`, typed. Another decision may follow this one."""
    chosen = None
    if decision is Decision.ATTRIBUTE:
        with work.register.reading() as connection:
            typed = persons.candidate_by_number(connection, number.strip()) if number.strip() else candidate
        chosen = typed
        if not chosen:
            raise HTTPException(409, "Aucun candidat n’a ce numéro : la copie n’a pas été attribuée.")
    try:
        intake.decide(
            work.register,
            copy.id,
            decision,
            candidate=chosen,
            reason=reason,
            second_person=work.session.second_person,
            actor=actor,
            at=now(),
        )
    except Refused:
        raise HTTPException(409, _refusal(work, copy, chosen)) from None


def arrange(work: Context, copy: CopyRow, pages: Sequence[int], reason: str, *, actor: str) -> None:
    """The copy is these pages of its file, in this order; those that are not named are none of it."""
    try:
        arranging.arrange(work.register, copy, pages, reason, actor=actor, at=now())
    except Refused:
        raise HTTPException(409, "Cette copie est déjà partie, ou une page est à une autre copie.") from None


def judge(work: Context, copy: CopyRow, seq: int, k: int, settled: bool, reason: str, *, actor: str) -> None:
    """Nothing is left to do about this finding of the copy's file; or there is, after all."""
    with work.register.reading() as connection:
        told = queries.finding_at(connection, seq, k)
    if told is None or told.scan != copy.scan:
        raise HTTPException(404)
    try:
        waiting.judge(work.register, seq, k, settled=settled, reason=reason, actor=actor, at=now())
    except Refused:
        raise HTTPException(409, "Ce constat n’a pas été réglé par une personne.") from None


def extend(work: Context, exam: Exam, uai: str, until: datetime | None, reason: str, *, actor: str) -> None:
    """A centre's scans are in time until then; None, and the session's own deadline counts again."""
    if exam.scan_deadline is None or work.session.centre(uai) is None:
        raise HTTPException(404)
    due = exam.scan_deadline.deadline
    if until is not None:
        if not timedelta(0) < until - due.at < _LONGEST:
            raise HTTPException(409, "Ce n’est pas dans l’année qui suit l’heure limite de la session.")
        due = Deadline(until, Rule.UNTIL)
    extensions.extend(work.register, exam.code, uai, due, reason, actor=actor, at=now())
    reconcile_centre(work, exam.code, uai, actor=actor, at=now())


def reassign(work: Context, lot: LotRow, corrector: str, *, actor: str) -> None:
    try:
        refusals = lotting.reassign(work, lot.id, corrector, at=now(), actor=actor)
    except Refused:
        raise HTTPException(409, "Ce lot a été retiré : rappelez-le d’abord.") from None
    if refusals:
        raise HTTPException(409, " ".join(refusals))


def recall(work: Context, lot: LotRow, *, actor: str) -> None:
    """Back to before it was pulled, even when it is closed."""
    _move(work, lot, LotRecalled(), actor)


def close(work: Context, lot: LotRow, *, actor: str) -> None:
    """Nothing more is done with it."""
    _move(work, lot, LotClosed(), actor)


def pronounce(
    work: Context,
    dossier: DossierRow,
    decision: Pronounced,
    grounds: Sequence[Code],
    author: str,
    reason: str,
    *,
    actor: str,
) -> None:
    """What the commission pronounces; earlier decisions stay."""
    if set(grounds) - GROUNDS or (decision is Pronounced.NON_CONFORM) != bool(grounds):
        raise HTTPException(409, "Une non-conformité demande un motif, et une conformité n’en a pas.")
    deposits.pronounce(work.register, dossier.id, decision, grounds, author, reason, actor=actor, at=now())


def pdf_of(work: Context, lot: LotRow, copy: CopyRow) -> bytes:
    """The copy as its corrector gets it."""
    return work.store.vault.get(f"anonymous/{lot.exam}/{copy.anonymous_number}.pdf")


def pulled(work: Context, lot: LotRow, *, actor: str) -> None:
    """Its corrector is about to see something of it: from now on nobody else gets it."""
    if lot.state is LotState.ASSIGNED:
        try:
            work.register.record(LotPulled(corrector=lot.corrector), lot.id, actor=actor, at=now())
        except Refused:  # reassigned since somebody looked
            raise HTTPException(404) from None


def give_back(work: Context, lot: LotRow, *, actor: str) -> None:
    """All that is in hand is marked; what was reported stays to come."""
    try:
        work.register.record(LotReturned(), lot.id, actor=actor, at=now())
    except Refused:
        raise HTTPException(409, "Ouvrez d’abord ce lot : un lot jamais retiré ne se rend pas.") from None


def give_back_one(work: Context, copy: CopyRow, returned: bool, *, actor: str) -> None:
    """This copy is marked, or is not after all; noted to the day: nobody reads how long a copy took."""
    today = paris(now().astimezone(PARIS).date(), time(0))
    try:
        work.register.record(CopyReturned(returned=returned), copy.id, actor=actor, at=today)
    except Refused:
        raise HTTPException(409, "Ce lot est rendu : seul le service peut le rappeler.") from None


def report(work: Context, copy: CopyRow, trouble: Trouble, said: str, *, actor: str) -> None:
    """The copy goes back to the service and waits there; the others go on."""
    try:
        intake.report_copy(work.register, copy.id, trouble, said, actor=actor, at=now())
    except Refused:
        raise HTTPException(409) from None


def _move(work: Context, lot: LotRow, facts: Facts, actor: str) -> None:
    try:
        work.register.record(facts, lot.id, actor=actor, at=now())
    except Refused:
        raise HTTPException(409, "Ce lot n’en est pas là : rechargez sa page.") from None


def _refusal(work: Context, copy: CopyRow, candidate: str | None) -> str:
    """Why the register would not have it, for a person."""
    with work.register.reading() as connection:
        enrolled = {who.id for who in persons.roster(connection, copy.exam)}
    if copy.life is Life.SUPERSEDED:
        return "Une autre copie a pris la place de celle-ci : il n’y a rien à décider."
    if copy.lot is not None and copy.ready:
        return "Cette copie est déjà dans un lot."
    if candidate is not None and candidate not in enrolled:
        return "Ce candidat n’est pas inscrit à cette épreuve."
    if copy.candidate is None and candidate is None:
        return "On ne sait pas de qui est cette copie : attribuez-la."
    return "Ce candidat a déjà une copie complète : écartez d’abord l’une des deux."
