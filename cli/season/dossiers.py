"""Dossiers of a season: deposited around their deadline, read, brought before their commission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from actions.dropped import deadlines, inbox
from actions.dropped.commission import Commission, write_report
from actions.dropped.dossiers import pronounce, read
from cli.season.stage import SECOND, Stage, must
from processors.circular.deadlines import Rule
from processors.circular.session import Exam
from processors.dossiers.findings import GROUNDS, Code
from processors.lists.people import Candidate
from processors.wording import plural
from specimens.dossiers.deposit import Deposit, Medium, Trouble, draw_deposit
from storage.bucket.keys import dossier_key
from storage.dropped.dossiers import DossierRow, dossiers_of
from storage.people.candidates import ids_of_numbers
from storage.states import Pronounced

_PLANNED = (
    (Trouble.NONE, Medium.FORM),
    (Trouble.LATE, Medium.PRINT),
    (Trouble.ABSENT, Medium.PRINT),
    (Trouble.UNSIGNED, Medium.PRINT),
    (Trouble.NONE, Medium.PRINT),
    (Trouble.NONE, Medium.FORM),
)


@dataclass(frozen=True)
class Dossiers:
    """An épreuve's dossiers: in time, late and none at all, one of each at least."""

    stage: Stage
    exam: Exam
    drawn: Sequence[Future[Deposit]]

    @classmethod
    def begin(cls, pool: ProcessPoolExecutor, stage: Stage, exam: Exam) -> Dossiers:
        """They are drawn in processes of their own."""
        owing = [one for one in stage.people.candidates if exam.code in one.exams]
        assert exam.deposit is not None
        due = exam.deposit.deadline.at
        drawn = [
            pool.submit(_draw, k, one, owing[k - 1], exam.code, due, trouble, medium)
            for k, (one, (trouble, medium)) in enumerate(zip(owing, _PLANNED, strict=False))
        ]
        return cls(stage, exam, drawn)

    def plan(self) -> None:
        exam, code = self.exam, self.exam.code
        assert exam.deposit is not None
        due = exam.deposit.deadline
        in_time = due.at - SECOND if due.rule is Rule.BEFORE else due.at
        self.stage.plan(f"{code}/deposit", in_time, self._in_time)
        self.stage.plan(f"{code}/deposit", in_time + SECOND, self._too_late)
        if exam.conformity_control:
            self.stage.plan(f"{code}/control", exam.conformity_control.starts_at, self._commission)

    def gates(self) -> list[str]:
        return [f"{self.exam.code}/deposit"]

    def _deposits(self) -> list[Deposit]:
        return [future.result() for future in self.drawn]

    def _drop(self, deposits: Iterable[Deposit]) -> int:
        site = self.stage.site
        for one in deposits:
            for name, data in one.files:
                site.store.inbox.put(dossier_key(one.exam, f"{one.candidate.number}/{name}"), data)
        inbox.take_dossiers(site)
        waiting = inbox.find_unread_dossiers(site)
        for dossier, *_ in waiting:
            read(site, dossier)
        return len(waiting)

    def _in_time(self) -> str:
        count = self._drop(one for one in self._deposits() if one.trouble is not Trouble.LATE)
        must(deadlines.sweep_dossiers(self.stage.site) == 0, f"{self.exam.code}: absent one second early")
        must(not self._proposed(Code.LATE_DEPOSIT), f"{self.exam.code}: late in time")
        said = f"{self.exam.code}: {plural(count, 'dossier', 'dossiers')} in time, nobody is without"
        return self.stage.note_early(f"{self.exam.code}/deposit", said)

    def _too_late(self) -> str:
        count = self._drop(one for one in self._deposits() if one.trouble is Trouble.LATE)
        absent = deadlines.sweep_dossiers(self.stage.site)
        must(absent == len(self._proposed(Code.ABSENT_DOSSIER)), f"{self.exam.code}: {absent} absent")
        must(count == len(self._proposed(Code.LATE_DEPOSIT)), f"{self.exam.code}: {count} late")
        must(count or absent, f"{self.exam.code}: nobody is late or absent")
        self.stage.note_passed(f"{self.exam.code}/deposit")
        assert self.exam.deposit is not None
        return f"{self.exam.code}: {count} late, {absent} absent ({self.exam.deposit})"

    def _rows(self) -> list[DossierRow]:
        return self.stage.site.register.ask(dossiers_of, self.exam.code)

    def _proposed(self, code: Code) -> list[DossierRow]:
        return [row for row in self._rows() if any(found.code is code for found in row.findings)]

    def _commission(self) -> str:
        """It has its lists, and pronounces what is proposed, which is what was drawn."""
        stage, code = self.stage, self.exam.code
        people = [one for one in stage.people.candidates if code in one.exams]
        before = (
            {Commission(None, one.school) for one in people}
            if self.exam.in_schools
            else {Commission(one.centre) for one in people}
        )
        for commission in before:
            write_report(stage.site, code, commission, stage.folder / "commission", at=stage.now)
        self._must_be_as_drawn()
        against = 0
        for row in self._rows():
            grounds = tuple(found.code for found in row.findings if found.code in GROUNDS)
            said = Pronounced.NON_CONFORM if grounds else Pronounced.CONFORM
            against += bool(grounds)
            words = ("La commission", "Constaté en séance.")
            pronounce(stage.site, row.id, said, grounds, *words, actor="service", at=stage.now)
        lists = plural(len(before), "list", "lists")
        return (
            f"{code}: {lists} for the commission; {len(self._rows())} pronounced, {against} not in conformity"
        )

    def _must_be_as_drawn(self) -> None:
        deposits, rows = self._deposits(), self._rows()
        ids = self.stage.site.register.ask(ids_of_numbers, (one.candidate.number for one in deposits))
        found = {
            row.candidate: {one.code.value for one in row.findings if one.code in GROUNDS} for row in rows
        }
        for one in deposits:
            wanted = {one.ground} if one.ground else set()
            got = found.get(ids[one.candidate.number], set())
            must(got == wanted, f"{self.exam.code}: drawn {one.trouble}, found {sorted(got)}")


def _draw(
    k: int, one: Candidate, other: Candidate, exam: str, due: object, trouble: Trouble, medium: Medium
) -> Deposit:
    return draw_deposit(np.random.default_rng(k), one, other, exam, due, trouble, medium)  # type: ignore[arg-type]
