"""Signing in and out, and taking up an invitation."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.background import BackgroundTask

from actions.people.accounts import tell_of_recovery
from actions.site import now
from desk.entry import factors, passwords
from desk.entry.access import AnyAccount, site_of, visits_of
from desk.entry.visits import begin
from desk.page import page
from storage.people import accounts, recovery
from storage.people.accounts import Account
from storage.refusals import Refused
from storage.states import Role

router = APIRouter()
_limiter = MovingWindowRateLimiter(MemoryStorage())
_TRIES = parse("20 per minute")  # of one account from one address; it is locked well before
_TRIES_OF_ALL = parse("200 per minute")  # from one address, behind which a whole school may be
_NOTED = parse("100 per hour")  # wrong addresses, of which the log keeps no more
_TRIES_WHILE_LOCKED = parse("10 per hour")  # of an account, from a browser that it was signed in from before

# one sentence for all: it tells nobody which addresses have an account, nor which are locked
_WRONG = "Adresse, mot de passe ou code incorrect. Après cinq essais, un compte est bloqué un quart d’heure."
_NO_INVITATION = (
    "Ce lien d’invitation n’est pas bon, ou ne l’est plus : il sert une fois, pendant une semaine. Si vous "
    "avez déjà choisi un mot de passe, connectez-vous ; sinon, demandez un autre lien au service de "
    "coordination."
)


@router.get("/")
def home(account: AnyAccount) -> Response:
    return RedirectResponse(home_of(account), 303)


def home_of(account: Account) -> str:
    return {
        Role.CENTRE: f"/centre/{account.scope}",
        Role.SERVICE: "/coordination",
        Role.CORRECTOR: "/lots",
    }[account.role]


@router.get("/connexion")
def ask(request: Request) -> Response:
    return _form(request)


@router.post("/connexion")
def sign_in(
    request: Request,
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
) -> Response:
    slow_down(request, email)
    register, at = site_of(request).register, now()
    account = register.ask(accounts.account_of_email, email)
    right = passwords.matches(password, account.password if account else None)
    if account is not None and not account.closed and not _kept_out(request, account, at):
        step = request.app.state.factors.step_of(code, account.totp, at) if account.totp else None
        with suppress(Refused):  # the code was taken before
            if right and (step is not None or not account.totp):
                accounts.note_sign_in(register, account, step, at=at)
                return welcome(request, account)
            if right and recovery.is_of(code, account):
                recovery.note_recovery(register, account, code, at=at)
                answer = welcome(request, account)
                answer.background = BackgroundTask(tell_of_recovery, request.app.state.site, account)
                return answer
    count(request, email)
    answer = _form(request, _WRONG, email, status=401)
    answer.background = BackgroundTask(note_failure, request, account)  # how long it takes tells nothing
    return answer


def _form(request: Request, said: str | None = None, email: str = "", *, status: int = 200) -> Response:
    provider = request.app.state.provider is not None
    return page(request, "signin.html", {"said": said, "email": email, "provider": provider}, status=status)


def _kept_out(request: Request, account: Account, at: datetime) -> bool:
    """Somebody guesses this account's password: it is locked, but for browsers known to be its own."""
    if not account.locked(at):
        return False
    known = visits_of(request).knows(request, account)
    return not (known and _limiter.hit(_TRIES_WHILE_LOCKED, "locked", account.id))


@router.post("/deconnexion")
def sign_out(request: Request, account: AnyAccount) -> Response:
    accounts.note_sign_out(site_of(request).register, account, at=now())
    response = RedirectResponse("/connexion", 303)
    visits_of(request).write(response, begin(None))
    return response


@router.get("/invitation/{invitation}")
def invited(request: Request, invitation: str) -> Response:
    account = _invited(request, invitation)
    return _invitation(request, account, factors.new_secret(), None)


@router.post("/invitation/{invitation}")
def take_up(
    request: Request,
    invitation: str,
    password: Annotated[str, Form()],
    again: Annotated[str, Form()],
    secret: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    account, at = _invited(request, invitation), now()
    wanted = account.role is Role.SERVICE
    if not factors.is_secret(secret):
        secret = factors.new_secret()
    said = None
    step = factors.step_of(code, secret, at) if wanted else None
    if not passwords.LEAST_LENGTH <= len(password) <= passwords.MOST_LENGTH:
        said = f"Le mot de passe doit avoir au moins {passwords.LEAST_LENGTH} caractères."
    elif password != again:
        said = "Les deux mots de passe ne sont pas les mêmes."
    elif wanted and step is None:
        said = "Le code de l’application n’est pas le bon : attendez le suivant."
    if said:
        return _invitation(request, account, secret, said)
    register = site_of(request).register
    try:
        sealed = request.app.state.factors.sealed(secret) if wanted else None
        accounts.open_account(register, account, passwords.hashed(password), sealed, at=at)
    except Refused:  # somebody else was faster with the same link
        raise HTTPException(404, _NO_INVITATION) from None
    opened = register.ask(accounts.account, account.id)
    assert opened is not None, "it was opened just now"
    accounts.note_sign_in(register, opened, step, at=at)  # this code is not taken again
    return welcome(request, opened)


def _invited(request: Request, invitation: str) -> Account:
    slow_down(request, "invitation")
    account = site_of(request).register.ask(accounts.account_invited, invitation, now())
    if account is None:
        count(request, "invitation")
        raise HTTPException(404, _NO_INVITATION)
    return account


def _invitation(request: Request, account: Account, secret: str, said: str | None) -> Response:
    values = {
        "invited": account,
        "least": passwords.LEAST_LENGTH,
        "secret": secret,
        "picture": factors.picture_of(secret, account.email) if account.role is Role.SERVICE else None,
        "said": said,
    }
    return page(request, "invitation.html", values, status=422 if said else 200)


def welcome(request: Request, account: Account) -> Response:
    """Signed in: home, with a visit that begins anew."""
    response = RedirectResponse(home_of(account), 303)
    visits_of(request).write(response, begin(account))
    visits_of(request).remember(request, response, account)
    return response


def slow_down(request: Request, who: str) -> None:
    """Raises 429 after too many failures from this address, with one account or with all."""
    address = _address(request)
    one, all_ = _limiter.test(_TRIES, address, who), _limiter.test(_TRIES_OF_ALL, address)
    if not (one and all_):
        raise HTTPException(429)


def count(request: Request, who: str) -> None:
    address = _address(request)
    _limiter.hit(_TRIES, address, who)
    _limiter.hit(_TRIES_OF_ALL, address)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def note_failure(request: Request, account: Account | None) -> None:
    """Of addresses without an account, no more than some an hour: whoever tries fills no log."""
    if account is not None or _limiter.hit(_NOTED, "nobody"):
        accounts.note_failure(site_of(request).register, account, at=now())
