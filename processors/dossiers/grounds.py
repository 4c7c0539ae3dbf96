"""Which grounds of non-conformity does a dossier raise, and what falls short of one?

Arrêté du 22 juillet 2008: no dossier, a late one, too short an internship, documents not signed by those
entitled to. A ground is proposed on sure evidence alone; what is doubtful is the commission's to look at.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import FRIDAY, MONDAY
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from processors.circular.deadlines import french_instant
from processors.circular.session import Exam
from processors.circular.session_parts import DossierRule
from processors.circular.session_parts import Piece as Required
from processors.dossiers.facts import Facts
from processors.dossiers.findings import GROUNDS, Code, DossierFinding, Evidence, Verdict, finding
from processors.dossiers.headings import ENVIRONMENT, INTERNSHIP, OTHER, WORK
from processors.dossiers.layout import around
from processors.dossiers.periods import Internship, Stay, is_prolonged, read_stay, states_time, total
from processors.dossiers.persons import Owner
from processors.dossiers.pieces import Piece
from processors.dossiers.signature_zones import Role
from processors.dossiers.signatures import Signature, State, state_of
from processors.findings import Severity
from processors.plain import plain

_YEARS = 3  # before the session: an internship that ended earlier is not of this training


@dataclass(frozen=True)
class ReadPiece:
    """A piece, what it states, whose it is, and who signed it. `dated`: by print or by hand."""

    piece: Piece
    facts: Facts
    owner: Owner
    signatures: tuple[Signature, ...]
    dated: bool

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.piece.file, self.piece.pages[0].number)

    def where(self, says: Callable[[str], object]) -> Evidence:
        """The first page on which some line `says` it, from the first such line to the last."""
        for page in self.piece.pages:
            boxes = [line.box for line in page.lines if line.words and says(line.text)]
            if boxes:
                _, y, _, h = around(boxes)
                return Evidence(self.piece.file, page.number, (10.0, y, page.width - 20, h))
        return self.evidence


def late(exam: Exam, deposited_at: dt.datetime | None) -> Iterator[DossierFinding]:
    """Said of a deposit at this aware instant, if it is one; None where nobody knows when."""
    if deposited_at is not None and exam.deposit is not None and not exam.deposit.deadline.met(deposited_at):
        there = deposited_at.astimezone(exam.deposit.at.tzinfo)
        said = f"{french_instant(there)}, alors qu'il était dû {exam.deposit.deadline}"
        yield finding(Code.LATE_DEPOSIT, said)


def internship_of(pieces: Iterable[ReadPiece], closed: Collection[dt.date] = ()) -> Internship | None:
    """The candidate's internship by all certificates but those of somebody else; None without one."""
    stays = [read.facts.stay for read in _certificates(pieces) if read.owner is not Owner.OTHER]
    return total(stays, closed) if stays else None


def judge(
    pieces: Sequence[ReadPiece], rule: DossierRule, exam: Exam, option: str, unread: bool
) -> Iterator[DossierFinding]:
    """What the pieces of a dossier raise. `unread`: some file of it could not be read."""
    yield from _persons(pieces)
    yield from _sessions(pieces, exam)
    for required in rule.pieces:
        theirs = _with_rests([read for read in pieces if read.piece.kind in _kinds(required)])
        yield from _count(required, theirs, pieces)
        yield from _annexes(required, theirs, option)
        yield from _signed(required, theirs, any(map(_perhaps_a_rest, pieces)))
    if rule.internship_weeks is not None:
        unread = unread or any(map(_perhaps_a_certificate, pieces))
        yield from _duration(pieces, rule.internship_weeks, rule.closed_days, exam, unread)
    for read in pieces:
        if read.piece.kind == OTHER:
            yield finding(Code.UNKNOWN_PIECE, read.piece.file, [read.evidence])


def _with_rests(pieces: Sequence[ReadPiece]) -> list[ReadPiece]:
    """Those that begin a document, dated and signed also where the rest of it, in another file, is."""
    begun: list[ReadPiece] = []
    early: list[ReadPiece] = []  # files have any order
    for read in pieces:
        if not read.piece.goes_on:
            rests, early = early, []
        elif begun:
            rests, read = [read], begun.pop()
        else:
            early.append(read)
            continue
        signatures = (*read.signatures, *(one for rest in rests for one in rest.signatures))
        dated = read.dated or any(rest.dated for rest in rests)
        begun.append(replace(read, signatures=signatures, dated=dated))
    return begun


def verdict_of(findings: Iterable[DossierFinding]) -> Verdict:
    said = tuple(findings)
    if any(found.code in GROUNDS for found in said):
        return Verdict.PROPOSED_NON_CONFORM
    if any(found.severity is not Severity.INFO for found in said):
        return Verdict.TO_EXAMINE
    return Verdict.CONFORM


