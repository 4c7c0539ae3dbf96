"""A corrector gives back copies that were annotated offline: each is checked, cleaned and kept by itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.corrected.lots import pdf_of
from actions.isolation import isolated
from actions.site import Site
from processors.circular.deadlines import to_the_day
from processors.correcting.returned import (
    MAX_BYTES,
    Document,
    Fault,
    Member,
    Strokes,
    check_file,
    check_member,
    is_this,
    members,
    strokes,
)
from processors.scans.files.raster import BadScan
from storage.bucket.keys import returned_document
from storage.corrected.lots import NOT_IN_HAND, LotRow, all_lots
from storage.corrected.returned import DocumentReturned, DocumentRow, document_of
from storage.decided.copies import CopyRow, copies_of_lot
from storage.machine.scratch import scratch
from storage.refusals import Refusal, Refused
from storage.states import LotState

MOST = 512 << 20
"""Bytes of an archive."""
_ZIP = b"PK"


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `number`: of the copy that it is; `fault`: why it was not taken.

    `sure`: whether its pages are known to be those that were handed out, or its name alone says it.
    """

    name: str
    number: str | None = None
    fault: Fault | None = None
    sure: bool = False
    new: bool = False

    @property
    def sentence(self) -> str:
        if self.fault is not None:
            return self.fault.said
        said = "Reçu." if self.new else "Déjà reçu, le même."
        known = "" if self.sure else " Les pages ne se reconnaissent pas à elles seules : vérifiez le numéro."
        return said + known


def take(site: Site, lot: LotRow, name: str, path: Path, *, at: datetime) -> list[Outcome]:
    """A document named by its anonymous number, or an archive of several: what became of each.

    Nothing but documents is kept of an archive; what else is in it is not even read. Raises Refused when the
    lot is not in its corrector's hands.
    """
    if lot.state is not LotState.PULLED:
        raise Refused(NOT_IN_HAND[lot.state])
    with path.open("rb") as file:
        is_archive = file.read(2) == _ZIP
    if not is_archive:
        fault = Fault.TOO_LARGE if path.stat().st_size > MAX_BYTES else None
        return list(_Lot(site, lot, at).take([(name, fault, None)], path))
    try:
        found = isolated(members, path, lot.name)
    except BadScan:
        found = Fault.BAD_ARCHIVE
    if isinstance(found, Fault):
        return [Outcome(name, fault=found)]
    return list(_Lot(site, lot, at).take([(one.name, one.fault, one) for one in found], path))


class _Lot:
    """A lot while files for it are looked at: its copies, and their strokes once they are asked for."""

    def __init__(self, site: Site, lot: LotRow, at: datetime) -> None:
        self._work, self._lot = site, lot
        self._day = to_the_day(at)
        with site.register.reading() as connection:
            copies = copies_of_lot(connection, lot.id)
            others = [
                copy.anonymous_number
                for other in all_lots(connection, corrector=lot.corrector)
                if other.id != lot.id
                for copy in copies_of_lot(connection, other.id)
            ]
        self._copies = {copy.anonymous_number or "": copy for copy in copies}
        self._elsewhere = set(others)
        self._strokes = dict[str, list[Strokes] | None]()

    def take(self, files: list[tuple[str, Fault | None, Member | None]], path: Path) -> Iterator[Outcome]:
        times = Counter(_number(name) for name, fault, _ in files if fault is None)
        for name, fault, member in files:
            number = _number(name)
            copy = self._copies.get(number)
            fault = fault or self._fault(name, number, copy, times[number])
            if fault is not None or copy is None:
                yield Outcome(name, fault=fault)
                continue
            yield self._check(name, number, copy, path, member)

    def _fault(self, name: str, number: str, copy: CopyRow | None, times: int) -> Fault | None:
        if copy is None or not name.lower().endswith(".pdf"):
            return Fault.OTHER_LOT if number in self._elsewhere else Fault.NOT_OF_LOT
        if not copy.ready:
            return Fault.REPORTED
        return Fault.TWICE if times > 1 else None

    def _check(self, name: str, number: str, copy: CopyRow, path: Path, member: Member | None) -> Outcome:
        with self._handed_out(copy) as handed_out:
            try:
                if member is None:
                    found = isolated(check_file, path, handed_out)
                else:
                    found = isolated(check_member, path, member.index, handed_out)
                sure = self._is_known(found, copy) if isinstance(found, Document) else None
            except BadScan:
                found, sure = Fault.UNCHECKED, None
        if isinstance(found, Fault):
            return Outcome(name, number, found)
        if sure is False:
            return Outcome(name, number, Fault.OTHER_COPY)
        return Outcome(name, number, sure=sure is True, new=self._keep(number, copy, found, sure is True))

    def _is_known(self, found: Document, copy: CopyRow) -> bool | None:
        """By the scanner's own images; where some were encoded anew, by what is written."""
        if found.alike == len(copy.pages):
            return True
        with scratch() as folder:
            path = folder / "given.pdf"
            path.write_bytes(found.pdf)
            given = isolated(strokes, path)
        here = self._strokes_of(copy)
        others = (
            theirs
            for other in self._copies.values()
            if other.id != copy.id and other.ready and len(other.pages) == len(copy.pages)
            if (theirs := self._strokes_of(other)) is not None
        )
        return None if here is None else is_this(given, here, others)

    def _strokes_of(self, copy: CopyRow) -> list[Strokes] | None:
        if copy.id not in self._strokes:
            with self._handed_out(copy) as path:
                try:
                    self._strokes[copy.id] = isolated(strokes, path)
                except BadScan:
                    self._strokes[copy.id] = None
        return self._strokes[copy.id]

    @contextmanager
    def _handed_out(self, copy: CopyRow) -> Iterator[Path]:
        with scratch() as folder:
            path = folder / "copy.pdf"
            path.write_bytes(pdf_of(self._work, copy))
            yield path

    def _keep(self, number: str, copy: CopyRow, found: Document, sure: bool) -> bool:
        """Into the vault, then into the register; what it takes the place of goes last. Whether it is new."""
        site, lot = self._work, self._lot
        sha256 = hashlib.sha256(found.pdf).hexdigest()
        before = site.register.ask(document_of, copy.id)
        key = returned_document(lot.id, number, sha256)
        site.store.vault.put(key, found.pdf, content_type="application/pdf")
        facts = DocumentReturned(lot=lot.id, sha256=sha256, size=len(found.pdf), sure=sure)
        event = site.register.record(facts, copy.id, actor=lot.corrector, at=self._day)
        if before is not None and before.sha256 != sha256:
            site.store.vault.erase(returned_document(before.lot, number, before.sha256))
        return event is not None


def _number(name: str) -> str:
    return name.rpartition(".")[0].upper()


def document(site: Site, lot: LotRow, copy: CopyRow) -> bytes:
    """What this corrector gave back of a copy."""
    row = site.register.ask(document_of, copy.id)
    if row is None or row.corrector != lot.corrector:
        raise Refused(Refusal.NO_DOCUMENT)
    return _bytes_of(site, copy, row)


def given_back(site: Site, copy: CopyRow) -> bytes | None:
    """What came back of a copy, of whichever corrector; None where nothing did. Raises NotFoundError."""
    row = site.register.ask(document_of, copy.id)
    return _bytes_of(site, copy, row) if row else None


def _bytes_of(site: Site, copy: CopyRow, row: DocumentRow) -> bytes:
    key = returned_document(row.lot, copy.anonymous_number or "", row.sha256)
    return site.store.vault.get(key, sha256=row.sha256)
