"""The drill: a machine's folder is lost, and everything comes back from the last backup, verified."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.site import now, open_site
from cli.app import app
from cli.demo_session import write_demo_session
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.database.register import open_register
from storage.dropped.scans import ScanClaimed, ScanStored, all_scans, arrive
from storage.log.replay import fingerprints
from storage.log.segments import ship
from storage.log.signing import load_or_make_key
from storage.machine.settings import Settings, open_store
from storage.machine.weed import running
from storage.people.candidates import import_candidates

pytestmark = pytest.mark.slow

CENTRE, EXAM = "0130051K", "U4"
PDF = b"%PDF-1.7 " + bytes(5 << 20)  # more than one part of 5 MiB


class Machine:
    """A data directory, and `massicot` on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        data.mkdir()
        self.settings = Settings(data_dir=data)
        write_demo_session(data / "session.toml", now())

    def __call__(self, *command: str, fails: bool = False) -> str:
        open_site.cache_clear()
        done = CliRunner().invoke(app, list(command), env={"MASSICOT_DATA_DIR": str(self.data)})
        open_site.cache_clear()
        assert done.exit_code == int(fails), done.output
        return " ".join(done.output.split())

    def opened(self):
        store = open_store(self.settings)
        return store, open_register(self.settings.url, store.vault)

    def holds(self):
        """Every object with its bytes, and every table."""
        store, register = self.opened()
        with register.reading() as connection:
            tables = fingerprints(connection)
            scans = all_scans(connection)
        objects = {
            (bucket.name, info.key): (info.etag, bucket.get(info.key))
            for bucket in (store.inbox, store.vault, store.audit)
            for info in bucket.list()
        }
        register.engine.dispose()
        return objects, tables, scans


def with_keys(of: Machine, machine: Machine) -> Machine:
    for name in ("audit.key", "audit.pub"):
        shutil.copy(of.data / name, machine.data / name)
    return machine


def live(machine: Machine) -> None:
    """A roster, a scan in the vault, the log sealed; then a decision more, and two files just dropped."""
    store, register = machine.opened()
    store.ensure_buckets()
    people = plan_session(5, [CENTRE], [EXAM], 4).candidates
    assert not import_candidates(register, roster_csv(people), None, actor="t", at=now()).problems
    store.inbox.put(f"scans/{CENTRE}/{EXAM}/première.pdf", b"%PDF-1.7 first")
    (info,) = store.inbox.list("scans/")
    scan = arrive(register, info, EXAM, CENTRE, actor="t", at=now())
    register.record(ScanClaimed(attempt=1), scan, actor="t", at=now())
    store.vault.put("scans/0123.pdf", b"%PDF-1.7 first")
    ship(register, store.audit, load_or_make_key(machine.settings.signing_key_path), at=now())
    register.record(ScanStored(sha256="0123"), scan, actor="t", at=now())
    store.vault.put(f"anonymous/{EXAM}/A17.pdf", b"%PDF of nobody")
    store.inbox.put(f"scans/{CENTRE}/{EXAM}/tout juste.pdf", b"%PDF-1.7 second")
    path = machine.data / "browser.pdf"
    path.write_bytes(PDF)
    store.inbox.put_in_parts(f"scans/{CENTRE}/{EXAM}/du navigateur.pdf", path, 5 << 20)
    path.unlink()
    register.engine.dispose()


OF_LOG = ("chain", "events", "event_subjects")


def says(holds):
    """All but the log, to which a backup and a restore add what they did."""
    objects, tables, scans = holds
    return objects, {name: said for name, said in tables.items() if name not in OF_LOG}, scans