def _persons(pieces: Sequence[ReadPiece]) -> Iterator[DossierFinding]:
    for read in pieces:
        if read.piece.kind == OTHER:
            continue
        if read.owner is Owner.OTHER:
            yield finding(Code.WRONG_PERSON, read.piece.file, [read.where(read.facts.names)])
        elif read.owner is Owner.DOUBTFUL:
            yield finding(Code.DOUBTFUL_PERSON, read.piece.file, [read.where(read.facts.names)])
        elif read.owner is Owner.UNSAID and not read.piece.goes_on and read.piece.kind != ENVIRONMENT:
            # an environment certificate may name its centre alone
            yield finding(Code.DOUBTFUL_PERSON, f"{read.piece.file} : aucun nom lu", [read.evidence])


def _sessions(pieces: Sequence[ReadPiece], exam: Exam) -> Iterator[DossierFinding]:
    if exam.deposit is None:
        return
    for read in pieces:
        said = read.facts.session  # of a certificate, the year of the printed model: a stay may be older
        if read.piece.kind in (OTHER, INTERNSHIP, WORK):
            continue
        if said is not None and said != exam.deposit.date.year:
            where = read.where(lambda text: "session" in plain(text))
            yield finding(Code.WRONG_SESSION, f"{read.piece.file} : session {said}", [where])


def _kinds(required: Required) -> tuple[str, ...]:
    """A work certificate may stand for an internship's: national circular, annex 9."""
    return (WORK, INTERNSHIP) if required.code == WORK else (required.code,)


def _count(
    required: Required, theirs: Sequence[ReadPiece], pieces: Sequence[ReadPiece]
) -> Iterator[DossierFinding]:
    if required.stands_in:
        bearers = [read for read in pieces if read.piece.kind == required.stands_in]
        if bearers and not any(read.facts.portfolio for read in bearers):
            yield finding(Code.MISSING_PIECE, f"{required.title} (adresse)", [bearers[0].evidence])
    elif len(theirs) < required.at_least:
        what = (
            required.title
            if required.at_least == 1
            else f"{required.title} ({len(theirs)} sur {required.at_least})"
        )
        yield finding(Code.MISSING_PIECE, what, [read.evidence for read in theirs])
    elif required.at_most is not None and len(theirs) > required.at_most:
        what = f"{required.title} ({len(theirs)} au lieu de {required.at_most})"
        yield finding(Code.SURPLUS_PIECE, what, [read.evidence for read in theirs])


def _annexes(required: Required, theirs: Sequence[ReadPiece], option: str) -> Iterator[DossierFinding]:
    for read in theirs:
        ours = (required.annex, *required.other_annexes)
        if read.piece.annex and not any(_is_annex(read.piece, annex) for annex in ours):
            said = f"{read.piece.annex} au lieu de {required.annex} pour l'option {option}"
            yield finding(Code.WRONG_ANNEX, said, [read.evidence])


def _is_annex(piece: Piece, annex: str) -> bool:
    """Whether the piece bears this annex's number, of whose I optical reading sees one more or one less."""
    if not piece.read_optically:
        return piece.annex == annex
    return re.sub("I+", "I", piece.annex) == re.sub("I+", "I", annex)


def _perhaps_a_rest(read: ReadPiece) -> bool:
    """Whether it is a page on paper of which nothing tells what it is: a document's second may be one."""
    return read.piece.kind == OTHER and read.piece.read_optically and not read.piece.known


def _signed(required: Required, theirs: Sequence[ReadPiece], rests: bool) -> Iterator[DossierFinding]:
    """`rests`: whether a page may be the rest of one, on which it is signed."""
    if not required.signed_by and not required.dated:
        return
    for read in theirs:
        if required.dated and not read.dated:
            yield finding(Code.UNDATED_DOCUMENT, required.title, [read.evidence])
        if not required.signed_by:
            continue
        state, telling = state_of(read.signatures, required.signed_by)
        where = [signature.evidence for signature in telling] or [read.evidence]
        what = f"{required.title} ; attendu : {' ou '.join(required.signed_by)}"
        what += "".join(f" ; {s.seal.changed}" for s in telling if s.seal is not None and s.seal.changed)
        signed = [other for other in theirs if _is_signed(other, required) and _same_document(read, other)]
        if state is State.ABSENT and signed and read.piece.translates:
            continue  # who certifies signs in his own language
        if state is State.ABSENT and signed:
            shown = [*where, *(other.evidence for other in signed)]
            yield finding(Code.DOUBTFUL_SIGNATURE, f"{what} ; une autre version est signée", shown)
        elif state is State.ABSENT and read.signatures and not (rests and _asks_nobody(read)):
            yield finding(Code.UNSIGNED_DOCUMENT, what, where)
        elif state is not State.SIGNED:
            yield finding(Code.DOUBTFUL_SIGNATURE, what, where)


def _asks_nobody(read: ReadPiece) -> bool:
    """Whether no label on paper says where it is signed."""
    return read.piece.read_optically and all(one.role is Role.ANYONE for one in read.signatures)


def _is_signed(read: ReadPiece, required: Required) -> bool:
    return state_of(read.signatures, required.signed_by)[0] is State.SIGNED


