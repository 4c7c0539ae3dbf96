"""How well boxes written by people outside MNIST are read, source by source.

    python -m benchmarks.hands FOLDER [--rows 400]

FOLDER is that of `training/digits.py`, with the files named in `training/people.py`; a source whose file is
not there is left out. Characters are drawn into printed boxes and scanned here, in one bit and gray, from
clean to poor, then cut and read as real ones (`read_rows`, a page's rows at once). Five minutes on two cores.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from processors.scans.pages.handwriting import DIGITS, LETTERS, digits, letters
from training.cells import NAME, SHAPES, Look, any_text, draw_row
from training.people import people

SOURCES = {
    "pendigits": "pendigits-orig.tes",
    "optdigits": "optdigits-orig.windep",
    "load_digits": "digits.csv.gz",
    "chars74k": "char74k.json",
    "semeion": "semeion.data",
    "usps": "zip.train",
    "mnist": "",
}
"""Each source and its file in FOLDER/people."""
LOOKS = {
    "1 bit 200 clean": (Look(200, True), 0.0),
    "1 bit 200": (Look(200, True), 0.35),
    "1 bit 200 poor": (Look(200, True), 0.8),
    "gray 150": (Look(150, False), 0.35),
    "gray 200": (Look(200, False), 0.35),
    "gray 300": (Look(300, False), 0.35),
}
SURE = 0.99

Read = tuple[str, str, float]  # what was written, what was read, how sure


def measure(seed: int, source: str, look: str, symbols: str, folder: Path, count: int) -> list[Read]:
    """Every character of so many rows of this source."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, list(SOURCES).index(source), list(LOOKS).index(look), len(symbols)))
    scanner, wear = LOOKS[look]
    rows = []
    for _ in range(count):
        shape = NAME if symbols == LETTERS else SHAPES[rng.integers(len(SHAPES))]
        hand = people(folder, source, rng)
        text = any_text(symbols, shape[3], rng, empty=0.0)
        rows.append(draw_row(text, hand, rng, shape, bent=0.0, wear=wear, look=scanner))
    network = letters() if symbols == LETTERS else digits()
    read = list[Read]()
    for k in range(0, count, 5):  # about as many as a first page has
        readings = network.read_rows([(row.strip, [row.row]) for row in rows[k : k + 5]])
        for row, reading in zip(rows[k : k + 5], readings, strict=True):
            sure = np.where(reading.inked, reading.probabilities.max(axis=1), 0.0)
            read += zip(row.text, reading.text, sure.tolist(), strict=True)
    return read


def share(read: Sequence[Read]) -> str:
    """How many were read right, and how many wrongly though surely."""
    right = sum(written == said for written, said, _ in read) / len(read)
    surely = sum(written != said and sure > SURE for written, said, sure in read) / len(read)
    return f"{right:.2%} ({surely:.2%})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=400, help="of each source and look")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    table = Table("source", "n", *LOOKS, title=f"read right (wrong with more than {SURE:.0%})")
    console = Console(width=150)
    with ProcessPoolExecutor() as pool:
        for symbols, sources in ((DIGITS, SOURCES), (LETTERS, ["chars74k"])):
            for source in sources:
                if not (wanted.folder / "people" / SOURCES[source]).exists():
                    continue
                cells, mistaken = dict[str, list[Read]](), Counter[str]()
                for look in LOOKS:
                    work = partial(
                        measure, source=source, look=look, symbols=symbols, folder=wanted.folder, count=50
                    )
                    parts = pool.map(work, range(wanted.seed * 1000, wanted.seed * 1000 + wanted.rows // 50))
                    cells[look] = [one for part in parts for one in part]
                    mistaken.update(f"{a}→{b}" for a, b, _ in cells[look] if a != b)
                name = source if symbols == DIGITS else f"{source}, capitals"
                table.add_row(name, str(len(cells["1 bit 200"])), *(share(cells[look]) for look in LOOKS))
                common = ", ".join(f"{pair} {n}" for pair, n in mistaken.most_common(8))
                console.print(f"{name}: {common}")
    console.print(table)


if __name__ == "__main__":
    main()
