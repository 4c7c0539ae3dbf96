"""An épreuve of a session: when it is sat, when scans or dossiers are due, when its copies may be marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from processors.circular.oral_parts import Concertation, Orals, PanelRule
from processors.circular.session_parts import (
    Alias,
    DatedDeadline,
    Meeting,
    Part,
    Problem,
    Slot,
    Window,
)


class ExamKind(StrEnum):
    WRITTEN = "written"
    DOSSIER = "dossier"
    ORAL = "oral"


class Exam(Part):
    """An épreuve. A written one needs sitting, scan_deadline and window; a dossier one its deposit."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,10}$")
    title: str = Field(min_length=1)
    option_titles: dict[str, str] = Field(default_factory=dict)
    aliases: tuple[Alias, ...] = ()
    kind: ExamKind
    by_option: bool = False  # a subject for each option: a lot holds copies of one
    sitting: Slot | None = None
    scan_deadline: DatedDeadline | None = None
    window: Window | None = None
    meetings: tuple[Meeting, ...] = ()
    lot_size: int | None = Field(default=None, ge=1)
    form: Path | None = None  # in place of the session's
    annexes: tuple[Path, ...] = ()
    deposit: DatedDeadline | None = None
    mending: DatedDeadline | None = None
    conformity_control: Slot | None = None
    concertations: tuple[Concertation, ...] = ()
    orals: tuple[Orals, ...] = ()
    panel: PanelRule | None = None

    @property
    def opens_at(self) -> dt.datetime | None:
        """When its lots may open: its window's opening or, if later, the end of its last meeting."""
        if self.window is None:
            return None
        instants = [self.window.opens, *(meeting.ends_at for meeting in self.meetings)]
        return max(instants, key=dt.datetime.timestamp)

    @property
    def closes_at(self) -> dt.datetime | None:
        """The last second of its window."""
        return self.window.closes if self.window is not None else None

    @property
    def in_schools(self) -> bool:
        """Whether candidates come before a commission in their own training centre, as for its orals."""
        return any(orals.each_school for orals in self.orals)

    def in_window(self, at: dt.datetime) -> bool:
        """Whether its copies may be in correctors' hands at this aware instant."""
        opens, closes = self.opens_at, self.closes_at
        if opens is None or closes is None:
            return False
        return opens.timestamp() <= at.timestamp() < closes.timestamp() + 1

    def troubles(self) -> Iterator[Problem]:
        wanted = {
            ExamKind.WRITTEN: ("sitting", "scan_deadline", "window"),
            ExamKind.DOSSIER: ("deposit", "orals"),
            ExamKind.ORAL: ("orals",),
        }
        for key in wanted[self.kind]:
            if not getattr(self, key):
                yield Problem(key, f"{_A[self.kind]} épreuve has no {key}: state one")
        sitting, due, deposit = self.sitting, self.scan_deadline, self.deposit
        if sitting and due and due.at.timestamp() <= sitting.ends_at.timestamp():
            yield Problem(
                "scan_deadline", f"{_said(due.at)} is not after the épreuve's end, {_said(sitting.ends_at)}"
            )
        for meeting in self.meetings:
            if self.window is not None and _opens_before(self.window, meeting):
                yield Problem(
                    "window.first",
                    f"the window opens on {_said(self.window.opens)}, "
                    f"before the {meeting.kind} meeting of {_said(meeting.ends_at)}",
                )
            if self.window is not None and meeting.ends_at.timestamp() >= self.window.closes.timestamp():
                yield Problem("window.last", f"the window closes before the {meeting.kind} meeting has ended")
        if self.mending and (deposit is None or self.mending.at.timestamp() <= deposit.at.timestamp()):
            yield Problem("mending", "it is not after the deposit's deadline: it would mend nothing")
        control = self.conformity_control
        if deposit and control and control.starts_at.timestamp() < deposit.at.timestamp():
            yield Problem("conformity_control", f"it begins before the deposit is due, {_said(deposit.at)}")
        ready = control.date if control else deposit.date if deposit else None
        for number, orals in enumerate(self.orals):
            if ready is not None and orals.first.date < ready:
                yield Problem(f"orals.{number}.first", f"they begin before the dossiers are ready, {ready}")


_A = {ExamKind.WRITTEN: "a written", ExamKind.DOSSIER: "a dossier", ExamKind.ORAL: "an oral"}


def _opens_before(window: Window, meeting: Meeting) -> bool:
    """By the hour where the window states one; else by the day, its lots opening after the meeting's end."""
    if window.first.time is not None:
        return window.opens.timestamp() < meeting.ends_at.timestamp()
    return window.first.date < meeting.date


def _said(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