def _same_document(one: ReadPiece, other: ReadPiece) -> bool:
    """Whether both are versions of one: files deposited again do not always keep their names.

    What is translated may be in a language whose dates nobody read.
    """
    mine, theirs = one.facts.stay.periods, other.facts.stay.periods
    if one.piece.kind != other.piece.kind or (mine != theirs and not (one.piece.translates and not theirs)):
        return False
    return one.piece.kind not in (INTERNSHIP, WORK) or bool(mine)


def _certificates(pieces: Iterable[ReadPiece]) -> list[ReadPiece]:
    return [read for read in pieces if read.piece.kind in (INTERNSHIP, WORK)]


def _duration(
    pieces: Sequence[ReadPiece], weeks: int, closed: Collection[dt.date], exam: Exam, unread: bool
) -> Iterator[DossierFinding]:
    """Short only if every certificate was read, is the candidate's, and even their most is too little."""
    certificates = _certificates(pieces)
    if not certificates:
        return
    where = [read.where(states_time) for read in certificates]
    known = [read for read in certificates if _states(read.facts.stay)]
    own = [read.facts.stay for read in known if read.owner in (Owner.CANDIDATE, Owner.UNSAID)]
    sure, most = total(own, closed), total([read.facts.stay for read in known], closed)
    in_part = any(read.facts.stay.in_part for read in known)
    said = f"{_weeks(most.most_weeks)} établies sur {weeks} requises"
    if sure.least_weeks >= weeks:
        yield from _out_of_time(certificates, exam)
        broken = [read.where(states_time) for read in known if read.facts.stay.broken]
        if broken:
            what = (
                "une attestation parle d'interruption, d'absence ou de temps partiel, "
                "ou porte des périodes qui se recouvrent"
            )
            yield finding(Code.DOUBTFUL_INTERNSHIP, what, broken)
    elif most.most_weeks < weeks and len(known) == len(certificates) and not unread and not in_part:
        misread = [read.where(states_time) for read in known if _perhaps_misread(read)]
        if misread:
            what = f"{said}, mais une période sur papier est manuscrite ou ne va pas d'un lundi à un vendredi"
            yield finding(Code.DOUBTFUL_INTERNSHIP, what, misread)
        else:
            yield finding(Code.INTERNSHIP_TOO_SHORT, said, where)
    elif len(known) < len(certificates) or in_part:
        yield finding(Code.DOUBTFUL_INTERNSHIP, "une attestation ne porte pas de période lisible", where)
    elif most.most_weeks < weeks:
        yield finding(Code.DOUBTFUL_INTERNSHIP, f"{said}, mais un document n'a pas été lu ou reconnu", where)
    else:
        both = f"de {_weeks(sure.least_weeks)} à {_weeks(most.most_weeks)} selon la lecture, {weeks} requises"
        yield finding(Code.DOUBTFUL_INTERNSHIP, both, where)


def _perhaps_misread(read: ReadPiece) -> bool:
    """Whether a date may be misread: by hand, or on paper, where stays are whole weeks or say how long."""
    stay = read.facts.stay
    broken = bool(stay.periods) and not is_whole_weeks(stay)
    return stay.by_hand or (read.piece.read_optically and stay.weeks_said is None and broken)


def is_whole_weeks(stay: Stay) -> bool:
    """Whether it has periods, all from a Monday to a Friday or the end of its week."""
    return bool(stay.periods) and all(
        period.first.weekday() == MONDAY and period.last.weekday() >= FRIDAY for period in stay.periods
    )


def _perhaps_a_certificate(read: ReadPiece) -> bool:
    """Of no known kind, and on paper, or of the candidate with a period: it may be what is counted.

    So may an amendment that gives a stay another end.
    """
    if read.piece.kind != OTHER:
        return False
    if read.piece.read_optically:
        return True
    text = read.piece.text
    return read.owner is Owner.CANDIDATE and bool(
        is_prolonged(text) or (not read.piece.known and read_stay(text).periods)
    )


def _out_of_time(certificates: Sequence[ReadPiece], exam: Exam) -> Iterator[DossierFinding]:
    """An internship that ended years ago, or is still to come, is not sure to count."""
    if exam.deposit is None:
        return
    for read in certificates:
        if read.piece.kind == WORK:  # a contract goes on after the deposit
            continue
        ends = [period.last for period in read.facts.stay.periods]
        if ends and (max(ends) > exam.deposit.date or min(ends).year < exam.deposit.date.year - _YEARS):
            yield finding(
                Code.DOUBTFUL_INTERNSHIP,
                "une période n'est pas achevée au dépôt, ou est trop ancienne",
                [read.where(states_time)],
            )


def _states(stay: Stay) -> bool:
    return bool(stay.periods) or stay.weeks_said is not None


def _weeks(count: float) -> str:
    """`6 semaines`, `6,4 semaines`, `1 semaine`."""
    said = f"{count:.1f}".removesuffix(".0").replace(".", ",")
    return f"{said} semaine{'s' if count >= 2 else ''}"
