"""The inbox is looked at, outside the engine, and runs are started for what is new."""

from __future__ import annotations

import time
from collections.abc import Set
from dataclasses import dataclass, field

from prefect.client.orchestration import PrefectClient

from actions.dropped import inbox
from actions.dropped.upkeep import find_unfinished, take_up
from actions.measures import note_watched
from actions.site import Site, now
from actions.stages import plainly
from flows import artifacts, runs
from processors.wording import plural
from storage.database.register import head
from storage.states import ScanState

_SELDOM = 20.0  # seconds: between two takings up, two boards, two attempts at one file


@dataclass
class Watch:
    """Call `look` every second or so. What it has noted once it never notes again."""

    client: PrefectClient
    ahead: int  # files that have a run and wait, at most: each costs Prefect something at every question
    _started: dict[str, tuple[object, float]] = field(default_factory=dict)  # by what it is, which time, when
    _seldom: float = 0.0
    _told: int = -1

    async def look(self, here: Set[str]) -> bool:
        """Whether runs were started. `here`: ids of files and dossiers whose run this process carries out."""
        found = await plainly("relever le dépôt", inbox.look)
        if found is None:
            return False
        started = 0
        for scan in found.scans[: self.ahead]:
            if self._is_due(scan.id, scan.attempt):
                await runs.start(self.client, scan, f"essai {scan.attempt + 1}")
                self._started[scan.id] = scan.attempt, time.monotonic()
                started += 1
        for dossier, exam, files in found.dossiers:
            occasion = f"{plural(files, 'fichier', 'fichiers')}, {now():%Y-%m-%d %H:%M}"[:-1]
            if self._is_due(dossier, occasion):
                await runs.start_dossier(self.client, dossier, exam, occasion)
                self._started[dossier] = occasion, time.monotonic()
                started += 1
        if time.monotonic() > self._seldom + _SELDOM:
            self._seldom = time.monotonic()
            await self._take_up(here)
            await self._tell()
            await plainly("noter le passage", note_watched)
        return started > 0

    def _is_due(self, what: str, occasion: object) -> bool:
        """Never twice for one occasion, which Prefect heeds too; and what was given back waits a little."""
        last, at = self._started.get(what, (None, -_SELDOM))
        return last != occasion and time.monotonic() > at + _SELDOM

    async def _take_up(self, here: Set[str]) -> None:
        """Files whose run is over while they are not done: it crashed, or never began."""
        for scan in await plainly("chercher les fichiers interrompus", find_unfinished):
            waits = scan.state is ScanState.ARRIVED
            if scan.id in here or (waits and scan.id not in self._started):
                continue
            over = await runs.is_over(scan.id, now(), badly=waits)
            if over or (over is None and not waits):
                await plainly("reprendre un fichier", take_up, scan)

    async def _tell(self) -> None:
        """Prefect's page of artifacts follows the register."""
        seq = await plainly("lire le registre", _head)
        if seq != self._told:
            await artifacts.publish(self.client)
            self._told = seq


def _head(site: Site) -> int:
    with site.register.reading() as connection:
        return head(connection).seq
