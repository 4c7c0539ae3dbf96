"""The written épreuves of a season: who came, scans around their deadline, lots in their window."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pypdf import PdfWriter
from pypdf.annotations import FreeText

from actions.corrected import lots, returned
from actions.dropped import deadlines, inbox, scans
from cli.season.people import Piles
from cli.season.stage import SECOND, Stage, must
from processors.circular.deadlines import Rule
from processors.circular.session import Exam
from processors.findings import Code
from processors.wording import plural
from specimens.rehearsal import attendance_csv
from storage.bucket.keys import attendance_key, scan_key
from storage.corrected.lots import LotRow, all_lots
from storage.decided.copies import copies_of_lot
from storage.decided.findings import open_findings
from storage.dropped.scans import all_scans
from storage.refusals import Refusal

T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """An épreuve as it goes through the season."""

    stage: Stage
    exam: Exam
    piles: Piles

    def plan(self) -> None:
        exam, code = self.exam, self.exam.code
        assert exam.sitting and exam.scan_deadline and exam.opens_at and exam.closes_at
        plan, due = self.stage.plan, exam.scan_deadline.deadline
        in_time = due.at - SECOND if due.rule is Rule.BEFORE else due.at
        plan(f"{code}/sitting", exam.sitting.ends_at, self._attendance)
        plan(f"{code}/scans", in_time, self._in_time)
        plan(f"{code}/scans", in_time + SECOND, self._too_late)
        for number, meeting in enumerate(exam.meetings, 1):
            plan(f"{code}/meeting/{number}", meeting.ends_at - SECOND, self._before_the_meeting)
        plan(f"{code}/opens", exam.opens_at - SECOND, self._not_open)
        plan(f"{code}/opens", exam.opens_at, self._open)
        plan(f"{code}/closes", exam.closes_at, self._give_back)
        plan(f"{code}/closes", exam.closes_at + SECOND, self._closed)

    def gates(self) -> list[str]:
        return [f"{self.exam.code}/{what}" for what in ("scans", "opens", "closes")]

    def _attendance(self) -> str:
        site, code = self.stage.site, self.exam.code
        lists = [one for one in self.stage.people.rehearsal.batches if one.exam == code]
        for one in lists:
            site.store.inbox.put(attendance_key(one.centre, code), attendance_csv(one.attendance))
        must(inbox.take_attendance(site) == len(lists), f"{code}: an attendance list is not taken")
        here = sum(line.present for one in lists for line in one.attendance)
        away = sum(len(one.attendance) for one in lists) - here
        return f"{code}, {self.exam.title}: {plural(here, 'candidate', 'candidates')} here, {away} absent"

    def _drop(self, centres: list[str], name: str) -> int:
        """As many copies as came in, read to the end."""
        site, code = self.stage.site, self.exam.code
        for centre in centres:
            pile = self.piles.of(centre, code)
            if pile is not None:
                site.store.inbox.put(scan_key(centre, code, name), pile)
        inbox.note_scans(site)
        waiting = inbox.find_waiting(site)
        for scan in waiting:
            asyncio.run(scans.process(scan.id, self._step))
        return len(waiting)

    async def _step(self, name: str, act: Callable[..., T], /, *args: object) -> T:
        return act(self.stage.site, *args)

    def _in_time(self) -> str:
        """All centres but one, at the last second that counts."""
        centres = [centre.uai for centre in self.stage.site.session.centres]
        count = self._drop(centres[:-1] or centres, "pile 1.pdf")
        must(not self._late(), f"{self.exam.code}: late in time")
        deadlines.sweep(self.stage.site)
        said = f"{self.exam.code}: {plural(count, 'scan', 'scans')} in time"
        return self.stage.note_early(f"{self.exam.code}/scans", said)

    def _too_late(self) -> str:
        count = self._drop([self.stage.site.session.centres[-1].uai], "pile 2.pdf")
        must(len(self._late()) == count, f"{self.exam.code}: not late on time")
        deadlines.sweep(self.stage.site)
        self.stage.note_passed(f"{self.exam.code}/scans")
        assert self.exam.scan_deadline is not None
        return f"{self.exam.code}: {plural(count, 'scan', 'scans')} late ({self.exam.scan_deadline})"

    def _late(self) -> set[str | None]:
        with self.stage.site.register.reading() as connection:
            mine = {scan.id for scan in all_scans(connection) if scan.exam == self.exam.code}
            return {f.scan for f in open_findings(connection, code=Code.LATE)} & mine

    def _form(self) -> int:
        made = lots.form(self.stage.site, self.exam, actor="form_lots", at=self.stage.now)
        return len(made.lots)

    def _before_the_meeting(self) -> str:
        said = self.stage.refused(f"{self.exam.code}/opens", self._form, Refusal.WINDOW_CLOSED)
        return f"{self.exam.code}, before its meeting is over, {said}"

    def _not_open(self) -> str:
        said = self.stage.refused(f"{self.exam.code}/opens", self._form, Refusal.WINDOW_CLOSED)
        return f"{self.exam.code}, {said}"

    def _open(self) -> str:
        count, site = self._form(), self.stage.site
        must(count, f"{self.exam.code}: no lot is formed")
        for lot in self.lots():
            lots.pull(site, lots.own(site, lot.corrector, lot.id, at=self.stage.now)[0], at=self.stage.now)
        self.stage.note_passed(f"{self.exam.code}/opens")
        copies = sum(lot.copies for lot in self.lots())
        return f"{self.exam.code}: {plural(count, 'lot', 'lots')} of {copies} copies formed, and pulled"

    def lots(self) -> list[LotRow]:
        return self.stage.site.register.ask(all_lots, self.exam.code)

    def _give_back(self) -> str:
        """At the last second of the window, one copy as a document."""
        site, mine = self.stage.site, self.lots()
        copy = site.register.ask(copies_of_lot, mine[0].id)[0]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{copy.anonymous_number}.pdf"
            annotated = PdfWriter(clone_from=io.BytesIO(lots.pdf_of(site, copy)))
            annotated.add_annotation(0, FreeText(text="Vu", rect=(20, 20, 80, 40)))
            annotated.write(path)
            (told,) = returned.take(site, mine[0], path.name, path, at=self.stage.now)
        must(told.fault is None, f"{self.exam.code}: {told.sentence}")
        for lot in mine:
            lots.give_back(
                site, lots.own(site, lot.corrector, lot.id, at=self.stage.now)[0], at=self.stage.now
            )
        said = f"{self.exam.code}: {plural(len(mine), 'lot', 'lots')} given back, a copy annotated"
        return self.stage.note_early(f"{self.exam.code}/closes", said)

    def _closed(self) -> str:
        site, lot = self.stage.site, self.lots()[0]
        gate = f"{self.exam.code}/closes"
        before = self.stage.early[gate]
        self.stage.refused(
            gate, lambda: lots.own(site, lot.corrector, lot.id, at=self.stage.now), Refusal.WINDOW_CLOSED
        )
        said = self.stage.early[gate]
        self.stage.early[gate] = before
        self.stage.note_passed(gate)
        return f"{self.exam.code}, one second later: {said}"
