"""What one asks the register. Small functions of a connection; those that give personal data say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select

from processors.findings import Code, Evidence, Severity
from processors.scans.readings import CopyStatus
from storage.facts import GuessedCandidate, PlacedPage
from storage.ids import in_parts
from storage.rows import (
    CopyRow,
    FindingRow,
    LotRow,
    Routable,
    ScanRow,
)
from storage.schema import (
    candidates,
    copies,
    enrolments,
    findings,
    lots,
    scans,
    sweeps,
)
from storage.states import Life, LotState, ScanState

T = TypeVar("T")

_TO_ANONYMISE = (
    copies.c.life == Life.CURRENT,
    copies.c.status == CopyStatus.COMPLETE,
    copies.c.candidate.is_not(None),
    copies.c.anonymous_sha256.is_(None),
)


def scan(connection: Connection, id_: str) -> ScanRow | None:
    return next(iter(_scans(connection, scans.c.id == id_)), None)


def all_scans(connection: Connection, exam: str | None = None, centre: str | None = None) -> list[ScanRow]:
    return _scans(connection, *_where(scans, exam=exam, centre=centre))


def scans_of_content(connection: Connection, of: ScanRow) -> list[ScanRow]:
    """That scan, the one that it is a duplicate of, and all other duplicates of it."""
    first = of.duplicate_of or of.id
    return _scans(connection, (scans.c.id == first) | (scans.c.duplicate_of == first))


def latest_drop(connection: Connection, inbox_key: str) -> str | None:
    """The id of the scan that came last under this key."""
    query = select(scans.c.id).where(scans.c.inbox_key == inbox_key)
    return connection.scalar(query.order_by(scans.c.deposited_at.desc(), scans.c.n.desc()).limit(1))


def work_is_waiting(connection: Connection) -> bool:
    """Whether there are scans that nobody has claimed, or that are being processed."""
    query = select(scans.c.id).where(scans.c.state.in_([ScanState.ARRIVED, ScanState.PROCESSING]))
    return connection.execute(query.limit(1)).first() is not None


def decided_scans(connection: Connection) -> list[ScanRow]:
    """Scans that are done, with a copy that may be made anonymous since."""
    made = connection.scalars(select(copies.c.scan).where(*_TO_ANONYMISE)).all()
    found = [row for part in in_parts(made) for row in _scans(connection, scans.c.id.in_(part))]
    return [row for row in found if row.state is ScanState.PROCESSED]


def arrivals_to_process(connection: Connection) -> list[ScanRow]:
    """Scans that nobody has claimed, oldest first."""
    return _scans(connection, scans.c.state == ScanState.ARRIVED)


def stale_claims(connection: Connection, claimed_before: datetime) -> list[ScanRow]:
    """Scans said to be processed since before this instant."""
    return _scans(connection, scans.c.state == ScanState.PROCESSING, scans.c.claimed_at < claimed_before)


def drop(connection: Connection, inbox_key: str, etag: str) -> ScanRow | None:
    """The scan of this very drop."""
    return next(iter(_scans(connection, scans.c.inbox_key == inbox_key, scans.c.etag == etag)), None)


def twin(connection: Connection, of: ScanRow, sha256: str) -> ScanRow | None:
    """Another live scan of the same exam and centre with the same bytes."""
    live = (ScanState.ARRIVED, ScanState.PROCESSING, ScanState.PROCESSED)
    found = _scans(
        connection,
        scans.c.sha256 == sha256,
        scans.c.exam == of.exam,
        scans.c.centre == of.centre,
        scans.c.state.in_(live),
        scans.c.id != of.id,
    )
    return next(iter(found), None)


def copy(connection: Connection, id_: str) -> CopyRow | None:
    return next(iter(_copies(connection, copies.c.id == id_)), None)


def copies_in(connection: Connection, ids: Sequence[str]) -> list[CopyRow]:
    """In this order."""
    found = {row.id: row for row in _copies(connection, copies.c.id.in_(ids))}
    return [found[id_] for id_ in ids]


def copies_of_scan(connection: Connection, scan_id: str) -> list[CopyRow]:
    """The copies of the reading in force, in the order of the pile, whatever has become of them since."""
    in_force = select(scans.c.read_attempt).where(scans.c.id == scan_id).scalar_subquery()
    return _copies(connection, copies.c.scan == scan_id, copies.c.attempt == in_force)


def current_copies(
    connection: Connection, exam: str | None = None, centre: str | None = None
) -> list[CopyRow]:
    return _copies(connection, copies.c.life == Life.CURRENT, *_where(copies, exam=exam, centre=centre))


def copies_in_force(connection: Connection, exam: str, centre: str) -> list[CopyRow]:
    """The current copies of a centre's scans, by scan and in the order of the pile."""
    return _copies(connection, copies.c.life == Life.CURRENT, *_where(copies, exam=exam, centre=centre))


