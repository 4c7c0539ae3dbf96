"""`massicot desk`: accounts of the web desk, and tokens of its API."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, DataDir, DeskUrl, desk_at, working_on
from cli.console import Commands, console
from storage.states import Role

app = typer.Typer(
    cls=Commands,
    help="Invite people to the web desk, make and revoke tokens of its API.",
    no_args_is_help=True,
)

WhichRole = Annotated[Role, typer.Argument(help="What this person or program is.")]
Of = Annotated[
    str | None,
    typer.Option(
        "--of", help="UAI of the centre, or id of the corrector in your list; none for the service."
    ),
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
    """Print an invitation link, good for a week. For an account that is there: to choose a new password.

    Example: massicot desk invite centre --of 0130051K --email a@lycee.example --name "A. Exemple"
    """
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
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days it is good.")] = 90,
    data: DataDir = DATA_DIR,
) -> None:
    """Print a new bearer token of the API. It is shown this once.

    Example: massicot desk token centre --of 0130051K --for "Serveur de numérisation"
    """
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
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `massicot desk tokens` shows it.")],
    data: DataDir = DATA_DIR,
) -> None:
    """Revoke a token of the API, at once: whatever program has it is let in no longer.

    Example: massicot desk revoke tokn_0123456789abcdef
    """
    from storage.people import tokens

    with working_on(data) as site:
        event = tokens.revoke_token(site.register, id_, actor="service", at=site.clock())
    console.print(f"{id_}: {'revoked' if event else 'it was revoked already'}.", markup=False)
