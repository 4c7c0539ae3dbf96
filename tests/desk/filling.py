"""A desk with one thing of each kind, and the ids by which routes name them."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from visitors import Desk
from worlds import own_world

from actions.corrected import lots
from actions.prepare import prepare
from actions.season import attendance
from actions.site import Site, now, open_site
from desk.app import create_app
from desk.settings import DeskSettings
from processors.attendance.seen import Why
from processors.findings import Code, finding
from processors.lists.people import Candidate
from processors.scans.readings import CopyStatus
from specimens.batch import roster_csv
from specimens.rehearsal import correctors_csv, plan_session
from storage.bucket.keys import kept_cell, set_aside_from, stored_scan, tombstone
from storage.bucket.objects import ObjectInfo
from storage.corrected.lots import LotPulled, all_lots
from storage.decided.copies import CopyAnonymised, FoundCopy, GuessedCandidate, PlacedPage
from storage.decided.findings import findings_of_copies
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanStored, arrive
from storage.events import Facts, digest
from storage.ids import new_id
from storage.machine.weed import Weed
from storage.people import accounts, tokens
from storage.people.candidates import enrolled_in, enrolled_with_number, import_candidates
from storage.people.correctors import all_correctors, import_correctors
from storage.people.purges import PurgePlanned, Tombstone, subject_of
from storage.season.signatures import AttendanceScanned, PaperSays
from storage.states import Role
from tests.storage import depositing

MINE, OTHER = "0130051K", "0050006E"


@dataclass(frozen=True)
class Filled:
    """`values`: for each name in a route's path, an own object of each role. `people`: of that centre."""

    values: dict[str, str]
    people: list[Candidate]
    corrector: str
    stranger: str
    elsewhere: str
    """The anonymous number of a copy in nobody's lot."""


@contextmanager
def in_hand(weed: Weed, data: Path, session_file: Path) -> Iterator[tuple[Desk, Filled]]:
    """A desk on a data directory that the command line works with, with a lot in its corrector's hands."""
    shutil.copy(session_file, data / "session.toml")
    with own_world(weed, data):
        prepare()
        desk = Desk(open_site(), create_app(open_site(), DeskSettings(desk_url="http://desk")))
        filled = fill(desk)
        desk.site.register.record(LotPulled(), filled.values["lot"], actor=filled.corrector, at=now())
        yield desk, filled


