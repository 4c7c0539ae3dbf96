"""A log of any length is verified and rebuilt in the same memory."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.database.register import head, open_register
from storage.dropped.deadlines import DeadlineSwept
from storage.events import Event
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify

AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
LONG = 4000
"""Bytes of an event: far more than what is rightly kept of each, its number and hash."""
MORE = 1200
"""Events at a time: more than the thousand that a register gives at once."""


def season(count, at):
    for k in range(count):
        facts = DeadlineSwept(exam="U1", centre=f"{at.seq:0{LONG}}")
        event = Event.after(at, facts, f"scan_{at.seq:016x}", "t", AT + timedelta(seconds=k))
        at = event.head
        yield event.line()


def peak(site):
    gc.collect()
    tracemalloc.start()
    site()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_twice_the_events_take_hardly_more_memory(tmp_path, store, audit, monkeypatch):
    # a segment is held whole: it is to weigh little
    monkeypatch.setattr("storage.log.segments._MOST", 100)
    register = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}", store.vault)

    def rebuild():
        again = open_register(f"sqlite:///{tmp_path / str(len(peaks))}", store.vault)
        rebuild_register(audit, KEY.public_key(), again)
        again.engine.dispose()

    peaks = []
    for _ in range(2):
        with register.transaction() as transaction:
            transaction.replay(season(MORE, head(transaction.connection)))
        while ship(register, audit, KEY, at=AT):
            pass
        peaks.append((peak(lambda: verify(audit, KEY.public_key(), register)), peak(rebuild)))
    assert verify(audit, KEY.public_key(), register) == []
    for before, after in zip(*peaks, strict=True):
        # what is held of a segment or two until the collector comes is far less than this
        assert after - before < LONG * MORE / 2
    register.engine.dispose()
