"""`massicot desk`: accounts of the web desk, and tokens of its API."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, DeskUrl, desk_at, working_on
from cli.console import Commands, console
from storage.states import Role

app = typer.Typer(cls=Commands, help="Accounts of the web desk, and tokens of its API.", no_args_is_help=True)

WhichRole = Annotated[Role, typer.Argument(help="Who this is.")]
Of = Annotated[
    str | None, typer.Option("--of", help="UAI of the centre, or id of the corrector in your file.")
]


@app.command("invite")
def invite_person(
    role: WhichRole,
    email: Annotated[str, typer.Option("--email", help="The address to sign in with.")],
    name: Annotated[str, typer.Option("--name", help="As the desk greets this person.")],
    scope: Of = None,
    url: DeskUrl = None,
    data: DataDir = DATA_DIR,
) -> None:
    """Print an invitation link, good for a week. For an account that is there: to choose a new password."""
    from actions.people.accounts import MACHINE, invite

    desk = desk_at(url, data)
    with working_on(data) as site:
        link = invite(site, role, scope or "", email, name, desk=desk, actor=MACHINE, at=site.clock())
    console.print(link, markup=False, highlight=False, soft_wrap=True)


@app.command()
def token(
    role: WhichRole,
    label: Annotated[str, typer.Option("--for", help="What it is for.")],
    scope: Of = None,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it is good.")] = 90,
    data: DataDir = DATA_DIR,
) -> None:
    """Print a new bearer token of the API. It is shown this once."""
    from actions.people.accounts import make_token

    with working_on(data) as site:
        made = make_token(site, role, scope or "", label, days, actor="service", at=site.clock())
    console.print(made, markup=False, highlight=False, soft_wrap=True)


@app.command("tokens")
def list_tokens(data: DataDir = DATA_DIR) -> None:
    """List the API's tokens that are still good."""
    from storage.people import tokens

    with working_on(data) as site, site.register.reading() as connection:
        known = [one for one in tokens.all_tokens(connection) if one.good(site.clock())]
    for one in known:
        line = f"{one.id}  {one.role}  {one.scope or ''}  until {one.until:%Y-%m-%d}  {one.label}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def revoke(id_: Annotated[str, typer.Argument(metavar="ID")], data: DataDir = DATA_DIR) -> None:
    """Revoke a token of the API, at once."""
    from storage.people import tokens

    with working_on(data) as site:
        tokens.revoke_token(site.register, id_, actor="service", at=site.clock())
