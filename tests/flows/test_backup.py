"""The drill: a machine's folder is lost, and everything comes back from the last backup, verified."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.context import context, now
from cli.app import app
from cli.demo_session import write_demo_session
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.candidates import import_candidates
from storage.log.replay import fingerprints
from storage.log.segments import ship
from storage.log.signing import load_or_make_key
from storage.register import open_register
from storage.scans import ScanClaimed, ScanStored, all_scans, arrive
from storage.settings import Settings, open_store
from storage.weed import running

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
        context.cache_clear()
        done = CliRunner().invoke(app, list(command), env={"MASSICOT_DATA_DIR": str(self.data)})
        context.cache_clear()
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
            for bucket in (store.inbox, store.vault, store.lots, store.audit)
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
    store.lots.put(f"{EXAM}/lot_1/lot.json", b"{}")
    store.inbox.put(f"scans/{CENTRE}/{EXAM}/tout juste.pdf", b"%PDF-1.7 second")
    path = machine.data / "browser.pdf"
    path.write_bytes(PDF)
    store.inbox.put_in_parts(f"scans/{CENTRE}/{EXAM}/du navigateur.pdf", path, 5 << 20)
    path.unlink()
    register.engine.dispose()


def test_the_drill(tmp_path):
    lost, kept, found = Machine(tmp_path / "lost"), tmp_path / "backup", Machine(tmp_path / "found")
    with running(lost.data, port=0):
        live(lost)
        first = lost("backup", str(kept))
        assert " 0 of them new" not in first
        again = lost("backup", str(kept))
        assert " 0 of them new" in again and "audit.key" in again
        objects, tables, scans = lost.holds()
    assert {scan.state for scan in scans} == {"arrived", "processing"} and len(scans) == 3
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    secrets = [(lost.data / name).read_bytes() for name in ("audit.key", "store/server.json")]
    assert not any(path.read_bytes() in secrets for path in kept.rglob("*") if path.is_file())

    assert "put audit.key and audit.pub back" in found("restore", str(kept), fails=True)
    with_keys(lost, found)
    shutil.rmtree(lost.data)
    assert "The log is whole" in found("restore", str(kept))
    with running(found.data, port=0):
        assert found.holds() == (objects, tables, scans)
        found("audit", "verify")
    assert "into an empty place" in found("restore", str(kept), fails=True)

    (manifest,) = sorted(kept.glob("backup-*.json"))[-1:]
    stated = json.loads(manifest.read_text())
    stated["tables"] = dict.fromkeys(stated["tables"], "0")
    manifest.write_text(json.dumps(stated))
    assert "not what they were" in with_keys(found, Machine(tmp_path / "third"))(
        "restore", str(kept), fails=True
    )
    del stated["revision"]  # as the first release wrote it, whose tables were others
    manifest.write_text(json.dumps(stated))
    assert "The log is whole" in with_keys(found, Machine(tmp_path / "fourth"))("restore", str(kept))

    damaged = max(kept.glob("objects/*/*"), key=lambda path: path.stat().st_size)
    damaged.write_bytes(PDF[:-1] + b"x")
    fifth = with_keys(found, Machine(tmp_path / "fifth"))
    assert "damaged" in fifth("restore", str(kept), fails=True)
