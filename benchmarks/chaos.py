"""A session that is run while its processes are killed at random, compared with one that nothing disturbed.

    python -m benchmarks.chaos                                   # a small slice
    python -m benchmarks.chaos --copies 2000 --kills 500 --seed 1

Everything that `massicot up` starts is killed with SIGKILL, and so are an audit shipper and programs that use
the register. What plays the people does what people do: a centre whose file was set aside drops it again, the
service decides what waits, correctors fetch until they have all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from sqlalchemy.exc import OperationalError

from actions.corrected import lots
from actions.corrected.lots import give_back
from actions.decided.copies import decide
from actions.dropped import inbox, scans
from actions.prepare import prepare
from actions.site import Site, now, open_site
from actions.stages import SurroundingsError, plainly
from benchmarks.chaos_killer import Killer
from benchmarks.chaos_portrait import compare, leftovers, log_troubles, portrait
from benchmarks.chaos_session import Drawn, draw_session
from cli.demo_session import OPEN, write_demo_session
from cli.up import Machine, running
from flows.recurring import ship
from processors.findings import Code
from processors.scans.readings import CopyStatus
from storage.corrected.lots import all_lots, routable_copies
from storage.decided.copies import current_copies
from storage.decided.findings import open_findings
from storage.dropped.scans import ScanRow, all_scans, scans_with_copies_to_anonymise
from storage.machine import weed
from storage.people.candidates import enrolled_in, import_candidates
from storage.people.correctors import all_correctors, import_correctors, issue_token
from storage.states import Decision, LotState, ScanState

out, log = Console(width=110, highlight=False), Console(stderr=True, highlight=False)
T = TypeVar("T")
_AWAY = (BotoCoreError, ClientError, OperationalError, OSError)
_DONE = (ScanState.PROCESSED, ScanState.DUPLICATE)
_READ, _IN_LOTS = 0.7, 0.85  # of the kills fall until then, the others until the last lot is fetched


@dataclass
class Run:
    """A session on a machine, or `calm` without one: its stages are then called one after the other."""

    drawn: Drawn
    folder: Path
    killer: Killer | None = None
    machine: Machine | None = None
    redropped: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        return open_site()

    def play(self) -> None:
        self.people()
        for centre, marks in self.drawn.attendance.items():
            self.surely(partial(self.site.store.inbox.put, f"attendance/{centre}/{OPEN}.csv", marks))
        for pile in self.drawn.piles:
            self.surely(partial(self.site.store.inbox.put, pile.key, pile.path))
        self.until(self.all_read, "reading")
        if self.killer:
            self.killer.progress(_READ, _IN_LOTS)
        self.until(self.decided, "deciding")
        self.until(self.all_settled, "preparing what was decided")
        self.until(self.all_in_lots, "forming lots")
        for nth, (corrector, token) in enumerate(self.tokens.items()):
            if self.killer:
                self.killer.progress(_IN_LOTS + (1 - _IN_LOTS) * nth / len(self.tokens), 1.0)
            self.until(partial(self.fetched, corrector, token), f"fetching for {corrector}")
        if self.killer:
            self.until(lambda: self.killer is None or self.killer.is_done, "being killed")
            self.killer.stop()
        self.until(self.all_shipped, "shipping the log")

    def people(self) -> None:
        site, at = self.site, now()
        who = {"actor": "service", "at": at}
        for imported in (
            import_candidates(site.register, self.drawn.roster, site.session, **who),
            import_correctors(site.register, self.drawn.correctors, site.session, **who),
        ):
            assert not imported.problems, imported.problems[0]
        with site.register.reading() as connection:
            known = all_correctors(connection)
        self.tokens = {c.reference: issue_token(site.register, c.id, **who) for c in known}

    def all_read(self) -> bool:
        self.turn(inbox.take_attendance, inbox.note_scans, inbox.reopen_decided)
        if self.machine is None:
            for scan in done(inbox.find_waiting):
                self.process(scan)
        with self.site.register.reading() as connection:
            known = {scan.inbox_key: scan for scan in all_scans(connection)}
        for pile in self.drawn.piles:
            scan = known.get(pile.key)
            aside = scan is not None and scan.state is ScanState.QUARANTINED
            if aside and self.site.store.inbox.head(pile.key) is None:
                time.sleep(1.1)  # the store's clock counts seconds
                self.site.store.inbox.put(pile.key, pile.path)
                self.redropped += 1
        read = [scan for scan in known.values() if scan.state in _DONE]
        if self.killer and len(read) < len(self.drawn.piles):  # it is asked again of what was decided
            self.killer.progress(_READ * len(read) / len(self.drawn.piles), _READ)
        waiting = any(True for _ in self.site.store.inbox.list("scans/"))
        return len(read) == len(self.drawn.piles) and not waiting

    def process(self, scan: ScanRow) -> None:
        asyncio.run(scans.process(scan.id, plainly))

    def decided(self) -> bool:
        """Whoever looks at the paper knows whose copy it is."""
        site = self.site
        with site.register.reading() as connection:
            keys = {scan.id: scan.inbox_key for scan in all_scans(connection)}
            wait = [c for c in current_copies(connection) if c.status is CopyStatus.TO_DECIDE]
            unfit = {f.copy for f in open_findings(connection, code=Code.NOT_ANONYMOUS)}
            ids = {person.number: person.id for person in enrolled_in(connection)}
        numbers = {pile.key: [person.number for person in pile.people] for pile in self.drawn.piles}
        for copy in wait:
            if copy.id not in unfit:
                owner = ids[numbers[keys[copy.scan]][copy.position - 1]]
                how = {"candidate": owner, "actor": "service", "at": now()}
                decide(site, copy.id, Decision.ATTRIBUTE, "lu sur la copie", **how)
        return True

    def all_settled(self) -> bool:
        """What was decided of has been taken up, and is ready."""
        read = self.all_read()
        with self.site.register.reading() as connection:
            return read and not scans_with_copies_to_anonymise(connection)

    def all_in_lots(self) -> bool:
        if self.machine is None:
            done(lots.form_all)
        else:
            run = self.machine.trigger("form-lots")
            end = time.monotonic() + 120
            while self.machine.final_state(run) is None and time.monotonic() < end:
                self.machine.tend()
                time.sleep(1)
        with self.site.register.reading() as connection:
            return not routable_copies(connection, OPEN)

    def fetched(self, corrector: str, token: str) -> bool:
        """By the program that correctors have, which may be killed as any other."""
        argv = [str(Path(sys.executable).with_name("massicot")), "pull", "--token", token]
        argv += ["--to", str(self.folder / "pulled" / corrector), "--data", str(self.site.settings.data_dir)]
        program = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if self.killer:
            self.killer.use(program)
        while program.poll() is None:
            self.tend()
            time.sleep(0.2)
        if program.returncode:
            return False
        with self.site.register.reading() as connection:
            (who,) = [c.id for c in all_correctors(connection) if c.reference == corrector]
            hers = all_lots(connection, corrector=who)
        for lot in hers:
            if lot.state is LotState.PULLED:
                give_back(self.site, lot, at=now())
        return all(lot.state is not LotState.ASSIGNED for lot in hers)

    def all_shipped(self) -> bool:
        return done(ship) == 0

    def turn(self, *stages: Any) -> None:
        if self.machine is None:
            for stage in stages:
                done(stage)

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Tries again whatever fails for want of a server; anything else is a bug and ends the run."""
        said = 0.0
        while not self.surely(true):
            self.tend()
            time.sleep(1)
            if time.monotonic() > said + 30:
                said = time.monotonic()
                killed = sum(self.killer.killed.values()) if self.killer else 0
                log.print(f"{time.strftime('%H:%M:%S')} {what}, {killed} killed")

    def surely(self, what: Callable[[], T]) -> T:
        while True:
            try:
                return what()
            except (*_AWAY, SurroundingsError) as error:
                if self.machine is None:
                    raise
                log.print(f"again: {type(error).__name__}")
            except Exception as error:
                if self.machine is None or not isinstance(error, httpx.HTTPError):
                    raise
            self.tend()
            time.sleep(1)

    def tend(self) -> None:
        if self.machine is not None:
            self.machine.tend()
        if self.killer is not None:
            self.killer.tend()


