"""The register's promises: one transaction for a change and its event, one winner, constraints."""

import stat
import threading
import traceback
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from invented import CENTRE, EXAM, NAMES, NUMBERS, ROSTER, SESSION
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from actions.season.attendance import take
from processors.circular.session import load_session
from processors.findings import Code, finding
from storage.bucket.objects import ObjectInfo
from storage.database.register import open_register
from storage.database.schema import candidates, copies, events, scans, session
from storage.database.tables import metadata
from storage.decided.counts import exam_counts
from storage.dropped.dossiers import without_dossier
from storage.dropped.scans import (
    ScanClaimed,
    ScanDuplicate,
    ScanProcessed,
    ScanQuarantined,
    ScanReleased,
    ScanStored,
    arrive,
    scan_of_drop,
    stale_claims,
    twin_of,
)
from storage.events import GENESIS, Event
from storage.people.candidates import attendance_of, enrolled_in, import_candidates
from storage.people.correctors import all_correctors, corrector_by_token, issue_token
from storage.refusals import Refused
from storage.season.session import SessionLoaded
from storage.states import ScanState


def lines(register) -> list[Event]:
    with register.reading() as connection:
        return [
            Event.parse(line) for line in connection.scalars(select(events.c.line).order_by(events.c.seq))
        ]


def test_the_migrations_make_the_tables_that_the_code_speaks_of(world):
    with world.register.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_register_that_is_there_is_opened_as_it_was(world, store):
    world.people()
    again = open_register(str(world.register.engine.url), store.vault)
    with again.reading() as connection:
        assert [row.number for row in enrolled_in(connection, EXAM, CENTRE)] == list(NUMBERS)
    again.engine.dispose()


def test_a_register_in_a_file_is_its_owner_s_alone(tmp_path, store):
    """So is what SQLite lays beside it; and one of an older version from its next opening on."""
    path = tmp_path / "here" / "register.sqlite"
    for _ in range(2):
        register = open_register(f"sqlite:///{path}", store.vault)
        with register.transaction():
            modes = {stat.S_IMODE(one.stat().st_mode) for one in (path, *path.parent.glob("*-wal"))}
        register.engine.dispose()
        assert modes == {0o600} and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)


def test_several_processes_may_open_a_new_register_at_once(databases, store):
    url, opened, start = databases.empty(), [], threading.Barrier(4)

    def open_it():
        start.wait()
        opened.append(open_register(url, store.vault))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for register in opened:
        register.engine.dispose()


def test_events_are_numbered_and_chained(world):
    world.session_day()
    stated = lines(world.register)
    assert [event.seq for event in stated] == list(range(1, len(stated) + 1))
    assert [event.previous for event in stated] == [GENESIS, *(event.hash for event in stated[:-1])]
    assert all(event.is_whole() for event in stated)


def test_an_exception_leaves_neither_the_change_nor_the_event(world):
    world.people()
    scan = world.drop()
    before = lines(world.register)
    with pytest.raises(RuntimeError), world.register.transaction() as transaction:
        assert transaction.record(ScanClaimed(attempt=1), scan, actor="test", at=world.tick())
        raise RuntimeError("the worker dies here")
    assert lines(world.register) == before
    assert world.scan(scan).state is ScanState.ARRIVED
    assert world.record(ScanClaimed(attempt=1), scan).seq == before[-1].seq + 1


def test_a_refused_change_takes_what_stood_beside_it_along(world):
    copy, *_ = world.session_day()
    before = lines(world.register)
    scan = world.drop()
    with pytest.raises(Refused), world.register.transaction() as transaction:
        transaction.record(ScanClaimed(attempt=1), scan, actor="test", at=world.tick())
        transaction.record(ScanStored(sha256="00"), world.copy(copy).scan, actor="test", at=world.tick())
        transaction.record(ScanStored(sha256="11"), "scan_0000000000000000", actor="test", at=world.tick())
    assert world.scan(scan).state is ScanState.ARRIVED
    assert len(lines(world.register)) == len(before) + 1


