"""Throughput of a fleet on one machine: each worker in a network namespace, as on a host of its own.

python -m benchmarks.fleet --workers 1 2 --scans 4        (as root; Debian's iproute2 and postgresql)

PostgreSQL, the Prefect server and the store are in the root namespace, at the address of a bridge; a worker
has no other way to them, no loopback in common, and a data folder of its own. Each round drops as many scans
and lets more workers in. Printed: scans a minute and the ratio to the first round.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy import select

from benchmarks.postgres import postgres
from cli.children import Child
from cli.demo_session import FORM, write_demo_session
from cli.up import Machine, prefect_environment
from processors.circular.form import load_form
from specimens.batch import Batch, Kind, roster_csv
from specimens.rehearsal import attendance_csv, plan_session
from storage.database.register import open_register
from storage.database.schema import events
from storage.dropped.scans import all_scans
from storage.events import Event
from storage.log.signing import load_or_make_key
from storage.machine.ports import free_port
from storage.machine.settings import Settings, open_store
from storage.machine.weed import Weed
from storage.people.candidates import import_candidates
from storage.states import ScanState

say = Console(soft_wrap=True, highlight=False, markup=False).print
BRIDGE, ADDRESS = "massicot0", "10.77.0.1"
_STILL_GOING = {ScanState.ARRIVED, ScanState.PROCESSING}


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, stderr=None if check else subprocess.DEVNULL)


@contextmanager
def hosts(number: int) -> Iterator[list[str]]:
    """Namespaces that are joined by a bridge, where the root namespace has an address."""
    names = [f"massicot-w{k}" for k in range(1, number + 1)]
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("address", "add", f"{ADDRESS}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for k, name in enumerate(names, start=1):
            _ip("netns", "add", name)
            _ip("link", "add", f"massicot-v{k}", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"massicot-v{k}", "master", BRIDGE, "up")
            _ip("-n", name, "address", "add", f"10.77.0.{k + 1}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        yield names
    finally:
        for name in names:
            _ip("netns", "delete", name, check=False)
        _ip("link", "delete", BRIDGE, check=False)


def _run(environment: Mapping[str, str], *command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *command], env=dict(environment), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{command}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")


def _drawn(scans: int, copies: int) -> tuple[bytes, list[tuple[str, bytes]], list[Batch]]:
    """The roster, attendance lists by their keys, and as many piles of other people's copies."""
    plan = plan_session(11, ["0130051K", "0050006E", "0840003X"], ["U4", "U7"], 30)
    form, kinds = load_form(FORM), (Kind.OK,) * copies
    piles = [dataclasses.replace(plan.batches[k % 6], kinds=kinds, seed=k).draw(form) for k in range(scans)]
    lists = [(f"attendance/{b.centre}/{b.exam}.csv", attendance_csv(b.attendance)) for b in plan.batches]
    return roster_csv(plan.candidates), lists, piles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--scans", type=int, default=4, help="in each round")
    parser.add_argument("--copies", type=int, default=4, help="in each scan")
    wanted = parser.parse_args()
    roster, lists, piles = _drawn(wanted.scans * len(wanted.workers), wanted.copies)
    with ExitStack() as at_exit:
        folder = Path(at_exit.enter_context(tempfile.TemporaryDirectory(prefix="massicot-fleet-")))
        names = at_exit.enter_context(hosts(max(wanted.workers)))
        server = at_exit.enter_context(postgres(ADDRESS, free_port(5432)))
        urls = {
            name: f"{driver}://postgres@{ADDRESS}:{server.port}/{name}"
            for name, driver in (("register", "postgresql+psycopg"), ("prefect", "postgresql+asyncpg"))
            if server.create(name)
        }
        weed = Weed.at(folder, 0)
        argv = [*weed.argv(), f"-s3.ip.bind={ADDRESS}"]
        endpoint = f"http://{ADDRESS}:{weed.ports['s3']}"
        session, port = folder / "session-file.toml", free_port(4200)
        write_demo_session(session, datetime.now(UTC))
        environment = (
            os.environ
            | prefect_environment(folder, port)
            | {
                "PREFECT_API_URL": f"http://{ADDRESS}:{port}/api",
                "MASSICOT_DATA_DIR": str(folder),
                "MASSICOT_REGISTER_URL": urls["register"],
                "MASSICOT_S3_ENDPOINT": endpoint,
                "MASSICOT_S3_ACCESS_KEY": weed.keys["workflow"][0],
                "MASSICOT_S3_SECRET_KEY": weed.keys["workflow"][1],
                "MASSICOT_SESSION_PATH": str(session),
                "MASSICOT_AUDIT_KEY_PATH": str(folder / "audit.key"),
                "NO_PROXY": ADDRESS,
            }
        )
        os.environ.update(environment)
        store = Child("store", argv, weed.env(), folder / "weed.log", grace=2.0)
        api = Child(
            "Prefect server",
            [sys.executable, "-m", "prefect", "server", "start", f"--host={ADDRESS}", f"--port={port}"],
            environment | {"PREFECT_API_DATABASE_CONNECTION_URL": urls["prefect"]},
            folder / "server.log",
        )
        machine = Machine(folder, environment["PREFECT_API_URL"], store, api, api, api, environment, say)
        for child in (store, api):
            at_exit.callback(child.stop)
            child.start()
        settings = Settings()
        kept = open_store(settings)
        _until(lambda: _answers(kept.ensure_buckets, lambda: machine.ask("GET", "/ready")), 180)
        _run(environment, "actions.prepare")
        _run(environment, "flows.deploy", "--fleet")
        load_or_make_key(folder / "audit.key")
        register = open_register(settings.url, kept.vault)
        problems = import_candidates(register, roster, None, actor="service", at=datetime.now(UTC))
        assert not problems.problems
        for key, data in lists:
            kept.inbox.put(key, data)
        say(f"{wanted.scans} scans of {wanted.copies} copies a round, one run at a time for each worker")
        running: list[str] = []
        first = None
        for count in wanted.workers:
            for name in names[len(running) : count]:
                own = folder / name
                own.mkdir()
                command = [
                    "ip",
                    "netns",
                    "exec",
                    name,
                    str(Path(sys.executable).parent / "massicot"),
                    "worker",
                ]
                mine = environment | {"MASSICOT_DATA_DIR": str(own), "PREFECT_HOME": str(own / "prefect")}
                child = Child(name, [*command, "--runs=1"], mine, own / "worker.log")
                at_exit.callback(child.stop)
                child.start()
                running.append(name)
            with register.reading() as connection:
                before = {scan.id for scan in all_scans(connection)}
            for pile in (piles.pop() for _ in range(wanted.scans)):
                key = f"scans/{pile.centre}/{pile.exam}/{secrets.token_hex(4)}.pdf"
                kept.inbox.put(key, pile.pdf)

            def done(known: set[str] = before) -> bool:
                with register.reading() as connection:
                    new = [scan for scan in all_scans(connection) if scan.id not in known]
                return len(new) == wanted.scans and not _STILL_GOING & {scan.state for scan in new}

            _until(done, 900)
            with register.reading() as connection:
                ids = {scan.id for scan in all_scans(connection)} - before
                log = [Event.parse(line) for line in connection.scalars(select(events.c.line))]
                states = {scan.state for scan in all_scans(connection) if scan.id in ids}
            times = [
                event.at
                for event in log
                if event.subject in ids and event.action in ("scan.claimed", "scan.processed")
            ]
            rate = wanted.scans / ((max(times) - min(times)).total_seconds() / 60)
            first = first or rate
            told = f"{rate:.2f} scans a minute, {rate / first:.2f} × the first round"
            say(f"{count} workers: {told}; all {', '.join(sorted(states))}")
        register.engine.dispose()
    return 0


def _answers(*asked: Callable[[], object]) -> bool:
    try:
        for ask in asked:
            ask()
    except Exception:
        return False
    return True


def _until(done: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError(f"not done after {seconds:.0f} s")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
