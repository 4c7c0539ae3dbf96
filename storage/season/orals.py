"""Panels of oral épreuves: who examines whom, where and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection, select, update

from storage.database.schema import candidates
from storage.database.schema_season import oral_sheets, panels, turns
from storage.database.tables import matching
from storage.events import Change, Facts
from storage.refusals import Refusal, Refused


class Panel(BaseModel):
    """`place`: UAI of the school, or the place as the session calls it; `turns`: candidate ids, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    place: str
    begins: datetime
    ends: datetime
    members: tuple[str, ...]
    turns: tuple[tuple[str, datetime], ...]


class OralsPlanned(Facts):
    """Takes the place of what was planned of this épreuve before. Subject: the épreuve's code."""

    action = "orals.planned"
    french = "jurys d’oral formés"
    panels: tuple[Panel, ...]

    def apply(self, change: Change) -> bool:
        exam = change.subject
        if panels_of(change.connection, exam) == list(self.panels):
            return False
        change.remove(turns, exam=exam)
        change.remove(panels, exam=exam)
        for number, panel in enumerate(self.panels, start=1):
            row = panel.model_dump(exclude={"turns", "members"}) | {"members": list(panel.members)}
            change.add(panels, {"exam": exam, "number": number, **row})
            for candidate, at in panel.turns:
                change.add(turns, {"exam": exam, "candidate": candidate, "panel": number, "at": at})
        return True


class OralMoved(Facts):
    """A candidate is examined by another panel, or at another turn. Subject: the épreuve's code."""

    action = "orals.moved"
    french = "candidat d’oral déplacé"
    candidate: str
    panel: int
    turn_at: AwareDatetime

    def apply(self, change: Change) -> bool:
        of_exam = {"exam": change.subject}
        mine = of_exam | {"candidate": self.candidate}
        row = change.connection.execute(select(turns).filter_by(**mine)).one_or_none()
        if row is None:
            raise Refused(Refusal.NO_TURN)
        if (row.panel, row.at) == (self.panel, self.turn_at):
            return False
        if change.has(turns, **of_exam, panel=self.panel, at=self.turn_at):
            raise Refused(Refusal.TURN_TAKEN)
        change.connection.execute(update(turns).filter_by(**mine).values(panel=self.panel, at=self.turn_at))
        return True


class OralSheetsBack(Facts):
    """`file`: SHA-256 of their scan, which is not kept; `codes`: theirs. Subject: the épreuve's code."""

    action = "orals.sheets_back"
    french = "feuilles de jurys rendues"
    file: str
    codes: tuple[str, ...]

    def apply(self, change: Change) -> bool:
        known = sheets_back(change.connection, change.subject)
        new = [code for code in self.codes if code not in known]
        rows = [{"code": code, "exam": change.subject, "file": self.file} for code in new]
        if rows:
            change.add(oral_sheets, *rows)
        return bool(rows)


class OralScanSorted(Facts):
    """A scan of sheets that was dropped, sorted, and is kept nowhere. Subject: `returns/<place>`.

    `file`: SHA-256; `pages`: how many; the others: codes of sheets that massicot printed. `sheets`: taken;
    `doubled`: here before, or twice; `misfiled`: owed at another place; `unsigned`: an examiner's cell is
    surely empty; `missing`: owed at this place and not here yet. `unread`: pages without a code that can be
    read; `foreign`: sheets of no plan that stands, and of épreuves that are not examined there.
    """

    action = "orals.scan_sorted"
    french = "feuilles de jurys triées au dépôt"
    file: str
    pages: int
    sheets: tuple[str, ...]
    doubled: tuple[str, ...]
    misfiled: tuple[str, ...]
    unsigned: tuple[str, ...]
    missing: tuple[str, ...]
    unread: int
    foreign: int


@dataclass(frozen=True)
class Heard:
    """Personal data: somebody before a panel."""

    number: str
    family_name: str
    first_names: str
    school: str


def heard_in(connection: Connection, exam: str) -> dict[str, Heard]:
    """By candidate id, all that are before a panel: also who is not enrolled any more."""
    shown = (candidates.c.number, candidates.c.family_name, candidates.c.first_names, candidates.c.school)
    query = select(candidates.c.id, *shown).join(turns, turns.c.candidate == candidates.c.id)
    return {id_: Heard(*of) for id_, *of in connection.execute(query.where(turns.c.exam == exam))}


def sheets_back(connection: Connection, exam: str) -> dict[str, str]:
    """Of those that came, by their codes: SHA-256 of the scan."""
    rows = connection.execute(select(oral_sheets.c.code, oral_sheets.c.file).filter_by(exam=exam))
    return {row.code: row.file for row in rows}


def panels_of(connection: Connection, exam: str) -> list[Panel]:
    """In the order of their numbers, which begin at 1."""
    return [panel for _, panel in _panels(connection, exam)]


def turns_of(connection: Connection, candidate: str) -> Iterable[tuple[str, datetime, str]]:
    """When and where this candidate is heard, by épreuve."""
    of_panel = (panels.c.exam == turns.c.exam) & (panels.c.number == turns.c.panel)
    query = select(turns.c.exam, turns.c.at, panels.c.place).join(panels, of_panel)
    return [
        (row.exam, row.at, row.place)
        for row in connection.execute(query.where(turns.c.candidate == candidate).order_by(turns.c.at))
    ]


def plan_of(panels: Iterable[Panel]) -> list[tuple[str, ...]]:
    """Candidates of each panel, in their order: what the sheets' codes are made of."""
    return [tuple(candidate for candidate, _ in panel.turns) for panel in panels]


def panels_elsewhere(connection: Connection, exam: str) -> Iterable[Panel]:
    """Those of all other épreuves."""
    return [panel for code, panel in _panels(connection) if code != exam]


def _panels(connection: Connection, exam: str | None = None) -> list[tuple[str, Panel]]:
    examined: dict[tuple[str, int], list[tuple[str, datetime]]] = {}
    for row in connection.execute(select(turns).where(*matching(turns, exam=exam)).order_by(turns.c.at)):
        examined.setdefault((row.exam, row.panel), []).append((row.candidate, row.at))
    query = select(panels).where(*matching(panels, exam=exam)).order_by(panels.c.exam, panels.c.number)
    return [
        (
            row.exam,
            Panel(
                place=row.place,
                begins=row.begins,
                ends=row.ends,
                members=tuple(row.members),
                turns=tuple(examined.get((row.exam, row.number), ())),
            ),
        )
        for row in connection.execute(query)
    ]
