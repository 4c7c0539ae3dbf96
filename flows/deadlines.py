"""`sweep_deadlines`: once a scan deadline has passed, says what is still missing in each centre."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from actions.context import context
from actions.reconciling import reconcile_centre
from flows import artifacts
from flows.stages import stage
from storage import deposits, persons, queries
from storage.extensions import scans_due
from storage.facts import DeadlineSwept

ACTOR = "sweep_deadlines"


@flow(name="sweep-deadlines", flow_run_name="échéances")
async def sweep_deadlines() -> State[None]:
    """Every quarter of an hour."""
    swept = await sweep() + await sweep_dossiers()
    await artifacts.publish()
    if not swept:
        return Completed(name="Aucune échéance")
    return Completed(message=f"{swept} rapprochements et absences à l'échéance")


@stage("rapprocher à l'échéance")
def sweep() -> int:
    """How many centres and épreuves came to their deadline.

    Those that are past it are looked at again: lists come late, and people decide of copies.
    """
    work = context()
    at = work.store.time()
    swept = 0
    for exam in work.session.written:
        for centre in work.session.centres:
            with work.register.reading() as connection:
                due = scans_due(connection, work.session, exam.code, centre.uai)
            if due is None or due.met(at):
                continue
            with work.register.reading() as connection:
                done = queries.swept(connection, exam.code, centre.uai)
                enrolled = persons.roster(connection, exam.code, centre.uai)
            if not enrolled:
                continue
            reconcile_centre(work, exam.code, centre.uai, actor=ACTOR, at=at)
            if done:
                continue
            note = DeadlineSwept(exam=exam.code, centre=centre.uai)
            work.register.record(note, f"{exam.code}/{centre.uai}", actor=ACTOR, at=at)
            swept += 1
    return swept


@stage("constater les dossiers absents")
def sweep_dossiers() -> int:
    """How many candidates were found without a dossier, each once, of the épreuves whose deposit is over."""
    work = context()
    at = work.store.time()
    marked = 0
    for exam in work.session.exams:
        if exam.deposit is None or exam.deposit.deadline.met(at):
            continue
        with work.register.reading() as connection:
            wanting = deposits.without_dossier(connection, exam.code)
        marked += sum(
            deposits.mark_absent(work.register, exam.code, candidate, actor=ACTOR, at=at)
            for candidate in wanting
        )
    return marked
