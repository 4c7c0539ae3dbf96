"""A register that goes away, and a full disk: what was being done comes to the same once they are back."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest
from sqlalchemy.exc import OperationalError
from theatre import STORIES, Story, compare, janitor_comes, portrait

from actions.site import open_site
from actions.stages import SurroundingsError
from storage.bucket.objects import StoreError
from storage.database.register import Register

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("theatre")]

GIVEN_UP = (SurroundingsError, OperationalError, StoreError, OSError)


class RegisterAway:
    """Commits the first so many transactions, the last of them without saying so; then answers nothing."""

    def __init__(self, commits: int) -> None:
        self.commits, self.seen = commits, 0

    @contextmanager
    def felt(self) -> Iterator[None]:
        transaction, reading = Register.transaction, Register.reading

        @contextmanager
        def write(register):
            if self.seen >= self.commits:
                raise self.gone()
            with transaction(register) as inside:
                yield inside
            self.seen += 1
            if self.seen == self.commits:
                raise self.gone()

        @contextmanager
        def read(register):
            if self.seen >= self.commits:
                raise self.gone()
            with reading(register) as inside:
                yield inside

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Register, "transaction", write)
            patch.setattr(Register, "reading", read)
            yield

    def gone(self) -> OperationalError:
        return OperationalError("", {}, Exception("server closed the connection unexpectedly"))


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, the register and its journal among them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def go_on(story: Story) -> None:
    for _ in range(2):
        janitor_comes()
        story.play()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_register_that_goes_away_is_waited_for(story, theatre, tmp_path):
    """Before its first commit, after its second, its fourth … until a play of the story needs no more."""
    for commits in count(0, 2):
        away = RegisterAway(commits)
        with theatre.world(tmp_path / str(commits)):
            story.before()
            with away.felt(), suppress(*GIVEN_UP):
                story.play()
            go_on(story)
            compare(portrait(open_site().store), theatre.undisturbed(story))
        if away.seen < commits:
            return


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_full_disk_is_waited_for(story, theatre, tmp_path):
    failed = 0
    for room in (0, 1 << 16, 1 << 18):
        with theatre.world(tmp_path / str(room)):
            story.before()
            try:
                with no_file_beyond(room):
                    story.play()
            except GIVEN_UP:
                failed += 1
            go_on(story)
            compare(portrait(open_site().store), theatre.undisturbed(story))
    assert failed
