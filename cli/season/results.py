"""The end of a season: marks, copies for their candidates, and what is destroyed when its time is over."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.after import control, copy_links, release
from actions.after.release import State
from actions.corrected import marks
from actions.people import purge
from actions.people.purge_plan import plan as purge_plan
from cli.season.stage import SECOND, SeasonFailed, Stage, must
from desk.entry.passwords import hashed
from papers.tables import csv_of
from processors.circular.retention import Held, due_at
from processors.circular.session_parts import Results
from processors.correcting.marks import COLUMNS as MARKS
from processors.lists.averages import COLUMNS as AVERAGES
from processors.orals.control import CHOICE_COLUMNS as CHOICES
from processors.orals.control import MARK_COLUMNS as CONTROL_MARKS
from processors.orals.control import name_in_control
from processors.wording import plural
from storage.after.release import control_list
from storage.corrected.lots import LotRow, all_lots
from storage.database.register import open_register
from storage.decided.copies import copies_of_lot, current_copies
from storage.log.replay import fingerprints
from storage.log.segments import rebuild_register, ship
from storage.log.signing import load_or_make_key
from storage.log.verify import verify
from storage.people.accounts import account_invited, invite, open_account
from storage.people.candidates import enrolled_in
from storage.refusals import Refusal, Refused
from storage.states import Role

_LINK, _LINK_DAYS = "results/link", timedelta(days=30)
_ASKED = "results/asked"
_CALLED = 2
"""Candidates whose averages call them to the control épreuves."""


@dataclass
class End:
    """From the harmonisation on."""

    stage: Stage
    results: Results
    left: str = ""  # what a link that nobody used holds

    def plan(self) -> None:
        plan, results = self.stage.plan, self.results
        harmonised, jury, second = (
            one.starts_at for one in (results.harmonisation, results.jury, results.second_jury)
        )
        plan("results/harmonisation", harmonised - SECOND, self._no_marks)
        plan("results/harmonisation", harmonised, self._marks)
        plan("results/jury", jury - SECOND, self._no_release)
        plan("results/jury", jury, self._release)
        control = results.control_exams.begins
        plan("results/control", jury + timedelta(hours=1), self._choose)
        plan("results/control", control - SECOND, self._no_control_marks)
        plan("results/control", control, self._control_marks)
        plan("results/second-jury", second - SECOND, self._called_wait)
        plan("results/second-jury", second, self._release_all)
        plan(_LINK, second - SECOND, self._no_link)
        plan(_LINK, second, self._link)
        plan(_LINK, second + _LINK_DAYS + SECOND, self._link_over)
        over = copy_links.asked_until(self.stage.site)
        if over is not None:
            plan(_ASKED, over - SECOND, self._still_asked)
            plan(_ASKED, over, self._asked_too_late)
        due = self._due()
        if due is not None:
            plan("purge", due - SECOND, self._nothing_due)
            plan("purge", due, self._purge)

    def gates(self) -> list[str]:
        rows = ["results/harmonisation", "results/jury", "results/control", "results/second-jury"]
        rows += [_LINK, f"{_LINK} over"]
        rows += [_ASKED] if copy_links.asked_until(self.stage.site) else []
        return [*rows, "purge"] if self._due() else rows

    def _due(self) -> datetime | None:
        """When all of it may go."""
        retention = self.stage.site.session.retention
        dates = [when for kind in Held if (when := due_at(retention, self.results, kind))]
        return max(dates, default=None)

    def _lots(self) -> list[LotRow]:
        return [lot for lot in self.stage.site.register.ask(all_lots) if lot.copies]

    def _take(self, lot: LotRow) -> int:
        site = self.stage.site
        numbers = [copy.anonymous_number or "" for copy in site.register.ask(copies_of_lot, lot.id)]
        table = csv_of(MARKS, ((number, f"{8 + k % 9},5") for k, number in enumerate(numbers)))
        read = marks.take(site, lot, table, actor=lot.corrector, at=self.stage.now)
        must(not read.problems, f"{lot.name}: its marks are not taken")
        return len(read.rows)

    def _no_marks(self) -> str:
        lot = self._lots()[0]
        gate = "results/harmonisation"
        return f"marks, {self.stage.refused(gate, lambda: self._take(lot), Refusal.BEFORE_HARMONISATION)}"

    def _marks(self) -> str:
        site, lots = self.stage.site, self._lots()
        count = sum(self._take(lot) for lot in lots)
        folder = self.stage.folder / "notes"
        folder.mkdir(parents=True, exist_ok=True)
        for exam in site.session.written:
            if any(lot.exam == exam.code for lot in lots):
                table = marks.export(site, exam, actor="service", at=self.stage.now)
                must(table, f"{exam.code}: not exported")
                (folder / f"{exam.code}.csv").write_bytes(table or b"")
        self.stage.note_passed("results/harmonisation")
        return f"harmonisation: {count} marks of {plural(len(lots), 'lot', 'lots')} taken, and exported once"

    def _averages(self) -> int:
        """The first ones who have copies are called."""
        site = self.stage.site
        with site.register.reading() as connection:
            owners = {copy.candidate for copy in current_copies(connection)}
            found = {(who.id not in owners, who.number) for who in enrolled_in(connection)}
        numbers = [number for _, number in sorted(found)]
        control = self.results.control_exams
        called = f"{control.average_from + 0.25:g}".replace(".", ",")
        lines = [
            (number, called if k < _CALLED else "13,5", f"{control.professional_average_from:g}")
            for k, number in enumerate(numbers)
        ]
        read = release.take_averages(site, csv_of(AVERAGES, lines), actor="service", at=self.stage.now)
        must(not read.problems, "the list of averages is not taken")
        return release.progress(site).called

    def _released(self, folder: str) -> int:
        to, count = self.stage.folder / folder, 0
        for path, data in release.release(self.stage.site, actor="service", at=self.stage.now):
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            (to / path).write_bytes(data)
            count += 1
        return count - 1

    def _no_release(self) -> str:
        for act in (self._averages, lambda: self._released("remise")):
            said = self.stage.refused("results/jury", act, Refusal.BEFORE_JURY)
        return f"copies and averages, {said}"

    def _release(self) -> str:
        called = self._averages()
        must(called == _CALLED, f"{called} are called to the control épreuves")
        states = release.progress(self.stage.site).states
        count = self._released("remise")
        must(count == states[State.RELEASED] and states[State.CALLED], "who is called does not wait")
        self.stage.note_passed("results/jury")
        return (
            f"jury: {plural(count, 'copy', 'copies')} released; {called} candidates are called to control "
            f"épreuves, {states[State.CALLED]} copies of theirs wait"
        )

    def _called(self) -> list[str]:
        """Their numbers."""
        with self.stage.site.register.reading() as connection:
            called = control_list(connection)
            return sorted({who.number for who in enrolled_in(connection) if called.get(who.id)})

    def _choose(self) -> str:
        """Each the first épreuves of the list, by what this part of the circular calls them."""
        site, rule = self.stage.site, self.results.control_exams
        names = [name_in_control(exam) for code in rule.exams if (exam := site.session.exam(code))]
        chosen = " | ".join(names[: rule.choose])
        table = csv_of(CHOICES, ((number, chosen) for number in self._called()))
        read = control.take_choices(site, table, actor="service", at=self.stage.now)
        must(not read.problems, "the choices are not taken")
        planned = control.progress(site).schedule
        must(not planned.unplaced or not rule.hours, "the day of the control épreuves is too short")
        (self.stage.folder / "notes" / "horaires-controle.csv").write_bytes(control.hours(site))
        return f"control épreuves: {len(read.rows)} candidates chose {chosen}; {len(planned.turns)} turns"

    def _take_control_marks(self) -> int:
        site = self.stage.site
        chosen = rows_of(control.hours(site))
        table = csv_of(CONTROL_MARKS, ((line["numero_candidat"], line["epreuve"], "12") for line in chosen))
        read = control.take_marks(site, table, actor="service", at=self.stage.now)
        must(not read.problems, "the marks of the control épreuves are not taken")
        return len(read.rows)

    def _no_control_marks(self) -> str:
        said = self.stage.refused("results/control", self._take_control_marks, Refusal.BEFORE_CONTROL)
        return f"marks of the control épreuves, {said}"

    def _control_marks(self) -> str:
        count = self._take_control_marks()
        table = control.better_marks(self.stage.site)
        (self.stage.folder / "notes" / "controle.csv").write_bytes(table)
        rose = sum(line["note_retenue"] != line["note_ecrite"] for line in rows_of(table))
        self.stage.note_passed("results/control")
        return f"control épreuves: {count} marks taken, {rose} of them better than the written ones"

    def _ask_link(self) -> str:
        site, number = self.stage.site, self._called()[0]
        with site.register.reading() as connection:
            owners = {(copy.candidate, copy.exam) for copy in current_copies(connection)}
            exam = next(
                w.exam for w in enrolled_in(connection) if w.number == number and (w.id, w.exam) in owners
            )
        return copy_links.ask(site, number, exam, "Demande écrite.", actor="service", at=self.stage.now)

    def _no_link(self) -> str:
        return f"a copy asked for, {self.stage.refused(_LINK, self._ask_link, Refusal.NOT_RELEASED)}"

    def _link(self) -> str:
        """One is used, and is worth nothing then; another is left."""
        site, over = self.stage.site, f"{_LINK} over"
        used, self.left = self._ask_link(), self._ask_link()
        copy_links.fetch(site, used)
        self.stage.refused(over, lambda: copy_links.fetch(site, used), Refusal.LINK_OVER)
        self.stage.note_passed(_LINK)
        self.stage.plan(_LINK, self.stage.now + _LINK_DAYS, self._link_still)
        return "a copy asked for is taken by its link, once"

    def _link_still(self) -> str:
        copy_links.look(self.stage.site, self.left)
        return self.stage.note_early(f"{_LINK} over", "the other link still leads to its copy")

    def _link_over(self) -> str:
        try:
            copy_links.look(self.stage.site, self.left)
        except Refused as no:
            self.stage.note_passed(f"{_LINK} over")
            return f"the other link: {no.sentence}"
        raise SeasonFailed("a link is good for more than 30 days")

    def _still_asked(self) -> str:
        self._ask_link()
        return self.stage.note_early(_ASKED, "a copy can still be asked for")

    def _asked_too_late(self) -> str:
        before = self.stage.early[_ASKED]
        self.stage.refused(_ASKED, self._ask_link, Refusal.ASKED_TOO_LATE)
        said, self.stage.early[_ASKED] = self.stage.early[_ASKED], before
        self.stage.note_passed(_ASKED)
        return f"a copy asked for, one second later: {said}"

    def _called_wait(self) -> str:
        waiting = release.progress(self.stage.site).states[State.CALLED]
        must(waiting, "copies of who is called do not wait for the second jury")
        return self.stage.note_early("results/second-jury", f"{waiting} copies of who was called still wait")

    def _release_all(self) -> str:
        states = release.progress(self.stage.site).states
        must(not states[State.CALLED], "copies wait after the second jury")
        count = self._released("remise finale")
        self.stage.note_passed("results/second-jury")
        return f"second jury: all {count} copies are released"

    def _nothing_due(self) -> str:
        propose = lambda: purge.propose(self.stage.site, actor="service")  # noqa: E731
        return f"purge, {self.stage.refused('purge', propose, Refusal.NOTHING_DUE)}"

    def _purge(self) -> str:
        """One plans, who cannot confirm; another does; then log and register still say the same."""
        site, at = self.stage.site, self.stage.now
        one, other = (self._account(f"{who}@exemple.fr") for who in ("une", "deux"))
        made, _ = purge.propose(site, actor=one)
        alone = lambda: purge.confirm(site, made.id, actor=one)  # noqa: E731
        before = self.stage.early["purge"]
        self.stage.refused("purge", alone, Refusal.ANOTHER_PERSON)
        self.stage.early["purge"] = before
        purge.confirm(site, made.id, actor=other)
        key = load_or_make_key(site.settings.signing_key_path)
        done = purge.carry_out(site, made.id, key)
        (self.stage.folder / "certificat.pdf").write_bytes(purge.printed_certificate(site, done))
        must(purge_plan(site, at).empty, "something that was due is still there")
        self.must_hold()
        self.stage.note_passed("purge")
        counts = ", ".join(f"{n} {kind}" for kind, n in purge.counts_of(site, made.id).items())
        return (
            f"purge, planned by one and confirmed by another: {counts}; the log verifies, "
            "and a register rebuilt of it is the same"
        )

    def _account(self, email: str) -> str:
        register, at = self.stage.site.register, self.stage.now
        token = invite(register, Role.SERVICE, None, email, "Jeanne Exemple", actor="service", at=at)
        account = register.ask(account_invited, token, at)
        assert account is not None
        open_account(register, account, hashed(token), None, at=at)
        return account.id

    def must_hold(self) -> None:
        """The log verifies, and gives the same register."""
        site = self.stage.site
        key = load_or_make_key(site.settings.signing_key_path)
        ship(site.register, site.store.audit, key, at=self.stage.now)
        problems = verify(site.store.audit, key.public_key(), site.register)
        must(not problems, " ".join(problem.message for problem in problems))
        path = site.settings.data_dir / "rebuilt.sqlite"
        rebuilt = open_register(f"sqlite:///{path.resolve()}", site.store.vault)
        try:
            rebuild_register(site.store.audit, key.public_key(), rebuilt)
            with site.register.reading() as live, rebuilt.reading() as other:
                must(fingerprints(live) == fingerprints(other), "the rebuilt register is another one")
        finally:
            rebuilt.engine.dispose()
            path.unlink()


def rows_of(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
