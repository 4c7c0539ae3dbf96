"""What was once done must be done again: the least shares by case, in `ratchet.toml` and its like."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

_FILE = Path(__file__).with_name("ratchet.toml")
_WRITERS = {"ratchet": "reading", "ratchet_piles": "piles", "ratchet_attendance": "attendance"}

Rates = Mapping[str, Mapping[str, float]]
"""By case, then by what is measured: a share, the better the greater."""


@dataclass(frozen=True)
class Ratchet:
    """`batches` drawn from `seed` gave at least `least`."""

    seed: int
    batches: int
    least: Rates

    def worse(self, rates: Rates) -> list[str]:
        """What has fallen below, said in words."""
        return list(self._worse(rates))

    def _worse(self, rates: Rates) -> Iterator[str]:
        for case, kept in self.least.items():
            for what, share in kept.items():
                now = rates.get(case, {}).get(what)
                if now is None:
                    yield f"{case}: {what} is not measured any more"
                elif now < share - 1e-9:
                    yield f"{case}: {what} is {now:.2%}, was {share:.2%}"

    def raised(self, rates: Rates) -> Ratchet:
        """With what has become better; nothing falls."""
        cases = {**self.least, **rates}
        least = {
            case: {
                what: max(share, self.least.get(case, {}).get(what, share))
                for what, share in {**self.least.get(case, {}), **rates.get(case, {})}.items()
            }
            for case in cases
        }
        return replace(self, least=least)


def load(path: Path = _FILE) -> Ratchet:
    kept = tomllib.loads(path.read_text())
    return Ratchet(kept["seed"], kept["batches"], kept["least"])


def save(ratchet: Ratchet, path: Path = _FILE) -> None:
    lines = [
        f"# Written by `python -m benchmarks.{_WRITERS[path.stem]} --update`; see there.",
        f"seed = {ratchet.seed}",
        f"batches = {ratchet.batches}",
    ]
    for case, kept in sorted(ratchet.least.items()):
        lines += ["", f"[least.{case}]", *(f"{what} = {share:g}" for what, share in kept.items())]
    path.write_text("\n".join(lines) + "\n")
