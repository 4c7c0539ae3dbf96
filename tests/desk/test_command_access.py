"""Each command that shows whose something is leaves that in the log, as each route of the desk does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import typer
from doors import log, the_copy
from filling import MINE, Filled
from typer.core import TyperGroup
from typer.testing import CliRunner
from visitors import Desk

from actions.site import now
from cli.app import app
from cli.season.orals import scanned
from processors.lists.people import CORRECTOR_COLUMNS
from specimens.batch import roster_csv
from storage.corrected.lots import all_lots
from storage.machine.age import make_identity
from storage.people.candidates import enrolled_in
from storage.people.correctors import issue_token

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

NAMES = {
    *("findings", "labels", "access-request", "release", "audit history", "attendance print"),
    *("marks export", "control hours", "control better", "orals sort", "orals papers"),
    *("dossier report", "dossier notices", "dossier show", "duty livrets"),
}
"""What these show or write names candidates."""

PICTURES = {"orals sort"}
"""And of these what names them cannot be read as text."""

APART = {
    *("up", "worker", "demo", "session check", "session new", "backup keygen", "audit countersign"),
    *("read", "rehearse", "dossier read"),  # of files that whoever runs them has
    *("rebuild", "restore"),  # of another register
}
"""These look at nothing that massicot keeps of people. All others are run."""


def commands(group: TyperGroup, before: str = "") -> Iterator[str]:
    """Each command there is, as it is typed."""
    for name, command in group.commands.items():
        called = f"{before} {name}".strip()
        if not isinstance(command, TyperGroup):
            yield called
            continue
        if command.invoke_without_command:
            yield called
        yield from commands(command, called)


@dataclass
class Shell:
    """Whoever runs commands in a folder; `ran`: which."""

    desk: Desk
    filled: Filled
    folder: Path
    ran: set[str]

    def __call__(self, called: str, *arguments: str, fails: bool = False) -> str:
        """Runs it; who was shown, and whether anybody's name or number is in it, is as it is declared."""
        looks, files = len(self._looks()), set(self._files())
        command = [*called.split(), *arguments, "--data", str(self.desk.site.settings.data_dir)]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == int(fails), (called, done.output)
        self.ran.add(called)
        new = sorted(set(self._files()) - files)
        text = " ".join([done.output, *(f"{path.name} {text_of(path)}" for path in new)])
        named = [c.number for c in self.filled.people if c.number in text or c.family_name in text]
        assert bool(named) == (called in NAMES - PICTURES), (called, text)
        assert len(self._looks()) - looks == int(called in NAMES), called
        return done.output

    def _looks(self) -> list[str]:
        return [one.subject for one in log(self.desk) if one.action == "identity.shown"]

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def write(self, name: str, *lines: str) -> str:
        path = self.folder / name
        path.write_text("\n".join(lines))
        return str(path)

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def to(self, name: str) -> tuple[str, str]:
        return "--to", self.path(name)


def text_of(path: Path) -> str:
    data = path.read_bytes()
    if data[:5] != b"%PDF-" or data.startswith(b"%PDF-1.7 copie"):
        return data.decode(errors="replace")
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


@pytest.fixture
def shell(stage: tuple[Desk, Filled], tmp_path: Path) -> Shell:
    """After the second jury."""
    desk, filled = stage
    hour = desk.site.session.results.second_jury.starts_at
    desk.site.store.__dict__["time"] = lambda: hour
    return Shell(desk, filled, tmp_path, set())


