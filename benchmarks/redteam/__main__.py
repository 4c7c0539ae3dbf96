"""Attacks the anonymity of a session that has run, and is up: `make demo KEEP=1` leaves one.

    python -m benchmarks.redteam --data FOLDER

Gathers what every corrector can reach (addresses, headers, copies, lists, archives, pages of the desk),
runs each attack on it, and prints what each one learnt. Ends with 1 if anything was learnt.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.redteam import ATTACKS
from benchmarks.redteam.loot import gather
from cli.commands.options import working_on


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    console = Console(width=110)
    with working_on(parser.parse_args().data) as site:
        loot = gather(site)
    pages = sum(len(writer.frames) for writer in loot.writers.values())
    console.print(f"{len(loot.copies)} copies in {len(loot.formed)} lots, {pages} wiped pages")
    table = Table("attack", "learnt", "seconds")
    told = []
    for name, attack in ATTACKS.items():
        begun = time.monotonic()
        found = list(attack(loot))
        told += found
        table.add_row(name, str(len(found)), f"{time.monotonic() - begun:.1f}")
    console.print(table)
    for line in told:
        console.print(f"  {line}", markup=False)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
