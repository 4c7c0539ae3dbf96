"""The audit log in its bucket: what is shipped, what is found, what is told, what is rebuilt."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from invented import NAMES, NUMBERS, World, unknown, whole
from sqlalchemy import delete, select, update

from processors.circular.deadlines import PARIS
from storage.corrected.lots import LotPulled
from storage.database.register import Register, events_of, make_engine
from storage.database.schema import events
from storage.database.tables import metadata
from storage.dropped.deadlines import DeadlineSwept
from storage.events import Event, digest
from storage.log import segments
from storage.log.seals import Seal
from storage.log.segments import AuditError, rebuild_register, ship
from storage.log.verify import clock_steps, verify

AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()


@pytest.fixture(scope="module")
def day(databases, without_events, store, audit_bucket):
    """A register, closed, and the three segments and seals that were shipped from it."""
    url = databases.copy(without_events)
    register = Register(make_engine(url), store.vault)
    world = World(register)
    world.people()
    ship(register, audit_bucket, KEY, at=AT)
    (copy,) = world.scanned(whole(0, 1))
    ship(register, audit_bucket, KEY, at=AT + timedelta(hours=1))
    world.anonymised(copy, "A17")
    world.in_lot(copy)
    ship(register, audit_bucket, KEY, at=AT + timedelta(hours=2))
    assert verify(audit_bucket, PUBLIC, register) == []
    register.engine.dispose()
    return url, {item.key: audit_bucket.get(item.key) for item in audit_bucket.list()}


@pytest.fixture
def shipped(day, audit, new_register):
    """That day, in a register and a log that one may spoil."""
    url, log = day
    for key in set(keys(audit)) - log.keys():
        audit.delete(key)
    for key, data in log.items():
        audit.put(key, data)
    return World(new_register(url))


def keys(audit):
    return [item.key for item in audit.list()]


def messages(audit, register=None):
    return " ".join(problem.message for problem in verify(audit, PUBLIC, register))


def test_events_leave_in_order_for_immutable_segments(shipped, audit):
    log = [key for key in keys(audit) if key.startswith("log/")]
    assert log == [
        "log/000000000001-000000000002.jsonl",
        "log/000000000003-000000000006.jsonl",
        "log/000000000007-000000000008.jsonl",
    ]
    assert keys(audit)[3:] == ["seals/1.json", "seals/2.json", "seals/3.json"]
    lines = b"".join(audit.get(key) for key in log).decode().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 9))
    assert ship(shipped.register, audit, KEY, at=AT) == 0
    assert len(keys(audit)) == 6


def test_more_events_than_a_segment_holds(shipped, audit, monkeypatch):
    monkeypatch.setattr(segments, "_MOST", 3)
    for k in range(7):
        shipped.record(DeadlineSwept(exam=f"X{k}", centre="0050006E"), f"X{k}/0050006E")
    assert ship(shipped.register, audit, KEY, at=AT) == 7
    assert len(keys(audit)) == 12
    assert verify(audit, PUBLIC, shipped.register) == []


def test_no_personal_data_in_the_log(world, audit):
    world.session_day()
    ship(world.register, audit, KEY, at=AT)
    log = b"".join(audit.get(key) for key in keys(audit)).decode()
    assert "cand_" in log
    for personal in (*NUMBERS, *NAMES, "ODILON", "2004-03", "Bidon", "exemple.fr", "pile", ".pdf"):
        assert personal not in log


@pytest.mark.parametrize("where", [0, 40, 200, -5])
@pytest.mark.parametrize("key", ["log/000000000003-000000000006.jsonl", "seals/2.json", "seals/3.json"])
def test_one_byte_changed_is_found(shipped, audit, key, where):
    data = bytearray(audit.get(key))
    data[where] ^= 1
    audit.put(key, bytes(data))
    assert "altered" in messages(audit) or "cannot be read" in messages(audit)
    assert key in {problem.where for problem in verify(audit, PUBLIC)}


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_segment_removed_is_found(shipped, audit, n):
    key = keys(audit)[n - 1]
    audit.delete(key)
    (problem,) = verify(audit, PUBLIC)
    assert problem.where == key
    assert "missing" in problem.message


@pytest.mark.parametrize("n", [1, 2])
def test_a_seal_removed_is_found(shipped, audit, n):
    audit.delete(f"seals/{n}.json")
    assert f"Seal {n} is missing." in messages(audit)
    assert "has no seal" in messages(audit)


def test_a_tail_cut_off_is_known_to_the_register(shipped, audit):
    log, seal = keys(audit)[2], "seals/3.json"
    audit.delete(log)
    audit.delete(seal)
    assert verify(audit, PUBLIC) == []  # nothing here is left to tell
    assert "Seal 3 is missing." in messages(audit, shipped.register)


def test_a_whole_log_removed_is_known_to_the_register(shipped, audit):
    for key in keys(audit):
        audit.delete(key)
    assert len(verify(audit, PUBLIC, shipped.register)) == 3


def rewrite(audit, key, lines):
    audit.put(key, "".join(f"{line}\n" for line in lines).encode())


def test_events_removed_or_reordered_within_a_segment_are_found(shipped, audit):
    key = keys(audit)[1]
    lines = audit.get(key).decode().splitlines()
    rewrite(audit, key, [lines[0], lines[2], lines[1], lines[3]])
    assert "Event 5 stands where event 4 should" in messages(audit)
    rewrite(audit, key, [lines[0], *lines[2:]])
    assert "Event 5 stands where event 4 should" in messages(audit)
    rewrite(audit, key, lines[:-1])
    assert "is cut off: it ends after event 5" in messages(audit)
    audit.put(key, "\n".join(lines).encode())
    assert "is cut off" in messages(audit)


def test_segments_exchanged_are_found(shipped, audit):
    first, _, third = keys(audit)[:3]
    one, other = audit.get(first), audit.get(third)
    audit.put(first, other)
    audit.put(third, one)
    told = messages(audit)
    assert "Segment 1-2 is altered" in told
    assert "Event 7 stands where event 1 should" in told


def test_an_object_put_beside_is_found(shipped, audit):
    audit.put("log/000000000009-000000000009.jsonl", audit.get(keys(audit)[2]))
    audit.put("log/notes.txt", b"")
    audit.put("seals/4.txt", b"")
    told = verify(audit, PUBLIC, shipped.register)
    assert {"log/000000000009-000000000009.jsonl", "log/notes.txt", "seals/4.txt"} <= {p.where for p in told}


def forge(audit, key_pair, numbers):
    """Rewrites the first event of these segments and all that follows there, hashes and seals included."""
    previous = None
    for n in numbers:
        seal = Seal.model_validate_json(audit.get(f"seals/{n}.json"))
        lines = []
        for line in audit.get(seal.segment).decode().splitlines():
            stated = json.loads(line)
            del stated["hash"]
            if previous is None:
                stated["actor"] = "somebody else"
            else:
                stated["previous"] = previous
            previous = digest(stated)
            lines.append(Event.parse(json.dumps(stated | {"hash": previous})).line())
        rewrite(audit, seal.segment, lines)
        before = hashlib.sha256(audit.get(f"seals/{n - 1}.json")).hexdigest() if n > 1 else None
        new = Seal.of(
            n,
            seal.first,
            seal.last,
            segment=audit.get(seal.segment),
            head=previous,
            previous=before,
            at=seal.sealed_at,
            key=key_pair,
        )
        audit.put(f"seals/{n}.json", new.to_bytes())


def test_a_history_rewritten_with_another_key_is_found(shipped, audit):
    forge(audit, Ed25519PrivateKey.generate(), (2, 3))
    told = messages(audit)
    assert "Seal 2 is forged" in told
    assert "Seal 3 is forged" in told


def test_even_a_history_rewritten_with_the_key_itself_is_known_to_the_register(shipped, audit):
    forge(audit, KEY, (2, 3))
    assert verify(audit, PUBLIC) == []
    assert "Event 3 is not what the register holds." in messages(audit, shipped.register)


def test_one_segment_rewritten_with_the_key_itself_does_not_fit_the_next(shipped, audit):
    forge(audit, KEY, (1,))
    told = messages(audit)
    assert "Seal 2 does not follow seal 1." in told
    assert "Event 3 does not follow event 2" in told


def test_a_register_tampered_with_is_found(shipped, audit):
    with shipped.register.engine.begin() as connection:
        line = connection.scalar(select(events.c.line).where(events.c.seq == 4))
        connection.execute(
            update(events).where(events.c.seq == 4).values(line=line.replace("scan.claimed", "scan.released"))
        )
    told = verify(audit, PUBLIC, shipped.register)
    assert {"register", "log/000000000003-000000000006.jsonl"} == {problem.where for problem in told}
    with shipped.register.engine.begin() as connection:
        connection.execute(update(events).where(events.c.seq == 4).values(line=line))
    assert verify(audit, PUBLIC, shipped.register) == []


def test_the_last_event_removed_from_the_register_is_found(shipped, audit):
    shipped.record(DeadlineSwept(exam="U1", centre="0050006E"), "U1/0050006E")
    with shipped.register.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM event_subjects WHERE seq = 9")
        connection.execute(delete(events).where(events.c.seq == 9))
    assert "not the one that the chain ends with" in messages(audit, shipped.register)


class DiesError(Exception):
    pass


@pytest.mark.parametrize("step", ["log/", "seals/", "register"])
@pytest.mark.parametrize("written", [False, True])
def test_a_shipper_that_dies_is_finished_by_the_next(shipped, audit, monkeypatch, step, written):
    """It dies at each of its steps, before and after the step took effect."""
    shipped.record(DeadlineSwept(exam="U1", centre="0050006E"), "U1/0050006E")
    put, record = type(audit).put, type(shipped.register).transaction
    times = iter(range(9))

    def dying_put(self, key, data, **how):
        if key.startswith(step):
            if written:
                put(self, key, data, **how)
            raise DiesError
        return put(self, key, data, **how)

    def dying_transaction(self):
        if step == "register" and next(times) == 1:  # the first cuts, the second notes the seal
            raise DiesError
        return record(self)

    with monkeypatch.context() as patch, pytest.raises(DiesError):
        patch.setattr(type(audit), "put", dying_put)
        patch.setattr(type(shipped.register), "transaction", dying_transaction)
        ship(shipped.register, audit, KEY, at=AT)
    assert verify(audit, PUBLIC, shipped.register) == []
    shipped.record(DeadlineSwept(exam="U3", centre="0050006E"), "U3/0050006E")
    assert ship(shipped.register, audit, KEY, at=AT + timedelta(days=1)) == 2
    assert keys(audit)[3:5] == [
        "log/000000000009-000000000009.jsonl",
        "log/000000000010-000000000010.jsonl",
    ]
    assert verify(audit, PUBLIC, shipped.register) == []


def test_two_shippers_at_once_write_one_log(world, audit):
    world.session_day()
    counts, start = [], threading.Barrier(4)

    def run():
        start.wait()
        counts.append(ship(world.register, audit, KEY, at=AT))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 4
    assert len(keys(audit)) == 2
    assert verify(audit, PUBLIC, world.register) == []


def test_shipping_while_one_verifies_raises_no_alarm(shipped, audit):
    def run():
        for k in range(8):
            shipped.record(DeadlineSwept(exam=f"X{k}", centre="0050006E"), f"X{k}/0050006E")
            ship(shipped.register, audit, KEY, at=AT)

    shipper = threading.Thread(target=run)
    shipper.start()
    alarms = []
    while shipper.is_alive():
        alarms += verify(audit, PUBLIC, shipped.register)
    shipper.join()
    assert alarms == verify(audit, PUBLIC, shipped.register) == []
    assert len(keys(audit)) == 22


def test_another_register_cannot_write_over_a_log(shipped, audit, new_register):
    other = new_register()
    other.record(DeadlineSwept(exam="U1", centre="0050006E"), "x", actor="t", at=AT)
    other.record(DeadlineSwept(exam="U2", centre="0050006E"), "x", actor="t", at=AT)
    with pytest.raises(AuditError, match="other content"):
        ship(other, audit, KEY, at=AT)
    assert verify(audit, PUBLIC, shipped.register) == []


def tables(register):
    with register.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


def test_the_log_replayed_gives_the_same_register(world, audit, new_register):
    *_, lot = world.session_day()
    ship(world.register, audit, KEY, at=AT)
    world.scanned(whole(0, 1), unknown(5), whole(1, 9))
    world.record(LotPulled(), lot)
    ship(world.register, audit, KEY, at=AT + timedelta(hours=1))
    again = new_register()
    with world.register.reading() as connection:
        stated = connection.scalar(select(events.c.seq).order_by(events.c.seq.desc()).limit(1))
    assert rebuild_register(audit, PUBLIC, again) == stated
    was, is_ = tables(world.register), tables(again)
    for name in was:
        assert is_[name] == was[name], name
    assert all(
        was[name] for name in ("candidates", "copies", "findings", "lots", "scans", "segments", "events")
    )
    # and it goes on from there
    again.record(DeadlineSwept(exam="U1", centre="0050006E"), "x", actor="t", at=AT)
    assert ship(again, audit, KEY, at=AT) == 1
    assert verify(audit, PUBLIC, again) == []


def test_a_log_that_does_not_verify_is_not_replayed(shipped, audit, new_register):
    again = new_register()
    with pytest.raises(AuditError, match="not empty"):
        rebuild_register(audit, PUBLIC, shipped.register)
    audit.delete("seals/2.json")
    with pytest.raises(AuditError, match="Seal 2 is missing"):
        rebuild_register(audit, PUBLIC, again)
    assert not tables(again)["events"]


def test_a_clock_that_was_put_back_is_told(world, audit):
    for minutes in (0, 60, 59.9, 30, 31):
        at = AT + timedelta(minutes=minutes)
        world.register.record(DeadlineSwept(exam="U1", centre=f"{minutes}"), "x", actor="t", at=at)
    said = clock_steps(world.register)
    day = datetime(2026, 5, 21, tzinfo=PARIS)  # of a corrector who gave a copy back, at whatever hour
    world.register.record(DeadlineSwept(exam="U1", centre="to the day"), "x", actor="t", at=day)
    assert clock_steps(world.register) == said
    assert len(said) == 1 and "of 2026-05-21 06:30:00, after one of 07:00:00" in said[0]
    ship(world.register, audit, KEY, at=AT)
    assert verify(audit, PUBLIC, world.register) == []


def test_one_story_is_told(shipped):
    with shipped.register.reading() as connection:
        candidate = events_of(connection, shipped.candidate(0))
        read = next(event for event in candidate if event.action == "scan.read")
        copy = read.facts["copies"][0]["id"]
        of_copy = [event.action for event in events_of(connection, copy)]
        of_scan = [event.action for event in events_of(connection, read.subject)]
        lot = next(event.subject for event in events_of(connection, copy) if event.action == "lot.formed")
        of_lot = [event.action for event in events_of(connection, lot)]
    assert [event.action for event in candidate] == ["candidates.imported", "scan.read"]
    assert of_copy == ["scan.read", "copy.anonymised", "lot.formed"]
    assert of_scan == ["scan.arrived", "scan.claimed", "scan.stored", "scan.read"]
    assert of_lot == ["lot.formed"]
