"""What each S3 server that can be started here holds to.

`python -m benchmarks.stores` prints the table of docs/operating.md: of the embedded server, and, where they
are on the PATH, of `moto_server` (pip install 'moto[server]') and of Ceph's gateway (apt-get install ceph-mon
ceph-osd ceph-mgr radosgw).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from storage.bucket.objects import Store, s3_client
from storage.bucket.probe import conditions_of, ends_date_parts
from storage.machine.ports import held_ports
from storage.machine.weed import running

_PATIENCE = 90.0
_KEYS = ("AKMASSICOT", "a-secret-for-an-hour")


@dataclass(frozen=True)
class Served:
    """A server that is up: its make and version, and the door with its keys."""

    name: str
    endpoint: str
    keys: tuple[str, str]


@contextmanager
def _embedded(folder: Path) -> Iterator[Served]:
    with running(folder, port=0) as weed:
        yield Served(f"SeaweedFS {_version(weed.argv()[0], 'version')}", weed.endpoint, weed.keys["workflow"])


@contextmanager
def _moto(folder: Path) -> Iterator[Served]:
    with held_ports(0) as (port,):
        pass
    with _process(folder, "moto_server", "-p", str(port)):
        _await(f"http://127.0.0.1:{port}")
        yield Served("moto", f"http://127.0.0.1:{port}", _KEYS)


@contextmanager
def _ceph(folder: Path) -> Iterator[Served]:
    """One monitor, one manager, one store in memory, one gateway, which cannot do without cephx."""
    with held_ports(0, 0) as (monitor, gateway):
        pass
    conf, keyring, endpoint = folder / "ceph.conf", folder / "keyring", f"http://127.0.0.1:{gateway}"
    fsid = _said("uuidgen").strip()
    conf.write_text(
        f"""[global]
fsid = {fsid}
mon_host = v2:127.0.0.1:{monitor}/0
public_addr = 127.0.0.1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = {2 << 30}
mon_data = {folder}/mon
mgr_data = {folder}/mgr
osd_data = {folder}/osd
run_dir = {folder}
log_file = {folder}/$name.log
admin_socket = {folder}/$name.asok
pid_file = {folder}/$name.pid
keyring = {keyring}
rgw_frontends = beast endpoint=127.0.0.1:{gateway}
"""
    )
    everything = [word for of in ("mon", "osd", "mgr") for word in ("--cap", of, "allow *")]
    for daemon in ("mon", "mgr", "osd"):
        (folder / daemon).mkdir()
    _said("ceph-authtool", "--create-keyring", str(keyring))
    for who in ("mon.", "client.admin", "client.rgw.a", "mgr.a", "osd.0"):
        _said("ceph-authtool", str(keyring), "--gen-key", "-n", who, *everything)
    monmap = str(folder / "monmap")
    _said("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{monitor}]", "--fsid", fsid, monmap)
    _said("ceph-mon", "-c", str(conf), "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", str(keyring))
    asked = ("ceph", "-c", str(conf), "--connect-timeout", "30")
    with ExitStack() as daemons:
        daemons.enter_context(_process(folder, "ceph-mon", "-c", str(conf), "-i", "a", "-f"))
        _said(*asked, "auth", "import", "-i", str(keyring))
        _said(*asked, "osd", "new", fsid)
        _said("ceph-osd", "-c", str(conf), "-i", "0", "--mkfs", "--osd-uuid", fsid)
        daemons.enter_context(_process(folder, "ceph-mgr", "-c", str(conf), "-i", "a", "-f"))
        daemons.enter_context(_process(folder, "ceph-osd", "-c", str(conf), "-i", "0", "-f"))
        daemons.enter_context(
            _process(
                folder, "radosgw", "-c", str(conf), "-n", "client.rgw.a", "--keyring", str(keyring), "-f"
            )
        )
        _await(endpoint)
        made = ("user", "create", "--uid=massicot", "--display-name=massicot")
        _said(
            *("radosgw-admin", "-c", str(conf), "-n", "client.admin", *made),
            *(f"--access-key={_KEYS[0]}", f"--secret-key={_KEYS[1]}"),
        )
        yield Served(f"Ceph {_version('radosgw', '--version')}", endpoint, _KEYS)


_SERVERS: dict[str, Callable[[Path], AbstractContextManager[Served]]] = {
    "": _embedded,
    "moto_server": _moto,
    "radosgw": _ceph,
}
"""By the program that has to be there besides massicot's own."""


def main() -> None:
    rows: dict[tuple[str, str, str], list[str]] = {}
    names = []
    for program, served in _SERVERS.items():
        if program and not shutil.which(program):
            typer.echo(f"{program} is not here: left out", err=True)
            continue
        with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server:
            client = s3_client(server.endpoint, *server.keys, "us-east-1")
            store = Store(client, inbox="inbox", vault="vault", audit="audit")
            store.ensure_buckets()
            names.append(server.name)
            for one in conditions_of(store):
                rows.setdefault((one.bucket, one.name, one.so_that), []).append(one.seen or "held")
            dated = "by its end" if ends_date_parts(store) else "by its beginning"
            rows.setdefault(("inbox", "an upload in parts is dated", "deposits are in time"), []).append(
                dated
            )
    _row("bucket", "condition", "so that", *names)
    _row(*["---"] * (3 + len(names)))
    for what, seen in rows.items():
        _row(*what, *seen)


def _row(*cells: str) -> None:
    typer.echo(f"| {' | '.join(cells)} |")


@contextmanager
def _process(folder: Path, program: str, *arguments: str) -> Iterator[None]:
    with (folder / f"{program}.out").open("wb") as out:
        process = subprocess.Popen([program, *arguments], stdout=out, stderr=out, cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(endpoint: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(endpoint, timeout=2):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def _said(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=_PATIENCE).stdout


def _version(*argv: str) -> str:
    found = re.search(r"\d+(\.\d+)+", _said(*argv))
    return found[0] if found else "of no known version"


if __name__ == "__main__":
    main()
