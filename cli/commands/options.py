"""Options that several commands share, and how a command finds what it works with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import UserError

if TYPE_CHECKING:
    from actions.site import Site
    from processors.circular.deadlines import Deadline
    from processors.circular.session import Session, SessionError
    from processors.lists.people import Candidate
    from processors.lists.tables import LineProblem

DataDir = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="MASSICOT_DATA_DIR",
        help="The data directory, as given to `massicot up`.",
        file_okay=False,
    ),
]
CentreCode = Annotated[str, typer.Option("--centre", help="UAI of the centre.")]
ExamCode = Annotated[str, typer.Option("--exam", help="Code of the épreuve.")]
CsvFile = Annotated[Path, typer.Argument(help="A CSV file.", exists=True, dir_okay=False)]
Token = Annotated[str, typer.Option("--token", envvar="MASSICOT_TOKEN", help="The corrector's token.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
DeskUrl = Annotated[
    str | None,
    typer.Option("--url", envvar="MASSICOT_DESK_URL", help="Where the desk is; the one that runs on --data."),
]
DATA_DIR = Path("massicot-data")


@contextmanager
def working_on(data: Path) -> Iterator[Site]:
    """Store and register of a data directory, and what may go wrong with them told in one line."""
    os.environ["MASSICOT_DATA_DIR"] = str(data)
    from botocore.exceptions import BotoCoreError, ClientError
    from sqlalchemy.exc import ArgumentError, OperationalError

    from actions.site import open_site
    from processors.circular.session import SessionError
    from storage.bucket.objects import NotFoundError, StoreError
    from storage.machine.settings import Settings
    from storage.refusals import Refused

    try:
        yield open_site()
    except (StoreError, Refused) as error:
        raise UserError(str(error)) from None
    except SessionError as error:
        raise UserError(_of_session(Settings().session_file, error)) from None
    except ArgumentError as error:
        raise UserError(f"MASSICOT_REGISTER_URL names no register: {error}") from None
    except NotFoundError as error:
        raise UserError(f"not in the store: {error}") from None
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"the store does not answer: {error}\nIs `massicot up` running on {data}?") from None
    except OperationalError as error:
        raise UserError(f"the register does not answer: {error.orig}") from None


def shows_identity(site: Site, subject: str, what: str) -> None:
    """Whoever works at the machine is shown whose this is: it goes to the log, as at the desk."""
    from storage.people.accounts import note_identity

    note_identity(site.register, subject, what, actor="service", at=site.clock())


def must_be_good(file: Path, problems: Sequence[LineProblem]) -> None:
    """Says what is wrong with the lines of a list of which nothing is taken."""
    if problems:
        lines = "\n".join(f"line {problem.line}: {problem.message}" for problem in problems)
        raise UserError(f"{file} cannot be taken as it is:\n{lines}")


def desk_at(url: str | None, data: Path) -> str:
    """The address that was given, or that of the desk that runs on this directory."""
    from cli.up import desk_of

    url = url or desk_of(data)
    if url is None:
        raise UserError(f"no desk runs on {data}: start it with `massicot up`, or give --url")
    return url.rstrip("/")


def in_session(site: Site, *, exam: str | None = None, centre: str | None = None) -> None:
    """What the session has not is a slip of whoever asks: nothing would be found of it."""
    if exam is not None and site.session.exam(exam) is None:
        raise UserError(f"{exam} is not an épreuve of this session")
    if centre is not None and site.session.centre(centre) is None:
        raise UserError(f"{centre} is not a centre of this session")


def said(due: Deadline) -> str:
    """`before 2026-04-22 12:00`, `until 2026-05-20 23:59`, on the session's clock."""
    from processors.circular.deadlines import local

    return f"{due.rule} {local(due.at):%Y-%m-%d %H:%M}"


def checked_roster(path: Path, session: Session, *, its_own: bool = False) -> tuple[Candidate, ...]:
    """A roster with the session's numbers; `its_own`: with its centres and épreuves alone, too."""
    from processors.lists.people import read_candidates

    people = read_candidates(path.read_bytes(), session if its_own else None, session.numbers)
    must_be_good(path, people.problems)
    return people.rows


def checked_session(path: Path) -> Session:
    from processors.circular.session import SessionError, load_session

    try:
        return load_session(path)
    except SessionError as error:
        raise UserError(_of_session(path, error)) from None


def _of_session(path: Path, error: SessionError) -> str:
    return f"{path} is no session file to work by:\n{error}"
