"""Browsers of a desk, without a browser: who signs in, and brings forms back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pyotp
from fastapi.testclient import TestClient

from actions.site import Site, now
from storage.people import accounts, tokens
from storage.states import Role

PASSWORD = "une phrase assez longue"


def _plainly_spaced(answer: httpx.Response) -> httpx.Response:
    """`text`, as tests write sentences: that no line breaks before a colon is tested once, of `content`."""
    answer._text = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    return answer


class Browser:
    """A client that brings forms back as a browser does, with the token of the page it is on."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.token = ""

    @property
    def cookies(self) -> httpx.Cookies:
        return self.client.cookies

    def get(self, path: str, **how: Any) -> httpx.Response:
        answer = _plainly_spaced(self.client.get(path, **how))
        found = re.search(r'data-form-token="(\w+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **how: Any) -> httpx.Response:
        headers = {"x-form-token": self.token}
        return _plainly_spaced(
            self.client.post(path, data=data or {}, headers=headers, follow_redirects=False, **how)
        )

    def post_json(self, path: str, asked: Any = None) -> httpx.Response:
        """As a script of the page does."""
        return self.client.post(path, json=asked, headers={"x-form-token": self.token})


@dataclass
class Desk:
    site: Site
    app: Any
    second_factors: dict[str, str] = field(default_factory=dict)

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, base_url="http://desk"))

    def invite(self, role: Role, scope: str | None, email: str) -> str:
        return accounts.invite(
            self.site.register, role, scope, email, "Jeanne Exemple", actor="service", at=now()
        )

    def program(self, role: Role | None, scope: str | None = None) -> TestClient:
        """A program with a token of its own; without one, for no role."""
        headers = {}
        if role is not None:
            token = tokens.make_token(self.site.register, role, scope, "Essai", 1, actor="t", at=now())
            headers["authorization"] = f"Bearer {token}"
        return TestClient(self.app, base_url="http://desk", headers=headers, follow_redirects=False)

    def signed_in(self, role: Role, scope: str | None = None, email: str = "") -> Browser:
        """Somebody who has just taken up an invitation."""
        email = email or f"{role}-{scope}@exemple.fr".lower()
        return self.taken_up(f"/invitation/{self.invite(role, scope, email)}", email, role)

    def taken_up(self, path: str, email: str, role: Role) -> Browser:
        """Whoever opens this link, with a password and, for the service, a second factor."""
        browser = self.browser()
        shown = browser.get(path).text
        secret = re.search(r'name="secret" value="(\w+)"', shown)
        assert secret is not None
        form = {"password": PASSWORD, "again": PASSWORD, "secret": secret[1]}
        if role is Role.SERVICE:
            form["code"] = pyotp.TOTP(secret[1]).now()
            self.second_factors[email] = secret[1]
        answer = browser.post(path, form)
        assert answer.status_code == 303, answer.text
        return browser
