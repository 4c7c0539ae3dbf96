"""Throws hostile bytes at every parser of what comes from outside, and counts what gets through.

    python -m benchmarks.fuzz [--runs 1000000] [--seconds 600] [--target NAME ...]
    python -m benchmarks.fuzz --corpus FOLDER

The first way mutates files that `specimens` draws (atheris, guided by coverage), in a process of its own for
each target, which shares the executions with the others by how cheap it is. A finding is an exception that a
parser does not declare, an execution of more than ten seconds, or more than 2 GB; its input is kept in
build/fuzz. Ends with 1 if there is one.

The second reads each PDF of a folder as the flows do, in isolated children. pypdf and pikepdf keep broken
ones (py-pdf/pypdf, resources/; pikepdf/pikepdf, tests/resources/), which are not in this repository.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

KEPT = Path("build/fuzz")
# Of the executions: what is cheap takes most
_SHARES = {
    "lists": 34, "keys": 30, "zip": 24, "g4": 4, "session": 3, "form": 3, "words": 1, "jpeg": 0.5,
    "xlsx": 0.5, "pdf": 0.2, "photograph": 0.1, "anonymous": 0.05, "dossier": 0.05,
}  # fmt: skip
_SLOW, _LARGE = 10, 2048  # seconds, megabytes
console = Console(width=110)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=600, help="most for one target")
    parser.add_argument("--target", action="append", choices=_SHARES)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    known, rest = parser.parse_known_args()
    if known.one:
        return fuzz_here(known.one, rest)
    if known.corpus:
        return read_corpus(known.corpus)
    return fuzz(known.target or list(_SHARES), known.runs, known.seconds)


def fuzz(targets: list[str], runs: int, seconds: int) -> int:
    """A process for each target, one after the other."""
    table = Table("target", "executions", "a second", "peak MB", "found")
    whole = sum(_SHARES[name] for name in targets)
    total = found = 0
    for name in targets:
        wanted = round(runs * _SHARES[name] / whole)
        folder = KEPT / name
        (folder / "corpus").mkdir(parents=True, exist_ok=True)
        before = set(folder.glob("*-*"))
        argv = [sys.executable, "-m", "benchmarks.fuzz", "--one", name, f"-runs={wanted}"]
        argv += [
            f"-max_total_time={seconds}",
            f"-timeout={_SLOW}",
            f"-rss_limit_mb={_LARGE}",
            "-max_len=65536",
        ]
        argv += ["-print_final_stats=1", "-seed=1", f"-artifact_prefix={folder}/", str(folder / "corpus")]
        begun = time.monotonic()
        with (folder / "log").open("wb") as log:
            ended = subprocess.run(argv, stdout=log, stderr=log, check=False)
        told = (folder / "log").read_text(errors="replace")
        made = _last(r"stat::number_of_executed_units:\s*(\d+)", told) or _last(r"^#(\d+)", told)
        new = sorted(set(folder.glob("*-*")) - before)
        total, found = total + made, found + bool(new or ended.returncode)
        rate = made / max(time.monotonic() - begun, 0.1)
        said = ", ".join(path.name for path in new) or ("ended badly" if ended.returncode else "")
        peak = _last(r"stat::peak_rss_mb:\s*(\d+)", told)
        table.add_row(name, f"{made:,}", f"{rate:,.0f}", str(peak or ""), said)
    console.print(table)
    console.print(f"{total:,} executions, {found} targets with findings")
    return 1 if found else 0


def _last(pattern: str, text: str) -> int:
    return int((re.findall(pattern, text, re.MULTILINE) or ["0"])[-1])


def fuzz_here(name: str, arguments: list[str]) -> int:
    """In this process, until libFuzzer ends it; the target's own files are what it begins with."""
    import atheris

    with atheris.instrument_imports(include=["processors", "storage.bucket.keys"]):
        from benchmarks.fuzz.targets import TARGETS
    corpus = Path(arguments[-1])
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()
    return 0


def read_corpus(folder: Path) -> int:
    """Each PDF of the folder, and what became of it; ends with 1 if one got out of its child."""
    from actions.isolation import isolated, run_pages
    from cli.demo_session import FORM
    from processors.circular.form import load_form
    from processors.scans.files.dropped import inspect
    from processors.scans.files.raster import BadScan
    from processors.scans.pages.upright import Expected
    from processors.scans.reader import read_images_of

    expected = Expected.of(load_form(FORM), load_form(FORM).label.payload, [])
    came: Counter[str] = Counter()
    slowest = 0.0
    escaped = []
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for path in sorted(folder.rglob("*.pdf")):
        begun = time.monotonic()
        try:
            pages = isolated(inspect, path)
            run_pages(read_images_of, path, expected, pages=pages)
            came["read"] += 1
        except BadScan as bad:
            came[bad.code.value] += 1
        except Exception as error:
            escaped.append(f"{path.name}: {type(error).__name__}")
        slowest = max(slowest, time.monotonic() - begun)
    table = Table("what became of it", "files")
    for what, count in came.most_common():
        table.add_row(what, str(count))
    console.print(table)
    left = len(list(Path("/proc/self/fd").iterdir())) - open_before
    console.print(
        f"{came.total() + len(escaped)} files, {len(escaped)} escaped, slowest {slowest:.1f} s, "
        f"{_resident()} MB here, {left} files left open"
    )
    for line in escaped:
        console.print(f"  {line}", markup=False)
    return 1 if escaped else 0


def _resident() -> int:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    sys.exit(main())
