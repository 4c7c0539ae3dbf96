"""What people do about a copy: decide whose it is, put its pages in order, settle a finding, report it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from actions.decided.reconciling import reconcile_about
from actions.reasons import keep_reason
from actions.site import Site
from processors.circular.deadlines import to_the_day
from processors.findings import Code, finding
from storage.corrected.lots import CopyReported, CopyReturned, ReportTakenBack
from storage.database.register import events_of
from storage.decided.copies import CopyRow, PlacedPage, copies_of_scan, copy_by_id
from storage.decided.decisions import (
    CopyArranged,
    CopyDecided,
    CopyProposed,
    CopySentBack,
    CopyTransferred,
    Proposal,
    proposal_of,
)
from storage.decided.findings import FindingJudged, finding_at
from storage.dropped.deadlines import scans_due
from storage.dropped.readings import ScanRead
from storage.dropped.scans import scan_by_id
from storage.events import Event, Vault
from storage.people.accounts import may_be_one_person
from storage.people.candidates import candidate_by_number
from storage.refusals import Refusal, Refused
from storage.states import Decision, Life, Trouble


def decide(
    site: Site,
    copy: str,
    decision: Decision,
    reason: str,
    *,
    candidate: str = "",
    number: str = "",
    let_go: Iterable[int] = (),
    actor: str,
    at: datetime,
) -> Event | None:
    """What is decided of a copy that waits; to attribute it, `candidate`: an id, or `number`, typed.

    `let_go`: pages that may name the candidate, seen as a corrector gets them: to accept it as it is. To
    attribute it to a candidate who was proposed wants no reason: the evidence beside is the reason. Nor does
    what confirms another's proposal: who proposed it has said why.

    Where the session asks for a second person, it is only proposed, unless another person has proposed the
    very same; what would be refused is refused already then. A person is who has an account: what a program
    or the command line says is never more than a proposal, and confirms none. None when it was said before.
    Its centre is reconciled: one that is kept although the list says absent is asked about no more.
    """
    chosen = _chosen(site, decision, candidate, number.strip())
    was_said = site.register.ask(_same_of_another, copy, decision, chosen, actor) is not None
    among_proposed = decision is Decision.ATTRIBUTE and not number.strip()
    key = keep_reason(site.register.vault, copy, reason, wanted=not (among_proposed or was_said))
    with site.register.transaction() as transaction:
        decided = CopyDecided(decision=decision, candidate=chosen, reason=key, let_go=tuple(sorted(let_go)))
        if site.session.second_person:
            same = _same_of_another(transaction.connection, copy, decision, chosen, actor)
            if same is not None and _is_person(same.author):
                if not _is_person(actor):
                    raise Refused(Refusal.ANOTHER_PERSON)
                if may_be_one_person(transaction.connection, actor, same.author):
                    raise Refused(Refusal.MAYBE_SAME_PERSON)
                decided = decided.model_copy(update={"confirms": same.seq})
            else:
                with transaction.connection.begin_nested() as tried:
                    transaction.record(decided, copy, actor=actor, at=at)
                    tried.rollback()
                said = CopyProposed(decision=decision, candidate=chosen, reason=key)
                return transaction.record(said, copy, actor=actor, at=at)
        before = copy_by_id(transaction.connection, copy)
        event = transaction.record(decided, copy, actor=actor, at=at)
        after = copy_by_id(transaction.connection, copy)
        reconcile_about(transaction, site, filter(None, (before, after)), actor=actor, at=at)
        return event


def _chosen(site: Site, decision: Decision, candidate: str, number: str) -> str | None:
    """The candidate's id, of what the decision needs one for."""
    given = number or candidate
    if (decision is Decision.ATTRIBUTE) != bool(given):
        raise Refused(Refusal.WANTS_NO_CANDIDATE if given else Refusal.WANTS_CANDIDATE)
    if not number:
        return candidate or None
    found = site.register.ask(candidate_by_number, number)
    if found is None:
        raise Refused(Refusal.UNKNOWN_NUMBER)
    return found


