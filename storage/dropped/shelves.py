"""Where the paper of a dropped file lies, in its centre."""

from __future__ import annotations

from storage.database.schema import scans
from storage.events import Change, Facts


class PaperShelved(Facts):
    """`place`: the key in the vault of what somebody wrote, such as a box or a shelf; empty for nowhere."""

    action = "paper.shelved"
    french = "papier rangé"
    place: str

    def apply(self, change: Change) -> bool:
        change.row(scans, change.subject)
        change.set(scans, change.subject, paper=self.place)
        return True
