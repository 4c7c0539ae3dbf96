"""An evening on one machine: piles come one by one, then all at once. What it takes beside reading alone.

    python -m benchmarks.evening                     # the table; fails when a ratio grew by a fifth
    python -m benchmarks.evening --piles 3 --copies 6 --rest 20          # a small one, not compared
    python -m benchmarks.evening --singles 200       # so many files of one copy; nor is that
    python -m benchmarks.evening --register postgresql
    python -m benchmarks.evening --update            # writes what was measured into ratchet_evening.toml

Everything is what `massicot up` starts, at its defaults. All figures are of one run: the same files are first
read as `massicot read` does, one after the other, which is what the evening is compared with, and by two
processes; then the machine is started, left at rest, given single piles, all the others at once, and files
of one copy. In the end all of it stands on one core, with one reading process, and is given the same piles:
processor seconds are compared, since the clock's depend on what else the machine does. Piles are drawn once
and kept (`--data`). Processor seconds are those of every process of the machine, ended ones included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from actions.site import Site, now, open_site
from benchmarks.dropped import Pile
from benchmarks.postgres import postgres
from benchmarks.speed import decode
from cli.children import Child
from cli.demo_session import CENTRES, FORM, LATE, OPEN, write_demo_session
from cli.up import Machine, running
from processors.circular.form import load_form
from processors.circular.session import load_session
from processors.lists.people import Candidate
from processors.scans.files.dropped import inspect
from processors.scans.files.raster import read_images
from processors.scans.reader import read_scan
from specimens.batch import Kind, draw_batch, roster_csv
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode
from storage.dropped.scans import all_scans
from storage.people.candidates import import_candidates
from storage.states import ScanState

out = Console(width=110, highlight=False)
_RATCHET = Path(__file__).with_name("ratchet_evening.toml")
_LOOSE = 1.2
_KINDS = (*(Kind.OK,) * 5, Kind.UPSIDE_DOWN, Kind.OK, Kind.OK, Kind.MISSING_SIDE, Kind.OK, Kind.NO_LABEL)
_OVER = (ScanState.PROCESSED, ScanState.DUPLICATE, ScanState.QUARANTINED)
_TICK = os.sysconf("SC_CLK_TCK")
_AIMS = {"wall": 1.2, "processor": 1.6, "alone": 5.0, "rest": 0.03, "reading": 2.2, "two": 1 / 1.8}
_CONDITIONS = ("piles", "copies", "singles", "register", "seed")
_PATIENCE = 1800.0  # seconds


def plan(seed: int, sizes: Sequence[int], folder: Path) -> list[Pile]:
    """Piles of so many copies, 300 dpi and gray, over centres and épreuves; drawn if they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    schools = invent_schools(rng, 6)
    places = [(list(CENTRES)[k % len(CENTRES)], (OPEN, LATE)[k % 2]) for k in range(len(sizes))]
    people = {}
    for centre in CENTRES:
        most = sum(size for size, (here, _) in zip(sizes, places, strict=True) if here == centre)
        people[centre] = iter(invent_candidates(rng, most, centre, [OPEN, LATE], schools))
    planned = []
    for k, (size, (centre, exam)) in enumerate(zip(sizes, places, strict=True)):
        path = folder / f"{seed}-{len(sizes)}-{k:02}-{size}.pdf"
        planned.append(Pile(centre, exam, tuple(islice(people[centre], size)), path))
    lacking = [(seed + k, pile) for k, pile in enumerate(planned) if not pile.path.exists()]
    if lacking:
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
            list(pool.map(_draw, *zip(*lacking, strict=True)))
    return planned


def _draw(seed: int, pile: Pile) -> None:
    cv2.setNumThreads(1)
    kinds = tuple(_KINDS[k % len(_KINDS)] for k in range(len(pile.people)))
    form = load_form(FORM)
    drawn = draw_batch(
        seed, pile.exam, pile.centre, pile.people, kinds, form,
        level=Level.OFFICE, dpi=300, mode=Mode.GRAY, a3=False,
    )  # fmt: skip
    draft = pile.path.with_suffix(".draft")
    draft.write_bytes(drawn.pdf)
    draft.replace(pile.path)


