"""Which version of a candidate's copy counts: a new reading takes the place of an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from processors.circular.deadlines import french_instant
from processors.findings import Code, Finding, finding, french_pages
from processors.scans.pages.twice import Shown, shared
from processors.scans.readings import CopyStatus
from storage.database.schema import copies, findings, scans
from storage.decided.copies import OF_NO_LOT, FoundCopy, make_wait
from storage.decided.findings import resolve_findings, state_each
from storage.events import Change
from storage.states import Life


def take_reading(found: Sequence[FoundCopy], attempt: int, exam: str, centre: str, change: Change) -> bool:
    """The copies of a scan, in place of an earlier reading of it. False when those have gone further already.

    A second copy of a candidate whose complete copy is there waits for a person. A complete one takes the
    place of those that were not; they stay, superseded.
    """
    read_before = change.connection.execute(_OF_SCAN, {"scan_": change.subject}).all()
    if any(row.lot is not None or row.decision is not None or row.exam != exam for row in read_before):
        return False
    if read_before:
        earlier = (copies.c.scan == change.subject, copies.c.life == Life.CURRENT)
        end_copies(change, Life.SUPERSEDED, *earlier)
    of_pile = {one.candidate for one in found if one.candidate is not None}
    known = set(change.connection.scalars(_COUNTING, {"exam_": exam, "people": sorted(of_pile)}))
    rows, stated = list[dict[str, Any]](), list[tuple[Finding, dict[str, Any]]]()
    for position, one in enumerate(found, start=1):
        settled = one.status, one.findings, OF_NO_LOT
        if one.candidate is not None and one.candidate in known:
            _keep(rows, stated, change)
            rows, stated = [], []
            settled = _beside_another(one, one.candidate, exam, change)
        status, findings_, place = settled
        rows.append(
            _row(one, status)
            | place
            | {"exam": exam, "centre": centre}
            | {"scan": change.subject, "attempt": attempt, "position": position}
        )
        about = {"exam": exam, "centre": centre, "scan": change.subject, "copy": one.id}
        stated += [(each, about) for each in findings_]
        known.add(one.candidate)
    _keep(rows, stated, change)
    _hold_doubles(found, exam, centre, change)
    return True


_OF_SCAN = select(copies.c.lot, copies.c.decision, copies.c.exam).where(
    copies.c.scan == bindparam("scan_"), copies.c.life == Life.CURRENT
)
_COUNTING = select(copies.c.candidate).where(
    copies.c.exam == bindparam("exam_"),
    copies.c.life == Life.CURRENT,
    copies.c.candidate.in_(bindparam("people", expanding=True)),
)


def _hold_doubles(found: Sequence[FoundCopy], exam: str, centre: str, change: Change) -> None:
    """A page that lies in a copy of another file, too, is another's in one of them: both wait."""
    shown = [
        _shown(one.candidate, ((page.page, page.imprint, page.annex) for page in one.pages)) for one in found
    ]
    if not any(one.imprints for one in shown):
        return
    beside = {"exam_": exam, "centre_": centre, "scan_": change.subject}
    rows = change.connection.execute(_BESIDE, beside).all()
    there = [
        _shown(row.candidate, ((page["page"], page.get("imprint"), page.get("annex")) for page in row.pages))
        for row in rows
    ]
    here = change.row(scans, change.subject).deposited_at
    for k, n, twins in shared(shown, there):
        for copy, pages, at, lie in (
            (found[k].id, twins, rows[n].deposited_at, twins.values()),
            (rows[n].id, twins.values(), here, twins),
        ):
            what = f"{french_pages(sorted(lie))} d'un fichier déposé le {french_instant(at)}"
            told = finding(Code.SAME_PAGE, pages, what=what)
            make_wait(change, change.row(copies, copy), [told])