def lists(shell: Shell) -> None:
    """What is imported, and printed of it."""
    people, place = shell.filled.people, ("--centre", MINE, "--exam", "U4")
    more = [people[0], replace(people[1], exams=(*people[1].exams, "E5")), *people[2:]]  # without a dossier
    shell("import candidates", shell.write("roster", roster_csv(more).decode()))
    columns = ",".join((*CORRECTOR_COLUMNS, "role"))
    examiners = (
        "T1,Ursule Bidon,u@exemple.fr,0845099L,,E5,,,,enseignant",
        "P1,Zoé Postiche,z@exemple.fr,0050006E,,E5,,,,professionnel",
    )
    shell(
        "import correctors", shell.write("correctors", columns, *examiners), "--tokens", shell.path("tokens")
    )
    here = [f"{one.number},oui" for one in people if one.centre == MINE and "U4" in one.exams]
    shell("import attendance", shell.write("here", "candidate_number,present", *here), *place)
    sent = f"{people[0].school},{MINE},U4,Ursule Bidon"
    shell("import invigilators", shell.write("invigilators", "school,centre,exam,name", sent))
    shell("labels", *place, *shell.to("labels.pdf"))
    shell("attendance print", *place, *shell.to("list.pdf"))
    shell("attendance scan", shell.path("list.pdf"), *place)
    shell("attendance waiting")
    shell("attendance waiting", "--json")
    shell("attendance answer", shell.filled.values["candidate"], "--exam", "U4", "--present")
    shell("duty list", "--json")
    owed = f"surveillants/{people[0].school}"
    shell("duty receive", owed, "--by", "La Poste", "--on", "2026-01-05")
    shell("duty reopen", owed)
    shell("duty waive", owed, "--reason", "Sans objet.")
    shell("duty livrets", "--school", people[0].school, *shell.to("livrets.pdf"))


def orals(shell: Shell) -> None:
    e5 = ("--exam", "E5")
    shell("orals plan", *e5)
    shell("orals move", shell.filled.people[0].number, *e5, "--panel", "1")
    shell("orals papers", *e5, *shell.to("papers"))
    sheets = scanned((shell.folder / "papers" / "feuilles-E5.pdf").read_bytes(), shell.folder / "back.pdf")
    shell("orals sort", str(sheets), *e5, *shell.to("sorted"))
    shell("orals back", *e5)
    shell("orals back", *e5, "--json")


def dossiers(shell: Shell) -> None:
    e5 = ("--exam", "E5", "--centre", MINE)
    shell("dossier report", *e5, *shell.to("commission"))
    shell("dossier notices", *e5, *shell.to("notices"))
    whose = ("--exam", "E5", "--candidate", shell.filled.people[0].number)
    shell("dossier drop", shell.write("piece.txt", "lu"), *whose)
    shell("dossier show", *whose)
    shell("dossier show", *whose, "--json")
    said = ("--reason", "Complet.", "--author", "Mme Présidente")
    shell("dossier decide", shell.filled.values["dossier"], "conform", *said)


def written(shell: Shell) -> None:
    """Copies and files that the service looks at, and decides of."""
    values, u4 = shell.filled.values, ("--exam", "U4")
    waiting, page = values["copy"], "2"
    (pile := shell.folder / "pile.pdf").write_bytes(b"%PDF-1.7")
    shell("drop", str(pile), "--centre", MINE, *u4)
    shell("status")
    shell("status", "--json")
    assert max(map(len, shell("findings").splitlines())) < 400  # no line is filled up
    shell("findings", "--json")
    area = ("--left", "25", "--top", "50", "--width", "50", "--height", "10")
    shell("mask draw", waiting, page, *area)
    shell("mask list", waiting)
    shell("mask undo", waiting, page)
    shell("arrange", waiting, page, "--reason", "Lu.")
    shell("transfer", waiting, "U7")
    shell("transfer", waiting, "U4")
    shell("send-back", waiting, "--reason", "Floue.")
    shell("decide", waiting, "set_aside", "--reason", "Lu.")
    shell("settle", f"{values['seq']}.{values['k']}")
    shell("audit history", waiting)
    shell("audit history", waiting, "--json")
    shell("deadline list")
    shell("deadline list", "--json")
    until = f"{now() + timedelta(days=30):%Y-%m-%d}T12:00"
    shell("deadline extend", MINE, *u4, "--until", until, "--reason", "Panne.")
    shell("deadline take-back", MINE, *u4)


