"""Killed at each dangerous instant, by name, and begun again: nothing is lost, doubled or different.

A dangerous instant is the one after a side effect: a commit of the register, a put, a copy or a delete of the
store. Each story below is played once undisturbed, then once for each of its instants by a child process that
kills itself there; what takes over is what would: the flows and the janitor, or the person once more.
"""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from theatre import PEOPLE, STORIES, Story, compare, janitor_comes, portrait, steady

from actions.site import open_site
from storage.bucket.objects import Bucket
from storage.database.register import Register, Transaction

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("theatre")]


@dataclass
class Effects:
    """Names the side effects of the process it is armed in, in their order; dies after the `fatal`th."""

    fatal: int | None = None
    names: list[str] = field(default_factory=list)

    def happened(self, name: str) -> None:
        self.names.append(re.sub(r"[0-9a-f]{64}", "sha256", re.sub(r"\b[0-9a-f]{32}$", "etag", steady(name))))
        if len(self.names) - 1 == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def armed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for verb in ("put", "delete", "copy_from"):
                patch.setattr(Bucket, verb, self._told(verb, getattr(Bucket, verb)))
            recorded: list[str] = []
            record, transaction = Transaction.record, Register.transaction

            def noted(self, *args, **kwargs):
                made = record(self, *args, **kwargs)
                recorded.extend([made.action] if made else [])
                return made

            @contextmanager
            def told(register):
                recorded.clear()
                with transaction(register) as inside:
                    raw = inside.connection.connection.driver_connection
                    before = raw.total_changes
                    yield inside
                    changed = raw.total_changes - before
                if changed:
                    self.happened(f"commit {', '.join(recorded) or 'segments'}")

            patch.setattr(Transaction, "record", noted)
            patch.setattr(Register, "transaction", told)
            yield

    def _told(self, verb: str, real: Callable) -> Callable:
        def done(bucket, key, *args, **kwargs):
            if args and isinstance(args[0], Path):
                return real(bucket, key, *args, **kwargs)  # which puts what is in that file
            made = real(bucket, key, *args, **kwargs)
            shown = args[-1] if verb == "copy_from" else key
            if made is not False:
                shown = re.sub(r"(evidence/scan/).*", r"\1…", steady(shown))
                self.happened(f"{verb} {bucket.name.partition('-')[0]} {shown}")
            return made

        return done


_ANSWER = ("put inbox receipts/0130051K/U4/pile.pdf.html", "put inbox receipts/0130051K/U4/pile.pdf.json")
_ANSWER_AGAIN = tuple(name.replace("pile", "again") for name in _ANSWER)
_ARRIVAL = ("put vault arrivals/scan.json", "commit scan.arrived")
_READING = (
    *_ARRIVAL,
    "commit scan.claimed",
    "copy_from vault scans/sha256.pdf",
    "commit scan.stored",
    "put vault readings/scan.json",
    "commit scan.read",
    "put vault anonymous/U4/number.pdf",
)

_ANSWER_IN_PLACE = tuple(f"{verb} {where[4:]}" for where in _ANSWER for verb in ("put", "delete"))

INSTANTS = {
    "a scan": (
        *_READING[:5],
        "put vault evidence/scan/…",
        *_READING[5:],
        "commit copy.anonymised",
        *_ANSWER,
        "commit scan.processed",
        "delete inbox scans/0130051K/U4/pile.pdf",
    ),
    "a bad file": (
        *_ARRIVAL,
        "commit scan.claimed",
        "copy_from vault quarantine/sha256",
        "commit scan.quarantined",
        "put inbox receipts/scan.html",
        "put inbox receipts/scan.json",
        "delete inbox elsewhere/pile.pdf",
    ),
    "the same file twice": (
        *_ARRIVAL,
        "commit scan.claimed",
        "commit scan.duplicate",
        *_ANSWER_IN_PLACE,
        *_ANSWER_AGAIN,
        "delete inbox scans/0130051K/U4/again.pdf",
    ),
    "attendance lists": (
        "put vault people/sha256.csv",
        "commit attendance.imported",
        "put inbox receipts/attendance/0130051K/U4.csv.json",
        "delete inbox attendance/0130051K/U4.csv",
        "copy_from vault quarantine/attendance/etag",
        "put vault quarantine/from/attendance/etag",
        "put inbox receipts/attendance/0130051K/U7.csv.json",
        "delete inbox attendance/0130051K/U7.csv",
    ),
    "a dossier": (
        "put vault dossiers/sha256",
        "put vault arrivals/doss-x.json",
        "commit dossier.deposited",
        "put inbox receipts/dossiers/E5/02950414460/attestation.pdf.json",
        "delete inbox dossiers/E5/02950414460/attestation.pdf",
        "put vault readings/doss-x.json",
        "commit dossier.read",
    ),
    "a decision": (
        "put vault reasons/copy-x.txt",
        "commit copy.decided",
        "commit scan.reopened",
        "commit scan.claimed",
        "put vault anonymous/U4/number.pdf",
        "commit copy.anonymised",
        *_ANSWER_IN_PLACE,
        "commit scan.processed",
    ),
    "a third death": (
        "put vault quarantine/sha256",
        "commit scan.quarantined",
        *_ANSWER,
        "delete inbox scans/0130051K/U4/pile.pdf",
    ),
    "lots": (
        "commit lot.formed",
        "commit lot.pulled",
        "commit lot.returned",
    ),
    "a copy scanned again": (
        *_READING,
        "commit copy.anonymised",
        *_ANSWER_AGAIN,
        "commit scan.processed",
        "delete inbox scans/0130051K/U4/again.pdf",
    ),
    "deadlines": ("commit deadline.swept", *["commit dossier.absent"] * len(PEOPLE)),
    "the audit log": (
        "commit segments",
        "put audit log/000000000001-000000000011.jsonl",
        "put audit seals/1.json",
        "commit segments",
    ),
}


@pytest.fixture(scope="module")
def undisturbed(theatre, tmp_path_factory) -> Callable[[Story], tuple[list[str], dict[str, Counter[str]]]]:
    known: dict[str, tuple[list[str], dict[str, Counter[str]]]] = {}

    def of(story: Story) -> tuple[list[str], dict[str, Counter[str]]]:
        if story.name not in known:
            with theatre.world(tmp_path_factory.mktemp("calm")):
                story.before()
                effects = Effects()
                with effects.armed():
                    story.play()
                known[story.name] = (effects.names, portrait(open_site().store))
        return known[story.name]

    return of


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_dangerous_instants_are_these(story, undisturbed):
    instants, _ = undisturbed(story)
    assert tuple(instants) == INSTANTS[story.name]


def play_until(k: int, story: Story) -> None:
    """In a child, which kills itself after its `k`th side effect."""
    open_site().register.engine.dispose()
    pid = os.fork()
    if pid == 0:
        try:
            open_site.cache_clear()
            with Effects(k).armed():
                story.play()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "it ended before"


@pytest.mark.parametrize(
    ("story", "k"),
    [
        pytest.param(story, k, id=f"{story.name}, after {k + 1}: {name}")
        for story in STORIES
        for k, name in enumerate(INSTANTS[story.name])
    ],
)
def test_killed_there_it_comes_to_the_same(story, k, undisturbed, theatre, tmp_path):
    _, calm = undisturbed(story)
    with theatre.world(tmp_path):
        story.before()
        play_until(k, story)
        for _ in range(2):
            janitor_comes()
            story.play()
        compare(portrait(open_site().store), calm)
