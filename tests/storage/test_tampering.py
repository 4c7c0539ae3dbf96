"""Somebody who can write to the audit bucket, to the register or to both, but has not the signing key.

Every single change to a small log and its register is made and must be found; then several at once. What
cannot be found is made too, so that docs/trust.md stays true of it.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

import pytest
from attacks import Log, attacks_on_the_log, attacks_on_the_register, other
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import CENTRE, EXAM, NUMBERS, World, unknown, whole

from actions.dropped.dossiers import pronounce
from actions.season.attendance import take
from storage.bucket.keys import seal_key
from storage.bucket.objects import Bucket, ObjectInfo, Store, s3_client
from storage.database.register import Register, make_engine, open_register
from storage.dropped import deposits
from storage.dropped.deadlines import DeadlineSwept
from storage.log.checkpoints import Checkpoint
from storage.log.replay import fingerprints
from storage.log.seals import Seal
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify
from storage.machine.weed import Weed
from storage.people import accounts
from storage.people.correctors import issue_token
from storage.season.session import SessionLoaded
from storage.states import Pronounced, Role
from tests.storage import depositing

AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()


@dataclass(frozen=True)
class Moment:
    """The bucket and the register's file as they stood at one moment, and the checkpoint made then."""

    log: Log
    register: Path
    checkpoint: Checkpoint


@dataclass
class Scene:
    """What the attacker attacks: four moments, each one shipment after the one before."""

    audit: Bucket
    vault: Bucket
    moments: list[Moment]
    own: Path  # the register under attack
    stored: Log

    @property
    def last(self) -> Moment:
        return self.moments[-1]

    def problems(self, log: Log | None = None, register: Path | None = None, **how) -> list[str]:
        """What verify says of this bucket and this register; of the untouched ones where none is given."""
        self.store(self.last.log if log is None else log)
        opened = Register(make_engine(f"sqlite:///{register or self.last.register}"), self.vault)
        try:
            return [problem.message for problem in verify(self.audit, PUBLIC, opened, **how)]
        finally:
            opened.engine.dispose()

    def store(self, log: Log) -> None:
        for key in self.stored.keys() - log.keys():
            self.audit.delete(key)
        for key, data in log.items():
            if self.stored.get(key) != data:
                self.audit.put(key, data)
        self.stored = dict(log)

    def sql(self, *statements: tuple[str, list], of: Path | None = None) -> Path:
        """The register's file after these statements, which heed no foreign key."""
        for beside in ("-wal", "-shm"):
            Path(f"{self.own}{beside}").unlink(missing_ok=True)
        shutil.copy(of or self.last.register, self.own)
        with closing(sqlite3.connect(self.own)) as connection, connection:
            for statement, values in statements:
                connection.execute(statement, values)
        return self.own


