"""What goes at its term, of a season with something of everything: to the last byte; the log still holds."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from invented import CENTRE, EXAM, NAMES, NUMBERS, ROSTER, SESSION, World, partial, unknown, whole
from pypdf import PdfReader
from sqlalchemy import select

from actions import backups
from actions.dropped import dossiers
from actions.dropped.receipts import receipt_of
from actions.people import personal_data, purge
from actions.people.purge_plan import plan as plan_of
from actions.season import attendance
from actions.site import Site
from papers.receipts import render_json
from processors.dossiers.findings import Code
from storage.bucket.keys import (
    certificate_key,
    kept_marks,
    kept_picture,
    receipt_key,
    stored_scan,
)
from storage.bucket.objects import ObjectInfo, Store, s3_client
from storage.database.register import Register, make_engine
from storage.database.tables import metadata
from storage.dropped import deposits
from storage.dropped.dossiers import keep_dossier_reading
from storage.dropped.scans import ScanProcessed, all_scans
from storage.log.backup import Backup
from storage.log.replay import fingerprints
from storage.log.segments import rebuild_register, ship
from storage.log.signing import load_or_make_key
from storage.log.verify import verify
from storage.machine.age import Identities, Recipients
from storage.machine.settings import Settings
from storage.machine.weed import compact, running
from storage.people import accounts, tokens
from storage.people.candidates import candidate_by_number, import_candidates
from storage.states import Pronounced, Role
from tests.storage import depositing

DUE = datetime(2027, 6, 27, 0, 0, tzinfo=UTC)
FIRST, SECOND = "acct_00000000000000a1", "acct_00000000000000a2"
BORN = "2004-03-0"


class Timed(Store):
    """With a clock that the test sets."""

    at = DUE

    def time(self) -> datetime:
        return self.at


@dataclass
class Season:
    """A small season whose results were a year ago, in buckets and a register of its own."""

    site: Site
    store: Timed
    empty: Callable[[], str]
    id: str = ""

    @property
    def key(self):
        return load_or_make_key(self.site.settings.signing_key_path)

    def ship(self, at=DUE):
        ship(self.site.register, self.site.store.audit, self.key, at=at)

    def verified(self):
        return [p.message for p in verify(self.site.store.audit, self.key.public_key(), self.site.register)]

    def tables(self, register=None):
        with (register or self.site.register).reading() as connection:
            return fingerprints(connection)

    def rebuilt(self):
        """What the log gives back, in a register of its own."""
        register = Register(make_engine(self.empty()), self.site.store.vault)
        rebuild_register(self.site.store.audit, self.key.public_key(), register)
        tables = self.tables(register)
        register.engine.dispose()
        return tables

    def plan(self, at=DUE, who=FIRST):
        self.store.at = at
        return purge.propose(self.site, actor=who)[0]

    def confirmed(self, at=DUE):
        planned = self.plan(at)
        assert purge.confirm(self.site, planned.id, actor=SECOND)
        self.id = planned.id
        return planned

    def purged(self, at=DUE):
        self.store.at = at + timedelta(minutes=1)
        return purge.carry_out(self.site, self.id, self.key)

    def bytes_held(self):
        """All that vault and inbox hold, every version of it, and the keys."""
        store = self.site.store
        held = b""
        for bucket in (store.vault, store.inbox):
            for info in bucket.versions():
                held += info.key.encode() + b"\n" + bucket.get(info.key, version=info.version) + b"\n"
        return held

    def register_bytes(self):
        """Of the register's file; of a server, every row."""
        url = self.site.register.engine.url
        if url.get_backend_name() == "sqlite":
            return b"".join(
                path.read_bytes() for path in Path(url.database).parent.glob(f"{Path(url.database).name}*")
            )
        with self.site.register.reading() as connection:
            rows = [list(map(tuple, connection.execute(select(t)))) for t in metadata.sorted_tables]
            return json.dumps(rows, default=str).encode()

    def names_left(self):
        held = self.bytes_held() + self.register_bytes()
        told = [
            '"13.75"',
            *NAMES,
            *NUMBERS,
            *(f"{BORN}{k}" for k in range(1, 7)),
            "ursule@exemple.fr",
            "ODILON",
        ]
        return sorted(word for word in told if word.encode() in held)