def findings_of_copies(connection: Connection, ids: Sequence[str]) -> list[FindingRow]:
    """What is open of these copies."""
    return _findings(connection, findings.c.copy.in_(ids), findings.c.resolved_by.is_(None))


def to_anonymise(connection: Connection, scan_id: str | None = None) -> list[CopyRow]:
    """Complete, attributed copies without an anonymous PDF."""
    return _copies(connection, *_TO_ANONYMISE, *_where(copies, scan=scan_id))


def received(connection: Connection, exam: str, centre: str) -> tuple[set[str], int]:
    """Whose copies there are (ids), scanned here or by a candidate of here; how many of here are nobody's."""
    current = (copies.c.exam == exam, copies.c.life == Life.CURRENT)
    here = connection.scalars(select(copies.c.candidate).where(*current, copies.c.centre == centre)).all()
    enrolled = select(enrolments.c.candidate).where(enrolments.c.exam == exam, enrolments.c.centre == centre)
    theirs = connection.scalars(select(copies.c.candidate).where(*current, copies.c.candidate.in_(enrolled)))
    return {who for who in (*here, *theirs) if who is not None}, here.count(None)


def lot_copies(connection: Connection, lot_id: str) -> list[CopyRow]:
    """In the order in which the corrector gets them."""
    found = _copies(connection, copies.c.lot == lot_id)
    return sorted(found, key=lambda row: row.order_in_lot or 0)


def routable(connection: Connection, exam: str) -> list[Routable]:
    """Copies of this exam that may go into a lot.

    That of a candidate who is said to be absent waits until the list is mended, or a person decides.
    """
    late = (
        select(findings.c.seq)
        .where(findings.c.scan == copies.c.scan, findings.c.code == Code.LATE)
        .exists()
        .label("late")
    )
    absent = (
        select(findings.c.seq)
        .where(
            findings.c.code == Code.COPY_OF_ABSENT,
            findings.c.exam == exam,
            findings.c.candidate == copies.c.candidate,
            findings.c.resolved_by.is_(None),
        )
        .exists()
    )
    query = (
        select(
            copies.c.id,
            candidates.c.school,
            copies.c.centre,
            candidates.c.number,
            copies.c.candidate,
            copies.c.anonymous_number,
            copies.c.anonymous_sha256,
            late,
        )
        .join(candidates, candidates.c.id == copies.c.candidate)
        .where(
            copies.c.exam == exam,
            copies.c.life == Life.CURRENT,
            copies.c.status == CopyStatus.COMPLETE,
            copies.c.anonymous_sha256.is_not(None),
            copies.c.lot.is_(None),
            copies.c.decision.is_not(None) | ~absent,
        )
        .order_by(copies.c.id)
    )
    return [Routable(**row._mapping) for row in connection.execute(query)]


def anonymous_number_free(connection: Connection, exam: str, number: str) -> bool:
    taken = select(copies.c.id).where(copies.c.exam == exam, copies.c.anonymous_number == number)
    return connection.execute(taken).first() is None


def findings_of_scan(connection: Connection, scan_id: str) -> list[FindingRow]:
    """All that was found of a scan and its copies; `copy` is None for what concerns the whole."""
    return _findings(connection, findings.c.scan == scan_id)


