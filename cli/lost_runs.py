"""Runs that Prefect believes to be under way while nobody carries them out, and the places that they hold.

What the worker could not tell during an outage it never tells: a run then stays Pending or Running for ever,
and keeps the next ones of its queue from beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Ask = Callable[..., Any]
"""Asks Prefect's API: method, path, body."""
_UNFINISHED = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
_LATE = {"state": {"name": {"any_": ["Late"]}}, "tags": {"all_": ["auto-scheduled"]}}
_LIMIT_OF = "deployment:"


def run_of(pid: int) -> str:
    """Id of the run that this process carries out, as Linux tells it; empty if there is none."""
    with suppress(OSError):
        for setting in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            name, _, value = setting.partition(b"=")
            if name == b"PREFECT__FLOW_RUN_ID":
                return value.decode()
    return ""


def carried_out() -> set[str]:
    """Ids of the runs that have a process on this machine."""
    return {run for process in Path("/proc").glob("[0-9]*") if (run := run_of(int(process.name)))}


def find(ask: Ask, *, but: set[str], patience: timedelta) -> list[dict[str, Any]]:
    """All runs but these that are said to be under way for so long."""
    before = datetime.now(UTC) - patience
    return [
        run
        for run in _runs(ask, _UNFINISHED)
        if run["id"] not in but and datetime.fromisoformat(run["state"]["timestamp"]) <= before
    ]


def bury(ask: Ask, lost: list[dict[str, Any]]) -> None:
    """Marks these as crashed, and frees what they held up.

    Of the scheduled runs whose hour has passed, the last of each deployment is left: they do the same.
    """
    for run in lost:
        state = {"type": "CRASHED", "name": "Crashed", "message": "No process carries it out."}
        ask("POST", f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
    late = sorted(_runs(ask, _LATE), key=lambda run: str(run["expected_start_time"]))
    last = {run["deployment_id"]: run["id"] for run in late}
    for run in late:
        if run["id"] != last[run["deployment_id"]]:
            ask("DELETE", f"/flow_runs/{run['id']}")
    limits = ask("POST", "/v2/concurrency_limits/filter", {"limit": 200})
    _free_places(ask, limits, _runs(ask, _UNFINISHED))


def _free_places(ask: Ask, limits: list[dict[str, Any]], left: list[dict[str, Any]]) -> None:
    """Those that Prefect's deployments hold beyond their runs.

    (Prefect can keep leases in files, but these and SQLite lock each other out.)
    """
    held = Counter(str(run["deployment_id"]) for run in left)
    for limit in limits:
        runs = held[limit["name"].removeprefix(_LIMIT_OF)]
        if limit["active_slots"] > runs:
            ask("PATCH", f"/v2/concurrency_limits/{limit['id']}", {"active_slots": runs})


def _runs(ask: Ask, which: Mapping[str, object]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = ask("POST", "/flow_runs/filter", {"flow_runs": which, "limit": 200})
    return runs