def test_one_of_many_claims_wins(world):
    scan, won, start = world.drop(), [], threading.Barrier(8)

    def claim(k):
        start.wait()
        if world.register.record(ScanClaimed(attempt=1), scan, actor=f"worker {k}", at=world.now):
            won.append(k)

    threads = [threading.Thread(target=claim, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert [event.actor for event in lines(world.register) if event.action == "scan.claimed"] == [
        f"worker {won[0]}"
    ]


def test_a_released_scan_can_be_claimed_again_but_not_by_the_dead_attempt(world):
    scan = world.drop()
    world.record(ScanClaimed(attempt=1), scan)
    with world.register.reading() as connection:
        assert stale_claims(connection, world.now) == []
        assert [row.id for row in stale_claims(connection, world.tick())] == [scan]
    assert world.record(ScanReleased(attempt=1, reason="no sign of life"), scan)
    assert world.record(ScanReleased(attempt=1, reason="no sign of life"), scan) is None
    assert world.record(ScanClaimed(attempt=1), scan) is None
    assert world.record(ScanClaimed(attempt=2), scan)
    assert world.record(ScanReleased(attempt=1, reason="late janitor"), scan) is None
    assert world.scan(scan).attempt == 2


def test_a_drop_is_known_by_key_and_etag(world):
    scan = world.drop("pile", "e1")
    with world.register.reading() as connection:
        assert scan_of_drop(connection, f"scans/{CENTRE}/{EXAM}/pile.pdf", "e1").id == scan
        assert scan_of_drop(connection, f"scans/{CENTRE}/{EXAM}/pile.pdf", "e2") is None
    again = ObjectInfo(f"scans/{CENTRE}/{EXAM}/pile.pdf", "e1", 1000, world.now)
    assert arrive(world.register, again, EXAM, CENTRE, actor="test", at=world.tick()) is None
    replaced = world.drop("pile", "e2")
    assert [world.scan(id_).n for id_ in (scan, replaced)] == [1, 2]


def test_a_drop_nowhere_known_is_kept_too(world):
    dropped = ObjectInfo("scans/nulle part/x.pdf", "e1", 0, world.now)
    scan = arrive(world.register, dropped, None, None, actor="test", at=world.tick())
    world.record(ScanQuarantined(sha256=None, findings=(finding(Code.UNKNOWN_CENTRE),)), scan)
    assert world.scan(scan).state is ScanState.QUARANTINED
    assert world.open_codes() == [Code.UNKNOWN_CENTRE]


def test_the_same_bytes_are_one_scan_in_one_place_and_another_elsewhere(world):
    first = world.stored("aa")
    second = world.drop()
    world.record(ScanClaimed(attempt=1), second)
    assert world.record(ScanStored(sha256="aa"), second) is None
    with world.register.reading() as connection:
        assert twin_of(connection, world.scan(second), "aa").id == first
    assert world.record(ScanDuplicate(sha256="aa", of=first), second)
    assert world.scan(second).state is ScanState.DUPLICATE

    for exam, centre in (("U1", CENTRE), (EXAM, "0050006E")):
        other = ObjectInfo(f"scans/{centre}/{exam}/pile.pdf", "e9", 10, world.now)
        elsewhere = arrive(world.register, other, exam, centre, actor="test", at=world.tick())
        world.record(ScanClaimed(attempt=1), elsewhere)
        assert world.record(ScanStored(sha256="aa"), elsewhere)


def test_a_file_set_aside_may_be_dropped_again(world):
    first = world.stored("aa")
    world.record(
        ScanQuarantined(sha256="aa", findings=(finding(Code.READING_FAILED, what="3 essais"),)), first
    )
    assert world.scan(world.stored("aa")).state is ScanState.PROCESSING


def test_a_processed_scan_is_left_alone(world):
    scan = world.stored("aa")
    assert world.record(ScanProcessed(), scan)
    assert world.record(ScanProcessed(), scan) is None
    assert world.record(ScanReleased(attempt=1, reason="late janitor"), scan) is None
    assert world.record(ScanQuarantined(sha256=None, findings=()), scan) is None


def test_naive_datetimes_are_refused(world):
    with pytest.raises(ValueError, match="time zone"):
        world.register.record(
            SessionLoaded(name="s", sha256="a"),
            "session",
            actor="test",
            at=datetime(2026, 5, 20),  # noqa: DTZ001
        )


def test_constraints_hold_whatever_the_program_does(world):
    copy, _, other, *_ = world.session_day()
    with world.register.engine.connect() as connection:
        row = dict(connection.execute(select(copies).where(copies.c.id == copy)).one()._mapping)
        second = row | {"id": "copy_x", "position": 9, "anonymous_number": None, "order_in_lot": None}
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(copies).values(second))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(update(copies).where(copies.c.id == other).values(anonymous_number="A17"))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(update(copies).where(copies.c.id == copy).values(scan="scan_nowhere"))
        scan = dict(connection.execute(select(scans).where(scans.c.id == row["scan"])).one()._mapping)
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(scans).values(scan | {"id": "scan_x", "n": 99, "sha256": "x"}))


def test_a_register_in_use_can_still_be_read(world):
    world.people()
    with world.register.transaction() as transaction:
        transaction.record(SessionLoaded(name="s", sha256="a"), "session", actor="test", at=world.tick())
        with world.register.reading() as connection:
            assert connection.scalar(select(session.c.name)) is None
    with world.register.reading() as connection:
        assert connection.scalar(select(session.c.name)) == "s"


