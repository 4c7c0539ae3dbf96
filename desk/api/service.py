"""The coordination service: what waits for a decision, lots, dossiers, the story of one thing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from actions.corrected import lots as of_lots
from actions.decided import copies, masking
from actions.dropped import deadlines
from actions.dropped import dossiers as of_dossiers
from actions.dropped.commission import Commission, lines_of
from actions.site import now
from desk.api.shapes import (
    Answer,
    AnyId,
    Arrangement,
    CopyId,
    Done,
    DossierId,
    DossierLine,
    ExamCode,
    Extension,
    Guess,
    Judgement,
    LogEvent,
    LotId,
    LotPlan,
    Mask,
    NewCorrector,
    OpenFinding,
    OtherExam,
    PlannedLot,
    Pronouncement,
    Question,
    Queue,
    Rank,
    Recall,
    Ruled,
    SentBack,
    Uai,
    Unroutable,
    Waiting,
)
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.lookup import any_copy, dossier_of, lot_of, with_dossiers, written
from desk.service.queue import waiting_copies
from processors.correcting.lots import Plan
from storage.corrected.lots import LotRow, all_lots
from storage.database.register import events_of
from storage.decided.copies import CopyRow
from storage.decided.decisions import CopyProposed
from storage.decided.findings import FindingRow, findings_of_copies
from storage.people.candidates import enrolled_in

router = APIRouter(tags=["service"])


@router.get("/decisions")
def queue(
    request: Request,
    account: ServiceAccount,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Queue:
    """Copies that wait for a person, most urgent first."""
    count, shown = waiting_copies(site_of(request), limit, offset)
    return Queue(count=count, copies=[_waiting(copy, found) for copy, found, _ in shown])


@router.get("/decisions/{copy}")
def question(request: Request, copy: CopyId, account: ServiceAccount) -> Question:
    site = site_of(request)
    found = any_copy(site, copy)
    with site.register.reading() as connection:
        people = {who.id: who for who in enrolled_in(connection, found.exam)}
        findings = findings_of_copies(connection, [copy])
        order = copies.proposed_order(connection, found)
    shows_identity(request, copy, "decision")
    return Question(
        **_waiting(found, findings).model_dump(),
        status=found.status,
        life=found.life,
        pages=[page.page for page in found.pages],
        missing=list(found.missing),
        candidate=found.candidate,
        order=list(order),
        guesses=[
            Guess(
                id=who.id,
                number=who.number,
                family_name=who.family_name,
                first_names=who.first_names,
                probability=guess.probability,
            )
            for guess in found.guesses
            if (who := people.get(guess.candidate))
        ],
    )


@router.post("/decisions/{copy}")
def decide(request: Request, copy: CopyId, account: ServiceAccount, answer: Answer) -> Ruled:
    """Another decision may follow this one."""
    site = site_of(request)
    any_copy(site, copy)
    event = copies.decide(
        site,
        copy,
        answer.decision,
        answer.reason,
        candidate=answer.candidate,
        number=answer.number,
        let_go=answer.let_go,
        actor=account.id,
        at=now(),
    )
    return Ruled(proposed=event is None or event.action == CopyProposed.action)


@router.post("/decisions/{copy}/pages")
def arrange(request: Request, copy: CopyId, account: ServiceAccount, said: Arrangement) -> Done:
    """The copy is these pages; those of its file that are not named are none of it."""
    site = site_of(request)
    copies.arrange(site, copy, said.pages, said.reason, actor=account.id, at=now())
    return Done()


@router.post("/decisions/{copy}/masks")
def hide(request: Request, copy: CopyId, account: ServiceAccount, said: Mask) -> Done:
    """A part of a page is removed from what its corrector gets, beside what is hidden of it already."""
    site = site_of(request)
    any_copy(site, copy)
    masking.hide(site, copy, said.page, said.area, actor=account.id, at=now())
    return Done()


@router.post("/decisions/{copy}/send-back")
def send_back(request: Request, copy: CopyId, account: ServiceAccount, said: SentBack) -> Done:
    """The centre scans the copy again, whole, and reads why."""
    site = site_of(request)
    any_copy(site, copy)
    copies.send_back(site, copy, said.reason, actor=account.id, at=now())
    return Done()


@router.post("/decisions/{copy}/exam")
def transfer(request: Request, copy: CopyId, account: ServiceAccount, said: OtherExam) -> Done:
    """The copy is of this written épreuve, where it waits for whose it is."""
    site = site_of(request)
    copies.transfer(site, copy, said.exam, actor=account.id, at=now())
    return Done()


@router.post("/decisions/{copy}/findings/{event}/{k}")
def judge(
    request: Request, copy: CopyId, event: Rank, k: Rank, account: ServiceAccount, said: Judgement
) -> Done:
    """Nothing is left to do about a finding of the copy's file; or there is, after all."""
    site = site_of(request)
    copies.judge(site, copy, event, k, said.settled, said.reason, actor=account.id, at=now())
    return Done()