def fill(desk: Desk, pdf: bytes = b"%PDF-1.7 copie") -> Filled:
    """A scan with two copies, one of them in a lot, and one that waits; a dossier, and one's file that was
    not taken; an invitation; a token.
    """
    site, at = desk.site, now()
    plan = plan_session(3, [MINE, OTHER], ["U4"], 6)
    people = [c if k else replace(c, exams=(*c.exams, "E5")) for k, c in enumerate(plan.candidates)]
    roster, correctors = roster_csv(people), correctors_csv(plan.correctors)
    assert not import_candidates(site.register, roster, site.session, actor="t", at=at).problems
    assert not import_correctors(site.register, correctors, site.session, actor="t", at=at).problems
    with site.register.reading() as connection:
        here = enrolled_in(connection, "U4", MINE)
        dossier_of = enrolled_with_number(connection, "E5", people[0].number)
    scan = arrive(
        site.register, ObjectInfo(f"scans/{MINE}/U4/pile.pdf", new_id("scan"), 10, at), "U4", MINE,
        actor="t", at=at,
    )  # fmt: skip
    assert scan is not None and dossier_of is not None
    Image.new("L", (210, 297), 255).save(paper := io.BytesIO(), "PDF")
    sha = hashlib.sha256(paper.getvalue()).hexdigest()

    def record(facts: Facts, subject: str) -> None:
        site.register.record(facts, subject, actor="t", at=now())

    record(ScanClaimed(attempt=1), scan)
    record(ScanStored(sha256=sha), scan)
    copies = [
        FoundCopy(
            id=new_id("copy"), candidate=who, attributed_by=("bars", "number"), status=status,
            pages=(PlacedPage(page=k, image=1, half=None, turn=0),), missing=(),
            findings=(finding(Code.DUPLICATE_COPY),) if status is CopyStatus.TO_DECIDE else (),
            guesses=(GuessedCandidate(candidate=here[1].id, probability=0.6),),
        )
        for k, (who, status) in enumerate(
            [
                (here[0].id, CopyStatus.COMPLETE),
                (here[1].id, CopyStatus.TO_DECIDE),
                (here[2].id, CopyStatus.COMPLETE),
            ],
            start=1,
        )
    ]  # fmt: skip
    reading = f"readings/{scan}-1.json"
    site.store.vault.put(reading, b'{"scan": {"images": 2, "pages": 2}}')
    record(ScanRead(sha256=sha, attempt=1, reading=reading, copies=tuple(copies), findings=()), scan)
    told = hashlib.sha256(pdf).hexdigest()
    record(CopyAnonymised(anonymous_number="ACDEFHJ", sha256=told), copies[0].id)
    for number in ("ACDEFHJ", "XYXYXYX"):
        site.store.vault.put(f"anonymous/U4/{number}.pdf", pdf)
    site.store.vault.put(stored_scan(sha), paper.getvalue())
    site.store.vault.put(f"evidence/{scan}/2.jpg", b"\xff\xd8 image")
    exam = site.session.exam("U4")
    assert exam is not None
    attendance.mark(site, "U4", MINE, set(), actor="t", at=at)
    lots.form(site, exam, at=now(), actor="t")
    record(CopyAnonymised(anonymous_number="XYXYXYX", sha256=told), copies[2].id)
    info = ObjectInfo(f"dossiers/E5/{people[0].number}/a.pdf", new_id("doss"), 10, at)
    dossier = depositing.deposit(site.register, info, b"%PDF", "E5", dossier_of, "a.pdf", actor="t", at=at)
    untaken = {"key": f"dossiers/E5/{people[0].number}/b.pdf"}
    site.store.vault.put(set_aside_from(new_id("doss")), json.dumps(untaken).encode())
    invitation = desk.invite(Role.CENTRE, MINE, "attendu@exemple.fr")
    tokens.make_token(site.register, Role.CENTRE, MINE, "Scanner", 30, actor="t", at=at)
    with site.register.reading() as connection:
        (lot,) = all_lots(connection)
        (seen,) = findings_of_copies(connection, [copies[1].id])
        others = [c.id for c in all_correctors(connection) if c.id != lot.corrector]
        (token,) = tokens.all_tokens(connection)
        invited = accounts.account_of_email(connection, "attendu@exemple.fr")
    assert dossier is not None and invited is not None
    purge = invented_plan(site)
    values = {
        "uai": MINE, "purge": purge, "code": "U4", "scan": scan, "place": "2", "copy_id": copies[1].id,
        "copy": copies[1].id, "lot": lot.id, "lot_id": lot.id, "number": "ACDEFHJ",
        "subject": copies[0].id, "other": invited.id, "dossier": dossier, "invitation": invitation,
        "candidate": people_asked(site, here[1].id), "who": dossier_of, "token": token.id,
        "roster": "candidats", "table": "constats",
        "link": "none", "school": people[0].school,
        "seq": str(seen.seq), "event": str(seen.seq), "k": str(seen.k),
    }  # fmt: skip
    return Filled(values, people, lot.corrector, others[0], "XYXYXYX")


def people_asked(site: Site, candidate: str) -> str:
    """Of whom a signed list could not tell whether he or she came; the id."""
    picture = kept_cell("U4", "0" * 64, 1, 0)
    site.store.vault.put(picture, b"\xff\xd8 image")
    says = PaperSays(candidate=candidate, signed=None, asked=Why.PEN, stated=True, picture=picture)
    scanned = AttendanceScanned(exam="U4", centre=MINE, file="0" * 64, sheets=(), rows=(says,), troubles=())
    site.register.record(scanned, f"U4/{MINE}", actor="t", at=now())
    return candidate


def invented_plan(site: Site) -> str:
    """A purge that was planned and came to nothing; its id."""
    nobody = dict.fromkeys(("candidates", "scans", "uploads", "dossiers", "holds"), ())
    stone = Tombstone(**nobody, counts={}, list_sha256=digest([]))
    site.store.vault.put(tombstone(stone.id), stone.to_bytes())
    site.register.record(PurgePlanned(), subject_of(stone.id), actor="t", at=now())
    return stone.id
