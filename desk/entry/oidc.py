"""Signing in with an académie's own provider (OpenID Connect, code flow with PKCE), where it has one.

The provider says who somebody is, the desk what that person may do: only an address that was invited gets in,
and only once the provider has verified it. The second factor is the provider's business here.
"""

from __future__ import annotations

from collections.abc import Iterable

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import APIRouter, HTTPException, Request, Response
from joserfc.errors import JoseError

from actions.site import now
from desk.entry.signin import note_failure, welcome
from desk.page import page
from desk.settings import DeskSettings
from storage.database.register import events_of
from storage.events import Event
from storage.people import accounts
from storage.people.accounts import AccountClosed, SignedIn

PATH = "/connexion/fournisseur"
router = APIRouter(prefix=PATH)

_REFUSED = "Le fournisseur n’a pas confirmé votre identité. Recommencez, ou prévenez le service."
_UNKNOWN = "Cette adresse n’a pas de compte ici : demandez une invitation au service de coordination."


def provider_of(settings: DeskSettings) -> StarletteOAuth2App | None:
    if settings.oidc_issuer is None:
        return None
    discovery = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    made: StarletteOAuth2App = OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=discovery,
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256"},
    )
    return made


@router.get("")
async def ask(request: Request) -> Response:
    """Off to the provider."""
    provider = _provider(request)
    to = f"{request.app.state.settings.url}{PATH}/retour"
    try:
        answer: Response = await provider.authorize_redirect(request, to)
    except httpx.HTTPError:  # it does not answer
        return _no(request, _REFUSED)
    return answer


@router.get("/retour")
async def back(request: Request) -> Response:
    """Back from it: state, nonce, issuer, audience, signature and time are checked by Authlib."""
    provider, settings = _provider(request), request.app.state.settings
    try:
        token = await provider.authorize_access_token(request)
        claims = dict(token.get("userinfo") or {})
        if claims and "email" not in claims:  # some providers keep it out of the token
            more = await provider.userinfo(token=token)
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else {}
    except (AuthlibBaseError, JoseError, httpx.HTTPError):
        return _no(request, _REFUSED)
    finally:
        request.session.clear()
    if claims.get("iss", "").rstrip("/") != settings.oidc_issuer.rstrip("/"):
        return _no(request, _REFUSED)
    register, at = request.app.state.site.register, now()
    with register.reading() as connection:
        account = accounts.account_of_email(connection, str(claims.get("email", "")))
        awaited = account is not None and (
            account.password is not None
            or (account.invited_until is not None and at <= account.invited_until)
            or _came(events_of(connection, account.id))
        )
    if account is None or account.closed or not awaited or claims.get("email_verified") is not True:
        note_failure(request, None)
        return _no(request, _UNKNOWN)
    accounts.note_sign_in(register, account, None, at=at)
    return welcome(request, account)


def _came(told: Iterable[Event]) -> bool:
    """Whether the account was signed in to since it was last closed, if it was."""
    ways = [event.action for event in told if event.action in (SignedIn.action, AccountClosed.action)]
    return ways[-1:] == [SignedIn.action]


def _provider(request: Request) -> StarletteOAuth2App:
    provider: StarletteOAuth2App | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _no(request: Request, what: str) -> Response:
    return page(request, "error.html", {"title": "Connexion refusée", "what": what}, status=403)
