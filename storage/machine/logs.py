"""Logs as JSON lines, when MASSICOT_LOG_FORMAT=json asks for them: time, level, who says it, what."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORMAT = "MASSICOT_LOG_FORMAT"


def prefect_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Prefect's own setting for its server, its worker and the runs: they write what is below."""
    if environment.get(FORMAT) != "json":
        return {}
    ours = {"CLASS": f"{__name__}.JsonLines", "FORMAT": "%(message)s"}
    return {f"PREFECT_LOGGING_FORMATTERS_JSON_{name}": value for name, value in ours.items()} | {
        f"PREFECT_LOGGING_HANDLERS_{handler}_FORMATTER": "json" for handler in ("CONSOLE", "DEBUG")
    }


class JsonLines(logging.Formatter):
    """One object a line. Of an exception its class alone: its text may quote what it was about."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        if run := getattr(record, "flow_run_id", None):
            line["run"] = str(run)
        return json.dumps(line, ensure_ascii=False)


def uvicorn_settings(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """For the desk; None leaves it as it is."""
    if environment.get(FORMAT) != "json":
        return None
    handler = {"class": "logging.StreamHandler", "formatter": "json"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"out": handler},
        "root": {"handlers": ["out"], "level": "WARNING"},
    }
