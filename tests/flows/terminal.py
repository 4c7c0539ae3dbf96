"""A person at a terminal, and a `massicot up` of her own.

`up` is a process, and so is what asks for its health; other commands are carried out here: a start takes
longer than most of them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from typer.testing import CliRunner

from actions.site import open_site
from cli.app import app
from storage.machine.weed import Weed

_MASSICOT = (str(Path(sys.executable).parent / "massicot"),)


class Shell:
    """A person at a terminal of 80 columns, in a folder of her own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.settings = {"MASSICOT_DATA_DIR": str(self.data), "COLUMNS": "80"}
        self.environment = os.environ | self.settings
        self.up: subprocess.Popen[bytes] | None = None
        Weed.at(self.data, port=0)  # ports that no other test wants

    def __call__(self, *command: str, fails: bool = False) -> str:
        """What is said: on standard output, or on standard error when it is to fail."""
        open_site.cache_clear()
        with chdir(self.folder):
            done = CliRunner().invoke(app, command, env=self.settings, catch_exceptions=False)
        if open_site.cache_info().currsize:
            open_site().register.engine.dispose()
        open_site.cache_clear()
        assert done.exit_code == int(fails), done.output
        return done.stderr if fails else done.stdout

    def process(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_MASSICOT, *command], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    def json(self, *command: str):
        return json.loads(self(*command, "--json"))

    def start(self, *more: str) -> None:
        log = self.folder / "up.log"
        with log.open("wb") as out:
            command = [*_MASSICOT, "up", "--port", "0", "--desk-port", "0", *more]
            self.up = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=out, stderr=subprocess.STDOUT
            )
        self.wait(lambda: "Ctrl-C" in log.read_text() or self.up.poll() is not None)
        assert self.up.poll() is None, log.read_text()
        self.ui = re.search(r"watch the flows +(\S+)", log.read_text())[1]
        self.desk = re.search(r"the desk +(\S+)", log.read_text())[1]

    def prefect(self) -> SyncPrefectClient:
        """Which asks again when Prefect's SQLite is busy."""
        return SyncPrefectClient(f"{self.ui}/api")

    def pause(self, *deployments: str) -> None:
        """As the service does in Prefect's pages: their hours may fall into the test, or not."""
        with self.prefect() as client:
            for name in deployments:
                client.pause_deployment(client.read_deployment_by_name(f"{name}/{name}").id)

    def end(self, how: signal.Signals) -> int:
        self.up.send_signal(how)
        return self.up.wait(300)

    def wait(self, what, seconds: float = 900):
        end = time.monotonic() + seconds
        while not (answer := what()):
            assert time.monotonic() < end, f"not in time: {self('status')}{self('findings')}"
            time.sleep(0.5)
        return answer

    def counts(self, exam: str) -> dict:
        return next(one for one in self.json("status") if one["exam"] == exam)
