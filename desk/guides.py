"""The guides (docs/fr), one page for each of the three people, read and printed from the desk itself."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from markdown_it import MarkdownIt
from markupsafe import Markup

from desk.entry.access import AnyAccount
from desk.page import page
from storage.people.accounts import Account
from storage.states import Role

router = APIRouter(prefix="/aide")

_DOCS = Path(__file__).parent.parent / "docs"
_TITLES = {"centre": "Centre d’épreuve", "coordination": "Coordination", "correcteur": "Correcteur"}
_OF = {Role.CENTRE: "centre", Role.SERVICE: "coordination", Role.CORRECTOR: "correcteur"}


@router.get("")
def own(account: AnyAccount) -> Response:
    return RedirectResponse(f"/aide/{_OF[account.role]}", 303)


@router.get("/images/{name}")
def picture(name: str, account: AnyAccount) -> Response:
    path = _DOCS / "pictures" / name
    if not re.fullmatch(r"desk-[a-z-]+\.png", name) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)


@router.get("/{guide}")
def guide(request: Request, guide: str, account: AnyAccount) -> Response:
    """One's own; the service reads all three."""
    if guide not in _readable(account):
        raise HTTPException(404)
    text = (_DOCS / "fr" / f"{guide}.md").read_text("utf-8").replace("../pictures/", "/aide/images/")
    values = {
        "title": _TITLES[guide],
        "html": Markup(MarkdownIt("commonmark", {"html": False}).render(text)),  # our own text
        "guides": {name: _TITLES[name] for name in _readable(account)},
        "guide": guide,
    }
    return page(request, "guide.html", values)


def _readable(account: Account) -> tuple[str, ...]:
    return tuple(_TITLES) if account.role is Role.SERVICE else (_OF[account.role],)
