"""Invigilators: the lists that schools send, and who sends too few."""

from __future__ import annotations

from datetime import datetime

from actions.site import Site
from processors.lists.invigilation import Shortfall, shortfalls
from storage.people.invigilators import enrolled_by_school, invigilators_sent


def lacking(site: Site, at: datetime, centre: str | None = None) -> list[Shortfall]:
    """Of épreuves that are still to come; with a centre, its own."""
    with site.register.reading() as connection:
        named, enrolled = invigilators_sent(connection), enrolled_by_school(connection)
    return [one for one in shortfalls(site.session, named, enrolled, at) if centre in (None, one.centre)]
