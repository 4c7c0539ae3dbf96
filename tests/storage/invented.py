"""A small invented session: two centres, one épreuve, and scans whose reading the test chooses."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
from sqlalchemy import select

from actions.site import Site
from benchmarks.invented_season import page
from processors.findings import Code, Finding, finding
from processors.scans.pages.twice import imprint
from processors.scans.readings import (
    CopyReading,
    CopyStatus,
    Guess,
    PageReading,
    ScanReading,
)
from storage.bucket.objects import ObjectInfo, Store
from storage.corrected.lots import LotFormed
from storage.database.register import Register
from storage.database.schema import events
from storage.decided.copies import CopyAnonymised, CopyRow, copies_of_scan, copy_by_id
from storage.decided.findings import open_findings
from storage.dropped.readings import keep_reading
from storage.dropped.scans import ScanClaimed, ScanRow, ScanStored, arrive, scan_by_id
from storage.events import Event, Facts
from storage.ids import new_id
from storage.log.replay import fingerprints
from storage.machine.settings import Settings
from storage.people.candidates import candidate_by_number, import_candidates
from storage.people.correctors import all_correctors, import_correctors

SESSION = Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml"
CENTRE = "0130051K"
EXAM = "U4"
NUMBERS = tuple(f"0220000000{k}" for k in range(1, 7))
NAMES = ("ZYGOMAR", "QUIBERON", "FAUXNOM", "INVENTAIRE", "PERLIMPIN", "TARATATA")

ROSTER = (
    "candidate_number,registration_number,family_name,first_names,birth_date,school,centre,option,category,exams\n"
    + "".join(
        f"{number},{k:03},{name},ODILON,2004-03-0{k},0040538N,{CENTRE},SLAM,scolaire,{EXAM}\n"
        for k, (number, name) in enumerate(zip(NUMBERS, NAMES, strict=True), start=1)
    )
).encode()

CORRECTORS = (
    "id,name,email,schools,companies,exams,quota,days,never_with\n"
    f"C1,Ursule Bidon,ursule@exemple.fr,0139109F,,{EXAM},40,2026-05-27,{NUMBERS[5]}\n"
    f"C2,Firmin Factice,firmin@exemple.fr,0845099L,,{EXAM},,,\n"
).encode()


@dataclass
class World:
    """A register, and short ways to bring it into a state. Each event comes a second after the last."""

    register: Register
    now: datetime = field(default=datetime(2026, 5, 20, 18, 0, tzinfo=UTC))

    @property
    def site(self) -> Site:
        """What acts work with; those of these tests need no bucket but the register's vault."""
        store = cast(Store, SimpleNamespace(vault=self.register.vault))
        return Site(Settings(session_path=SESSION), store, self.register)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def record(self, facts: Facts, subject: str) -> Event | None:
        return self.register.record(facts, subject, actor="test", at=self.tick())

    def people(self) -> None:
        assert not import_candidates(self.register, ROSTER, None, actor="test", at=self.tick()).problems
        assert not import_correctors(self.register, CORRECTORS, None, actor="test", at=self.tick()).problems

    def candidate(self, k: int) -> str:
        with self.register.reading() as connection:
            found = candidate_by_number(connection, NUMBERS[k])
        assert found
        return found

    def correctors(self) -> list[str]:
        with self.register.reading() as connection:
            return [row.id for row in all_correctors(connection, EXAM)]

    def drop(self, name: str | None = None, etag: str | None = None) -> str:
        """A scan that has arrived."""
        key = f"scans/{CENTRE}/{EXAM}/{name or secrets.token_hex(4)}.pdf"
        dropped = ObjectInfo(key, etag or secrets.token_hex(8), 1000, self.tick())
        scan = arrive(self.register, dropped, EXAM, CENTRE, actor="watch_inbox", at=self.tick())
        assert scan
        return scan

    def stored(self, sha256: str | None = None) -> str:
        """A scan that was claimed and whose bytes are in the vault."""
        scan = self.drop()
        assert self.record(ScanClaimed(attempt=1), scan)
        assert self.record(ScanStored(sha256=sha256 or secrets.token_hex(32)), scan)
        return scan

    def read(
        self,
        scan: str,
        copies: Sequence[CopyReading],
        attempt: int = 1,
        findings: tuple[Finding, ...] = (),
        shows: Mapping[int, int] = {},
    ) -> Event | None:
        sha256 = self.scan(scan).sha256
        assert sha256
        pages = tuple(written(page(k), shows.get(k)) for copy in copies for k in copy.pages)
        reading = ScanReading(sha256, len(pages), pages, tuple(copies), findings)
        return keep_reading(self.register, scan, attempt, reading, 1.0, actor="process_scan", at=self.tick())

    def scanned(self, *copies: CopyReading, shows: Mapping[int, int] = {}) -> list[str]:
        """The ids of the copies of a new scan that was read so. `shows`: by page, what is written there."""
        scan = self.stored()
        assert self.read(scan, copies, shows=shows)
        with self.register.reading() as connection:
            return [row.id for row in copies_of_scan(connection, scan)]

    def anonymised(self, copy: str, number: str) -> None:
        assert self.record(CopyAnonymised(anonymous_number=number, sha256=secrets.token_hex(32)), copy)

    def in_lot(self, *copies: str, number: int = 1) -> str:
        lot = new_id("lot")
        corrector = self.correctors()[0]
        facts = LotFormed(exam=EXAM, number=number, corrector=corrector, copies=copies, complementary=False)
        assert self.record(facts, lot)
        return lot

    def scan(self, id_: str) -> ScanRow:
        with self.register.reading() as connection:
            found = scan_by_id(connection, id_)
        assert found
        return found

    def copy(self, id_: str) -> CopyRow:
        with self.register.reading() as connection:
            found = copy_by_id(connection, id_)
        assert found
        return found

    def replayed_alike(self, again: Register) -> str:
        """The log so far, once the empty register was seen to come to the same by it."""
        with self.register.reading() as connection:
            before = fingerprints(connection)
            lines = list(connection.scalars(select(events.c.line).order_by(events.c.seq)))
        with again.transaction() as transaction:
            transaction.replay(lines)
        with again.reading() as connection:
            assert fingerprints(connection) == before
        return "".join(lines)

    def open_codes(self) -> list[Code]:
        with self.register.reading() as connection:
            return [row.code for row in open_findings(connection)]

    def session_day(self) -> list[str]:
        """A day with something of everything; the ids of what it leaves."""
        self.people()
        first, second = self.scanned(whole(0, 1), partial(1, 5))
        third, fourth = self.scanned(whole(1, 1), unknown(5))
        self.anonymised(first, "A17")
        self.anonymised(third, "B23")
        lot = self.in_lot(first, third)
        return [first, second, third, fourth, lot]


def written(page: PageReading, what: int | None) -> PageReading:
    """The page with this writing on it, nobody else's."""
    if what is None:
        return page
    return replace(page, imprint=imprint(np.random.default_rng(what).random((120, 132), np.float32)))


def whole(k: int, first: int) -> CopyReading:
    """The complete copy of candidate k, its four pages from this one on."""
    return CopyReading(NUMBERS[k], ("label", "boxes"), CopyStatus.COMPLETE, tuple(range(first, first + 4)))


def partial(k: int, first: int) -> CopyReading:
    """Of candidate k, without pages 3 and 4."""
    lacks = finding(Code.MISSING_PAGES, what="les pages 3 et 4")
    pages = (first, first + 1)
    return CopyReading(NUMBERS[k], ("label", "boxes"), CopyStatus.INCOMPLETE, pages, (3, 4), (), (lacks,))


def unknown(first: int) -> CopyReading:
    """Nobody's, for all that can be read; perhaps candidate 2's."""
    guesses = (Guess(NUMBERS[2], 0.61), Guess(NUMBERS[3], 0.2))
    waits = (finding(Code.UNIDENTIFIED),)
    return CopyReading(None, (), CopyStatus.TO_DECIDE, tuple(range(first, first + 4)), (), guesses, waits)
