"""The desk with 20,000 copies in its queue, at the server: python -m benchmarks.desk

Each page is asked for in turn with a page that does nothing, on one register, in one process, without a
network: processor time of the page against that of the constant one, medians of one run. What passed by the
clock, with the neighbours' share, stands beside; so do the rows that were fetched from the register. Exit
code 1 when a page of the queue or of the centre takes 200 ms or more.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from actions.site import Site, now
from cli.demo_session import CENTRES, write_demo_session
from desk.app import create_app
from desk.entry.visits import begin
from desk.settings import DeskSettings
from processors.findings import Code, finding, french
from processors.scans.readings import CopyStatus
from specimens.batch import roster_csv
from specimens.people import invent_candidates, invent_schools
from storage.bucket.objects import ObjectInfo, Store, s3_client
from storage.database.register import open_register
from storage.decided.copies import FoundCopy, GuessedCandidate, PlacedPage
from storage.decided.counts import exam_counts
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanStored, arrive
from storage.events import Facts
from storage.ids import new_id
from storage.machine.settings import Settings
from storage.machine.weed import running
from storage.people import accounts
from storage.people.candidates import enrolled_in, import_candidates
from storage.states import Role

EXAM, CENTRE = "U4", next(iter(CENTRES))
LIMIT_MS = 200
_PILE = 50  # copies of a scan
_ENROLLED = 500  # in a centre
_FOUND = french(Code.UNIDENTIFIED)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--copies", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=15)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="massicot-") as folder, running(Path(folder) / "weed") as weed:
        store = Store(
            s3_client(weed.endpoint, *weed.keys["workflow"], "us-east-1"),
            inbox="inbox", vault="vault", audit="audit",
        )  # fmt: skip
        store.ensure_buckets()
        write_demo_session(Path(folder) / "session.toml", now())
        settings = Settings(data_dir=Path(folder), session_path=Path(folder) / "session.toml")
        site = Site(settings, store, open_register(settings.url, store.vault))
        waiting = fill(site, asked.copies)
        return measure(site, waiting, asked.rounds)


def fill(site: Site, count: int) -> str:
    """So many copies of one épreuve that wait, a third in each centre; the id of one."""
    rng = np.random.default_rng(1)
    schools, copy = invent_schools(rng, 5), ""
    people = [who for uai in CENTRES for who in invent_candidates(rng, _ENROLLED, uai, [EXAM], schools)]
    read = import_candidates(site.register, roster_csv(people), site.session, actor="bench", at=now())
    assert not read.problems, read.problems[:3]
    for uai in CENTRES:
        with site.register.reading() as connection:
            ids = [who.id for who in enrolled_in(connection, EXAM, uai)]
        for first in range(0, count // len(CENTRES), _PILE):
            copy = _scan(site, uai, [ids[(first + k) % len(ids)] for k in range(_PILE)])
    return copy


def _scan(site: Site, uai: str, candidates: list[str]) -> str:
    dropped = ObjectInfo(f"scans/{uai}/{EXAM}/{new_id('scan')}.pdf", new_id("scan"), 10, now())
    scan = arrive(site.register, dropped, EXAM, uai, actor="bench", at=now())
    assert scan is not None
    sha = scan.removeprefix("scan_") * 4
    copies = tuple(
        FoundCopy(
            id=new_id("copy"), candidate=None, attributed_by=(), status=CopyStatus.TO_DECIDE,
            pages=tuple(PlacedPage(page=4 * k + n, image=4 * k + n, half=None, turn=0) for n in range(1, 5)),
            missing=(), guesses=(GuessedCandidate(candidate=who, probability=0.5),),
            findings=(finding(Code.UNIDENTIFIED),),
        )
        for k, who in enumerate(candidates)
    )  # fmt: skip
    key = f"readings/{scan}-1.json"
    site.store.vault.put(key, b'{"scan": {"images": 200, "pages": 200}, "pages": []}')
    facts: list[Facts] = [
        ScanClaimed(attempt=1),
        ScanStored(sha256=sha),
        ScanRead(sha256=sha, attempt=1, reading=key, copies=copies, findings=()),
        ScanProcessed(),
    ]
    with site.register.transaction() as transaction:
        for fact in facts:
            transaction.record(fact, scan, actor="bench", at=now())
    return copies[0].id


def measure(site: Site, waiting: str, rounds: int) -> int:
    app = create_app(site, DeskSettings(desk_url="http://desk"))
    gc.collect()
    gc.freeze()  # as the desk's process does
    client = TestClient(app, base_url="http://desk")
    accounts.invite(site.register, Role.SERVICE, None, "a@exemple.fr", "A", actor="bench", at=now())
    with site.register.reading() as connection:
        account = accounts.account_of_email(connection, "a@exemple.fr")
    signed_in = PlainTextResponse()
    app.state.visits.write(signed_in, begin(account))
    client.headers["cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
    nothing = FastAPI()
    nothing.add_api_route("/ping", lambda: PlainTextResponse("pong"))
    pong = TestClient(nothing, base_url="http://desk")
    pages = {
        "the queue, first page": "/coordination/decisions",
        "the queue, last page": f"/coordination/decisions?rank={_last(site)}",
        "the queue, filtered": "/coordination/decisions?q=martin&tri=-depot",
        "the queue, all that waits found": f"/coordination/decisions?{urlencode({'constat': _FOUND})}",
        "the queue, sorted by finding": "/coordination/decisions?tri=-constat",
        "the queue, as CSV": "/coordination/decisions?format=csv",
        "search": "/coordination/recherche?q=martin",
        "lots": "/coordination/lots",
        "dossiers": "/coordination/dossiers",
        "incomplete copies": "/coordination/incompletes",
        "accounts": "/coordination/comptes",
        "one decision": f"/coordination/decisions/{waiting}",
        "the board": "/coordination",
        "a centre's épreuve": f"/centre/{CENTRE}/{EXAM}",
        "the same, by itself": f"/centre/{CENTRE}/{EXAM}/etat",
        "the centre's copies to mend": f"/centre/{CENTRE}/{EXAM}/a-reprendre",
        "the same, as CSV": f"/centre/{CENTRE}/{EXAM}/a-reprendre?format=csv",
        "the centre's pile": f"/centre/{CENTRE}/{EXAM}/pile",
        "its attendance list": f"/centre/{CENTRE}/{EXAM}/emargement",
        "the story of a copy": f"/coordination/historique/{waiting}",
        "the state of the machine": "/coordination/machine",
        "the queue, API": "/api/decisions",
    }
    statements = 0

    def counted(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(site.register.engine, "before_cursor_execute", counted)
    table = Table("page", "ms", "pings", "ms by the clock", "statements")
    slow = False
    for name, path in pages.items():
        assert client.get(path).status_code == 200, path
        statements, times, pings, clocks = 0, [], [], []
        for _ in range(rounds):
            pings.append(_timed(pong, "/ping")[0])
            took, passed = _timed(client, path)
            times.append(took)
            clocks.append(passed)
        took, ping, passed = map(statistics.median, (times, pings, clocks))
        slow |= took >= LIMIT_MS
        row = (f"{took:.1f}", f"{took / ping:.1f}", f"{passed:.1f}", f"{statements / rounds:.0f}")
        table.add_row(name, *row)
    console = Console()
    console.print(table)
    console.print(f"every page answers in under {LIMIT_MS} ms: {'no' if slow else 'yes'}")
    return int(slow)


def _last(site: Site) -> int:
    with site.register.reading() as connection:
        return max(1, exam_counts(connection, EXAM).to_decide // 50)


def _timed(client: TestClient, path: str) -> tuple[float, float]:
    """Milliseconds of this process, and by the clock."""
    clock, processor = time.perf_counter(), time.process_time()
    client.get(path)
    return 1000 * (time.process_time() - processor), 1000 * (time.perf_counter() - clock)


if __name__ == "__main__":
    sys.exit(main())