def done(stage: Any, *args: Any) -> Any:
    """A stage as a flow calls it."""
    return asyncio.run(plainly("", stage, *args))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=24)
    parser.add_argument("--pile", type=int, default=8, help="copies of a pile")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "massicot-chaos")
    asked = parser.parse_args()
    out.print(f"{asked.copies} copies, {asked.kills} kills, seed {asked.seed}")
    drawn = draw_session(asked.seed, asked.copies, asked.pile, asked.data / "piles")
    began = time.monotonic()
    name = f"{asked.seed}-{asked.copies}-{asked.pile}"
    calm_folder = asked.data / f"calm-{name}"
    with on(calm_folder):
        if not (calm_folder / "register.sqlite").exists():
            write_demo_session(calm_folder / "session.toml", now())
        with weed.running(calm_folder, 0):
            prepare()
            calm_run = Run(drawn, calm_folder)
            if not (calm_folder / "done").exists():
                calm_run.play()
                (calm_folder / "done").touch()
            calm = portrait(open_site(), drawn.piles, calm_folder / "pulled")
    out.print(f"undisturbed: {time.monotonic() - began:.0f} s, {sizes(calm)}")
    began = time.monotonic()
    folder = asked.data / f"rough-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_demo_session(folder / "session-file.toml", now())
    with on(folder), running(folder, session=folder / "session-file.toml", say=lambda _: None) as machine:
        killer = Killer(machine, asked.kills, asked.seed)
        run = Run(drawn, folder, killer, machine)
        try:
            run.play()
        finally:
            killer.stop()
    with on(folder), weed.running(folder, 0):
        done(ship)  # what was done as the machine was stopped
        rough = portrait(open_site(), drawn.piles, folder / "pulled")
        troubles = list(log_troubles(open_site(), folder))
        left = leftovers(open_site())
    out.print(f"disturbed: {time.monotonic() - began:.0f} s, {sizes(rough)}")
    found = compare(calm, rough)
    out.print(f"killed: {sum(killer.killed.values())}, seed {asked.seed}")
    for kind, count in killer.killed.most_common():
        out.print(f"  {count:4}  {kind}")
    out.print(f"piles set aside after three interruptions, and dropped again: {run.redropped}")
    out.print(f"lost: {len(found.lost)}, doubled: {len(found.doubled)}, different: {len(found.different)}")
    for name in (*found.lost, *found.doubled, *found.different)[:20]:
        out.print(f"  {name}")
    out.print(f"the log: {'verified, and rebuilt to the same register' if not troubles else troubles[:5]}")
    out.print(f"objects that nothing points at: {dict(left)}")
    return bool(found.lost or found.doubled or found.different or troubles)


class on:  # noqa: N801 - a context manager, read as a word
    """The data directory that everything in this process, and what it starts, works on."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def __enter__(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        os.environ["MASSICOT_DATA_DIR"] = str(self._data)
        open_site.cache_clear()

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            open_site().register.engine.dispose()
        open_site.cache_clear()


def sizes(state: dict[str, dict[str, str]]) -> str:
    return ", ".join(f"{len(found)} {kind}" for kind, found in state.items())


if __name__ == "__main__":
    sys.exit(main())
