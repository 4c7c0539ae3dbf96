"""`massicot access-request`: all that is held on one candidate, for that person (RGPD, article 15)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, working_on
from cli.console import UserError, console


def access_request(
    number: Annotated[str, typer.Argument(metavar="CANDIDATE_NUMBER", help="The candidate's number.")],
    to: Annotated[Path, typer.Option("--to", help="A new or an empty folder.", file_okay=False)],
    data: DataDir = DATA_DIR,
) -> None:
    """Write all that is held on one candidate into a folder, nothing of anybody else. The log notes it."""
    from actions.people.personal_data import answer

    if to.exists() and any(to.iterdir()):
        raise UserError(f"{to} is not empty: the answer wants a folder of its own")
    with working_on(data) as site:
        files = answer(site, number, actor="service", at=site.clock())
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        count = 0
        for name, content in files:
            path = to / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            count += 1
    console.print(f"{count} files in {to}; begin with index.html.")
    console.print(
        "Read what people wrote before you send it: names are left out of it as far as they are known."
    )
