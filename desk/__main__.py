"""The desk as a process: `python -m desk`. Loopback, unless MASSICOT_DESK_HOST says otherwise."""

from __future__ import annotations

import gc
import os

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from actions.site import open_site
from desk.app import create_app
from desk.settings import DeskSettings
from storage.machine import logs


def main() -> None:
    settings = DeskSettings()
    app = create_app(open_site(), settings)
    gc.collect()
    gc.freeze()  # what is imported stays: looked through again, it is a third of what a long list costs
    uvicorn.run(
        app,
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
