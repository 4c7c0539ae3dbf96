"""A worker that joins a fleet: one process on its host, with server, register and store elsewhere."""

from __future__ import annotations

import os
import sys

from storage.machine.settings import Settings

_QUIET = {
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # one that starts before its server would end
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}


def lacking(settings: Settings, environment: dict[str, str]) -> list[str]:
    """Variables that say where the rest of the fleet is, and are not set: nothing may be made up on one host.

    The session file and the audit key must be there already, the same on every host.
    """
    given = {
        "PREFECT_API_URL": environment.get("PREFECT_API_URL"),
        "MASSICOT_REGISTER_URL": settings.register_url,
        "MASSICOT_S3_ENDPOINT": settings.s3_endpoint,
        "MASSICOT_SESSION_PATH": settings.session_path and settings.session_path.is_file(),
        "MASSICOT_AUDIT_KEY_PATH": settings.audit_key_path and settings.audit_key_path.is_file(),
    }
    return [name for name, value in given.items() if not value]


def become_worker(runs: int) -> None:
    """Turns this process into a worker, with so many files at once. It does not return."""
    environment = os.environ | {name: os.environ.get(name, value) for name, value in _QUIET.items()}
    os.execve(sys.executable, [sys.executable, "-m", "flows.worker", f"--runs={runs}"], environment)
