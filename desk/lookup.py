"""What an address names, if it is there for whoever came: pages and API find things in the same way.

Each raises HTTPException 404 for what is not there, and for what is another's.
"""

from __future__ import annotations

from fastapi import HTTPException

from actions.corrected.lots import own
from actions.dropped.commission import Commission, commissions, sits_in
from actions.site import Site, now
from processors.circular.session import Exam, ExamKind
from storage.corrected.lots import LotRow, lot_by_id
from storage.decided.copies import CopyRow, copies_of_lot, copy_by_id
from storage.dropped.dossiers import DossierRow, dossier_by_id
from storage.dropped.scans import ScanRow, scan_by_id
from storage.people.candidates import enrolled_as
from storage.people.correctors import CorrectorRow


def written(site: Site, code: str) -> Exam:
    """An épreuve with copies."""
    return _exam(site, code, ExamKind.WRITTEN)


def with_dossiers(site: Site, code: str) -> Exam:
    return _exam(site, code, ExamKind.DOSSIER)


def scan_of(site: Site, uai: str, exam: Exam, scan_id: str) -> ScanRow:
    """A scan of this centre and épreuve, and of no other."""
    scan = site.register.ask(scan_by_id, scan_id)
    if scan is None or (scan.centre, scan.exam) != (uai, exam.code):
        raise HTTPException(404)
    return scan


def page_of_file(site: Site, scan: ScanRow) -> str:
    """Where a file is told of: its centre's page, or its story where no centre of the session is known."""
    known = scan.exam and site.session.centre(scan.centre or "")
    return f"/centre/{scan.centre}/{scan.exam}#{scan.id}" if known else f"/coordination/historique/{scan.id}"


def any_copy(site: Site, copy_id: str) -> CopyRow:
    """For the service."""
    found = site.register.ask(copy_by_id, copy_id)
    if found is None:
        raise HTTPException(404)
    return found


def copy_of_centre(site: Site, uai: str, exam: Exam, copy_id: str) -> CopyRow:
    """A copy that was scanned in this centre, of this épreuve."""
    found = any_copy(site, copy_id)
    if (found.centre, found.exam) != (uai, exam.code):
        raise HTTPException(404)
    return found


def lot_of(site: Site, exam: Exam, lot_id: str) -> LotRow:
    lot = site.register.ask(lot_by_id, lot_id)
    if lot is None or lot.exam != exam.code:
        raise HTTPException(404)
    return lot


def own_lot(site: Site, corrector: CorrectorRow, lot_id: str) -> tuple[LotRow, Exam]:
    return own(site, corrector.id, lot_id, at=now())


def copy_in(site: Site, lot: LotRow, number: str, *, ready: bool = True) -> CopyRow:
    """A copy of this lot that a corrector may have; or, if it need not be `ready`, that waits."""
    copies = site.register.ask(copies_of_lot, lot.id)
    found = next((copy for copy in copies if copy.anonymous_number == number and copy.ready >= ready), None)
    if found is None:
        raise HTTPException(404)
    return found


def commission_of(site: Site, exam: Exam, uai: str) -> Commission:
    """That which sits in this school or centre."""
    found = commissions(site, exam).get(uai)
    if found is None:
        raise HTTPException(404)
    return found


def dossier_of(site: Site, exam: Exam, uai: str, dossier_id: str) -> DossierRow:
    """A dossier that comes before this commission of the épreuve, and before no other."""
    with site.register.reading() as connection:
        dossier = dossier_by_id(connection, dossier_id)
        people = enrolled_as(connection, ids=[dossier.candidate]) if dossier else []
    mine = any((who.exam, sits_in(exam, who)) == (exam.code, uai) for who in people)
    if dossier is None or dossier.exam != exam.code or not mine:
        raise HTTPException(404)
    return dossier


def _exam(site: Site, code: str, kind: ExamKind) -> Exam:
    exam = site.session.exam(code)
    if exam is None or exam.kind is not kind:
        raise HTTPException(404)
    return exam
