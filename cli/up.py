"""The whole of massicot on one machine: store, register, Prefect server, worker; started, watched, stopped.

All that it writes lies under one directory. Killed in any way, it picks up where it was.
"""

from __future__ import annotations

import fcntl
import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import httpx

from cli.children import Child, ChildError, kill_holders
from flows import tracing
from storage.machine import logs
from storage.machine.ports import free_port
from storage.machine.private import keep_private
from storage.machine.weed import Weed

Say = Callable[[str], None]
_SESSION_LINK = "session.toml"
_FINAL = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]
_LAST_WORDS = 15.0  # seconds that orphans have to end of themselves, and once more when they are made to
_AGAIN = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds


@dataclass
class Machine:
    """What runs. Call `tend` every second or so: it restarts what died."""

    data: Path
    api: str
    store: Child
    server: Child
    worker: Child
    desk: Child
    environment: Mapping[str, str]
    say: Say

    @property
    def desk_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['MASSICOT_DESK_PORT']}"

    @property
    def ui(self) -> str:
        return self.api.removesuffix("/api")

    @property
    def children(self) -> tuple[Child, ...]:
        return (self.store, self.server, self.worker, self.desk)

    def tend(self) -> None:
        for child in self.children:
            child.turn_log()
            if child.revive():
                self.say(f"[yellow]{child.name} had stopped: started again[/]")

    def trigger(self, name: str) -> str:
        """A run of this deployment now, without waiting for its schedule; the run's id."""
        deployment = self.ask("GET", f"/deployments/name/{name}/{name}")["id"]
        return str(self.ask("POST", f"/deployments/{deployment}/create_flow_run", {})["id"])

    def final_state(self, run: str) -> tuple[str, str] | None:
        """Type and name of a run's state, None as long as it is not over."""
        told = self.ask("GET", f"/flow_runs/{run}")
        return (told["state_type"], told["state_name"]) if told["state_type"] in _FINAL else None

    @functools.cached_property
    def _client(self) -> httpx.Client:
        """One for all questions: each that is made reads all authorities anew."""
        return httpx.Client(timeout=60)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Prefect's API. Busy on SQLite, it answers 503 or not at all: asked again, for a while."""
        request = functools.partial(self._client.request, method, f"{self.api}{path}", json=body)
        for wait in _AGAIN:
            with suppress(httpx.TransportError):
                answer = request()
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
            time.sleep(wait)
        else:
            answer = request()
        answer.raise_for_status()
        return answer.json() if answer.content else None


_KEPT = "P14D"  # runs, and what was told of them, in the engine (of two settings one takes seconds, too)


