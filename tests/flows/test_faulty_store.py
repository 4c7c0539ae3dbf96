"""A store that fails for a moment, or for longer: what was being done comes to the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.standard import ExponentialBackoff
from faulty import Fault, FaultyWay
from stories import STORIES, Story, compare, janitor_comes, portrait

from flows.context import context
from flows.stages import SurroundingsError
from storage.objects import StoreError

pytestmark = pytest.mark.slow

MOMENTARY = (Fault.ERROR, Fault.UNAVAILABLE, Fault.REFUSED, Fault.UNANSWERED)
GIVEN_UP = (SurroundingsError, ClientError, BotoCoreError, StoreError)


@pytest.fixture(scope="module")
def way(weed) -> Iterator[FaultyWay]:
    with FaultyWay(weed.endpoint).open() as way, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)  # waits cut short, not left out
        yield way


@pytest.fixture(scope="module")
def calm(theatre, way, tmp_path_factory) -> Callable[[Story], dict[str, Counter[str]]]:
    known: dict[str, dict[str, Counter[str]]] = {}

    def of(story: Story) -> dict[str, Counter[str]]:
        if story.name not in known:
            with theatre.world(tmp_path_factory.mktemp("calm"), way.endpoint):
                story.before()
                story.play()
                known[story.name] = portrait(context().store)
        return known[story.name]

    return of


@pytest.mark.parametrize("fault", MOMENTARY)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_each_request_that_fails_once_is_repeated(story, fault, theatre, way, calm, tmp_path):
    asked: Counter[tuple[str, str]] = Counter()

    def once(method: str, path: str) -> Fault | None:
        asked[method, path] += 1
        return fault if asked[method, path] % 2 else None

    expected = calm(story)
    with theatre.world(tmp_path, way.endpoint):
        story.before()
        with way.failing(once):
            story.play()
        compare(portrait(context().store), expected)


class Lasting:
    """A fault that befalls every request from the `first`th on, counted from 1."""

    def __init__(self, fault: Fault, first: int) -> None:
        self.fault, self.first, self.heard = fault, first, 0

    def __call__(self, method: str, path: str) -> Fault | None:
        self.heard += 1
        return self.fault if self.heard >= self.first else None

    @property
    def outlived(self) -> bool:
        return self.heard < self.first


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_store_that_fails_from_some_request_on_is_waited_for(story, fault, theatre, way, calm, tmp_path):
    """From the first request on, then from the second, until one play of the story outlives it."""
    expected = calm(story)
    for first in range(1, 200):
        away = Lasting(fault, first)
        with theatre.world(tmp_path / str(first), way.endpoint):
            story.before()
            with way.failing(away), suppress(*GIVEN_UP):
                story.play()
            for _ in range(2):
                janitor_comes()
                story.play()
            compare(portrait(context().store), expected)
        if away.outlived:
            return
    raise AssertionError("it never ends")
