"""How well does ink tell a signed zone from an empty one? Drawn certificates, by medium; and the weights.

python -m benchmarks.signatures --pages 300 --seed 1 [--fit]
"""

from __future__ import annotations

import argparse
import math
import os
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date

import numpy as np
from rich.console import Console

from processors.dossiers import ink
from processors.dossiers.files import unpack
from processors.dossiers.layout import DPI
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signature_zones import Role
from processors.dossiers.signatures import ABSENT_BELOW, SIGNED_FROM, signatures_of
from specimens.dossiers import documents, paper
from specimens.dossiers.documents import Marks, Stay
from specimens.dossiers.sheets import Sheet
from specimens.people import invent_candidates, invent_schools

say = Console(soft_wrap=True, highlight=False, markup=False).print


def seen(seed: int) -> list[tuple[str, bool, float, float, float, float, int]]:
    """Zones of a drawn certificate: medium, signed, probability, length, width and height of ink (mm)."""
    rng = np.random.default_rng(seed)
    person = invent_candidates(rng, 1, "0130051K", ["E5"], invent_schools(rng, 1))[0]
    marks = Marks(str(rng.choice(["", "ink", "stamp", "both"], p=[0.4, 0.3, 0.1, 0.2])), "")
    stay = Stay("Mistral Réseaux SARL", date(2026, 1, 5), date(2026, 2, 6), 5.0)
    two = rng.random() < 0.5
    draw = documents.official if two else documents.letter
    data = draw(Sheet(rng), person, stay, marks, "lycée Rosa Bonheur", date(2026, 2, 6))
    medium = str(rng.choice(["print", "scan", "photograph"]))
    if medium == "scan":
        data = paper.scanned(rng, data)
    elif medium == "photograph":
        data = paper.photographed(rng, paper.drawn(data, 200)[0])
    found = []
    for file in unpack([("certificate", data)])[0]:
        for piece in pieces_of(file.name, read_pages(file)):
            words = [word for page in piece.pages for line in page.lines for word in line.words]
            for signature in signatures_of(piece):
                gray, zone = piece.pages[0].gray, signature.evidence.box
                assert gray is not None and zone is not None
                mark = ink.ink_in(gray, DPI, zone, words)
                wide, high = (mark.box[2], mark.box[3]) if mark.box else (0.0, 0.0)
                signed = bool(marks.theirs) and signature.role is not Role.CANDIDATE
                found.append((medium, signed, mark.probability, mark.length, wide, high, seed))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--tell", type=int, default=0, help="show so many of the worst")
    arguments.add_argument("--fit", action="store_true", help="print the weights that fit these zones")
    given = arguments.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's own threads stand in each other's way
    seeds = range(given.seed * 1_000_000, given.seed * 1_000_000 + given.pages)
    with ProcessPoolExecutor(given.jobs) as pool:
        zones = [zone for found in pool.map(seen, seeds, chunksize=4) for zone in found]
    table: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for medium, signed, chance, *_ in zones:
        state = "signed" if chance >= SIGNED_FROM else "absent" if chance < ABSENT_BELOW else "doubtful"
        table[(medium, signed)][state] += 1
    say(f"{'medium':14}{'drawn':10}{'signed':>10}{'doubtful':>10}{'absent':>10}")
    for (medium, signed), row in sorted(table.items()):
        counts = "".join(f"{row[name]:>10}" for name in ("signed", "doubtful", "absent"))
        say(f"{medium:14}{'signed' if signed else 'empty':10}{counts}")
    if given.fit:
        features = np.array([[math.log1p(value) for value in zone[3:6]] for zone in zones])
        say("weights", _fitted(features, np.array([zone[1] for zone in zones], float)))
    for zone in sorted(zones, key=lambda zone: zone[2] if zone[1] else 1 - zone[2])[: given.tell]:
        say(*zone)


def _fitted(features: np.ndarray, signed: np.ndarray) -> list[float]:
    """Logistic regression, a little shrunk."""
    rows = np.column_stack([features, np.ones(len(features))])
    weights = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (signed - chance) - 0.05 * weights
        curve = rows.T @ (rows * (chance * (1 - chance))[:, None]) + 0.05 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return [round(float(weight), 2) for weight in weights]


if __name__ == "__main__":
    main()