def _same_of_another(
    connection: Connection, copy: str, decision: Decision, candidate: str | None, actor: str
) -> Proposal | None:
    """What another proposed of the copy, if it is this."""
    said = proposal_of(connection, copy)
    if said is None or said.author == actor or (said.decision, said.candidate) != (decision, candidate):
        return None
    return said


def _is_person(actor: str) -> bool:
    return actor.startswith("acct_")


def arrange(
    site: Site, copy: str, pages: Sequence[int], reason: str, *, actor: str, at: datetime
) -> Event | None:
    """The copy is these pages of its file, in this order; those that are not named are none of it.

    The order that its corrector proposes wants no reason.
    """
    vault = site.register.vault
    with site.register.reading() as connection:
        row = copy_by_id(connection, copy)
        if row is None:
            raise Refused(Refusal.UNKNOWN, copy)
        known = _pages_of(connection, vault, row.scan)
        asked = proposed_order(connection, row) == tuple(pages)
        free = {page.page for page in (*row.pages, *loose_pages(connection, vault, row.scan))}
    if not set(pages) <= free:
        raise Refused(Refusal.OTHERS_PAGE)
    key = keep_reason(site.register.vault, copy, reason, wanted=not asked)
    hidden = {page.page: page.masks for page in row.pages}
    placed = (known[page].model_copy(update={"masks": hidden.get(page, ())}) for page in pages)
    facts = CopyArranged(pages=tuple(placed), reason=key)
    return site.register.record(facts, copy, actor=actor, at=at)


def transfer(site: Site, copy: str, exam: str, *, actor: str, at: datetime) -> Event | None:
    """The copy is of another written épreuve: it waits there, late if that one's deadline had passed.

    Both épreuves of its centre are reconciled. None when it was so already.
    """
    if exam not in {one.code for one in site.session.written}:
        raise Refused(Refusal.NOT_HERE, exam)
    with site.register.transaction() as transaction:
        row = copy_by_id(transaction.connection, copy)
        if row is None or (scan := scan_by_id(transaction.connection, row.scan)) is None:
            raise Refused(Refusal.UNKNOWN, copy)
        due = scans_due(transaction.connection, site.session, exam, row.centre)
        late = due is not None and not due.met(scan.deposited_at)
        facts = CopyTransferred(exam=exam, findings=(finding(Code.LATE, what=str(due)),) if late else ())
        event = transaction.record(facts, copy, actor=actor, at=at)
        after = copy_by_id(transaction.connection, copy)
        reconcile_about(transaction, site, filter(None, (row, after)), actor=actor, at=at)
    return event


def send_back(site: Site, copy: str, reason: str, *, actor: str, at: datetime) -> Event | None:
    """The centre scans it again, and reads why; its centre is reconciled. None when it was asked before."""
    key = keep_reason(site.register.vault, copy, reason)
    with site.register.transaction() as transaction:
        event = transaction.record(CopySentBack(reason=key), copy, actor=actor, at=at)
        sent = copy_by_id(transaction.connection, copy)
        reconcile_about(transaction, site, filter(None, [sent]), actor=actor, at=at)
    return event


def words_in(vault: Vault, events: Iterable[Event]) -> dict[int, str]:
    """By the event: what a corrector wrote of a copy, and the service to the centre that scans it again.

    They may name people: they are shown to the service and to that centre alone.
    """
    keys = {CopyReported.action: "said", CopySentBack.action: "reason"}
    said = {e.seq: vault.get(e.facts[keys[e.action]]).decode() for e in events if e.action in keys}
    return {seq: text for seq, text in said.items() if text}


