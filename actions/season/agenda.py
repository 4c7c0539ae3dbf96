"""The dates that concern the service, or one centre, with the time that was granted."""

from __future__ import annotations

from actions.season.duties import obligations_owed
from actions.site import Site
from processors.circular.agenda import Entry, Extended, agenda, agenda_of_centre
from storage.dropped.deadlines import all_extensions


def dates(site: Site, centre: str | None = None) -> list[Entry]:
    """The earliest first; without a centre, all of the session."""
    with site.register.reading() as connection:
        moved = [Extended(one.exam, one.centre, one.deadline) for one in all_extensions(connection)]
        owed = {one.duty.code for one in obligations_owed(site, connection) if one.party == centre}
    if centre is None:
        return agenda(site.session, moved)
    return agenda_of_centre(site.session, owed, [one for one in moved if one.centre == centre])


def title_of(site: Site, centre: str | None) -> str:
    """In French."""
    place = site.session.centre(centre) if centre else None
    return f"{site.session.title} : {place.name}" if place else site.session.title
