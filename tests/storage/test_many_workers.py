"""Ten processes on one register: nothing is claimed, dealt out or shipped twice."""

import multiprocessing
import secrets
from collections import Counter
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from invented import EXAM, World, whole
from sqlalchemy import select

from storage.copies import copies_of_lot
from storage.ids import new_id
from storage.log.events import Event
from storage.log.segments import ship
from storage.log.verify import verify
from storage.lots import LotFormed, all_lots, next_lot_number
from storage.objects import Bucket, s3_client
from storage.refusals import Refused
from storage.register import Register, make_engine
from storage.scans import ScanClaimed
from storage.schema import events

WORKERS, SCANS = 10, 20
AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


def site(name, url, endpoint, keys: tuple[str, str], audit, key, scans, copies, corrector, start, told):
    """Tries for everything, as if it were alone. Tells which scans it got and what it shipped."""
    register = Register(make_engine(url), vault=None)
    bucket = Bucket(s3_client(endpoint, *keys, "us-east-1"), audit)
    start.wait()
    won = [scan for scan in scans if register.record(ScanClaimed(attempt=1), scan, actor=name, at=AT)]
    for copy in copies:
        try:
            with register.transaction() as transaction:
                number = next_lot_number(transaction.connection, EXAM)
                formed = LotFormed(
                    exam=EXAM, number=number, corrector=corrector, copies=(copy,), complementary=False
                )
                transaction.record(formed, new_id("lot"), actor=name, at=AT)
        except Refused:  # another was faster
            continue
    ship(register, bucket, Ed25519PrivateKey.from_private_bytes(key), at=AT)
    told.put((name, won))
    register.engine.dispose()


@pytest.mark.slow
def test_ten_workers_claim_deal_and_ship_without_doubles(databases, without_events, store, weed, audit):
    url = databases.copy(without_events)
    register = Register(make_engine(url), store.vault)
    world = World(register)
    world.people()
    copies = world.scanned(*(whole(k, 1 + 4 * k) for k in range(6)))
    for copy in copies:
        world.anonymised(copy, secrets.token_hex(4))
    scans = [world.drop() for _ in range(SCANS)]
    corrector = world.correctors()[0]
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["storage", "invented"])
    start, told = processes.Barrier(WORKERS), processes.Queue()
    where = (url, weed.endpoint, weed.keys["workflow"], audit.name, KEY.private_bytes_raw())
    workers = [
        processes.Process(target=site, args=(f"worker {k}", *where, scans, copies, corrector, start, told))
        for k in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    won = Counter({name: len(claimed) for name, claimed in (told.get(timeout=600) for _ in workers)})
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    ship(register, audit, KEY, at=AT)

    with register.reading() as connection:
        log = [Event.parse(line) for line in connection.scalars(select(events.c.line).order_by(events.c.seq))]
        lots = all_lots(connection, EXAM)
        dealt = [copy.id for lot in lots for copy in copies_of_lot(connection, lot.id)]
    claims = Counter((e.subject, e.actor) for e in log if e.action == "scan.claimed" and e.subject in scans)
    assert sorted(subject for subject, _ in claims) == sorted(scans)  # each by one worker, once
    assert Counter(actor for _, actor in claims.elements()) == +won
    assert [lot.number for lot in lots] == list(range(1, len(copies) + 1))
    assert sorted(dealt) == sorted(copies)
    shipped = [
        Event.parse(line)
        for item in sorted(audit.list("log/"), key=lambda item: item.key)
        for line in audit.get(item.key).decode().splitlines()
    ]
    assert shipped == log
    assert verify(audit, KEY.public_key(), register) == []
    register.engine.dispose()
    databases.drop(url)


def test_only_one_process_of_several_looks_at_the_inbox(databases, without_events, store):
    """Several are there with PostgreSQL alone: on one machine, with SQLite, `massicot up` starts one."""
    url = databases.copy(without_events)
    first, second = (Register(make_engine(url), store.vault) for _ in range(2))
    with first.alone() as alone, second.alone() as too:
        assert (alone, too) == (True, databases.server is None)
    with second.alone() as alone:
        assert alone
    for register in (first, second):
        register.engine.dispose()
    databases.drop(url)
