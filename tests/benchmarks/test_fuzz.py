"""A small, always equal slice of the fuzzing: hostile bytes raise what their parser declares, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.targets import TARGETS

CHEAP = ("lists", "keys", "session", "form", "g4", "zip", "words")
_PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"-1", b"99999999999", b'"', b"[[[[", b"\xff\xd9", b"<<", b"PK\x05\x06"]),
)


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed that was cut, overwritten, or had something put into it."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        at, size, piece = (
            draw(st.integers(0, len(data))),
            draw(st.sampled_from([0, 1, 4, 100])),
            draw(_PIECES),
        )
        data = data[:at] + piece + data[at + size :]
    return data


def attack(name: str, examples: int) -> None:
    target = TARGETS[name]

    @settings(derandomize=True, max_examples=examples, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(mutated(list(target.seeds())))
    def bears(data: bytes) -> None:
        target(data)

    bears()


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_parsers_bear_hostile_bytes(name: str) -> None:
    attack(name, 60)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(TARGETS) - set(CHEAP)))
def test_costly_parsers_bear_hostile_bytes(name: str) -> None:
    attack(name, 25)


def broken_archives() -> list[bytes]:
    """Their compressed bytes were changed: zlib speaks, and not zipfile."""
    (whole, *_) = TARGETS["zip"].seeds()
    at = whole.index(b"PK\x01\x02") // 2
    return [whole[: at + k] + b"\xff\xff\xff" + whole[at + k + 3 :] for k in range(0, 400, 7)]


def test_archives_with_broken_streams_are_said_to_be_damaged() -> None:
    for data in broken_archives():
        TARGETS["zip"](data)
