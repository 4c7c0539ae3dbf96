"""What the machine left to a person: of each copy, what it takes to decide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.corrected.corrector_view import seen_by_corrector
from actions.decided import copies, masking
from actions.decided.reconciling import left_over
from actions.dropped.pictures import header_of, picture_of_page
from actions.dropped.piles import name_of_file, place_of_paper
from actions.dropped.withdrawing import looks_like
from actions.site import Site, now
from desk.centre.counter import place_of, region_of
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.lookup import any_copy
from desk.page import page
from desk.questions import questions_of
from desk.service.queue import by_urgency
from processors.circular.session import Exam
from processors.findings import Code, Evidence, Severity
from processors.scans.copies.why import Voice, voices
from processors.scans.readings import CopyStatus
from storage.bucket.objects import NotFoundError
from storage.database.register import events_of
from storage.decided.copies import CopyRow, PlacedPage, copies_of_candidate, copies_of_scan
from storage.decided.decisions import Proposal, copies_to_decide, proposal_of
from storage.decided.findings import FindingRow, findings_of_copies
from storage.dropped.scans import scan_by_id, scans_in
from storage.people import accounts
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.purges import PURGED
from storage.refusals import Refused
from storage.states import Decision, Life

router = APIRouter(prefix="/coordination/decisions")


@dataclass(frozen=True)
class Guessed:
    """A candidate whose copy it may be: how probably, and which readings say so.

    `left_over`: it may be for nobody else is left whose copy lacks.
    """

    who: EnrolledCandidate
    probability: float
    voices: tuple[Voice, ...]
    left_over: bool


@router.get("/{copy_id}")
def copy(
    request: Request, copy_id: str, account: ServiceAccount, fait: str = "", cacher: int | None = None
) -> Response:
    """`fait`: what was just done, which the page then says; `cacher`: a page to hide a part of."""
    site = site_of(request)
    found = any_copy(site, copy_id)
    with site.register.reading() as connection:
        people = {who.id: who for who in enrolled_in(connection, found.exam)}
        findings = findings_of_copies(connection, [copy_id])
        words = copies.words_in(site.store.vault, events_of(connection, copy_id))
        order = copies.proposed_order(connection, found)
    owner, proposed = people.get(found.candidate or ""), _proposed(site, copy_id, people)
    asked = _asked(found, findings, cacher)
    shows_identity(request, copy_id, "decision")
    values = {
        "copy": found,
        "exam": site.session.exam(found.exam),
        "others": [exam for exam in site.session.written if exam.code != found.exam],
        "elsewhere": _elsewhere(site, found),
        "centre": site.session.centre(found.centre),
        "owner": owner,
        "words": words,
        "order": order,
        "done": _done(fait, found, owner, proposed["proposal"]),
        "hidden": _hidden(site, copy_id, asked["hiding"]),
        "next": _next(site, copy_id),
        "place_of": place_of,
        **_whose(site, found, people),
        **_of_file(site, found),
        **asked,
        **proposed,
    }
    return page(request, "decision.html", values)


def _whose(site: Site, found: CopyRow, people: Mapping[str, EnrolledCandidate]) -> dict[str, Any]:
    """The candidates whose copy it may be, all of its centre; and where its paper says."""
    nobodys = found.candidate is None and found.life is Life.CURRENT
    left = site.register.ask(left_over, found.exam, found.centre) if nobodys else None
    here = (who for who in people.values() if who.centre == found.centre)
    header = header_of(site, found)
    return {
        "guesses": _guesses(site, found, people, left),
        "enrolled": sorted(here, key=lambda who: (who.family_name, who.first_names)),
        "header": header,
        "apart": lambda seen: not _same_place(seen, header),
    }


def _of_file(site: Site, found: CopyRow) -> dict[str, Any]:
    """Its file and the pages that are no copy's there; the other copies of its candidate, and their files."""
    with site.register.reading() as connection:
        scan = scan_by_id(connection, found.scan)
        same = copies_of_candidate(connection, found.exam, found.candidate) if found.candidate else []
        waiting = sum(one.waits for one in copies_of_scan(connection, found.scan))
        loose = copies.loose_pages(connection, site.store.vault, found.scan)
        files = scans_in(connection, {one.scan for one in (found, *same)})
    twins = [other for other in same if other.id != found.id]
    is_whole = any(one.status is CopyStatus.COMPLETE for one in twins)
    return {
        "scan": scan,
        "gone": scan is not None and scan.inbox_key.startswith(PURGED),
        "paper": place_of_paper(site, scan),
        "loose": loose,
        "waiting": waiting,
        "looks_like": looks_like(site, scan) if scan and waiting > 1 else None,
        "twins": twins,
        "files": {one.id: name_of_file(one) for one in files},
        "may_accept": found.candidate is not None and not is_whole,
    }