def test_a_reader_sees_one_state_however_long_it_reads(world):
    with world.register.reading() as connection:
        assert connection.scalar(select(session.c.name)) is None
        world.record(SessionLoaded(name="s", sha256="a"), "session")
        assert connection.scalar(select(session.c.name)) is None


def test_a_roster_with_a_bad_line_is_kept_back_and_a_mended_one_keeps_the_ids(world):
    bad = ROSTER.replace(NUMBERS[2].encode(), b"12")
    assert [
        p.line for p in import_candidates(world.register, bad, None, actor="t", at=world.tick()).problems
    ] == [4]
    assert lines(world.register) == []
    world.people()
    ids = [world.candidate(k) for k in range(6)]
    import_candidates(
        world.register, ROSTER.replace(b"FAUXNOM", b"VRAINOM"), None, actor="t", at=world.tick()
    )
    with world.register.reading() as connection:
        told = enrolled_in(connection, EXAM, CENTRE)
    assert [row.id for row in told] == ids
    assert told[2].family_name == "VRAINOM"


def test_an_attendance_list_replaces_the_one_before(world):
    world.people()
    marks = b"candidate_number;present\n" + b"".join(f"{n};oui\n".encode() for n in NUMBERS)
    take(world.site, EXAM, CENTRE, marks, actor="t", at=world.tick())
    mended = marks.replace(f"{NUMBERS[1]};oui".encode(), f"{NUMBERS[1]};non".encode())
    take(world.site, EXAM, CENTRE, mended, actor="t", at=world.tick())
    with world.register.reading() as connection:
        told = attendance_of(connection, EXAM, CENTRE)
        assert attendance_of(connection, EXAM, "0050006E") is None
        assert exam_counts(connection, EXAM).present == 5
    assert told == {world.candidate(k): k != 1 for k in range(6)}
    stranger = b"candidate_number;present\n02200000009;oui\n"
    problems = take(world.site, EXAM, CENTRE, stranger, actor="t", at=world.tick()).problems
    assert [(p.line, "inscrit" in p.message) for p in problems] == [(2, True)]


def test_a_corrector_is_known_by_her_last_token_alone(world):
    world.people()
    corrector = world.correctors()[0]
    first = issue_token(world.register, corrector, actor="service", at=world.tick())
    second = issue_token(world.register, corrector, actor="service", at=world.tick())
    with world.register.reading() as connection:
        assert corrector_by_token(connection, second).reference == "C1"
        assert corrector_by_token(connection, first) is None
        assert corrector_by_token(connection, "") is None
        assert [row.has_token for row in all_correctors(connection, EXAM)] == [True, False]
    assert not any(second in event.line() or first in event.line() for event in lines(world.register))


def test_time_is_an_argument(world):
    scan = world.drop()
    at = datetime(2031, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    world.register.record(ScanClaimed(attempt=1), scan, actor="test", at=at)
    assert world.scan(scan).claimed_at == at
    assert lines(world.register)[-1].at == at


def test_exceptions_quote_no_value(world):
    world.people()
    with world.register.engine.connect() as connection, pytest.raises(IntegrityError) as caught:
        row = dict(connection.execute(select(candidates)).first()._mapping)
        connection.execute(insert(candidates).values(row | {"id": "cand_x"}))
    told = "".join(traceback.format_exception(caught.value))
    assert "UNIQUE" in told.upper()
    assert "number" in told
    assert not any(personal in told for personal in (*NUMBERS, *NAMES))


def test_nobody_waits_for_the_dossier_of_who_is_examined_in_ccf(world):
    """Nor of who is found to be, by a later list."""
    rules = load_session(SESSION)
    first, second = (
        f"{ROSTER.decode().splitlines()[0]},form\n"
        f"02200000001,001,ZYGOMAR,ODILON,2004-03-01,0040538N,{CENTRE},SLAM,scolaire,U4 E5 E6,{one}\n"
        f"02200000002,002,QUIBERON,ODILON,2004-03-02,0040538N,{CENTRE},SISR,scolaire,U4 E5 E6,{other}\n"
        for one, other in (("CCF", ""), ("CCF", "CCF"))
    )
    for roster, waited_for in ((first, 1), (second, 0)):
        assert not import_candidates(world.register, roster.encode(), rules, actor="t", at=world.now).problems
        with world.register.reading() as connection:
            assert [len(without_dossier(connection, exam)) for exam in ("E5", "E6")] == [waited_for] * 2
            assert len(enrolled_in(connection, EXAM, CENTRE)) == 2
