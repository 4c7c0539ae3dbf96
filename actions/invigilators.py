"""Invigilators: the lists that schools send, and who sends too few."""

from __future__ import annotations

from actions.context import Context
from processors.invigilation import Shortfall, shortfalls
from storage.invigilators import enrolled_by_school, invigilators_sent


def lacking(work: Context, centre: str | None = None) -> list[Shortfall]:
    """With a centre, its own."""
    with work.register.reading() as connection:
        named, enrolled = invigilators_sent(connection), enrolled_by_school(connection)
    return [one for one in shortfalls(work.session, named, enrolled) if centre in (None, one.centre)]