def prefect_environment(data: Path, port: int) -> dict[str, str]:
    """Settings of the server, the worker and the flows: own home, loopback, nothing sent anywhere."""
    kept = os.environ.get("PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD", _KEPT)
    return {
        "PREFECT_HOME": str(data / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        # A worker that starts before its server answers would end
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        **tracing.prefect_settings(os.environ),
        **logs.prefect_settings(os.environ),
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT5M",
        # It marks all that waits its turn at once: so many writers keep SQLite locked for a minute
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        # What asks its database every few seconds, for what nothing here needs so soon, or at all
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED": "false",
        # Seven eighths of what its database grows by at rest; here nobody asks what happened, but what is
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
        # Each event would be held against automations, of which there are none on one machine
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
        # Three states of each stage, otherwise each with a transaction of its own
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
        # Nothing is removed otherwise; what massicot itself knows of a file stays in the register and the log
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": kept,
        "PREFECT_CLI_COLORS": "false",
    }


@contextmanager
def _alone(data: Path) -> Iterator[int]:
    """One supervisor for one data directory. Gives a lock that its children are to hold, too.

    Those of a supervisor that was killed take some seconds to end: a new one waits for them, then ends
    who is deaf, as the other would have done.
    """
    with (data / "lock").open("w") as mine, (data / "children.lock").open("w") as ours:
        if not _locked(mine):
            raise ChildError(f"massicot is already up on {data}")
        if not _locked_within(_LAST_WORDS, ours):
            kill_holders(data / "children.lock")
            if not _locked_within(_LAST_WORDS, ours):
                raise ChildError(f"servers of a `massicot up` that was killed are still up on {data}")
        yield ours.fileno()


def _locked_within(seconds: float, file: TextIO) -> bool:
    end = time.monotonic() + seconds
    while not (locked := _locked(file)) and time.monotonic() < end:
        time.sleep(0.2)
    return locked


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(url: str) -> Callable[[], bool]:
    client = httpx.Client(timeout=2)

    def probe() -> bool:
        try:
            return client.get(url).is_success
        except httpx.HTTPError:
            return False

    return probe


@contextmanager
def running(
    data: Path,
    *,
    session: Path | None = None,
    port: int = 0,
    store_port: int = 0,
    desk_port: int = 0,
    say: Say = print,
) -> Iterator[Machine]:
    """Everything up, until the block is left. Raises ChildError when something does not start.

    `port`: that of the Prefect server, `desk_port` that of the desk; 0 for any free one.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    keep_private(data)
    with _alone(data) as lock, ExitStack() as at_exit:
        link_session(data, session)
        port = free_port(port)
        environment = os.environ | prefect_environment(data, port) | {"MASSICOT_DATA_DIR": str(data)}
        environment["MASSICOT_DESK_PORT"] = str(free_port(desk_port))
        environment["MASSICOT_PREFECT_UI"] = environment["PREFECT_API_URL"].removesuffix("/api")
        written = data / "logs"
        api = environment["PREFECT_API_URL"]
        weed = Weed.at(data, store_port)
        store = Child("store", weed.argv(), weed.env(), weed.directory / "weed.log", weed.ready, grace=2.0)
        server = _prefect("Prefect server", environment, written / "server.log", _SERVER, f"--port={port}")
        server.ready = _answers(f"{api}/ready")
        stays = [sys.executable, "-m", "flows.worker", "--alone"]
        worker = Child("worker", stays, environment, written / "worker.log")
        desk = Child("desk", [sys.executable, "-m", "desk"], environment, written / "desk.log")
        desk.ready = _answers(f"http://127.0.0.1:{environment['MASSICOT_DESK_PORT']}/connexion")
        machine = Machine(data, api, store, server, worker, desk, environment, say)
        for child in (store, server, worker, desk):
            child.holds = (lock,)
            at_exit.callback(child.stop)
        say("starting the store and the Prefect server")
        store.start()
        server.start()
        store.wait_ready()
        say("preparing the buckets and the register")
        _run(environment, written / "prepare.log", "actions.prepare")
        server.wait_ready()
        say("deploying the flows")
        _run(environment, written / "deploy.log", "flows.deploy")
        worker.start()
        desk.start()
        desk.wait_ready()
        address = data / _ADDRESS
        address.write_text(machine.desk_url, "utf-8")
        at_exit.callback(address.unlink, missing_ok=True)
        yield machine
        say("stopping")


def desk_of(data: Path) -> str | None:
    """Where the desk is that runs on this data directory."""
    address = data / _ADDRESS
    return address.read_text("utf-8") if address.exists() else None


_ADDRESS = "desk.url"
_SERVER = ["server", "start", "--host=127.0.0.1"]


def _prefect(name: str, environment: dict[str, str], log: Path, command: list[str], *more: str) -> Child:
    return Child(name, [sys.executable, "-m", "prefect", *command, *more], environment, log)


def _run(environment: dict[str, str], log: Path, module: str) -> None:
    """A step of the start, in a process of its own: it needs the whole environment, Prefect's too."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        step = subprocess.run(
            [sys.executable, "-m", module], env=environment, stdout=out, stderr=subprocess.STDOUT, check=False
        )
    if step.returncode:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise ChildError(f"{module} failed, see {log}:\n{last}")


def link_session(data: Path, session: Path | None) -> None:
    """The session that the folder works for from now on; None: the one it had. ChildError without any."""
    link = data / _SESSION_LINK
    if session is not None and not (link.exists() and link.samefile(session)):
        if link.exists() and not link.is_symlink():
            raise ChildError(f"{link} is itself a session file: move it away, or start without --session")
        link.unlink(missing_ok=True)
        link.symlink_to(session.resolve())
    if not link.exists():
        raise ChildError(f"no session yet in {data}: give one with --session FILE")