def closed_copy(register: Register, path: Path) -> Path:
    with sqlite3.connect(register.engine.url.database) as here, sqlite3.connect(path) as there:
        here.backup(there)
    return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory, store, audit_bucket) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("day")
    register = open_register(f"sqlite:///{folder / 'register.sqlite'}", store.vault)
    world = World(register)
    moments: list[Moment] = []

    def ships():
        ship(register, audit_bucket, KEY, at=world.tick())
        log = {item.key: audit_bucket.get(item.key) for item in audit_bucket.list()}
        last = Seal.model_validate_json(log[seal_key(len(log) // 2)])
        path = closed_copy(register, folder / f"{len(moments)}.sqlite")
        moments.append(Moment(log, path, Checkpoint.of(last, KEY, at=world.tick())))

    world.record(SessionLoaded(name="invented", sha256="0" * 64), "session")
    world.people()
    issue_token(register, world.correctors()[0], actor="t", at=world.tick())
    accounts.invite(register, Role.SERVICE, None, "s@exemple.fr", "Ursule", actor="t", at=world.tick())
    ships()
    world.session_day()
    lines = "".join(f"{number},1\n" for number in NUMBERS)
    take(world.site, EXAM, CENTRE, f"candidate_number,present\n{lines}".encode(), actor="t", at=world.tick())
    ships()
    info = ObjectInfo(f"dossiers/E5/{NUMBERS[0]}/a.pdf", "e", 4, world.tick())
    candidate = world.candidate(0)
    dossier = depositing.deposit(
        register, info, b"%PDF", "E5", candidate, "a.pdf", actor="t", at=world.tick()
    )
    pronounce(world.site, dossier, Pronounced.CONFORM, (), "Ursule", "vu", actor="t", at=world.tick())
    times = f"candidate_number,file,deposited_at\n{NUMBERS[0]},a.pdf,2026-03-30T10:00:00+02:00\n".encode()
    deposits.date_deposits(register, times, "E5", actor="t", at=world.tick())
    ships()
    world.scanned(whole(2, 1), unknown(5))
    world.record(DeadlineSwept(exam=EXAM, centre=CENTRE), f"{EXAM}/{CENTRE}")
    ships()
    register.engine.dispose()
    scene = Scene(audit_bucket, store.vault, moments, folder / "attacked.sqlite", moments[-1].log)
    assert scene.problems() == []
    yield scene
    scene.store({})


# --- the bucket ---


@pytest.mark.slow
def test_every_change_to_the_bucket_is_found(scene):
    missed, count = [], 0
    cut = re.compile(r"cut off after [123]$")  # the register alone knows of these
    for what, log in attacks_on_the_log(scene.last.log):
        count += 1
        scene.store(log)
        found = verify(scene.audit, PUBLIC) if not cut.match(what) else scene.problems(log)
        if not found and log:
            missed.append(what)
    assert missed == []
    assert count > 200, "this tried less than it says"


# --- the register ---


LOGS_OWN = {"events", "event_subjects", "chain", "segments"}


@pytest.mark.slow
def test_every_change_to_the_register_is_found(scene):
    """To the tables that hold the log itself one at a time; to the others one in each table at a time."""
    by_table: dict[str, list] = {}
    for what, statement in attacks_on_the_register(scene.last.register):
        try:
            scene.sql(statement)
        except sqlite3.IntegrityError:
            continue  # the database itself refused
        by_table.setdefault(what.partition(" ")[0], []).append((what, statement))
    assert by_table.keys() >= LOGS_OWN | {
        "candidates", "enrolments", "correctors", "accounts", "attendance", "scans", "copies", "findings",
        "lots", "sweeps", "session", "dossiers", "dossier_files", "dossier_times", "dossier_decisions",
    }  # fmt: skip
    missed = [
        what
        for table in sorted(LOGS_OWN)
        for what, statement in by_table.pop(table)
        if not scene.problems(register=scene.sql(statement))
    ]
    for attacks in zip_longest(*by_table.values()):
        made = [attack for attack in attacks if attack]
        told = " ".join(scene.problems(register=scene.sql(*(statement for _, statement in made))))
        for what, _ in made:
            table = what.partition(" ")[0]
            if f"In {table}, 1 rows" not in told and f"The table {table} cannot be read" not in told:
                missed.append(what)
    assert missed == []


# --- both ---


@pytest.mark.slow
def test_a_rollback_is_found_unless_everything_goes_back_to_one_moment(scene):
    for i, of_bucket in enumerate(scene.moments):
        for j, of_register in enumerate(scene.moments):
            told = scene.problems(of_bucket.log, of_register.register)
            assert bool(told) == (i != j), (i, j, told)
            kept = scene.problems(of_bucket.log, of_register.register, checkpoint=scene.last.checkpoint)
            assert bool(kept) == ((i, j) != (3, 3)), (i, j, "with a checkpoint of the last moment")
    old = scene.moments[1]
    assert "was put back" in " ".join(scene.problems(old.log, old.register, checkpoint=scene.last.checkpoint))


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_several_changes_at_once_hide_nothing(scene, data):
    """Of bucket and register together, at any moments, with rows and bytes changed at random."""
    log = dict(data.draw(st.sampled_from(scene.moments)).log)
    for key in data.draw(st.lists(st.sampled_from(sorted(scene.last.log)), max_size=2, unique=True)):
        what = data.draw(st.sampled_from(["remove", "flip", "cut", "another's"]))
        if what == "remove":
            log.pop(key, None)
        elif log.get(key):
            at = data.draw(st.integers(0, len(log[key]) - 1))
            flipped = log[key][:at] + bytes([log[key][at] ^ 1]) + log[key][at + 1 :]
            log[key] = {"flip": flipped, "cut": log[key][:at]}.get(what, log[min(log)])
    of = data.draw(st.sampled_from(scene.moments)).register
    attacks = dict(attacks_on_the_register(of))
    chosen = data.draw(st.lists(st.sampled_from(sorted(attacks)), max_size=2, unique=True))
    try:
        attacked = scene.sql(*(attacks[what] for what in chosen), of=of)
    except sqlite3.IntegrityError:
        return
    untouched = any(
        (log, attacked.read_bytes()) == (moment.log, moment.register.read_bytes()) for moment in scene.moments
    )
    assert bool(scene.problems(log, attacked)) != untouched, (chosen, sorted(log))


# --- what cannot be found, and docs/trust.md says so ---


def test_events_that_were_never_sealed_can_be_taken_back(scene):
    later = scene.sql()
    register = Register(make_engine(f"sqlite:///{later}"), scene.vault)
    register.record(DeadlineSwept(exam="X", centre=CENTRE), f"X/{CENTRE}", actor="t", at=AT)
    register.engine.dispose()
    assert scene.problems(register=later) == []
    assert scene.problems(register=scene.last.register, checkpoint=scene.last.checkpoint) == []


# --- checkpoints ---


def test_a_checkpoint_holds_while_the_log_goes_on(scene):
    seals = {n: Seal.model_validate_json(scene.last.log[seal_key(n)]) for n in range(1, 5)}
    for moment in scene.moments:
        assert moment.checkpoint.against(seals, PUBLIC) == []
    assert scene.problems(checkpoint=scene.moments[1].checkpoint) == []


def test_a_checkpoint_that_was_altered_or_is_of_another_log_is_no_proof(scene):
    seals = {n: Seal.model_validate_json(scene.last.log[seal_key(n)]) for n in range(1, 5)}
    stated = json.loads(scene.last.checkpoint.to_text())
    for name in stated.keys() - {"countersignatures"}:
        altered = Checkpoint.model_validate(stated | {name: other(stated[name])})
        assert "forged" in altered.against(seals, PUBLIC)[0], name
    another = Checkpoint.of(seals[2].model_copy(update={"n": 3}), KEY, at=AT)
    assert "is not the one" in another.against(seals, PUBLIC)[0]


def test_a_witness_countersigns(scene):
    witness, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signed = scene.last.checkpoint.countersigned(witness)
    again = Checkpoint.model_validate_json(signed.to_text())
    assert again.is_witnessed_by(witness.public_key())
    assert not again.is_witnessed_by(stranger.public_key())
    assert not again.model_copy(update={"n": 3}).is_witnessed_by(witness.public_key())


# --- a store that keeps versions and locks them ---


@pytest.fixture
def alone(tmp_path, store):
    """A register in a file, whose earlier state can be kept and brought back."""
    register = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}", store.vault)
    yield World(register)
    register.engine.dispose()


@pytest.fixture
def locked(weed: Weed):
    client = s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1")
    name = f"audit-{secrets.token_hex(6)}"
    store = Store(client, inbox="inbox", vault="vault", audit=name, retention_days=366)
    store.ensure_buckets()
    return client, store.audit


def test_what_is_shipped_is_under_retention_and_a_joint_rollback_shows(alone, locked, tmp_path):
    client, audit = locked
    alone.people()
    ship(alone.register, audit, KEY, at=AT)
    earlier = closed_copy(alone.register, tmp_path / "earlier.sqlite")
    alone.scanned(whole(0, 1))
    ship(alone.register, audit, KEY, at=AT + timedelta(hours=1))
    assert verify(audit, PUBLIC, alone.register) == []
    keys = [item.key for item in audit.list()]
    assert len(keys) == 4
    for key in keys:
        head = client.head_object(Bucket=audit.name, Key=key)
        assert head["ObjectLockMode"] == "COMPLIANCE", key
        assert head["ObjectLockRetainUntilDate"] > datetime.now(UTC) + timedelta(days=365), key
        with pytest.raises(ClientError):
            client.delete_object(Bucket=audit.name, Key=key, VersionId=head["VersionId"])
    for key in (keys[1], keys[3]):
        audit.delete(key)
    register = Register(make_engine(f"sqlite:///{earlier}"), alone.register.vault)
    assert {problem.where for problem in verify(audit, PUBLIC, register)} == {keys[1], keys[3]}
    # Even when the machine goes on from there, and seals other events under the same keys
    for k in range(4):
        register.record(DeadlineSwept(exam=f"X{k}", centre=CENTRE), f"X{k}/{CENTRE}", actor="t", at=AT)
    assert ship(register, audit, KEY, at=AT + timedelta(hours=2)) == 4
    assert {problem.where for problem in verify(audit, PUBLIC, register)} == {keys[1], keys[3]}
    register.engine.dispose()


def test_what_was_written_over_shows_until_it_is_put_back(alone, locked):
    _, audit = locked
    alone.people()
    ship(alone.register, audit, KEY, at=AT)
    (key, *_) = [item.key for item in audit.list()]
    original = audit.get(key)
    audit.put(key, b"another story")
    assert key in {problem.where for problem in verify(audit, PUBLIC, alone.register)}
    audit.put(key, original)
    assert verify(audit, PUBLIC, alone.register) == []


# --- the log gives the register back ---


def test_the_register_rebuilt_from_the_log_equals_the_one_that_was(scene, tmp_path):
    scene.store(scene.last.log)
    again = open_register(f"sqlite:///{tmp_path / 'again.sqlite'}", scene.vault)
    rebuild_register(scene.audit, PUBLIC, again)
    was = Register(make_engine(f"sqlite:///{scene.last.register}"), scene.vault)
    with again.reading() as rebuilt, was.reading() as original:
        assert fingerprints(rebuilt) == fingerprints(original)
    for register in (again, was):
        register.engine.dispose()