def correctors(shell: Shell) -> None:
    """What correctors and the service do with lots and marks."""
    values, u4, register = shell.filled.values, ("--exam", "U4"), shell.desk.site.register
    lot, number = values["lot"], values["number"]
    shell("lots form", *u4)
    shell("lots form", *u4, "--dry-run", "--json")
    shell("lots show")
    shell("lots show", "--json")
    shell("lots reassign", lot, shell.filled.stranger, fails=True)
    with register.reading() as connection:
        whose = {one.id: one.corrector for one in all_lots(connection)}
    tokens = {who: issue_token(register, who, actor="t", at=now()) for who in whose.values()}
    for token in tokens.values():
        shell("pull", "--token", token, *shell.to("lots"))
    hers = ("--token", tokens[whose[lot]])
    shell("lots report", lot, number, "illegible", *hers)
    shell("lots take-back", lot, number, *hers)
    shell("lots offline", lot, *hers)
    (shell.folder / f"{number}.pdf").write_bytes(b"%PDF-")
    shell("lots documents", lot, shell.path(f"{number}.pdf"), *hers, fails=True)
    shell("lots return", lot, *hers)
    shell("marks import", lot, shell.write("marks.csv", "numero;note", f"{number};13,5"), *hers)
    shell("marks import", "U4-002", shell.write("more.csv", "numero;note", f"{shell.filled.elsewhere};NN"))
    shell("marks show", *u4)
    shell("marks export", *u4, *shell.to("export.csv"))
    shell("marks export", *u4, *shell.to("again.csv"), "--again")
    shell("work-done", *shell.to("work.csv"))


def results(shell: Shell) -> None:
    """After the jury."""
    with shell.desk.site.register.reading() as connection:
        people = {one.id: one.number for one in enrolled_in(connection, "U4")}
    owner = people[the_copy(shell.desk, shell.filled.values["subject"]).candidate or ""]
    lines = (f"{number};{9 if number == owner else 15};12" for number in people.values())
    shell("averages", shell.write("averages", "candidate_number;moyenne;moyenne_professionnelle", *lines))
    shell("control choices", shell.write("choices", "candidate_number;choix", f"{owner};U4"))
    shell("control hours", *shell.to("hours.csv"))
    shell("control marks", shell.write("control", "candidate_number;epreuve;note", f"{owner};U4;14,5"))
    shell("control better", *shell.to("better.csv"))
    shell("release", *shell.to("copies"))
    link = ("--reason", "Par lettre.", "--url", "http://desk")
    shell("copy-link", owner, "--exam", "U4", *link)
    shell("access-request", owner, *shell.to("held"))


def the_ground(shell: Shell) -> None:
    """Accounts, store, log, purge and backup."""
    values, candidate = shell.filled.values, shell.filled.people[0].number
    person = ("--email", "x@exemple.fr", "--name", "Jeanne Exemple", "--url", "http://desk")
    shell("desk invite", "service", *person)
    shell("desk token", "centre", "--of", MINE, "--for", "Scanner")
    shell("desk tokens")
    shell("desk revoke", values["token"])
    shell("store check")
    shell("purge hold", candidate, "--exam", "U4", "--reason", "Recours.")
    shell("purge list", "--json")
    shell("purge lift", candidate, "--exam", "U4", "--reason", "Jugé.")
    shell("purge plan", "--json")
    shell("purge confirm", values["purge"], fails=True)
    shell("purge run", values["purge"], fails=True)
    shell("purge certificate", values["purge"], fails=True)
    shell("audit replace-key")
    shell("audit verify")
    shell("audit checkpoint")
    shell("backup", "--recipient", make_identity(shell.folder / "identity", now()), *shell.to("backup"))
    shell("backup list")
    shell("backup prune", shell.path("backup"), "--keep", "1")
    shell("withdraw", values["scan"], "--reason", "Erreur.", fails=True)
    shell("put-back", values["scan"])


def test_each_command_is_declared_and_whoever_sees_names_by_it_is_in_the_log(shell: Shell):
    there = set(commands(typer.main.get_command(app)))
    assert there >= NAMES | APART
    lists(shell)
    orals(shell)
    dossiers(shell)
    written(shell)
    correctors(shell)
    results(shell)
    the_ground(shell)
    assert shell.ran | APART == there and not shell.ran & APART