def _asked(found: CopyRow, findings: list[FindingRow], cacher: int | None) -> dict[str, Any]:
    """What is asked of a person, who may still answer; `cacher`: the page of which a part is to be hidden."""
    codes = {one.code for one in findings}
    is_open = found.life is Life.CURRENT and not (found.lot and found.ready)
    answerable = is_open or Code.COPY_OF_ABSENT in codes
    waits = found.status is not CopyStatus.COMPLETE or any(f.severity is Severity.BLOCKING for f in findings)
    asked = questions_of(found, findings) if waits and answerable else []
    named = {page for one in findings if one.code is Code.NOT_ANONYMOUS for page in one.pages}
    return {
        "open": is_open,
        "answerable": answerable,
        "aside": found.life is Life.SET_ASIDE and found.decision == Decision.SET_ASIDE,
        "asked": asked,
        "whose": not asked or any(one.question.whose for one in asked),
        "noted": [one for one in findings if not any(one in each.findings for each in asked)],
        "named": sorted(named & {page.page for page in found.pages}),
        "sent_back": Code.SCAN_AGAIN in codes,
        "hiding": next((page for page in found.pages if page.page == cacher and is_open), None),
    }


def _proposed(site: Site, copy_id: str, people: Mapping[str, EnrolledCandidate]) -> dict[str, Any]:
    """What somebody proposed, which another person is to confirm."""
    proposal = site.register.ask(proposal_of, copy_id)
    proposer = site.register.ask(accounts.account, proposal.author) if proposal else None
    return {
        "proposal": proposal,
        "second_person": site.session.second_person,
        "by_person": proposer is not None,
        "proposer": proposer.name if proposer else "Un programme ou la ligne de commande",
        "proposed": people.get((proposal.candidate if proposal else None) or ""),
        "proposed_reason": site.store.vault.get(proposal.reason).decode() if proposal else "",
    }


def _done(fait: str, found: CopyRow, owner: EnrolledCandidate | None, proposal: Proposal | None) -> str:
    """What was just done, in words."""
    if fait == "pages":
        return "Les pages de la copie sont enregistrées, dans cet ordre."
    if fait == "epreuve":
        return f"Copie passée en {found.exam} : dites à qui elle est."
    if fait == "renvoi":
        return "Copie renvoyée au centre, qui lit votre message."
    if fait != "1":
        return ""
    if proposal is not None:
        return "La proposition est enregistrée : une autre personne doit la confirmer."
    if found.decision == Decision.ATTRIBUTE and owner is not None:
        return f"Copie attribuée à {owner.family_name} {owner.first_names}."
    said = {Decision.ACCEPT: "Copie acceptée telle quelle.", Decision.SET_ASIDE: "Copie écartée."}
    return said.get(Decision(found.decision), "") if found.decision else ""


def _hidden(site: Site, copy: str, page: PlacedPage | None) -> list[masking.Share]:
    """What is hidden of this page already, where there still is a picture of it."""
    if page is not None and page.masks:
        with suppress(Refused):
            return masking.hidden(site, copy)[page.page]
    return []


def _same_place(one: Evidence, other: Evidence | None) -> bool:
    """Whether two pictures show the same, but for a margin of 8 mm."""
    if other is None or not one.box or not other.box or one.page != other.page:
        return False
    return all(abs(a - b) <= 8 for a, b in zip(one.box, other.box, strict=True))


@router.get("/{copy_id}/correcteur.pdf")
def as_corrector_gets_it(request: Request, copy_id: str, account: ServiceAccount) -> Response:
    """What leaves, if it is let go."""
    site = site_of(request)
    pdf = seen_by_corrector(site, any_copy(site, copy_id))
    if pdf is None:
        raise HTTPException(404)
    shows_identity(request, copy_id, "picture")
    return Response(pdf, media_type="application/pdf")


@router.get("/{copy_id}/{place}.jpg")
def picture(request: Request, copy_id: str, place: str, account: ServiceAccount) -> Response:
    """A part of a page of this copy, or of a page of its scan that is no copy's."""
    site = site_of(request)
    found, region = any_copy(site, copy_id), region_of(place)
    jpeg = None
    if region:
        pages = [page for page in found.pages if page.page == region.page] or _loose(site, found, region.page)
        jpeg = picture_of_page(site, found.scan, pages[0], region) if pages else None
    if jpeg is None:
        raise HTTPException(404)
    shows_identity(request, copy_id, "picture")
    return Response(jpeg, media_type="image/jpeg")


