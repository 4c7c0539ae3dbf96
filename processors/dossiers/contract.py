"""The JSON that `massicot dossier read` prints and the vault keeps: a contract with whoever reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from processors.circular.session import Exam, Session
from processors.dossiers.facts import Facts
from processors.dossiers.files import DepositedFile
from processors.dossiers.findings import DossierFinding, Evidence
from processors.dossiers.grounds import ReadPiece
from processors.dossiers.periods import Internship, Period
from processors.dossiers.reader import DossierReading, read_dossier
from processors.dossiers.signatures import Signature
from processors.lists.people import Candidate


def read_as_json(
    files: Iterable[DepositedFile],
    said: Iterable[DossierFinding],
    session: Session,
    exam: Exam,
    candidate: Candidate,
    deposited_at: dt.datetime | None,
    roster: Sequence[Candidate] = (),
) -> dict[str, Any]:
    """`read_dossier`, as plain JSON values: pictures of pages stay where they were read."""
    return dossier_json(read_dossier(files, said, session, exam, candidate, deposited_at, roster))


def dossier_json(reading: DossierReading) -> dict[str, Any]:
    """The whole reading as plain JSON values. Boxes are x, y, width, height in mm of the upright page."""
    return {
        "candidate": reading.candidate,
        "pieces": [_piece(read) for read in reading.pieces],
        "internship": _internship(reading.internship),
        "findings": [finding_json(found) for found in reading.findings],
        "verdict": reading.verdict.value,
    }


def finding_json(found: DossierFinding) -> dict[str, Any]:
    return {
        "code": found.code.value,
        "severity": found.severity.value,
        "message": found.message,
        "evidence": [_evidence(shown) for shown in found.evidence],
    }


def _evidence(shown: Evidence) -> dict[str, Any]:
    box = [round(side, 1) for side in shown.box] if shown.box else None
    return {"file": shown.file, "page": shown.page, "box": box}


def _piece(read: ReadPiece) -> dict[str, Any]:
    return {
        "kind": read.piece.kind,
        "file": read.piece.file,
        "pages": [page.number for page in read.piece.pages],
        "facts": _facts(read),
        "signatures": [_signature(signature) for signature in read.signatures],
    }


def _facts(read: ReadPiece) -> dict[str, Any]:
    facts: Facts = read.facts
    return {
        "owner": read.owner.value,
        "numbers": list(facts.numbers),
        "name": facts.name,
        "session": facts.session,
        "option": facts.option,
        "centre": facts.centre,
        "annex": read.piece.annex or None,
        "portfolio": facts.portfolio,
        "company": facts.company,
        "title": facts.title,
        "team": facts.team,
        "achievements": facts.achievements,
        "periods": [_period(period) for period in facts.stay.periods],
        "weeks_said": facts.stay.weeks_said,
        "dated": read.dated,
    }


def _period(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _internship(internship: Internship | None) -> dict[str, Any] | None:
    if internship is None:
        return None
    return {
        "days": internship.days,
        "weeks": internship.least_weeks,
        "most_weeks": internship.most_weeks,
        "periods": [_period(period) for period in internship.periods],
    }


def _signature(signature: Signature) -> dict[str, Any]:
    seal = signature.seal
    return {
        "role": signature.role.value,
        "state": signature.state.value,
        "by": signature.by,
        "probability": round(signature.probability, 3),
        "evidence": _evidence(signature.evidence),
        "digital": {
            "who": seal.who,
            "when": seal.when.isoformat() if seal.when else None,
            "intact": seal.intact,
            "changed": seal.changed,
            "trusted": seal.trusted,
        }
        if seal
        else None,
    }
