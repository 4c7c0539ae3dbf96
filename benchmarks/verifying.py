"""What does it cost to verify the log, and to make the register anew from it? Both grow with the events.

    python -m benchmarks.verifying                        # 4,360 events: 128 piles of 30 copies
    python -m benchmarks.verifying --centres 32           # four times as many

Processor time an event, and its ratio to that of merely reading the log: each line parsed as JSON, each hash
reckoned. The best of some rounds, in turns. Register on SQLite, objects in memory, one process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from benchmarks.invented_season import Season, Together, Vault
from storage.database.register import Register, head, open_register
from storage.log.replay import fingerprints
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify

say = Console(soft_wrap=True, highlight=False, markup=False).print

T = TypeVar("T")


class Bucket(Vault):
    """The audit log's, in memory."""

    def rewritten(self) -> list[str]:
        return []

    def list(self, prefix: str = "") -> list[SimpleNamespace]:
        return [
            SimpleNamespace(key=key, size=len(self[key])) for key in sorted(self) if key.startswith(prefix)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--centres", type=int, default=8, help="of 120 candidates, each with four épreuves")
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="massicot-verifying-") as folder:
        _measure(Path(folder), asked.centres, asked.rounds)


def _measure(folder: Path, centres: int, rounds: int) -> None:
    vault, bucket, key = Vault(), Bucket(), Ed25519PrivateKey.generate()
    register = Together(open_register(f"sqlite:///{folder / 'register.sqlite'}", vault).engine, vault)
    for centre in range(centres):
        season = Season(register, 0, centre)
        season.enrol()
        season.scan_all()
    while ship(register, bucket, key, at=datetime.now(UTC)):  # type: ignore[arg-type]
        pass
    with register.reading() as connection:
        count, stated = head(connection).seq, fingerprints(connection)

    def read() -> None:
        for segment in (bucket[item.key] for item in bucket.list("log/")):
            for line in segment.splitlines():
                json.loads(line)
                hashlib.sha256(line).digest()

    def rebuild() -> Register:
        again = open_register(f"sqlite:///{folder / 'again.sqlite'}", vault)
        rebuild_register(bucket, key.public_key(), again)  # type: ignore[arg-type]
        return again

    took: dict[str, list[float]] = {"read": [], "verify": [], "rebuild": []}
    for _ in range(rounds):
        took["read"].append(_spent(read)[0])
        spent, problems = _spent(lambda: verify(bucket, key.public_key(), register))  # type: ignore[arg-type]
        assert problems == [], problems[0]
        took["verify"].append(spent)
        spent, again = _spent(rebuild)
        took["rebuild"].append(spent)
        with again.reading() as connection:
            assert fingerprints(connection) == stated
        again.engine.dispose()
        (folder / "again.sqlite").unlink()
    say(f"{count} events")
    for what, times in took.items():
        each = f"{min(times) / count * 1000:.3f} ms of the processor an event"
        say(f"{what:8} {each}, {min(times) / min(took['read']):.1f} times a mere reading")


def _spent(work: Callable[[], T]) -> tuple[float, T]:
    """Processor seconds, and what came of it."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


if __name__ == "__main__":
    main()