_BESIDE = (
    select(copies.c.id, copies.c.candidate, copies.c.pages, scans.c.deposited_at)
    .join(scans, scans.c.id == copies.c.scan)
    .where(
        copies.c.exam == bindparam("exam_"),
        copies.c.centre == bindparam("centre_"),
        copies.c.life == Life.CURRENT,
        copies.c.scan != bindparam("scan_"),
    )
    .order_by(copies.c.scan, copies.c.position)
)
"""The copies that count, of an épreuve and a centre, but those of one scan."""


def _shown(candidate: str | None, pages: Iterable[tuple[int, str | None, bool | None]]) -> Shown:
    """`pages`: number, imprint, and whether it is an answer sheet."""
    return Shown(candidate, {page: mark for page, mark, annex in pages if mark is not None and not annex})


def end_copies(change: Change, life: Life, *conditions: Any) -> None:
    """None of these counts any longer, and what was found of them is settled."""
    ended = list(change.connection.scalars(select(copies.c.id).where(*conditions)))
    if ended:
        change.connection.execute(update(copies).where(copies.c.id.in_(ended)).values(life=life))
        resolve_findings(change, findings.c.copy.in_(ended))


def supersede(exam: str, candidate: str, by: str, change: Change) -> dict[str, Any]:
    """What this candidate's copy takes the place of: copies that were incomplete or waited.

    Of two copies said to be one candidate's, one may be another's, wrongly labelled: they wait for a person.
    One that a corrector reported gives its place in the lot: it is what is returned.
    """
    double = (
        select(findings.c.seq)
        .where(
            findings.c.copy == copies.c.id,
            findings.c.code == Code.DUPLICATE_COPY,
            findings.c.resolved_by.is_(None),
        )
        .exists()
    )
    theirs = (
        copies.c.exam == exam,
        copies.c.candidate == candidate,
        copies.c.life == Life.CURRENT,
        copies.c.status != CopyStatus.COMPLETE,
        copies.c.id != by,
        ~double,
    )
    reported = select(copies.c.id, copies.c.lot, copies.c.order_in_lot).where(
        *theirs, copies.c.lot.is_not(None)
    )
    row = change.connection.execute(reported).first()
    if row is not None:
        change.set(copies, row.id, **OF_NO_LOT)
    end_copies(change, Life.SUPERSEDED, *theirs)
    return {} if row is None else {"lot": row.lot, "order_in_lot": row.order_in_lot}


def complete_copy(exam: str, candidate: str, change: Change) -> str | None:
    """The id of this candidate's copy that is complete."""
    query = select(copies.c.id).where(
        copies.c.exam == exam,
        copies.c.candidate == candidate,
        copies.c.life == Life.CURRENT,
        copies.c.status == CopyStatus.COMPLETE,
    )
    found: str | None = change.connection.execute(query).scalar()
    return found


def _beside_another(
    found: FoundCopy, candidate: str, exam: str, change: Change
) -> tuple[CopyStatus, tuple[Finding, ...], dict[str, Any]]:
    """Status, findings and place in a lot of a copy whose candidate has one that counts."""
    stated, status = found.findings, found.status
    if status is not CopyStatus.TO_DECIDE and complete_copy(exam, candidate, change):
        status = CopyStatus.TO_DECIDE
        if not any(one.code is Code.DUPLICATE_COPY for one in stated):
            stated = (*stated, finding(Code.DUPLICATE_COPY))
    complete = status is CopyStatus.COMPLETE
    return status, stated, OF_NO_LOT | (supersede(exam, candidate, found.id, change) if complete else {})


def _row(found: FoundCopy, status: CopyStatus) -> dict[str, Any]:
    return {
        "id": found.id,
        "candidate": found.candidate,
        "attributed_by": found.attributed_by,
        "status": status,
        "life": Life.CURRENT,
        "pages": found.pages,
        "missing": found.missing,
        "guesses": found.guesses,
    }


def _keep(
    rows: Sequence[dict[str, Any]], stated: Sequence[tuple[Finding, dict[str, Any]]], change: Change
) -> None:
    if rows:
        change.add(copies, *rows)
    state_each(change, stated)
