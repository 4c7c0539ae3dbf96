"""A store that fails for a moment, or for longer: what was being done comes to the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, cycle

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.standard import ExponentialBackoff
from faulty import Fault, FaultyWay
from theatre import STORIES, compare, janitor_comes, portrait

from actions.site import open_site
from actions.stages import SurroundingsError
from storage.bucket.objects import StoreError

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("theatre")]

EVERY_FAULT = "MASSICOT_EVERY_FAULT" in os.environ  # at every request: a third of an hour
MOMENTARY = (Fault.ERROR, Fault.UNAVAILABLE, Fault.REFUSED, Fault.UNANSWERED)
GIVEN_UP = (SurroundingsError, ClientError, BotoCoreError, StoreError)


@pytest.fixture(scope="module")
def way(weed) -> Iterator[FaultyWay]:
    with FaultyWay(weed.endpoint).open() as way, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)  # waits cut short, not left out
        yield way


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_each_request_that_fails_once_is_repeated(story, theatre, way, tmp_path):
    asked: Counter[tuple[str, str]] = Counter()
    faults = cycle(MOMENTARY)

    def once(method: str, path: str) -> Fault | None:
        asked[method, path] += 1
        return next(faults) if asked[method, path] % 2 else None

    with theatre.world(tmp_path, way.endpoint):
        story.before()
        with way.failing(once):
            story.play()
        compare(portrait(open_site().store), theatre.undisturbed(story))


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


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_store_that_fails_from_some_request_on_is_waited_for(story, theatre, way, tmp_path):
    """From the first request on, then from a later one, until a play of the story outlives it."""
    each_in_turn = cycle(Fault)
    for first in count(1, 1 if EVERY_FAULT else 5):
        for fault in Fault if EVERY_FAULT else [next(each_in_turn)]:
            away = Lasting(fault, first)
            with theatre.world(tmp_path / f"{first} {fault}", way.endpoint):
                story.before()
                with way.failing(away), suppress(*GIVEN_UP):
                    story.play()
                for _ in range(2):
                    janitor_comes()
                    story.play()
                compare(portrait(open_site().store), theatre.undisturbed(story))
        if away.outlived:
            return
