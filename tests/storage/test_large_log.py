"""A log of any length is verified and rebuilt in the same memory."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.deadlines import DeadlineSwept
from storage.log.events import Event
from storage.log.segments import rebuild_register, ship
from storage.log.verify import verify
from storage.register import head, open_register

AT = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
MOST = 200
"""Bytes that an event more may take: a million stay under 200 MB."""


def season(count, at):
    for k in range(count):
        facts = DeadlineSwept(exam="U1", centre=f"{at.seq}")
        event = Event.after(at, facts, f"scan_{at.seq:016x}", "t", AT + timedelta(seconds=k))
        at = event.head
        yield event.line()


def peak(work):
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_five_times_the_events_take_hardly_more_memory(tmp_path, store, audit):
    register = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}", store.vault)

    def rebuild(name):
        again = open_register(f"sqlite:///{tmp_path / name}", store.vault)
        rebuild_register(audit, KEY.public_key(), again)
        again.engine.dispose()

    peaks = []
    for count in (1000, 4000):
        with register.transaction() as transaction:
            transaction.replay(season(count, head(transaction.connection)))
        ship(register, audit, KEY, at=AT)
        verified = peak(lambda: verify(audit, KEY.public_key(), register))
        peaks.append((verified, peak(partial(rebuild, str(count)))))
    assert verify(audit, KEY.public_key(), register) == []
    (verified, rebuilt), (verified_more, rebuilt_more) = peaks
    assert verified_more - verified < MOST * 4000
    assert rebuilt_more - rebuilt < MOST * 4000
    register.engine.dispose()