@router.post("/{copy_id}")
def decide(
    request: Request,
    copy_id: str,
    account: ServiceAccount,
    decision: Annotated[Decision, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    candidate: Annotated[str, Form()] = "",
    number: Annotated[str, Form()] = "",
    let_go: Annotated[list[int] | None, Form()] = None,
) -> Response:
    """`candidate`: an id that the page proposed; or `number`, typed. Another decision may follow this one.

    `let_go`: pages that may name the candidate, of which this person says that they do not.
    """
    site = site_of(request)
    any_copy(site, copy_id)
    copies.decide(
        site,
        copy_id,
        decision,
        reason,
        candidate=candidate,
        number=number,
        let_go=let_go or (),
        actor=account.id,
        at=now(),
    )
    return RedirectResponse(f"/coordination/decisions/{copy_id}?fait=1", 303)


@router.post("/{copy_id}/pages")
def arrange(
    request: Request,
    copy_id: str,
    account: ServiceAccount,
    page: Annotated[list[int], Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Its pages, in this order; those that are not named are none of it."""
    site = site_of(request)
    copies.arrange(site, copy_id, page, reason, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/decisions/{copy_id}?fait=pages", 303)


@router.post("/{copy_id}/caches")
def hide(
    request: Request,
    copy_id: str,
    account: ServiceAccount,
    page: Annotated[int, Form()],
    left: Annotated[float, Form(ge=0, le=100)] = 0,
    top: Annotated[float, Form(ge=0, le=100)] = 0,
    width: Annotated[float, Form(ge=0, le=100)] = 0,
    height: Annotated[float, Form(ge=0, le=100)] = 0,
    nothing: Annotated[bool, Form()] = False,
) -> Response:
    """This part of a page, in hundredths of its sides, beside what is hidden already; or `nothing`."""
    site = site_of(request)
    any_copy(site, copy_id)
    area = None if nothing else (left / 100, top / 100, width / 100, height / 100)
    masking.hide(site, copy_id, page, area, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/decisions/{copy_id}?cacher={page}#cacher", 303)


@router.post("/{copy_id}/epreuve")
def transfer(
    request: Request, copy_id: str, account: ServiceAccount, exam: Annotated[str, Form()]
) -> Response:
    """It is a copy of this épreuve; whose, is asked there."""
    site = site_of(request)
    any_copy(site, copy_id)
    copies.transfer(site, copy_id, exam, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/decisions/{copy_id}?fait=epreuve", 303)


@router.post("/{copy_id}/renvoi")
def send_back(
    request: Request,
    copy_id: str,
    account: ServiceAccount,
    reason: Annotated[str, Form(min_length=1, max_length=2000)],
) -> Response:
    """The centre scans it again, and reads why."""
    site = site_of(request)
    any_copy(site, copy_id)
    copies.send_back(site, copy_id, reason, actor=account.id, at=now())
    return RedirectResponse(f"/coordination/decisions/{copy_id}?fait=renvoi", 303)


@router.post("/{copy_id}/constats/{seq}/{k}")
def judge(
    request: Request,
    copy_id: str,
    seq: int,
    k: int,
    account: ServiceAccount,
    settled: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Nothing is left to do about this finding; or there is, after all."""
    site = site_of(request)
    copies.judge(site, copy_id, seq, k, settled, reason, actor=account.id, at=now())
    return RedirectResponse("/coordination/decisions", 303)


def _next(site: Site, copy_id: str) -> str | None:
    """The most urgent one beside this."""
    first = site.register.ask(copies_to_decide, by_urgency(site), 2)
    return next((copy.id for copy in first if copy.id != copy_id), None)


def _read_of(site: Site, copy: CopyRow) -> list[dict[str, Any]]:
    """What was read of its pages."""
    scan = site.register.ask(scan_by_id, copy.scan)
    with suppress(NotFoundError):
        if scan is not None and scan.reading is not None:
            ours = {page.page for page in copy.pages}
            pages = json.loads(site.store.vault.get(scan.reading)).get("pages", [])
            return [page for page in pages if page["page"] in ours]
    return []


def _elsewhere(site: Site, copy: CopyRow) -> Exam | None:
    """The other written épreuve that its label names."""
    labels = (re.fullmatch(site.session.label_pattern, page["label"] or "") for page in _read_of(site, copy))
    named = {label["exam"] for label in labels if label} - {copy.exam}
    return next((exam for exam in site.session.written if exam.code in named), None)


def _guesses(
    site: Site, copy: CopyRow, people: Mapping[str, EnrolledCandidate], left: str | None
) -> list[Guessed]:
    """The best, whoever the label names, and who is left over."""
    read = _read_of(site, copy)
    likely = {guess.candidate: guess.probability for guess in copy.guesses}
    pattern = site.session.label_pattern
    labelled = {found["candidate"] for one in read if (found := re.fullmatch(pattern, one["label"] or ""))}
    likely |= {who.id: 0.0 for who in people.values() if who.number in labelled and who.id not in likely}
    likely = dict(list(likely.items())[:3])
    if left is not None:
        likely.setdefault(left, 0.0)
    return [
        Guessed(who, probability, voices(read, who, pattern, copy.exam), left_over=candidate == left)
        for candidate, probability in likely.items()
        if (who := people.get(candidate)) is not None
    ]


def _loose(site: Site, copy: CopyRow, number: int) -> list[PlacedPage]:
    loose = site.register.ask(copies.loose_pages, site.store.vault, copy.scan)
    return [page for page in loose if page.page == number]
