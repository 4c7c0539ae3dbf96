"""Reads a whole dossier: its pieces, what they state, who signed them, and what all that raises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from processors.circular.session import Exam, Session
from processors.dossiers.by_hand import with_writing
from processors.dossiers.facts import NO_STAY, Facts, facts_of
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError
from processors.dossiers.findings import Code, DossierFinding, Evidence, Verdict, absent, finding
from processors.dossiers.grounds import ReadPiece, internship_of, judge, late, verdict_of
from processors.dossiers.headings import ACHIEVEMENT, INTERNSHIP, OTHER, SYNTHESIS, WORK
from processors.dossiers.layout import around
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Internship, read_stay
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.seals import Seal, seals_of
from processors.dossiers.signatures import Signature, State, dated_by_hand, signatures_of
from processors.findings import Severity
from processors.lists.people import Candidate, Form


@dataclass(frozen=True)
class DossierReading:
    """`internship`: None where the épreuve asks for none, or no certificate was found."""

    candidate: str
    pieces: tuple[ReadPiece, ...]
    internship: Internship | None
    findings: tuple[DossierFinding, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)


def read_dossier(
    files: Iterable[DepositedFile],
    said: Iterable[DossierFinding],
    session: Session,
    exam: Exam,
    candidate: Candidate,
    deposited_at: dt.datetime | None,
    roster: Sequence[Candidate] = (),
) -> DossierReading:
    """The reading of one candidate's dossier for an épreuve.

    `files`, `said`: what `files.unpack` made of it. `deposited_at`: an aware instant, None if unknown.
    `roster`: everybody whom a piece may name; the candidate may be among them.
    ValueError when the session has no rule for the candidate's option and category.
    """
    rule = session.dossier_rule(exam.code, candidate.option, candidate.category)
    if rule is None:
        raise ValueError(f"no dossier rule for {exam.code} × {candidate.option} × {candidate.category}")
    others = [person for person in roster if person.number != candidate.number]
    pieces: list[ReadPiece] = []
    findings = list(said)
    for file in files:
        try:
            read = tuple(_pieces(file, candidate, others))
            pieces += read
            findings += _struck(read)
        except UnreadableError as why:
            findings.append(finding(Code.UNREADABLE_PIECE, f"{file.name} : {why}", [Evidence(file.name, 1)]))
    pieces = _with_writing(pieces, candidate, others, exam.deposit.date if exam.deposit else None)
    if candidate.form is Form.CCF:
        worth_saying = [
            found
            for found in findings
            if found.severity is Severity.INFO or found.code is Code.UNREADABLE_PIECE
        ]
        return DossierReading(candidate.number, tuple(pieces), None, (finding(Code.NOT_OWED), *worth_saying))
    unread = any(found.code is Code.UNREADABLE_PIECE for found in findings)
    if not pieces and not unread:
        return DossierReading(candidate.number, (), None, (*absent(), *findings))
    findings += late(exam, deposited_at)
    findings += judge(pieces, rule, exam, candidate.option, unread)
    internship = internship_of(pieces, rule.closed_days) if rule.internship_weeks is not None else None
    return DossierReading(candidate.number, tuple(pieces), internship, tuple(findings))


def _struck(pieces: Iterable[ReadPiece]) -> Iterator[DossierFinding]:
    for read in pieces:
        pages = [page for page in read.piece.pages if page.struck]
        if pages:
            where = [Evidence(read.piece.file, page.number, around(page.struck)) for page in pages]
            yield finding(Code.STRUCK_TEXT, read.piece.file, where)


def _left_blank(piece: Piece, facts: Facts, signatures: Sequence[Signature]) -> bool:
    """Whether it is a form that nobody filled in: the rest of a printed annex. On paper nobody knows."""
    said = facts.name or facts.numbers or facts.title or facts.team or facts.dated or facts.stay != NO_STAY
    return (
        piece.kind in (INTERNSHIP, WORK, ACHIEVEMENT)
        and not piece.read_optically
        and not said
        and all(signature.state is State.ABSENT for signature in signatures)
    )


def _with_writing(
    pieces: Sequence[ReadPiece],
    candidate: Candidate,
    others: Sequence[Candidate],
    until: dt.date | None,
) -> list[ReadPiece]:
    """The pieces, with what was written on them by hand."""
    told = {
        period
        for read in pieces
        if read.piece.kind == SYNTHESIS and read.owner is Owner.CANDIDATE
        for line in read.piece.text.splitlines()
        for period in read_stay(line).periods
    }
    found = []
    for read in pieces:
        if read.piece.kind != OTHER:
            facts, owner = with_writing(read.piece, read.facts, read.owner, candidate, others, until, told)
            read = replace(read, facts=facts, owner=owner)
        found.append(read)
    return found


def _pieces(file: DepositedFile, candidate: Candidate, others: Sequence[Candidate]) -> Iterator[ReadPiece]:
    seals: tuple[Seal, ...] = seals_of(file.data) if file.kind is FileKind.PDF else ()
    for piece in pieces_of(file.name, read_pages(file)):
        facts = facts_of(piece, (candidate, *others))
        wanted = piece.kind != OTHER
        signatures = signatures_of(piece, seals, candidate) if wanted else ()
        if _left_blank(piece, facts, signatures):
            piece, signatures, wanted = replace(piece, kind=OTHER), (), False
        dated = facts.dated or (wanted and dated_by_hand(piece))
        owner = owner_of(piece, facts, candidate, others)
        yield ReadPiece(piece, facts, owner, signatures, dated)