@pytest.fixture(params=["", "versioned"])
def season(request, databases, without_events, weed, tmp_path):
    access, secret = weed.keys["workflow"]
    client = s3_client(weed.endpoint, access, secret, "us-east-1")
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in ("inbox", "vault", "audit")}
    store = Timed(client, **names)
    store.ensure_buckets()
    if request.param:
        client.put_bucket_versioning(Bucket=names["vault"], VersioningConfiguration={"Status": "Enabled"})
    url = databases.copy(without_events)
    register = Register(make_engine(url), store.vault)
    site = Site(Settings(data_dir=tmp_path, session_path=SESSION), store, register)
    fill(site)
    yield Season(site, store, lambda: databases.copy(without_events))
    register.engine.dispose()
    for name in names.values():
        client.delete_bucket(Bucket=name)


def fill(site: Site) -> None:
    """Of everything that bears a name: rosters, scans and receipts, a lot, a dossier, accounts, reasons."""
    world = World(site.register)
    store = site.store
    world.people()
    again = ROSTER.decode().replace(f"scolaire,{EXAM}\n", f"scolaire,{EXAM} E5\n").encode()
    assert not import_candidates(site.register, again, site.session, actor="t", at=world.tick()).problems
    first, _ = world.scanned(whole(0, 1), partial(1, 5))
    third, _ = world.scanned(whole(1, 1), unknown(5))
    for copy, number in ((first, "A17"), (third, "B23")):
        world.anonymised(copy, number)
        store.vault.put(f"anonymous/{EXAM}/{number}.pdf", b"%PDF of nobody")
    lot = world.in_lot(first, third)
    for of, said in ((lot, {"marks": {"A17": "13.75"}}), (EXAM, {"lines": {NUMBERS[0]: "13.75"}})):
        store.vault.put(kept_marks(of), json.dumps(said).encode())
    for copy in (first, third):
        scan = world.scan(world.copy(copy).scan)
        assert world.record(ScanProcessed(), scan.id)
        store.vault.put(stored_scan(scan.sha256), f"%PDF {' '.join(NAMES)}".encode())
        store.vault.put(kept_picture(scan.id, "2"), f"a picture of {NAMES[0]}".encode())
        for _ in range(2):
            store.inbox.put(
                receipt_key(scan.inbox_key, scan.id) + ".html", f"{NAMES[0]} {NUMBERS[0]}".encode()
            )
    marked = attendance.mark(site, EXAM, CENTRE, {NUMBERS[4]}, actor="t", at=world.tick())
    assert not marked.problems
    for k in (0, 1):
        key = f"dossiers/E5/{NUMBERS[k]}/{NAMES[k]}.pdf"
        dropped = ObjectInfo(key, secrets.token_hex(8), 10, world.tick())
        dossier = depositing.deposit(
            site.register, dropped, f"%PDF {NAMES[k]}".encode(), "E5", world.candidate(k), f"{NAMES[k]}.pdf",
            actor="t", at=world.tick(),
        )  # fmt: skip
        facts = {"company": f"chez {NAMES[k]}", "owner": "candidate"}
        reading = {"pieces": [{"facts": facts}], "findings": [], "verdict": "conform"}
        keep_dossier_reading(site.register, dossier, 1, reading, actor="t", at=world.tick())
        dossiers.pronounce(
            site, dossier, Pronounced.NON_CONFORM, [Code.ABSENT_DOSSIER], "M. le président", f"de {NAMES[k]}",
            actor="t", at=world.tick(),
        )  # fmt: skip
    listed = f"candidate_number,file,deposited_at\n{NUMBERS[0]},{NAMES[0]}.pdf,2026-04-20T10:00:00\n"
    assert not deposits.date_deposits(
        site.register, listed.encode(), "E5", actor="t", at=world.tick()
    ).problems
    for role, scope in ((Role.CENTRE, CENTRE), (Role.SERVICE, None)):
        email = f"{role}@exemple.fr"
        accounts.invite(site.register, role, scope, email, f"{NAMES[5]}", actor="t", at=world.tick())
        with site.register.reading() as connection:
            account = accounts.account_of_email(connection, email)
        accounts.open_account(site.register, account, "hash", None, at=world.tick())
    accounts.close_account(site.register, account.id, actor="t", at=world.tick())
    tokens.make_token(site.register, Role.CENTRE, CENTRE, f"de {NAMES[3]}", 30, actor="t", at=world.tick())
    load_or_make_key(site.settings.signing_key_path)


def test_nothing_that_names_somebody_is_left_and_the_log_gives_the_same_register(season):
    """Correctors, accounts and tokens too; every version, where the vault keeps versions."""
    assert {'"13.75"', NAMES[0], NUMBERS[0], NAMES[3], NAMES[5], "ursule@exemple.fr"} <= set(
        season.names_left()
    )
    season.ship()
    assert season.verified() == []
    season.confirmed()
    season.purged()
    season.ship(DUE + timedelta(hours=1))
    assert season.names_left() == []
    assert season.verified() == [] and season.rebuilt() == season.tables()
    assert plan_of(season.site, DUE).empty


