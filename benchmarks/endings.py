"""Is who signed told from who did not, however a certificate ends? By all of `benchmarks.drawn.endings`.

python -m benchmarks.endings --seeds 3 [--scans] [--tell]

A ground missed: nobody signed and it is called signed. A false ground: somebody did, and it is not.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from rich.console import Console

from benchmarks.drawn.endings import MARKS, endings
from processors.dossiers.files import unpack
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signatures import signatures_of, state_of
from specimens.dossiers import paper

say = Console(soft_wrap=True, highlight=False, markup=False).print
_DUE = ("organisme d'accueil", "employeur", "candidat", "centre de formation")
_DRAWN = {ending.name: ending for ending in endings()}


def state(job: tuple[str, str, str, int]) -> str:
    """signed, doubtful or absent."""
    medium, name, mark, seed = job
    rng = np.random.default_rng([seed, MARKS.index(mark), list(_DRAWN).index(name)])
    data = _DRAWN[name].draw(rng, mark)
    if medium == "scan":
        data = paper.scanned(rng, data)
    files, _ = unpack([("piece", data)])
    (piece,) = pieces_of("piece", read_pages(files[0]))
    return state_of(signatures_of(piece), _DUE)[0].value


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--scans", action="store_true", help="on paper instead of as PDFs of programs")
    arguments.add_argument("--tell", action="store_true", help="name what was not told")
    given = arguments.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    medium = "scan" if given.scans else "pdf"
    jobs = [(medium, name, mark, seed) for name in _DRAWN for mark in MARKS for seed in range(given.seeds)]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: Counter[str] = Counter()
    with ProcessPoolExecutor(given.jobs) as pool:
        for (_, name, mark, _), said in zip(jobs, pool.map(state, jobs, chunksize=4), strict=True):
            table[mark][said] += 1
            if said != ("signed" if mark else "absent"):
                wrong[f"{name}, {mark or 'nothing'}: {said}"] += 1
    say(f"{medium:14}{'signed':>10}{'doubtful':>10}{'absent':>10}")
    for mark in MARKS:
        counts = "".join(f"{table[mark][said]:>10}" for said in ("signed", "doubtful", "absent"))
        say(f"{mark or 'nothing':14}{counts}")
    if given.tell:
        for what, count in sorted(wrong.items()):
            say(f"  {what} ×{count}")


if __name__ == "__main__":
    main()
