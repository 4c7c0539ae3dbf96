"""The desk as a process: `python -m desk`. Loopback, unless MASSICOT_DESK_HOST says otherwise."""

from __future__ import annotations

import os

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from actions.context import context
from desk.app import create_app
from desk.settings import DeskSettings
from storage import logs


def main() -> None:
    settings = DeskSettings()
    uvicorn.run(
        create_app(context(), settings),
        host=settings.desk_host,
        port=settings.desk_port,
        server_header=False,
        date_header=False,
        log_level="warning",
        log_config=logs.uvicorn_settings(os.environ) or LOGGING_CONFIG,
        access_log=False,  # addresses of pages hold ids, and those of invitations a secret
        proxy_headers=settings.secure,  # of the proxies that FORWARDED_ALLOW_IPS names
    )


if __name__ == "__main__":
    main()