def test_an_account_of_the_service_that_is_open_stays(season):
    register = season.site.register
    accounts.invite(register, Role.SERVICE, None, "reste@exemple.fr", "Reste", actor="t", at=DUE)
    season.confirmed()
    season.purged()
    with register.reading() as connection:
        left = {one.name for one in accounts.all_accounts(connection)}
    assert left == {"Reste", "PURGE"}
    season.ship(DUE + timedelta(hours=1))
    assert season.verified() == [] and season.rebuilt() == season.tables()


def test_a_roster_that_was_purged_can_be_brought_again(season):
    season.confirmed()
    season.purged()
    register = season.site.register
    assert not import_candidates(register, ROSTER, None, actor="t", at=DUE + timedelta(days=1)).problems
    with register.reading() as connection:
        assert candidate_by_number(connection, NUMBERS[0])
    season.ship(DUE + timedelta(days=2))
    assert season.verified() == [] and season.rebuilt() == season.tables()


def test_a_receipt_of_what_was_purged_can_still_be_made(season):
    season.confirmed()
    season.purged()
    with season.site.register.reading() as connection:
        scans = all_scans(connection)
    for scan in scans:
        text = render_json(receipt_of(season.site, scan, DUE))
        assert scan.id in text and not any(word in text for word in (*NAMES, *NUMBERS))


def test_a_certificate_that_is_gone_or_altered_is_found(season):
    season.confirmed()
    purged = season.purged()
    season.ship(DUE + timedelta(hours=1))
    audit, key = season.site.store.audit, certificate_key(purged.purge)
    kept = audit.get(key)
    for other in (json.dumps(json.loads(kept) | {"people": 0}).encode(), b"{}", kept[:-1]):
        audit.put(key, other)
        assert any("certificate" in message for message in season.verified())
    audit.delete(key)
    assert any("certificate" in message for message in season.verified())


def test_a_backup_made_before_is_named_until_it_is_pruned(season, tmp_path):
    site, folder = season.site, tmp_path / "backups"
    season.ship()
    backups.make(site, folder, Recipients(), actor="service", at=DUE)
    season.confirmed()
    purged = season.purged()
    (named,) = purged.backups
    held = {one.key for one in Backup(folder).manifest(named.name, Identities()).objects}
    assert any(key.startswith("marks/") for key in held)
    told = printed(purge.printed_certificate(site, purged))
    assert named.name in told and "le tient encore" in told
    season.ship(DUE + timedelta(hours=1))
    backups.make(site, folder, Recipients(), actor="service", at=DUE + timedelta(hours=2))
    (later,) = (one for one in Backup(folder).names() if one != named.name)
    keys = {one.key for one in Backup(folder).manifest(later, Identities()).objects}
    assert certificate_key(purged.purge) in keys
    backups.prune(site, folder, 1, actor="service", at=DUE + timedelta(hours=3))
    told = printed(purge.printed_certificate(site, purged))
    assert named.name in told and "supprimée depuis" in told
    assert not any(NAMES[0].encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def printed(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_who_is_held_in_one_epreuve_is_answered_though_the_rest_is_gone(season):
    assert purge.hold(season.site, NUMBERS[0], EXAM, "contentieux", actor=FIRST, at=DUE)
    season.confirmed()
    season.purged()
    told = dict(personal_data.answer(season.site, NUMBERS[0], actor=FIRST, at=DUE + timedelta(days=1)))
    page = told["index.html"].decode()
    assert NAMES[0] in page and "contentieux" in page and "Détruit" in page
    assert not any(name.encode() in data for name in NAMES[1:] for data in told.values())
    season.ship(DUE + timedelta(days=2))
    assert season.verified() == [] and season.rebuilt() == season.tables()


@pytest.mark.slow
def test_the_embedded_store_keeps_no_bytes_of_what_was_deleted(tmp_path):
    with running(tmp_path, port=0) as weed:
        store = Store(
            s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1"),
            **{name: name for name in ("inbox", "vault", "audit")},
        )
        store.ensure_buckets()
        store.inbox.put(f"dossiers/E5/{NUMBERS[0]}/a.pdf", NAMES[0].encode())
        store.inbox.erase(f"dossiers/E5/{NUMBERS[0]}/a.pdf")
        log = weed.directory / "weed.log"
        assert NUMBERS[0] in log.read_text() and bytes_in(tmp_path, NAMES[0])
        compact(weed)
        assert not bytes_in(tmp_path, NAMES[0])
        assert NUMBERS[0] not in log.read_text()


def bytes_in(folder: Path, word: str) -> bool:
    return any(word.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())
