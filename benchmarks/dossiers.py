"""How well are dossiers judged? Grounds found and missed, false proposals, by trouble and medium.

python -m benchmarks.dossiers --dossiers 1000 --seed 1
python -m benchmarks.dossiers --wordings 400 --seed 1
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from rich.console import Console

from actions.office import as_readable
from benchmarks import wordings
from processors.circular.session import Session, load_session
from processors.dossiers.contract import read_as_json
from processors.dossiers.files import unpack
from processors.dossiers.findings import GROUNDS
from specimens.dossiers.deposit import Deposit, Medium, Trouble, draw_deposit
from specimens.people import invent_candidates, invent_schools

say = Console(soft_wrap=True, highlight=False, markup=False).print
SESSION = Path("sessions/bts-sio-2026-aix-marseille.toml")
REDUCED = "formation continue"
REDUCED_WEEKS = 6
"""Of internship that this category owes here: the real session has one length for all."""
_FIELDS = 0.95
_LEAST = 0.05  # seconds: less, and there was nothing to convert
_PAPER = (Medium.SCAN, Medium.PHOTOGRAPH)
_COLUMNS = (
    *("dossiers", "grounds", "found", "to look at", "missed", "false"),
    *("sound", "held", "others", "named"),
)


@dataclass(frozen=True)
class Judged:
    """A drawn dossier and what was read of it: `ground` and `said` are the truth, `messages` what was found.

    `seconds` of processor, `converting` those of them that LibreOffice took.
    """

    seed: int
    trouble: str
    medium: str
    exam: str
    category: str
    ground: str | None
    said: str | None
    messages: list[str]
    codes: list[str]
    seconds: float
    converting: float

    @property
    def counted(self) -> Counter[str]:
        proposed = set(self.codes) & GROUNDS
        row = Counter(dossiers=1, false=int(bool(proposed - {self.ground})))
        if self.ground:
            row["grounds"] = 1
            row["found"] = self.ground in proposed
            row["to look at"] = not proposed and bool(self.codes)
            row["missed"] = not self.codes
        elif self.said:
            row["others"] = 1
            row["named"] = self.said in self.codes
        else:
            row["sound"] = 1
            row["held"] = bool(self.codes)
        return row

    @property
    def as_drawn(self) -> bool:
        row = self.counted
        due, told = row["grounds"] + row["others"], row["found"] + row["named"]
        return not row["false"] and not row["held"] and due == told


@cache
def session() -> Session:
    """The real one, but that one category owes fewer weeks."""
    real = load_session(SESSION)
    rules = [
        rule.model_copy(update={"internship_weeks": REDUCED_WEEKS})
        if rule.categories == (REDUCED,) and rule.internship_weeks
        else rule
        for rule in real.dossier_rules
    ]
    return real.model_copy(update={"dossier_rules": type(real.dossier_rules)(rules)})


def drawn(seed: int, medium: Medium | None) -> Deposit:
    rng = np.random.default_rng(seed)
    schools = invent_schools(rng, 2)
    candidate, other = invent_candidates(rng, 2, "0130051K", ["E5", "E6"], schools)
    candidate = replace(candidate, category=str(rng.choice(session().categories)))
    troubles = list(Trouble)
    trouble = Trouble.NONE if rng.random() < 0.5 else troubles[int(rng.integers(1, len(troubles)))]
    chosen = Medium(rng.choice(list(Medium), p=[0.25, 0.2, 0.2, 0.2, 0.15]))
    code = str(rng.choice(["E5", "E6"]))
    exam = session().exam(code)
    rule = session().dossier_rule(code, candidate.option, candidate.category)
    assert exam is not None and exam.deposit is not None and rule is not None
    return draw_deposit(
        rng, candidate, other, code, exam.deposit.at, trouble, medium or chosen, rule.internship_weeks or 10
    )


def judged(seed: int, medium: Medium | None = None) -> Judged:
    deposit = drawn(seed, medium)
    exam = session().exam(deposit.exam)
    assert exam is not None
    begun = _cpu()
    files, said = unpack(deposit.files)
    converting = _cpu()
    files = as_readable(files)
    converting = _cpu() - converting
    reading = read_as_json(files, said, session(), exam, deposit.candidate, deposit.at)
    found = reading["findings"]
    return Judged(
        seed,
        *(deposit.trouble.value, deposit.medium.value, deposit.exam, deposit.candidate.category),
        *(deposit.ground, deposit.said),
        [f"{f['code']}: {f['message']}" for f in found],
        [f["code"] for f in found if f["severity"] != "info"],
        _cpu() - begun,
        converting,
    )


def _cpu() -> float:
    """Seconds of processor that this process has used, with Tesseract's and LibreOffice's."""
    return sum(os.times()[:4])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dossiers", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--medium", type=Medium, choices=list(Medium), help="this one alone")
    arguments.add_argument("--tell", action="store_true", help="say what went otherwise than drawn")
    arguments.add_argument("--keep", type=Path, help="a file of what is done; a run goes on after it")
    arguments.add_argument("--wordings", type=int, help="dossiers in the words of others, instead")
    given = arguments.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"  # as in the children that read
    first = given.seed * 1_000_000
    if given.wordings:
        _judge_wordings(range(first, first + given.wordings), given.jobs, given.tell)
        return
    done = [Judged(**json.loads(line)) for line in given.keep.open()] if _has(given.keep) else []
    left = sorted(set(range(first, first + given.dossiers)) - {one.seed for one in done})
    with ProcessPoolExecutor(given.jobs) as pool:
        for one in pool.map(judged, left, [given.medium] * len(left), chunksize=2):
            done.append(one)
            if given.keep:
                with given.keep.open("a") as kept:
                    kept.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
    if given.tell:
        for one in done:
            if not one.as_drawn:
                say(one.seed, one.trouble, one.medium, one.exam, *one.messages, sep=" | ")
    total = _print_table(done)
    _print_paces(done)
    if total["missed"] or total["false"] > 0.01 * total["dossiers"]:
        sys.exit("a ground is missed, or more than 1 % of the proposals are false")


def _in_words(seed: int) -> wordings.Read:
    return wordings.read(seed, load_session(SESSION))


def _judge_wordings(seeds: Sequence[int], jobs: int, tell: bool) -> None:
    """Prints what was read of dossiers in the words of others, and leaves with an error under the targets."""
    with ProcessPoolExecutor(jobs) as pool:
        done = list(pool.map(_in_words, seeds, chunksize=2))
    fields: dict[bool, Counter[str]] = defaultdict(Counter)
    for one in done:
        fields[one.medium == "scan"] += one.fields
        if tell and (one.wrong or one.counted["false"] or one.counted["missed"] or one.codes):
            say(one.medium, one.trouble, *one.wrong, *sorted(one.codes), sep=" | ")
    columns = ("dossiers", "sound", "conform", "due", "found", "missed", "false")
    say(f"{'medium':12}" + "".join(f"{name:>11}" for name in columns))
    for medium in sorted({one.medium for one in done}):
        row = sum((one.counted for one in done if one.medium == medium), Counter[str]())
        say(f"{medium:12}" + "".join(f"{row[name]:>11}" for name in columns))
    shares = {}
    for scanned, counts in sorted(fields.items()):
        names = sorted({name.rpartition(" ")[0] for name in counts})
        share = {n: counts[f"{n} right"] / (counts[f"{n} right"] + counts[f"{n} wrong"]) for n in names}
        shares[scanned] = share
        say(
            "scanned" if scanned else "typed",
            *(f"{name} {part:.1%}" for name, part in share.items()),
            sep="  ",
        )
    total = sum((one.counted for one in done), Counter[str]())
    typed = min(shares.get(False, {"": 1.0}).values())
    targets = {
        "no false ground": not total["false"],
        "no ground missed": not total["missed"],
        "90 % of sound dossiers conform": total["conform"] >= 0.9 * total["sound"],
        "95 % of the fields of typed documents": typed >= _FIELDS,
    }
    for what, met in targets.items():
        say(f"{'met' if met else 'NOT met'}: {what}")
    if not all(targets.values()):
        sys.exit("a target is not met")


def _has(kept: Path | None) -> bool:
    return kept is not None and kept.exists()


def _print_table(done: Sequence[Judged]) -> Counter[str]:
    """The sum of all rows."""
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in done:
        table[(one.trouble, one.medium)] += one.counted
        table[("all", one.medium)] += one.counted
    total = sum((one.counted for one in done), Counter[str]())
    say(f"{'trouble':20}{'medium':12}" + "".join(f"{name:>11}" for name in _COLUMNS))
    for (trouble, medium), row in [*sorted(table.items()), (("all", "together"), total)]:
        say(f"{trouble:20}{medium:12}" + "".join(f"{row[name]:>11}" for name in _COLUMNS))
    return total


def _print_paces(done: Sequence[Judged]) -> None:
    """Seconds of one core, by what has to be done."""
    paces: dict[str, list[float]] = defaultdict(list)
    for one in done:
        kind = "with optical reading" if one.medium in _PAPER else "text alone"
        paces[kind].append(one.seconds - one.converting)
        if one.converting > _LEAST:
            paces["LibreOffice, besides"].append(one.converting)
    for kind, seconds in sorted(paces.items()):
        say(f"{kind}: median {np.median(seconds):.2f} s a dossier, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
