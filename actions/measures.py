"""What is watched of the whole: the facts that health, metrics and alerts share. No personal data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy.exc import SQLAlchemyError

from actions.site import Site
from storage.bucket.keys import WATCHED
from storage.corrected.lots import lots_by_state
from storage.decided.counts import ExamCounts, exam_counts, scans_by_state
from storage.decided.decisions import count_to_decide
from storage.dropped.dossiers import DossierCounts, dossier_counts
from storage.dropped.waiting import waiting_since
from storage.log.segments import count_unsealed

TOO_LONG = {"inbox": timedelta(minutes=5), "log": timedelta(minutes=30), "clock": timedelta(minutes=1)}
"""How long the inbox may go unwatched, an event unsealed; how far this clock may be from the store's."""
LITTLE_ROOM = 0.1  # of the disk


@dataclass(frozen=True)
class Measures:
    """`dues`: épreuve and what ends then, by when. Times are None where there is nothing to wait for."""

    exams: tuple[ExamCounts, ...]
    dossiers: tuple[DossierCounts, ...]
    scans: dict[str, int]
    lots: dict[tuple[str, str], int]
    to_decide: int
    dues: dict[tuple[str, str], datetime]
    scan_waiting_since: datetime | None
    unsealed: int
    unsealed_since: datetime | None
    watched_at: datetime | None
    free: float

    @classmethod
    def of(cls, site: Site) -> Measures:
        with site.register.reading() as connection:
            unsealed, unsealed_since = count_unsealed(connection)
            return cls(
                exams=tuple(exam_counts(connection, exam.code) for exam in site.session.written),
                dossiers=tuple(dossier_counts(connection, exam.code) for exam in site.session.with_dossiers),
                scans=scans_by_state(connection),
                lots=lots_by_state(connection),
                to_decide=count_to_decide(connection),
                dues=_dues(site),
                scan_waiting_since=waiting_since(connection),
                unsealed=unsealed,
                unsealed_since=unsealed_since,
                watched_at=watched_at(site),
                free=free_room(site),
            )


@dataclass(frozen=True)
class Health:
    """`ready`: what the desk itself needs. Without Prefect it still takes what centres drop, and says so."""

    store: bool
    register: bool
    prefect: bool | None  # None: nobody said where it is
    inbox_watched_seconds: int | None
    outbox_seconds: int | None
    disk_free: float

    @property
    def ready(self) -> bool:
        return self.store and self.register

    def well(self) -> bool:
        """Whether nothing at all needs a person."""
        return (
            self.ready
            and self.prefect is not False
            and self.inbox_watched_seconds is not None
            and self.inbox_watched_seconds < TOO_LONG["inbox"].total_seconds()
            and (self.outbox_seconds or 0) < TOO_LONG["log"].total_seconds()
            and self.disk_free > LITTLE_ROOM
        )

    @classmethod
    def of(cls, site: Site, at: datetime) -> Health:
        prefect = os.environ.get("PREFECT_API_URL")
        store = _answers(site.store.endpoint, lambda status: status < 500)
        try:
            since = site.register.ask(count_unsealed)[1]
            register = True
        except SQLAlchemyError:
            since, register = None, False
        try:
            watched = watched_at(site) if store else None
        except (ClientError, BotoCoreError):
            store, watched = False, None
        return cls(
            store=store,
            register=register,
            prefect=_answers(f"{prefect}/ready", lambda status: status == 200) if prefect else None,
            inbox_watched_seconds=_seconds(watched, at),
            outbox_seconds=_seconds(since, at),
            disk_free=round(free_room(site), 3),
        )


def note_watched(site: Site) -> None:
    site.store.vault.put(WATCHED, b"")


def watched_at(site: Site) -> datetime | None:
    """When the inbox was last looked through, as the store knows it."""
    found = site.store.vault.head(WATCHED)
    return found.last_modified if found else None


def free_room(site: Site) -> float:
    """The share of the disk of the data directory that is free."""
    usage = shutil.disk_usage(site.settings.data_dir)
    return usage.free / usage.total


def _dues(site: Site) -> dict[tuple[str, str], datetime]:
    dues = {}
    for exam in site.session.written:
        if exam.scan_deadline:
            dues[exam.code, "scans"] = exam.scan_deadline.at
        if exam.closes_at:
            dues[exam.code, "marking"] = exam.closes_at
    for exam in site.session.with_dossiers:
        if exam.deposit:
            dues[exam.code, "dossiers"] = exam.deposit.at
    return dues


def _seconds(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else round((at - since).total_seconds())


def _answers(url: str, good: Callable[[int], bool]) -> bool:
    try:
        return good(httpx.get(url, timeout=2, trust_env=False).status_code)
    except httpx.HTTPError:
        return False
