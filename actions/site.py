"""One installation of massicot: settings, store, register and session, opened once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from processors.attendance.sheet import AttendanceForm, load_attendance_form
from processors.circular.deadlines import set_local_zone
from processors.circular.form import Form
from processors.circular.session import Session, load_session
from storage.bucket.objects import Store
from storage.bucket.probe import ends_date_parts
from storage.database.register import Register, open_register
from storage.machine.scratch import clear_scratch
from storage.machine.settings import Settings, open_store

_ATTENDANCE = Path(__file__).parent.parent / "sessions" / "forms" / "emargement.toml"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """`clock`: what dates the events of what happens by itself; a season that is played moves its own."""

    settings: Settings
    store: Store
    register: Register
    clock: Callable[[], datetime] = now

    @cached_property
    def session(self) -> Session:
        session = load_session(self.settings.session_file.resolve())
        set_local_zone(session.zone)
        return session

    def form_of(self, exam: str | None) -> Form:
        """The paper of an épreuve, with its annexes."""
        if exam not in self._forms:
            self._forms[exam] = self.session.form_of(exam or "")
        return self._forms[exam]

    @cached_property
    def attendance_form(self) -> AttendanceForm:
        """The paper of attendance lists: beside that of copies, else the usual one."""
        beside = self.session.form.parent / "emargement.toml"
        return load_attendance_form(beside if beside.exists() else _ATTENDANCE)

    @cached_property
    def ends_date_parts(self) -> bool:
        """Of this store: see there. Only some drops ask, so it is measured when one does."""
        return ends_date_parts(self.store)

    @cached_property
    def _forms(self) -> dict[str | None, Form]:
        return {}


@cache
def open_site() -> Site:
    """Opened from the environment (MASSICOT_*)."""
    clear_scratch()
    settings = Settings()
    store = open_store(settings)
    return Site(settings, store, open_register(settings.url, store.vault))
