"""The whole of massicot on one machine: store, register, Prefect server, worker; started, watched, stopped.

All that it writes lies under one directory. Killed in any way, it picks up where it was.
"""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from flows.children import Child, ChildError

Say = Callable[[str], None]
_UNFINISHED = ["RUNNING", "PENDING", "CANCELLING"]


@dataclass
class Machine:
    """What runs. Call `tend` every second or so: it restarts what died."""

    data: Path
    api: str
    store: Child
    server: Child
    worker: Child
    say: Say

    @property
    def ui(self) -> str:
        return self.api.removesuffix("/api")

    def tend(self) -> None:
        for child in (self.store, self.server):
            if child.revive():
                self.say(f"[yellow]{child.name} had stopped: started again[/]")
        if not self.worker.alive:
            self.bury_orphans()
            if self.worker.revive():
                self.say("[yellow]worker had stopped: started again[/]")

    def bury_orphans(self) -> None:
        """With no worker alive on this machine, no run is: those said to be running have crashed.

        Scheduled runs whose hour has passed meanwhile are dropped, one more is always due.
        """
        with httpx.Client(base_url=self.api, timeout=30) as prefect:
            try:
                for run in _runs(prefect, {"state": {"type": {"any_": _UNFINISHED}}}):
                    state = {"type": "CRASHED", "name": "Crashed", "message": "Its worker had died."}
                    prefect.post(f"/flow_runs/{run['id']}/set_state", json={"state": state, "force": True})
                late = {"state": {"name": {"any_": ["Late"]}}, "tags": {"all_": ["auto-scheduled"]}}
                for run in _runs(prefect, late):
                    prefect.delete(f"/flow_runs/{run['id']}")
            except httpx.HTTPError as error:
                self.say(f"[yellow]Prefect did not answer ({type(error).__name__}), going on[/]")


def _runs(prefect: httpx.Client, which: Mapping[str, object]) -> list[dict[str, str]]:
    answer = prefect.post("/flow_runs/filter", json={"flow_runs": which, "limit": 200})
    answer.raise_for_status()
    runs: list[dict[str, str]] = answer.json()
    return runs


def prefect_environment(data: Path, port: int) -> dict[str, str]:
    """Settings of the server, the worker and the flows: own home, loopback, nothing sent anywhere."""
    return {
        "PREFECT_HOME": str(data / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
        # Slots of a killed run must outlive a restart of the server, or they stay taken for ever
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT5M",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_CLI_COLORS": "false",
    }


def free_port(preferred: int) -> int:
    """The preferred loopback port, or any other when it is taken."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ChildError("no free port on the loopback interface")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One supervisor for one data directory."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ChildError(f"massicot is already up on {data}") from None
        yield


def _answers(url: str) -> Callable[[], bool]:
    def probe() -> bool:
        try:
            return httpx.get(url, timeout=2).is_success
        except httpx.HTTPError:
            return False

    return probe