def loose_pages(connection: Connection, vault: Vault, scan: str) -> list[PlacedPage]:
    """The pages of a scan that stand in none of its copies, in the order of the file."""
    copies = copies_of_scan(connection, scan)
    taken = {page.page for copy in copies if copy.life is not Life.SET_ASIDE for page in copy.pages}
    return [page for number, page in _pages_of(connection, vault, scan).items() if number not in taken]


def _pages_of(connection: Connection, vault: Vault, scan: str) -> dict[int, PlacedPage]:
    """Every page of the reading in force, by its number in the file; frames of those that had a copy."""
    row = scan_by_id(connection, scan)
    if row is None or row.reading is None:
        return {}
    read = json.loads(vault.get(row.reading)).get("pages", [])
    names = ("page", "image", "half", "turn", "area")
    pages = {page["page"]: PlacedPage(**{name: page.get(name) for name in names}) for page in read}
    for event in events_of(connection, scan):
        if event.action == ScanRead.action and event.facts["attempt"] == row.read_attempt:
            copies = ScanRead.model_validate(event.facts).copies
            pages |= {page.page: page for copy in copies for page in copy.pages}
    return dict(sorted(pages.items()))


def judge(
    site: Site, copy: str | None, seq: int, k: int, settled: bool, reason: str, *, actor: str, at: datetime
) -> Event | None:
    """Nothing is left to do about this finding of a scan, or there is again. It wants no reason.

    `copy`: one of the file, beside which it was shown, if it was.
    """
    with site.register.reading() as connection:
        found = finding_at(connection, seq, k)
        row = copy_by_id(connection, copy) if copy else None
    if found is None or found.scan is None or (copy and (row is None or found.scan != row.scan)):
        raise Refused(Refusal.UNKNOWN, ", ".join(filter(None, (copy, f"{seq}.{k}"))))
    subject = found.copy or found.scan
    key = keep_reason(site.register.vault, subject, reason, wanted=False)
    facts = FindingJudged(finding=seq, k=k, settled=settled, reason=key)
    return site.register.record(facts, subject, actor=actor, at=at)


def report(
    site: Site,
    copy: str,
    trouble: Trouble,
    said: str,
    *,
    order: Sequence[int] = (),
    actor: str,
    at: datetime,
) -> Event | None:
    """A corrector found something wrong: it goes back to the service and waits there; the others go on.

    `order`: its pages by their ranks, from 1, as they should follow each other.
    """
    pages = tuple[int, ...]()
    if order:
        row = site.register.ask(copy_by_id, copy)
        ranks = [page.page for page in row.pages] if row else []
        if sorted(order) != list(range(1, len(ranks) + 1)):
            raise Refused(Refusal.NO_PAGES)
        pages = tuple(ranks[rank - 1] for rank in order)
    key = keep_reason(site.register.vault, copy, said, wanted=False)
    facts = CopyReported(trouble=trouble, said=key, order=pages)
    return site.register.record(facts, copy, actor=actor, at=at)


def take_report_back(site: Site, copy: str, *, actor: str, at: datetime) -> Event | None:
    """The corrector goes on with it as it is."""
    return site.register.record(ReportTakenBack(), copy, actor=actor, at=at)


def proposed_order(connection: Connection, copy: CopyRow) -> tuple[int, ...]:
    """The order of its pages that its corrector proposes, as long as it is not theirs; empty for none."""
    if not copy.waits:
        return ()
    told = [event for event in events_of(connection, copy.id) if event.action == CopyReported.action]
    order = tuple(told[-1].facts.get("order", ())) if told else ()
    pages = tuple(page.page for page in copy.pages)
    return order if order != pages and sorted(order) == sorted(pages) else ()


def give_back(site: Site, copy: str, returned: bool, *, actor: str, at: datetime) -> Event | None:
    """This copy is marked, or is not after all; noted to the day: nobody reads how long a copy took."""
    day = to_the_day(at)
    return site.register.record(CopyReturned(returned=returned), copy, actor=actor, at=day)
