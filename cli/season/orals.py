"""Orals of a season: panels planned, and not any more once the first candidate is heard; sheets back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pypdfium2
from PIL import Image

from actions.season import orals
from actions.season.oral_returns import take_sheets
from cli.season.stage import SECOND, Stage, must
from processors.circular.deadlines import local
from processors.circular.oral_parts import Concertation
from processors.circular.session import Exam
from processors.wording import plural
from storage.people.candidates import enrolled_in
from storage.refusals import Refusal
from storage.season.orals import Panel, panels_of


@dataclass(frozen=True)
class Oral:
    """An épreuve that is examined by panels."""

    stage: Stage
    exam: Exam

    def plan(self) -> None:
        exam, stage = self.exam, self.stage
        first = min(one.first.date for one in exam.orals)
        last = max(one.last.date for one in exam.orals)
        begun = exam.instant(first, min(hours.start for one in exam.orals for hours in one.hours))
        over = exam.instant(last, max(hours.end for one in exam.orals for hours in one.hours))
        stage.plan(self._row(1), begun - timedelta(days=7), self._form)
        for number, one in enumerate(exam.orals, 1):
            at = exam.instant(one.first.date, min(hours.start for hours in one.hours))
            stage.plan(self._row(number), at, lambda n=number: self._sit(n))  # type: ignore[misc]
        stage.plan(self._row(1), over, self._sheets_back)
        for number, met in enumerate(exam.concertations, 1):
            at = (
                exam.instant(met.date, met.start)
                if met.start
                else exam.instant(met.date, exam.orals[0].hours[0].start)
            )
            row = f"{exam.code}/concertation/{number}"
            stage.plan(row, at, lambda met=met: self._meet(met))  # type: ignore[misc]

    def gates(self) -> list[str]:
        return [self._row(1)]

    def _row(self, number: int) -> str:
        return f"{self.exam.code}/orals/{number}"

    def _panels(self) -> list[Panel]:
        return self.stage.site.register.ask(panels_of, self.exam.code)

    def _form(self) -> str:
        site, code = self.stage.site, self.exam.code
        plan = orals.form(site, code, actor="service", at=self.stage.now)
        must(not plan.unplaced, f"{code}: somebody is before no panel")
        folder = self.stage.folder / "oraux"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in orals.all_papers(site, code).items():
            (folder / name).write_bytes(data)
        begins = min(panel.begins for panel in self._panels())
        self.stage.plan(self._row(1), begins - SECOND, self._not_begun)
        self.stage.plan(self._row(1), begins, self._begun)
        count = sum(len(panel.turns) for panel in plan.panels)
        return (
            f"{code}: {plural(count, 'candidate', 'candidates')} before "
            f"{plural(len(plan.panels), 'half-day', 'half-days')} of a panel; papers are printed"
        )

    def _not_begun(self) -> str:
        orals.form(self.stage.site, self.exam.code, actor="service", at=self.stage.now)
        return self.stage.note_early(self._row(1), f"{self.exam.code}: the plan can still be made anew")

    def _begun(self) -> str:
        before = self.stage.early[self._row(1)]
        form = lambda: orals.form(self.stage.site, self.exam.code, actor="service", at=self.stage.now)  # noqa: E731
        self.stage.refused(self._row(1), form, Refusal.ORALS_BEGUN)
        said = self.stage.early[self._row(1)]
        self.stage.early[self._row(1)] = before
        self.stage.note_passed(self._row(1))
        return f"{self.exam.code}, the first candidate is heard: {said}"

    def _sit(self, number: int) -> str:
        """At each of the session's places somebody is examined, who belongs there."""
        where = self.exam.orals[number - 1]
        people = {one.id: one for one in self.stage.site.register.ask(enrolled_in, self.exam.code)}
        here = [
            who
            for panel in self._panels()
            for who, _ in panel.turns
            if where.concerns(people[who].option, people[who].category)
            and panel.place == (people[who].school if where.each_school else where.place)
        ]
        must(here, f"{self.exam.code}: nobody is examined at {where.place}")
        return f"{self.exam.code}, {where.place}: {plural(len(here), 'candidate', 'candidates')}"

    def _meet(self, met: Concertation) -> str:
        if met.start is not None and met.end is not None:
            begins, ends = self.exam.instant(met.date, met.start), self.exam.instant(met.date, met.end)
            turns = chain.from_iterable(panel.turns for panel in self._panels())
            must(
                all(not begins <= at < ends for _, at in turns), f"{self.exam.code}: heard during the meeting"
            )
            return f"{self.exam.code}, concertation until {local(ends):%H:%M}: nobody is heard meanwhile"
        return f"{self.exam.code}, concertation: {met.place}"

    def _sheets_back(self) -> str:
        """As the circular asks: scanned before they are handed in."""
        site, code = self.stage.site, self.exam.code
        with tempfile.TemporaryDirectory() as folder:
            path = scanned(orals.all_papers(site, code)[f"feuilles-{code}.pdf"], Path(folder) / "rendu.pdf")
            came = take_sheets(site, code, path, actor="service", at=self.stage.now)
        must(not came.missing, f"{code}: {came.missing}")
        to = self.stage.folder / "oraux"
        for name, data in came.files.items():
            (to / name).write_bytes(data)
        return f"{code}: all sheets are back and sorted, {len(came.told)} unsigned ones are named"


def scanned(sheets: bytes, path: Path) -> Path:
    """At 200 dpi, as optics see it."""
    pages = [
        page.render(scale=400 / 72, grayscale=True).to_pil().reduce(2)
        for page in pypdfium2.PdfDocument(sheets)
    ]
    first: Image.Image = pages[0]
    first.save(path, save_all=True, append_images=pages[1:], resolution=200, quality=75)
    return path
