"""A browser and who is behind it: signed cookies, and the token that its forms must bring back.

The first cookie holds an account's id, its epoch and a nonce: no name, no password; signing out ends it. The
second says whose browser it is: who signed in from it before is not kept out by others' wrong guesses.
Both are `Lax`: a link in a message finds its reader signed in, and a form from elsewhere brings no cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, replace

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from storage.database.register import Register
from storage.people import accounts
from storage.people.accounts import Account

_IDLE, _LONGEST = 2 * 3600, 12 * 3600  # seconds since a person did something, and since the sign-in
_KNOWN_DAYS = 200
_MOST_KNOWN = 8  # people at one browser


@dataclass(frozen=True)
class Visit:
    """`account`: None as long as nobody is signed in. `nonce` changes at each sign-in, which was at `since`.

    A visit ends by itself twelve hours after the sign-in, and after two without anything done.
    """

    account: Account | None
    nonce: str
    since: float


class Visits:
    """Makes cookies and reads them. `secure`: for HTTPS alone; loopback needs none."""

    def __init__(self, register: Register, secret: bytes, *, secure: bool) -> None:
        self._register = register
        self._secret = secret
        self._secure = secure
        self._signer = URLSafeTimedSerializer(secret, salt="visit")
        self._known = URLSafeTimedSerializer(secret, salt="known")
        self.cookie = "__Host-massicot" if secure else "massicot"

    def read(self, request: Request) -> Visit:
        """Whose cookie it is. One that was signed out, altered or is past its hours is a stranger's."""
        try:
            claims = self._signer.loads(request.cookies.get(self.cookie, ""), max_age=_IDLE)
        except BadSignature:
            return begin(None)
        visit = Visit(None, str(claims["nonce"]), float(claims.get("since", 0)))
        if claims["account"] is None:
            return visit
        if time.time() - visit.since > _LONGEST:
            return begin(None)
        account = self._register.ask(accounts.account, claims["account"])
        if account is None or account.closed or account.epoch != claims["epoch"]:
            return visit
        return replace(visit, account=account)

    def write(self, response: Response, visit: Visit) -> None:
        account = visit.account
        claims = {
            "account": account.id if account else None,
            "epoch": account.epoch if account else 0,
            "nonce": visit.nonce,
            "since": visit.since,
        }
        self._set(response, self.cookie, self._signer.dumps(claims), _IDLE)

    def remember(self, request: Request, response: Response, account: Account) -> None:
        """This browser is one of this account's from now on."""
        ids = [account.id, *(id_ for id_ in self._ids(request) if id_ != account.id)]
        text = self._known.dumps(ids[:_MOST_KNOWN])
        self._set(response, f"{self.cookie}-known", text, _KNOWN_DAYS * 86400)

    def knows(self, request: Request, account: Account) -> bool:
        """Whether this account was signed in from this browser before."""
        return account.id in self._ids(request)

    def _ids(self, request: Request) -> list[str]:
        text = request.cookies.get(f"{self.cookie}-known", "")
        try:
            ids: list[str] = self._known.loads(text, max_age=_KNOWN_DAYS * 86400)
        except BadSignature:
            return []
        return ids

    def _set(self, response: Response, name: str, text: str, seconds: int) -> None:
        response.set_cookie(name, text, max_age=seconds, httponly=True, samesite="lax", secure=self._secure)

    def form_token(self, visit: Visit) -> str:
        """What a form of this visit must bring back."""
        who = visit.account.id if visit.account else ""
        return hmac.new(self._secret, f"{who}|{visit.nonce}".encode(), hashlib.sha256).hexdigest()

    def is_of(self, token: str, visit: Visit) -> bool:
        return hmac.compare_digest(token.encode(), self.form_token(visit).encode())


def begin(account: Account | None) -> Visit:
    return Visit(account, secrets.token_urlsafe(16), time.time())
