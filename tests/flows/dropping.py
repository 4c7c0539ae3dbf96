"""Files dropped as centres drop them, on a store and register of a test's own; what a test does with both."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from worlds import own_world

from actions.dropped import inbox as watch
from actions.dropped.upkeep import SETTLING
from actions.prepare import prepare
from actions.site import Site, now, open_site
from cli.demo_session import write_demo_session
from processors.findings import Code
from processors.lists.people import CANDIDATE_COLUMNS
from storage.decided.copies import FoundCopy
from storage.decided.findings import open_findings
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanRow, ScanStored, all_scans, scan_by_id
from storage.ids import new_id
from storage.people.candidates import candidate_by_number, import_candidates

CENTRE, ELSEWHERE = "0130051K", "0050006E"
SOON, PAST = "U4", "U7"  # épreuves whose scan deadline is to come, and has passed
NUMBERS = ("02200000001", "02200000002", "02200000003")
ROSTER = "\n".join(
    [
        ",".join(CANDIDATE_COLUMNS),
        *(
            f"{number},00{k},ZYGOMAR,ODILON,2004-03-0{k},0040538N,{place},SLAM,scolaire,U4|U7"
            for k, (number, place) in enumerate(zip(NUMBERS, (CENTRE, CENTRE, ELSEWHERE), strict=True), 1)
        ),
    ]
).encode()


@dataclass
class Desk:
    """A register of its own on a store of its own buckets; what a test does with both."""

    site: Site

    def drop(self, data: bytes, name: str = "pile.pdf", exam: str = SOON, centre: str = CENTRE) -> ScanRow:
        """As a centre drops it, noted as `watch_inbox` does."""
        key = f"scans/{centre}/{exam}/{name}"
        self.site.store.inbox.put(key, data)
        watch.note_scans(self.site)
        return self.last(key)

    def last(self, key: str) -> ScanRow:
        with self.site.register.reading() as connection:
            found = [scan for scan in all_scans(connection) if scan.inbox_key == key]
        return max(found, key=lambda scan: scan.deposited_at)

    def scan(self, id_: str) -> ScanRow:
        with self.site.register.reading() as connection:
            found = scan_by_id(connection, id_)
        assert found
        return found

    def record(self, facts, subject, ago=timedelta(0)):
        made = self.site.register.record(facts, subject, actor="process_scan", at=now() - ago)
        assert made
        return made

    def dies(self, scan: ScanRow) -> None:
        """A run claims the scan, long ago, and is never heard of again."""
        self.record(ScanClaimed(attempt=self.scan(scan.id).attempt + 1), scan.id, SETTLING * 2)

    def read(self, scan: ScanRow, *numbers: str) -> list[str]:
        """The scan is read: a complete copy of each of these candidates."""
        sha256 = secrets.token_hex(32)
        self.record(ScanClaimed(attempt=1), scan.id)
        self.record(ScanStored(sha256=sha256), scan.id)
        self.site.store.vault.put("readings/some.json", b'{"scan": {"images": 4, "pages": 4}}')
        copies = tuple(
            FoundCopy(
                id=new_id("copy"),
                candidate=self.candidate(number),
                attributed_by=("label", "candidate_number"),
                status="complete",
                pages=(),
                missing=(),
                guesses=(),
                findings=(),
            )
            for number in numbers
        )
        facts = ScanRead(sha256=sha256, attempt=1, reading="readings/some.json", copies=copies, findings=())
        self.record(facts, scan.id)
        self.record(ScanProcessed(), scan.id)
        return [copy.id for copy in copies]

    def candidate(self, number: str) -> str:
        with self.site.register.reading() as connection:
            found = candidate_by_number(connection, number)
        assert found
        return found

    def attendance(self, exam: str, marks: dict[str, str], centre: str = CENTRE) -> None:
        lines = "".join(f"{number},{mark}\n" for number, mark in marks.items())
        self.site.store.inbox.put(
            f"attendance/{centre}/{exam}.csv", f"candidate_number,present\n{lines}".encode()
        )
        watch.take_attendance(self.site)

    def codes(self, exam: str | None = None) -> list[Code]:
        with self.site.register.reading() as connection:
            return [found.code for found in open_findings(connection, exam=exam)]

    def receipt(self, name: str = "pile.pdf", exam: str = SOON) -> dict:
        return json.loads(self.site.store.inbox.get(f"receipts/{CENTRE}/{exam}/{name}.json"))

    def remove(self, scan: ScanRow) -> None:
        """For good, as whoever may delete versions can."""
        for info in list(self.site.store.inbox.versions(scan.inbox_key)):
            self.site.store.inbox.delete(info.key, version=info.version)

    def inbox(self) -> list[str]:
        return [info.key for info in self.site.store.inbox.list("scans/")]


@pytest.fixture
def desk(weed, tmp_path: Path) -> Iterator[Desk]:
    write_demo_session(tmp_path / "session.toml", now())
    with own_world(weed, tmp_path):
        prepare()
        site = open_site()
        assert not import_candidates(site.register, ROSTER, site.session, actor="service", at=now()).problems
        yield Desk(site)
