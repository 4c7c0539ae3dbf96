"""Which ways of ticking a box are read? All that `benchmarks.drawn.choices` draws, in each answer.

python -m benchmarks.ticks --seeds 2 [--paper] [--tell]

Right: the ticked one where one is, nobody's guess where none or both are, or where nothing tells. A wrong
answer is worse than none. `--paper` adds the drawn ones as scans and photographs.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from rich.console import Console

from actions.office import as_readable
from benchmarks.drawn.choices import Variant, variants
from benchmarks.drawn.question import Question
from processors.dossiers.facts import facts_of
from processors.dossiers.files import DepositedFile, unpack
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from specimens.dossiers import paper

say = Console(soft_wrap=True, highlight=False, markup=False).print
_ASKED = {
    "option": ("Tableau de synthèse des réalisations professionnelles", "Option", ("SISR", "SLAM")),
    "team": ("DESCRIPTION D'UNE RÉALISATION PROFESSIONNELLE", "Modalité", ("Seul(e)", "En équipe")),
}
_ANSWERS = {"option": ("SISR", "SLAM"), "team": ("alone", "team")}
_TICKED = ((True, False), (False, True), (False, False), (True, True))
_BATCH = 60


def drawn(seeds: int, on_paper: bool, only: str = "") -> Iterator[tuple[str, str, str, str | None, bytes]]:
    """Medium, variant, what is asked, the right answer, and the file."""
    for variant in (way for way in variants() if only in way.name):
        for field, asked in _ASKED.items():
            for ticked in _TICKED:
                for seed in range(seeds):
                    rng = np.random.default_rng([seed, hash_of(variant.name)])
                    data = variant.draw(rng, Question(*asked, ticked))
                    said = _right(variant, field, ticked)
                    yield variant.kind, variant.name, field, said, data
                    if on_paper and variant.kind == "pdf" and not variant.name.startswith("form"):
                        yield "scan", variant.name, field, said, paper.scanned(rng, data)
                        yield (
                            "photograph",
                            variant.name,
                            field,
                            said,
                            paper.photographed(rng, paper.drawn(data, 200)[0]),
                        )


def hash_of(name: str) -> int:
    return sum(ord(letter) * (k + 1) for k, letter in enumerate(name))


def _right(variant: Variant, field: str, ticked: tuple[bool, bool]) -> str | None:
    first, last = _ANSWERS[field]
    return None if not variant.tells or ticked[0] == ticked[1] else first if ticked[0] else last


def read(job: tuple[str, DepositedFile]) -> str | None:
    field, file = job
    for piece in pieces_of(file.name, read_pages(file)):
        facts = facts_of(piece)
        said = facts.option if field == "option" else facts.team
        if said is not None:
            return said
    return None


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--paper", action="store_true")
    arguments.add_argument("--tell", action="store_true", help="name what is not read")
    arguments.add_argument("--only", default="", help="variants whose names hold this")
    given = arguments.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    table: dict[str, Counter[str]] = defaultdict(Counter)
    missed: Counter[tuple[str, str, str]] = Counter()
    named: dict[str, set[str]] = defaultdict(set)
    jobs = list(drawn(given.seeds, given.paper, given.only))
    with ProcessPoolExecutor(given.jobs) as pool:
        for start in range(0, len(jobs), _BATCH):
            batch = jobs[start : start + _BATCH]
            files, _ = unpack((f"{k}", data) for k, (*_, data) in enumerate(batch))
            files = tuple(replace(file, name=f"{k}") for k, file in enumerate(as_readable(files)))
            fields = [field for _, _, field, _, _ in batch]
            for (medium, name, field, right, _), said in zip(
                batch, pool.map(read, zip(fields, files, strict=True), chunksize=8), strict=True
            ):
                how = "right" if said == right else "none" if said is None else "WRONG"
                table[medium][how] += 1
                named[medium].add(name)
                if how != "right":
                    missed[(medium, name, f"{field}: {how}, {said} for {right}")] += 1
    say(f"{'medium':14}{'ways':>8}{'boxes':>8}{'right':>8}{'unsaid':>8}{'wrong':>8}")
    for medium, row in table.items():
        counts = (len(named[medium]), row.total(), row["right"], row["none"], row["WRONG"])
        say(f"{medium:14}" + "".join(f"{count:>8}" for count in counts))
    if given.tell:
        for (medium, name, what), count in sorted(missed.items()):
            say(f"  {medium} {name}: {what} ×{count}")


if __name__ == "__main__":
    main()
