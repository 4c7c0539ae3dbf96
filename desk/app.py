"""The desk: one small web application for the centre, the service and the corrector, in French."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from actions.site import Site
from desk import calendar, corrector, guides, machines, marks, notices, signing
from desk.api import problem, speak_api
from desk.centre import counter, dossiers, mending, pile
from desk.entry import guard, oidc, recovery, signin
from desk.entry.access import SignInNeeded
from desk.entry.factors import SecondFactors, new_key
from desk.entry.visits import Visits, begin
from desk.page import STATIC, page
from desk.service import (
    control,
    coordination,
    copy_links,
    deadlines,
    decisions,
    duties,
    engine,
    invigilators,
    lists,
    lots,
    orals,
    people,
    personal_data,
    queue,
    release,
    retention,
    rosters,
    search,
    stories,
)
from desk.settings import DeskSettings
from desk.slips import form_again
from storage.bucket.objects import NotFoundError
from storage.machine.private import load_or_make
from storage.refusals import Refused

PARTS = (
    signin,
    oidc,
    guides,
    calendar,
    signing,
    pile,
    mending,
    dossiers,
    counter,
    queue,
    decisions,
    lists,
    search,
    lots,
    deadlines,
    duties,
    invigilators,
    notices,
    orals,
    retention,
    stories,
    people,
    rosters,
    personal_data,
    recovery,
    coordination,
    engine,
    marks,
    release,
    control,
    copy_links,
    corrector,
    machines,
)
_ERRORS = {
    400: ("Cette adresse n’est pas celle du guichet", "Prenez celle que le service vous a donnée."),
    403: ("Ce formulaire n’est plus valable", "Revenez à la page précédente, rechargez-la et recommencez."),
    404: ("Cette page n’existe pas", "Elle n’existe pas, ou elle n’est pas à vous."),
    409: ("Cela n’est plus possible", "Quelqu’un d’autre, ou une autre page, a été plus rapide."),
    422: ("Ce formulaire est incomplet", "Revenez à la page précédente et vérifiez ce que vous avez saisi."),
    429: ("Trop d’essais", "Attendez quelques minutes avant de recommencer."),
}
_OPENED_BEFORE = "Vous vous êtes connecté de nouveau depuis : vérifiez ce formulaire, et envoyez-le encore."
_NOTHING_DONE = "Rien n’est enregistré"


def create_app(site: Site, settings: DeskSettings | None = None) -> FastAPI:
    settings = settings or DeskSettings()
    app = FastAPI(title="massicot", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    _ = site.session  # its clock, before the first page
    app.state.settings = settings
    app.state.secret = load_or_make(site.settings.data_dir / "desk.key", new_key)
    app.state.factors = SecondFactors(load_or_make(site.settings.data_dir / "factors.key", new_key))
    app.state.visits = Visits(site.register, app.state.secret, secure=settings.secure)
    app.state.identities_shown = {}
    app.state.provider = oidc.provider_of(settings)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.api = speak_api(app.state)
    app.mount(guard.API, app.state.api)
    app.add_middleware(guard.Discreet, _refuse, site.settings.data_dir)
    for part in PARTS:
        app.include_router(part.router)
    app.exception_handler(SignInNeeded)(_ask_to_sign_in)
    app.exception_handler(HTTPException)(_explain)
    app.exception_handler(Refused)(_tell_refusal)
    app.exception_handler(NotFoundError)(partial(_refused, status=404))  # destroyed, its time being over
    app.exception_handler(RequestValidationError)(_tell_slips)

    @app.middleware("http")
    async def visit(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path in machines.PATHS or request.url.path.startswith("/static/"):
            request.state.visit = begin(None)  # nobody visits, and the register may be away
            return await call_next(request)
        return await guard.visit(request, call_next, _tell_forgery)

    # what a sign-in with the provider must bring back; it lives as long as that takes
    app.add_middleware(
        SessionMiddleware,
        secret_key=app.state.secret.hex(),
        session_cookie="massicot-oidc",
        max_age=600,
        path=oidc.PATH,
        https_only=settings.secure,
    )
    app.add_middleware(guard.Bounded)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts, www_redirect=False)
    app.add_middleware(guard.Shield, _policy(site), secure=settings.secure)
    return app


def _policy(site: Site) -> str:
    store = urlsplit(site.store.endpoint)
    return (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data: blob:; connect-src 'self' {store.scheme}://{store.netloc}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _refuse(request: Request, status: int, detail: str | None = None) -> Response:
    """A page that says so, or the API's own words."""
    if request.url.path.startswith(f"{guard.API}/"):
        return problem(status, detail)
    title, what = _ERRORS.get(status, ("Cela n’a pas marché", "Recommencez, ou prévenez le service."))
    return page(request, "error.html", {"title": title, "what": detail or what}, status=status)


async def _tell_forgery(request: Request) -> Response:
    """Of a page that was opened before another sign-in, the form comes back with a token that is good."""
    here = not request.url.path.startswith(f"{guard.API}/")
    again = await form_again(request, 403, _NOTHING_DONE, _OPENED_BEFORE) if here else None
    return again or _refuse(request, 403)


async def _tell_refusal(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    status = guard.status_of(refused)
    again = await form_again(request, status, _NOTHING_DONE, refused.sentence)
    return again or _refuse(request, status, refused.sentence)


async def _tell_slips(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    again = await form_again(request, 422, _NOTHING_DONE, _ERRORS[422][1], error.errors())
    return again or _refuse(request, 422)


async def _refused(request: Request, _error: Exception, *, status: int) -> Response:
    return _refuse(request, status)


async def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    if request.headers.get("hx-request"):  # a fragment: let the whole page go there
        return PlainTextResponse("", 401, {"HX-Redirect": "/connexion"})
    return RedirectResponse("/connexion", 303)


async def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, said = error.status_code, guard.sentence_of(error)
    if status in (409, 422, 429):
        title, what = _ERRORS[status]
        again = await form_again(request, status, _NOTHING_DONE if said else title, said or what)
        if again is not None:
            return again
    answer = _refuse(request, status, said)
    answer.headers.update(error.headers or {})
    return answer