def in_clear(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def listed(machine: Machine):
    open_site.cache_clear()
    shown = CliRunner().invoke(
        app, ["backup", "list", "--json"], env={"MASSICOT_DATA_DIR": str(machine.data)}
    )
    open_site.cache_clear()
    return json.loads(shown.stdout)


def test_the_drill(tmp_path):
    lost, kept, found = Machine(tmp_path / "lost"), tmp_path / "backup", Machine(tmp_path / "found")
    plain, identity, other = tmp_path / "plain", tmp_path / "identity", tmp_path / "other"
    with running(lost.data, port=0):
        live(lost)
        assert "say who can open it" in lost("backup", "--to", str(kept), fails=True)
        assert "is no public key" in lost("backup", "--to", str(kept), "--recipient", "age1x", fails=True)
        assert not kept.exists()
        recipient = re.search("age1[0-9a-z]+", lost("backup", "keygen", str(identity)))[0]
        assert "there already" in lost("backup", "keygen", str(identity), fails=True)
        lost("backup", "keygen", str(other))
        first = lost("backup", "--to", str(kept), "--recipient", recipient)
        assert " 0 of them new" not in first
        (tmp_path / "recipients").write_text(f"# the service\n{recipient}\n")
        again = lost("backup", "--to", str(kept), "--recipient", str(tmp_path / "recipients"))
        assert " 0 of them new" in again and "audit.key" in again
        assert "It is in clear" in lost("backup", "--to", str(plain), "--plain")
        before = lost.holds()
        made = [row["name"] for row in listed(lost)]
    assert {scan.state for scan in before[2]} == {"arrived", "processing"} and len(before[2]) == 3
    assert len(made) == 3 and [path.name for path in sorted(kept.glob("backup-*"))] == [
        f"{name}.json.age" for name in made[:2]
    ]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    people = plan_session(5, [CENTRE], [EXAM], 4).candidates
    told = [said.encode() for one in people for said in (one.family_name, one.number)]
    told += [b"tout juste", "première".encode(), CENTRE.encode(), b"%PDF-1.7 second", PDF[:64]]
    assert any(said in in_clear(plain) for said in told)
    assert not any(said in in_clear(kept) for said in told)
    hashes = {hashlib.sha256(data).hexdigest().encode() for _, data in before[0].values()}
    assert not any(said in in_clear(kept) for said in hashes)
    secrets = [(lost.data / name).read_bytes() for name in ("audit.key", "store/server.json")]
    assert not any(path.read_bytes() in secrets for path in plain.rglob("*") if path.is_file())

    def restored(machine: Machine, *how: str, source: Path = kept, fails: bool = False) -> str:
        return machine("restore", str(source), *how, fails=fails)

    opens = ("--identity", str(identity))
    assert "put audit.key and audit.pub back" in restored(found, *opens, fails=True)
    with_keys(lost, found)
    shutil.rmtree(lost.data)
    assert "say with which --identity" in restored(found, fails=True)
    assert "no identity given opens it" in restored(found, "--identity", str(other), fails=True)
    assert "no file of identities" in restored(found, "--identity", str(tmp_path / "recipients"), fails=True)
    assert not (found.data / "store").exists()
    assert "The log is whole" in restored(found, *opens)
    with running(found.data, port=0):
        assert says(found.holds()) == says(before)
        found("audit", "verify")
        assert [row["name"] for row in listed(found)] == made[:2]
    assert "into an empty place" in restored(found, *opens, fails=True)

    (manifest,) = plain.glob("backup-*.json")
    stated = json.loads(manifest.read_text())
    stated["tables"] = dict.fromkeys(stated["tables"], "0")
    manifest.write_text(json.dumps(stated))
    assert "not what they were" in restored(
        with_keys(found, Machine(tmp_path / "third")), source=plain, fails=True
    )
    del stated["revision"]  # as the first release wrote it, whose tables were others, and buckets more
    stated["objects"].append(stated["objects"][0] | {"bucket": "lots"})
    manifest.write_text(json.dumps(stated))
    (plain / f"outline-{manifest.name}").unlink()
    assert "The log is whole" in restored(with_keys(found, Machine(tmp_path / "fourth")), source=plain)

    largest = max(kept.glob("objects/*/*"), key=lambda path: path.stat().st_size)
    whole = largest.read_bytes()
    largest.write_bytes(whole[:-100])
    fifth = with_keys(found, Machine(tmp_path / "fifth"))
    assert "damaged" in restored(fifth, *opens, fails=True)
    manifest = kept / f"{made[1]}.json.age"
    manifest.write_bytes(manifest.read_bytes()[:-1])
    cut = restored(with_keys(found, Machine(tmp_path / "sixth")), *opens, fails=True)
    assert "it is damaged, or cut" in cut and "Traceback" not in cut


def test_pruning_keeps_the_newest_whole_ones_and_what_they_need(tmp_path):
    machine, kept = Machine(tmp_path / "data"), tmp_path / "backup"
    lines = [machine("backup", "keygen", str(tmp_path / name)) for name in ("one", "two")]
    one, two = (re.search("age1[0-9a-z]+", line)[0] for line in lines)
    open_site.cache_clear()

    def backup(recipient: str = one) -> str:
        return machine("backup", "--to", str(kept), "--recipient", recipient).split(":")[0]

    with running(machine.data, port=0):
        live(machine)
        store, _ = machine.opened()
        first = backup()
        store.vault.delete(f"anonymous/{EXAM}/A17.pdf")
        store.vault.put("scans/only.pdf", b"%PDF-1.7 in the second alone")
        second = backup(two)  # whoever opens the first opens nothing of it
        store.vault.delete("scans/only.pdf")
        third, fourth = backup(), backup()
        (kept / "objects" / "ab").mkdir(exist_ok=True)
        (kept / "objects" / "ab" / "abandoned").write_bytes(b"of a run that was killed")
        (kept / f"{fourth}.json.age").write_bytes(b"cut")
        said = machine("backup", "prune", str(kept), "--keep", "1")
        assert f"{fourth} lacks something" in said and "2 removed, 2 stay" in said
        assert f"{first} is removed" in said and f"{second} is removed" in said
        with (kept / ".lock").open("w") as file:  # as another that makes or prunes holds it
            fcntl.flock(file, fcntl.LOCK_EX)
            prune = ("prune", str(kept), "--keep", "1")
            for act in (("--to", str(kept), "--recipient", one), prune):
                assert "is being made or pruned" in machine("backup", *act, fails=True)
        standing = {row["name"]: row["sha256"] for row in listed(machine)}
        assert list(standing)[:2] == [third, fourth]
        said = machine("backup", "prune", str(kept), "--keep", "9")
        assert "0 removed, 2 stay" in said
        machine("audit", "verify")
    assert sorted(path.name for path in kept.glob("backup-*")) == [f"{third}.json.age", f"{fourth}.json.age"]
    outline = json.loads((kept / f"outline-{third}.json").read_text())
    needed = {sha256 for _, _, sha256, _ in outline["pieces"]}
    assert {path.name for path in kept.glob("objects/*/*")} == needed
    found = with_keys(machine, Machine(tmp_path / "found"))
    how = ("--identity", str(tmp_path / "one"), "--backup", third)
    assert "The log is whole" in found("restore", str(kept), *how)