@dataclass(frozen=True)
class Reading:
    """What `massicot read` does of files, in one process: seconds by the clock, and of processor time."""

    seconds: float
    processor: float
    pages: int


def read_alone(piles: Sequence[Pile], session: Path) -> tuple[Reading, float]:
    """One after the other, once the process is warm; and the processor seconds of the bare decode of all."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        alone.submit(_read, piles[:1], session).result()
        return alone.submit(_read, piles, session).result(), alone.submit(_decode, piles).result()


def read_by_two(piles: Sequence[Pile], session: Path) -> Reading:
    """By two such processes, each the next pile that nobody has: by the clock, of processor time in all.

    All piles twice over, and half of what that takes: an odd pile would be read by one while the other waits.
    """
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as two:
        for _ in two.map(_read, [piles[:1]] * 4, [session] * 4):
            pass  # both are warm
        begun = time.perf_counter()
        twice = [[pile] for pile in piles] * 2
        read = list(two.map(_read, twice, [session] * len(twice)))
        seconds = time.perf_counter() - begun
        spent, pages = sum(one.processor for one in read), sum(one.pages for one in read)
        return Reading(seconds / 2, spent / 2, pages // 2)


def _read(piles: Sequence[Pile], session: Path) -> Reading:
    cv2.setNumThreads(1)
    rules, pages = load_session(session), 0
    begun, spent = time.perf_counter(), time.process_time()
    for pile in piles:
        inspect(pile.path)
        form = rules.form_of(pile.exam)
        read = read_scan(pile.path, form, rules.label_pattern, pile.people, pile.centre, pile.exam)
        pages += len(read.pages)
    return Reading(time.perf_counter() - begun, time.process_time() - spent, pages)


def pages_of(piles: Sequence[Pile]) -> int:
    return sum(len(list(read_images(pile.path))) for pile in piles)


def _decode(piles: Sequence[Pile]) -> float:
    """Each page in gray, at its full size."""
    begun = time.process_time()
    for pile in piles:
        for image in read_images(pile.path):
            decode(image)
    return time.process_time() - begun


def processor_seconds(*roots: int) -> float:
    """Of these processes and all below them, those that have ended included."""
    fields: dict[int, list[str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields[int(stat.parent.name)] = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
    total, left = 0.0, list(roots)
    while left:
        pid = left.pop()
        if pid in fields:
            total += sum(map(int, fields[pid][11:15])) / _TICK
            left += [child for child, of in fields.items() if int(of[1]) == pid]
    return total


def parts(machine: Machine) -> dict[str, Child]:
    return {child.name: child for child in machine.children}


def measured(machine: Machine) -> dict[str, float]:
    return {name: processor_seconds(child.pid or 0) for name, child in parts(machine).items()}


@dataclass
class Evening:
    """A machine that is up, with its people enrolled."""

    machine: Machine
    site: Site

    def rest(self, seconds: float) -> dict[str, float]:
        """The share of one core that each part takes while nothing is dropped."""
        before, begun = measured(self.machine), time.monotonic()
        self._tend(lambda: time.monotonic() > begun + seconds, 0.5)
        took = time.monotonic() - begun
        return {name: (spent - before[name]) / took for name, spent in measured(self.machine).items()}

    def drop(self, piles: list[Pile]) -> tuple[float, dict[str, float]]:
        """Seconds until the last is over, and processor seconds of each part."""
        before, begun = measured(self.machine), time.monotonic()
        for pile in piles:
            self.site.store.inbox.put(pile.key, pile.path)
        keys = {pile.key for pile in piles}
        self._tend(lambda: self._are_over(keys), 0.1)
        took = time.monotonic() - begun
        return took, {name: spent - before[name] for name, spent in measured(self.machine).items()}

    def _are_over(self, keys: set[str]) -> bool:
        with self.site.register.reading() as connection:
            over = {scan.inbox_key for scan in all_scans(connection) if scan.state in _OVER}
        return keys <= over

    def _tend(self, done: Callable[[], bool], every: float) -> None:
        end, tended = time.monotonic() + _PATIENCE, 0.0
        while not done():
            assert time.monotonic() < end, f"not over; logs in {self.machine.data / 'logs'}"
            if time.monotonic() > tended + 1:
                self.machine.tend()
                tended = time.monotonic()
            time.sleep(every)


@contextmanager
def evening(data: Path, people: list[Candidate], url: str | None, cores: int) -> Iterator[Evening]:
    """`url`: of the register, SQLite when not given; `cores`: for all that is started, most of it readers."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    write_demo_session(data / "session-file.toml", now())
    os.environ["MASSICOT_DATA_DIR"] = str(data)
    if url:
        os.environ["MASSICOT_REGISTER_URL"] = url
    open_site.cache_clear()
    every = os.sched_getaffinity(0)
    with ExitStack() as at_exit:
        at_exit.callback(os.sched_setaffinity, 0, every)
        os.sched_setaffinity(0, sorted(every)[:cores])
        machine = at_exit.enter_context(running(data, session=data / "session-file.toml", say=lambda _: None))
        site = open_site()
        taken = import_candidates(site.register, roster_csv(people), site.session, actor="service", at=now())
        assert not taken.problems, taken.problems[0]
        yield Evening(machine, site)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--piles", type=int, default=11)
    parser.add_argument("--copies", type=int, default=8, help="of a pile")
    parser.add_argument("--alone", type=int, default=5, help="piles of 6 copies dropped each by itself")
    parser.add_argument("--rest", type=float, default=120, help="seconds of rest that are measured")
    parser.add_argument("--singles", type=int, default=24, help="files of one copy")
    parser.add_argument("--register", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "massicot-evening")
    parser.add_argument("--update", action="store_true", help="take what is measured as what must be kept")
    asked = parser.parse_args()
    sizes = [6] * asked.alone + [asked.copies] * asked.piles + [1] * asked.singles
    drawn = plan(asked.seed, sizes, asked.data / "piles")
    single, piles = drawn[: asked.alone], drawn[asked.alone : asked.alone + asked.piles]
    copies = drawn[asked.alone + asked.piles :]
    write_demo_session(asked.data / "session.toml", now())
    reading, decoded = read_alone(piles, asked.data / "session.toml")
    out.print(
        f"{len(piles)} piles, {reading.pages} pages; read one after the other in {reading.seconds:.1f} s,"
        f" {reading.processor:.1f} of the processor, {reading.processor / reading.pages * 1000:.1f} ms a page"
    )
    by_two = read_by_two(piles, asked.data / "session.toml")
    people = [person for pile in drawn for person in pile.people]
    with ExitStack() as at_exit:
        kept = at_exit.enter_context(postgres()) if asked.register == "postgresql" else None
        url = kept.create("register") if kept else None
        up = at_exit.enter_context(evening(asked.data / "up", people, url, cores=2))
        up.drop(single[:1])  # everything is warm, and every table made
        rest = up.rest(asked.rest)
        alone = [up.drop([pile])[0] for pile in single[1:]]
        wall, spent = up.drop(piles)
        of_copies = sum(up.drop(copies)[1].values()) / pages_of(copies)
    with ExitStack() as at_exit:
        kept = at_exit.enter_context(postgres()) if asked.register == "postgresql" else None
        url = kept.create("register") if kept else None
        up = at_exit.enter_context(evening(asked.data / "up", people, url, cores=1))
        up.drop(single[:1])
        by_one = sum(up.drop(piles)[1].values())
    by_all = sum(spent.values())
    ratios = {
        "wall": wall / reading.seconds,
        "processor": by_all / reading.processor,
        "alone": statistics.median(alone),
        "rest": sum(rest.values()),
        "reading": reading.processor / decoded,
        "two": by_two.seconds / reading.seconds,
        "beside": by_two.processor / reading.processor,
        "cores": by_all / by_one,
        "copies": of_copies / (by_all / reading.pages),
    }
    out.print(_table(ratios, reading, wall, spent, alone, rest))
    as_written = parser.parse_args([])
    if any(getattr(asked, what) != getattr(as_written, what) for what in _CONDITIONS):
        return 0
    return _compared(ratios, update=asked.update)


