"""`massicot mask`: what is hidden on a page from whoever corrects it, as at the desk."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import DATA_DIR, AsJson, DataDir, working_on
from cli.console import Commands, console, print_json

app = typer.Typer(
    cls=Commands,
    help="Hide parts of a page from what its corrector gets: removed from the pixels, and taken back.",
    no_args_is_help=True,
)

CopyId = Annotated[str, typer.Argument(help="Id of the copy.")]
Page = Annotated[int, typer.Argument(help="Page of its file, from 1.", min=1)]


def _hundredths(what: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(
        f"--{what.partition(' ')[0].lower()}",
        help=f"{what}, in hundredths of the upright page.",
        min=0,
        max=100,
    )
    return found


@app.command()
def draw(
    copy: CopyId,
    page: Page,
    left: Annotated[float, _hundredths("Left edge")],
    top: Annotated[float, _hundredths("Top edge")],
    width: Annotated[float, _hundredths("Width")],
    height: Annotated[float, _hundredths("Height")],
    data: DataDir = DATA_DIR,
) -> None:
    """Hide a part of a page, beside what is hidden there already. Nothing is let go by it: see `decide`.

    Example, the upper third of page 3:
    massicot mask draw copy_0123456789abcdef 3 --left 0 --top 0 --width 100 --height 33
    """
    from actions.decided.masking import hide

    area = (left / 100, top / 100, width / 100, height / 100)
    with working_on(data) as site:
        hide(site, copy, page, area, actor="service", at=site.clock())
    console.print(f"{copy}, page {page}: hidden. Its corrector's copy is made again.")


@app.command("list")
def show(copy: CopyId, data: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List what is hidden on the pages of a copy, in hundredths of each upright page."""
    from actions.decided.masking import hidden

    with working_on(data) as site:
        found = [
            {"page": page, **dict(zip(("left", "top", "width", "height"), area, strict=True))}
            for page, areas in hidden(site, copy).items()
            for area in ([round(100 * share, 1) for share in one] for one in areas)
        ]
    if as_json:
        print_json(found)
        return
    for one in found:
        said = ", ".join(f"{name} {one[name]:g}" for name in ("left", "top", "width", "height"))
        console.print(f"page {one['page']}: {said}", highlight=False)
    console.print(f"{len(found)} hidden")


@app.command()
def undo(copy: CopyId, page: Page, data: DataDir = DATA_DIR) -> None:
    """Hide nothing of a page any longer."""
    from actions.decided.masking import hide

    with working_on(data) as site:
        event = hide(site, copy, page, None, actor="service", at=site.clock())
    outcome = "nothing is hidden any longer" if event else "nothing was hidden"
    console.print(f"{copy}, page {page}: {outcome}.")
