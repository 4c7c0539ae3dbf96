"""What every request passes through: its size, who sends it, its form's token; and what browsers are told."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.site import Site, now
from desk.entry.visits import Visits
from storage.machine.failures import keep_failure
from storage.people import tokens
from storage.people.tokens import ApiToken
from storage.refusals import Refusal, Refused

API = "/api"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_DOCUMENTS = re.compile(
    r"/api/my/lots/lot_[0-9a-f]{16}/documents|/coordination/oraux/[A-Z0-9]{1,8}/feuilles"
    r"|/centre/[0-9A-Z]{1,12}/[A-Z0-9]{1,8}/emargement/signee"
    r"|/api/centres/[0-9A-Z]{1,12}/[A-Z0-9]{1,10}/dossiers"
)
_MOST = 2 << 20  # bytes of a form; scans go straight to the store
_MOST_OF_A_LIST = 8 << 20  # some 50 000 candidates
_LISTS = "/coordination/listes/"
_log = logging.getLogger("desk")


_TOO_LARGE = "Rien n’est enregistré : c’est trop gros. Revenez à la page précédente."
_NO_TEXT = "Rien n’est enregistré : ce n’est pas du texte. Revenez à la page précédente."


class Bounded:
    """Takes a body in before anybody looks at it, and none that is too large, whatever its headers say."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_streamed(scope):
            return await self._app(scope, receive, send)
        body, more = b"", True
        most = _MOST_OF_A_LIST if scope["path"].startswith(_LISTS) else _MOST
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                return await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, send)
        if "\0" in scope["path"] or b"%00" in body:  # no register takes it, and no form has it
            return await PlainTextResponse(_NO_TEXT, 400)(scope, receive, send)
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        return await self._app(scope, again, send)


def _is_streamed(scope: Scope) -> bool:
    """Whether a route takes the body in piece by piece, and counts: documents, sheets and lists given back.

    Not a form: of a form the whole is looked at for its token.
    """
    headers = dict(scope["headers"])
    return (
        scope["method"] == "POST"
        and _DOCUMENTS.fullmatch(scope["path"]) is not None
        and not headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded")
    )


class Shield:
    """Tells browsers what a page may do, and that none of it is to be kept."""

    def __init__(self, app: ASGIApp, policy: str, *, secure: bool) -> None:
        self._app = app
        self._said = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            **({"Strict-Transport-Security": "max-age=31536000"} if secure else {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = scope["type"] == "http" and scope["path"].startswith("/static/")

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._said.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "max-age=86400" if kept else "no-store")
            await send(message)

        await self._app(scope, receive, shielded)


class Discreet:
    """What breaks is told in a file; to whoever asked, and in the log, that it broke and no more."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request, int], Response], data_dir: Path) -> None:
        self._app = app
        self._refuse = refuse
        self._data_dir = data_dir

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            _log.error(keep_failure(self._data_dir, error))
            if not begun:
                await self._refuse(Request(scope), 500)(scope, receive, send)


async def visit(
    request: Request,
    call_next: Callable[[Request], Awaitable[Response]],
    refuse: Callable[[Request], Awaitable[Response]],
) -> Response:
    """Reads who comes, and holds forms to their token. `refuse` answers what does not pass."""
    site: Site = request.app.state.site
    visits: Visits = request.app.state.visits
    request.state.caller, request.state.visit = None, visits.read(request)
    bearer = _bearer(request)
    if bearer is not None:  # no browser sends it by itself: there is no form to be forged
        request.state.caller = _program(site, bearer)
    else:
        request.state.caller = request.state.visit.account
        needless = request.method in _SAFE or (_in_api(request) and request.state.caller is None)
        if not needless and not await _brought_back(request, visits):
            return await refuse(request)
    request.state.by_itself = False
    response = await call_next(request)
    if bearer is None and "set-cookie" not in response.headers and not request.state.by_itself:
        visits.write(response, request.state.visit)
    return response


def sentence_of(error: HTTPException) -> str | None:
    """What it says by itself, in French; None when that is but the name of its status."""
    return None if error.detail == HTTPStatus(error.status_code).phrase else error.detail


def status_of(refused: Refused) -> int:
    """404 for what is not there for whoever asks, else 409."""
    return 404 if refused.code in (Refusal.UNKNOWN, Refusal.NOT_YOURS) else 409


def _in_api(request: Request) -> bool:
    return request.url.path.startswith(f"{API}/")


def _bearer(request: Request) -> str | None:
    """A program's token, which the API alone takes: it opens no page."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if _in_api(request) and scheme.lower() == "bearer" else None


def _program(site: Site, text: str) -> ApiToken | None:
    return site.register.ask(tokens.token_of, text, now())


async def _brought_back(request: Request, visits: Visits) -> bool:
    """Whether the form's token came back with it, as a field or as a header; `typed`: the form's fields."""
    token = request.headers.get("x-form-token", "")
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = (await request.body()).decode("utf-8", "replace")
        request.state.typed = parse_qs(body, keep_blank_values=True)
        token = token or request.state.typed.get("form_token", [""])[0]
    return visits.is_of(token, request.state.visit)