@router.post("/deadlines/{code}/{uai}")
def extend(request: Request, code: ExamCode, uai: Uai, account: ServiceAccount, said: Extension) -> Done:
    """More time for a centre's scans of an épreuve, or for the dossiers of a school."""
    site = site_of(request)
    deadlines.extend(site, code, uai, said.until, said.reason, actor=account.id, at=now())
    return Done()


@router.get("/lots/{code}")
def lots(request: Request, code: ExamCode, account: ServiceAccount) -> list[LotRow]:
    site = site_of(request)
    written(site, code)
    return site.register.ask(all_lots, code)


@router.get("/lots/{code}/plan")
def plan(request: Request, code: ExamCode, account: ServiceAccount) -> LotPlan:
    """What would be formed now, and which copies no corrector may take."""
    site = site_of(request)
    made = of_lots.plan_for(site, written(site, code))
    return _plan(made)


@router.post("/lots/{code}")
def form(request: Request, code: ExamCode, account: ServiceAccount) -> LotPlan:
    """Forms the lots that can be formed now, and says which."""
    site = site_of(request)
    return _plan(of_lots.form(site, written(site, code), at=now(), actor=account.id))


@router.post("/lots/{code}/{lot}/reassign")
def reassign(request: Request, code: ExamCode, lot: LotId, account: ServiceAccount, to: NewCorrector) -> Done:
    site = site_of(request)
    of_lots.reassign(site, lot_of(site, written(site, code), lot), to.corrector, actor=account.id, at=now())
    return Done()


@router.post("/lots/{code}/{lot}/recall")
def recall(request: Request, code: ExamCode, lot: LotId, account: ServiceAccount, why: Recall) -> Done:
    """Out of its corrector's hands, who reads why; what was given back stays so. Then reassign it."""
    site = site_of(request)
    found = lot_of(site, written(site, code), lot)
    of_lots.recall(site, found, why.reason, anyway=why.anyway, actor=account.id, at=now())
    return Done()


@router.post("/lots/{code}/{lot}/close")
def close(request: Request, code: ExamCode, lot: LotId, account: ServiceAccount) -> Done:
    """Nothing more is done with it, until it is recalled."""
    site = site_of(request)
    of_lots.close(site, lot_of(site, written(site, code), lot).id, actor=account.id, at=now())
    return Done()


@router.get("/dossiers/{code}/{uai}")
def dossiers(request: Request, code: ExamCode, uai: Uai, account: ServiceAccount) -> list[DossierLine]:
    """The commission's list, by birth name."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    if site.session.centre(uai) is None:
        raise HTTPException(404)
    shows_identity(request, f"{code}/{uai}", "dossiers")
    return [
        DossierLine(
            dossier=line.dossier.id if line.dossier else None,
            number=line.person.number,
            family_name=line.person.family_name,
            first_names=line.person.first_names,
            deposited_at=line.deposited,
            verdict=line.verdict,
            messages=line.messages,
            decision=line.decision,
        )
        for line in lines_of(site, exam.code, Commission(uai), pictures=False)
    ]


@router.post("/dossiers/{code}/{uai}/{dossier}")
def pronounce(
    request: Request,
    code: ExamCode,
    uai: Uai,
    dossier: DossierId,
    account: ServiceAccount,
    said: Pronouncement,
) -> Done:
    """What the commission pronounced; earlier decisions stay."""
    site = site_of(request)
    found = dossier_of(site, with_dossiers(site, code), uai, dossier)
    of_dossiers.pronounce(
        site, found.id, said.decision, said.grounds, said.author, said.reason, actor=account.id, at=now()
    )
    return Done()


@router.get("/history/{subject}")
def history(request: Request, subject: AnyId, account: ServiceAccount) -> list[LogEvent]:
    """Every event that touched it, oldest first. No event names anybody."""
    events = site_of(request).register.ask(events_of, subject)
    if not events:
        raise HTTPException(404)
    return [LogEvent(seq=e.seq, at=e.at, actor=e.actor, action=e.action, facts=e.facts) for e in events]


def _waiting(copy: CopyRow, findings: list[FindingRow]) -> Waiting:
    return Waiting(
        id=copy.id,
        exam=copy.exam,
        centre=copy.centre,
        scan=copy.scan,
        position=copy.position,
        findings=[
            OpenFinding(
                event=f.seq, k=f.k, code=f.code, severity=f.severity, message=f.message, pages=list(f.pages)
            )
            for f in findings
        ],
    )


def _plan(made: Plan) -> LotPlan:
    return LotPlan(
        lots=[PlannedLot(corrector=lot.corrector, copies=len(lot.copies)) for lot in made.lots],
        unroutable=[
            Unroutable(school=one.school, copies=len(one.copies), reasons=list(one.reasons))
            for one in made.unroutable
        ],
    )