def _table(
    ratios: dict[str, float],
    reading: Reading,
    wall: float,
    spent: dict[str, float],
    alone: list[float],
    rest: dict[str, float],
) -> Table:
    def by_part(values: dict[str, float], form: str) -> str:
        return ", ".join(f"{name} {format(value, form)}" for name, value in values.items())

    def aim(of: str, spent: dict[str, float] | None = None) -> str:
        """Whether it is met; if not, which part takes most."""
        wanted = f"{_AIMS[of]:.0%}" if of == "rest" else f"{_AIMS[of]:.2g}"
        if ratios[of] <= _AIMS[of]:
            return f"{wanted}: met"
        most = max(spent, key=lambda name: spent[name]) if spent else None
        by = f", {most} {spent[most] / sum(spent.values()):.0%}" if spent and most else ""
        return f"{wanted}: not met{by}"

    beside = {f"{name} beside reading" if name == "worker" else name: used for name, used in spent.items()}
    beside["worker beside reading"] -= reading.processor
    shown = Table("", "ratio", "aim", "of")
    took = f"{wall:.1f} s, {reading.pages / wall:.1f} pages a second"
    shown.add_row("all at once: wall ÷ reading alone", f"{ratios['wall']:.2f}", aim("wall"), took)
    shown.add_row(
        "processor seconds ÷ those of reading",
        f"{ratios['processor']:.2f}",
        aim("processor", beside),
        f"reading {reading.processor:.1f}, {by_part(beside, '.1f')}",
    )
    each = " ".join(f"{seconds:.1f}" for seconds in sorted(alone))
    shown.add_row("one alone: seconds to its verdict", f"{ratios['alone']:.1f}", aim("alone"), each)
    each_page = f"{reading.processor / reading.pages * 1000:.1f} ms of the processor a page"
    shown.add_row("reading alone ÷ the bare decode", f"{ratios['reading']:.2f}", aim("reading"), each_page)
    times = f"{1 / ratios['two']:.2f} times as fast"
    shown.add_row("two reading processes ÷ one, wall", f"{ratios['two']:.2f}", aim("two"), times)
    each_other = "what a page costs when another is read beside it ÷ when none is"
    shown.add_row("two reading processes ÷ one, processor", f"{ratios['beside']:.2f}", "", each_other)
    each_core = f"two cores with two readers take in {2 / ratios['cores']:.2f} times what one takes in"
    shown.add_row("two cores ÷ one, processor seconds of all", f"{ratios['cores']:.2f}", "", each_core)
    each_page = (
        f"{ratios['copies'] * sum(spent.values()) / reading.pages * 1000:.0f} ms of the processor a page"
    )
    shown.add_row("a page in a file of one copy ÷ in a pile", f"{ratios['copies']:.2f}", "", each_page)
    shown.add_row(
        "at rest: share of a core", f"{ratios['rest']:.1%}", aim("rest", rest), by_part(rest, ".1%")
    )
    return shown


def _compared(ratios: dict[str, float], *, update: bool) -> int:
    """1 when one has grown by over a fifth since it was last written down."""
    if update:
        lines = ["# Written by `python -m benchmarks.evening --update`; see there.", "[most]"]
        _RATCHET.write_text("\n".join([*lines, *(f"{k} = {v:.3g}" for k, v in ratios.items())]) + "\n")
        return 0
    if not _RATCHET.exists():
        return 0
    most = tomllib.loads(_RATCHET.read_text())["most"]
    worse = [f"{k}: {ratios[k]:.2f}, was {v:.2f}" for k, v in most.items() if ratios[k] > v * _LOOSE]
    for line in worse:
        out.print(f"[red]{line}[/]")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
