"""A wrong clock changes nothing of what is done: the store's clock dates what is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import cycle

import pytest
import time_machine
from botocore.exceptions import ClientError
from theatre import PEOPLE, STORIES, compare, janitor_comes, portrait, sweep

from actions.site import now, open_site
from actions.stages import SurroundingsError
from cli.demo_session import write_demo_session
from storage.dropped.dossiers import dossiers_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("theatre")]


@contextmanager
def clock_off_by(shift: timedelta) -> Iterator[None]:
    """This process's clock goes on, but is wrong; the store's is right."""
    with time_machine.travel(now() + shift, tick=True):
        yield


@pytest.mark.parametrize(("story", "minutes"), zip(STORIES, cycle((-10, 10))), ids=[s.name for s in STORIES])
def test_ten_minutes_change_nothing(story, minutes, theatre, tmp_path):
    with theatre.world(tmp_path):
        story.before()
        with clock_off_by(timedelta(minutes=minutes)):
            story.play()
        compare(portrait(open_site().store), theatre.undisturbed(story))


def test_no_one_is_found_absent_before_the_deadline_by_the_clock_that_dates_deposits(theatre, tmp_path):
    with theatre.world(tmp_path):
        session = open_site().settings.session_file
        write_demo_session(session, now() + timedelta(minutes=7))  # the deadline passes in five
        with clock_off_by(timedelta(minutes=10)):
            sweep()
        with clock_off_by(timedelta(hours=1)), pytest.raises(SurroundingsError):
            sweep()
        assert not absent()
        write_demo_session(session, now())
        open_site.cache_clear()
        with clock_off_by(timedelta(minutes=-10)):
            sweep()
        assert absent() == len(PEOPLE)


def absent() -> int:
    with open_site().register.reading() as connection:
        return len(dossiers_of(connection, "E6"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_store_that_refuses_a_wrong_clock_is_waited_for(story, theatre, tmp_path):
    """S3 answers no request that is dated a quarter of an hour away."""
    with theatre.world(tmp_path):
        story.before()
        with clock_off_by(timedelta(hours=1)), suppress(SurroundingsError, ClientError):
            story.play()
        for _ in range(2):
            janitor_comes()
            story.play()
        compare(portrait(open_site().store), theatre.undisturbed(story))
