"""After the jury: who is called to the control épreuves, and which copies left for their candidates."""

from __future__ import annotations

from pydantic import AwareDatetime
from sqlalchemy import Connection, delete, select

from storage.database.schema_results import control_lists
from storage.events import Change, Facts

SUBJECT = "release"


class ReleaseRefused(Facts):
    """Somebody came for copies, or with averages, before the jury, `until`. Subject: `release`."""

    action = "release.refused"
    french = "remise refusée avant le jury"
    until: AwareDatetime


class ControlCalled(Facts):
    """Who is called to the control épreuves by averages that are not kept; `others` were on the list, too.

    In place of what an earlier list said of the same candidates. Subject: `release`.
    """

    action = "control.called"
    french = "liste des moyennes lue"
    called: tuple[str, ...]
    others: tuple[str, ...]

    def apply(self, change: Change) -> bool:
        stated = dict.fromkeys(self.others, False) | dict.fromkeys(self.called, True)
        known = control_list(change.connection)
        if not stated or all(known.get(who) is called for who, called in stated.items()):
            return False
        change.connection.execute(delete(control_lists).where(control_lists.c.candidate.in_(stated)))
        rows = [{"candidate": who, "called": called} for who, called in stated.items()]
        change.add(control_lists, *rows)
        return True


class CopiesReleased(Facts):
    """Copies that left for their candidates, by ids; `manifest`: SHA-256 of the list that went with them.

    `held`, `waiting`: how many stayed for a hold, or for the second jury. Subject: `release`.
    """

    action = "copies.released"
    french = "copies remises aux candidats"
    copies: tuple[str, ...]
    manifest: str
    held: int
    waiting: int


def control_list(connection: Connection) -> dict[str, bool]:
    """By candidate on a list of averages, whether she is called to the control épreuves."""
    return {row.candidate: row.called for row in connection.execute(select(control_lists))}