def open_findings_of_scans(connection: Connection, ids: Sequence[str]) -> list[FindingRow]:
    """What nobody has settled of these scans and their copies."""
    return _findings(connection, findings.c.scan.in_(ids), findings.c.resolved_by.is_(None))


def open_findings(
    connection: Connection,
    *,
    exam: str | None = None,
    centre: str | None = None,
    code: Code | None = None,
    severity: Severity | None = None,
) -> list[FindingRow]:
    """What nobody has settled, in the order in which it was stated."""
    wanted = _where(findings, exam=exam, centre=centre, code=code, severity=severity)
    return _findings(connection, findings.c.resolved_by.is_(None), *wanted)


def lot(connection: Connection, id_: str) -> LotRow | None:
    return next(iter(_lots(connection, lots.c.id == id_)), None)


def all_lots(connection: Connection, exam: str | None = None, corrector: str | None = None) -> list[LotRow]:
    """By exam and number."""
    return _lots(connection, *_where(lots, exam=exam, corrector=corrector))


def next_lot_number(connection: Connection, exam: str) -> int:
    highest = select(func.max(lots.c.number)).where(lots.c.exam == exam)
    return (connection.execute(highest).scalar() or 0) + 1


def finding_at(connection: Connection, seq: int, k: int) -> FindingRow | None:
    """The k-th that this event stated."""
    return next(iter(_findings(connection, findings.c.seq == seq, findings.c.k == k)), None)


def findings_coded(connection: Connection, code: Code, limit: int) -> list[FindingRow]:
    """The oldest of a kind that nobody has settled."""
    return _findings(connection, findings.c.code == code, findings.c.resolved_by.is_(None))[:limit]


def swept(connection: Connection, exam: str, centre: str) -> bool:
    query = select(sweeps.c.exam).where(sweeps.c.exam == exam, sweeps.c.centre == centre)
    return connection.execute(query).first() is not None


def _where(table: Any, **wanted: Any) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in wanted.items() if value is not None]


def _scans(connection: Connection, *conditions: ColumnElement[bool]) -> list[ScanRow]:
    query = select(scans).where(*conditions).order_by(scans.c.deposited_at, scans.c.n, scans.c.id)
    return [ScanRow(**{**row._mapping, "state": ScanState(row.state)}) for row in connection.execute(query)]


def _copies(connection: Connection, *conditions: ColumnElement[bool]) -> list[CopyRow]:
    query = select(copies).where(*conditions).order_by(copies.c.scan, copies.c.attempt, copies.c.position)
    return [
        CopyRow(
            **{
                **row._mapping,
                "attributed_by": tuple(row.attributed_by),
                "status": CopyStatus(row.status),
                "life": Life(row.life),
                "pages": _parsed(PlacedPage, row.pages),
                "missing": tuple(row.missing),
                "guesses": _parsed(GuessedCandidate, row.guesses),
            }
        )
        for row in connection.execute(query)
    ]


def _parsed(kind: type[T], values: Iterable[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(kind(**value) for value in values)


def _findings(connection: Connection, *conditions: ColumnElement[bool]) -> list[FindingRow]:
    query = select(findings).where(*conditions).order_by(findings.c.seq, findings.c.k)
    return [
        FindingRow(
            **{
                **row._mapping,
                "code": Code(row.code),
                "severity": Severity(row.severity),
                "pages": tuple(row.pages),
                "evidence": tuple(
                    Evidence(seen["page"], seen["box"] and tuple(seen["box"])) for seen in row.evidence
                ),
            }
        )
        for row in connection.execute(query)
    ]


def _lots(connection: Connection, *conditions: ColumnElement[bool]) -> list[LotRow]:
    held = select(func.count()).where(copies.c.lot == lots.c.id).scalar_subquery().label("copies")
    query = select(lots, held).where(*conditions).order_by(lots.c.exam, lots.c.number)
    return [LotRow(**{**row._mapping, "state": LotState(row.state)}) for row in connection.execute(query)]
