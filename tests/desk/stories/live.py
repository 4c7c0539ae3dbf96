"""A desk that answers browsers: the real store and register, the stages of the flows, all but Prefect."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from worlds import own_world

from actions.dropped import inbox, scans
from actions.prepare import prepare
from actions.site import Site, now, open_site
from actions.stages import plainly
from cli import demo_dossiers
from cli.demo_session import CENTRES, FORM, write_demo_session
from desk.app import create_app
from desk.settings import DeskSettings
from processors.circular.form import load_form
from specimens.batch import Batch, Kind, roster_csv
from specimens.rehearsal import Rehearsal, attendance_csv, correctors_csv, plan_session
from storage.machine.weed import Weed
from storage.people.candidates import import_candidates
from storage.people.correctors import import_correctors


@dataclass
class Live:
    """The desk at `url`, and what a test does behind it."""

    site: Site
    url: str
    plan: Rehearsal

    def draw(self, centre: str, exam: str, kinds: tuple[Kind, ...]) -> Batch:
        planned = next(b for b in self.plan.batches if (b.centre, b.exam) == (centre, exam))
        return replace(planned, kinds=kinds).draw(load_form(FORM))

    def read_inbox(self) -> None:
        """What the flows do every thirty seconds: whatever was dropped or decided is read and answered."""
        inbox.take_attendance(self.site)
        inbox.note_scans(self.site)
        inbox.reopen_decided(self.site)
        with ThreadPoolExecutor(1) as beside:  # this thread's loop is the browser's
            for scan in inbox.find_waiting(self.site):
                beside.submit(asyncio.run, scans.process(scan.id, plainly)).result()


@contextmanager
def live(weed: Weed, data: Path, more: Callable[[str], str] = str) -> Iterator[Live]:
    """`more` may change the session file's text."""
    session = data / "session.toml"
    write_demo_session(session, now())
    session.write_text(more(session.read_text("utf-8")), "utf-8")
    with own_world(weed, data):
        prepare()
        site = open_site()
        with _served(site) as url:
            yield Live(site, url, _enrol(site))


def _enrol(site: Site) -> Rehearsal:
    plan = plan_session(11, list(CENTRES), ["U4", "U7"], 30)
    for read, content in (
        (import_candidates, roster_csv(demo_dossiers.enrolled(plan.candidates))),
        (import_correctors, correctors_csv(plan.correctors)),
    ):
        assert not read(site.register, content, site.session, actor="service", at=now()).problems
    for planned in plan.batches:
        key = f"attendance/{planned.centre}/{planned.exam}.csv"
        site.store.inbox.put(key, attendance_csv(planned.attendance))
    return plan


@contextmanager
def _served(site: Site) -> Iterator[str]:
    app = create_app(site, DeskSettings(prefect_ui="http://127.0.0.1:4200"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
