"""Signing in with a provider: a real one, over HTTP, that believes whoever says who they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from limits import parse
from oidc_provider_mock import User, run_server_in_thread
from visitors import Browser, Desk

from actions.site import now
from desk.app import create_app
from desk.entry import oidc, signin
from desk.settings import DeskSettings
from storage.database.schema import events
from storage.people.accounts import account_of_email, close_account
from storage.states import Role

CENTRE = "0130051K"

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the same on any register
INVITED, UNVERIFIED, UNKNOWN = "invitee@exemple.fr", "douteuse@exemple.fr", "inconnue@exemple.fr"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    people = [
        User(sub=email, claims={"email": email, "email_verified": email != UNVERIFIED})
        for email in (INVITED, UNVERIFIED, UNKNOWN)
    ]
    with run_server_in_thread(require_nonce=True, user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provided(desk: Desk, issuer: str) -> Desk:
    """A desk beside that provider, to which two people of the three were invited."""
    for email in (INVITED, UNVERIFIED):
        desk.invite(Role.CENTRE, CENTRE, email)
    settings = DeskSettings(
        desk_url="http://desk", oidc_issuer=issuer, oidc_client_id="massicot", oidc_client_secret="secret"
    )
    return Desk(desk.site, create_app(desk.site, settings))


def asked(browser: Browser) -> str:
    """Where the desk sends its visitor."""
    answer = browser.get("/connexion/fournisseur", follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def consent(address: str, email: str) -> str:
    """Signs in at the provider, and gives the path to which it sends the visitor back."""
    with httpx.Client(trust_env=False) as line:
        answer = line.post(address, data={"sub": email})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert back.netloc == "desk"
    return f"{back.path}?{back.query}"


def changed(address: str, **how: str) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | how
    return urlunsplit(parts._replace(query=urlencode(query)))


def test_whom_the_provider_knows_and_the_service_invited_is_in(provided: Desk):
    browser = provided.browser()
    assert "/connexion/fournisseur" in browser.get("/connexion").text
    address = asked(browser)
    told = parse_qs(urlsplit(address).query)
    assert told["code_challenge_method"] == ["S256"] and told["code_challenge"] and told["nonce"]
    assert told["redirect_uri"] == ["http://desk/connexion/fournisseur/retour"]
    answer = browser.get(consent(address, INVITED), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/centre/{CENTRE}")
    assert browser.get(f"/centre/{CENTRE}").status_code == 200
    assert browser.get("/coordination").status_code == 404


@pytest.mark.parametrize("came_in_time", [True, False])
def test_an_invitation_that_has_expired_lets_in_who_took_it_up_alone(
    provided: Desk, monkeypatch: pytest.MonkeyPatch, came_in_time: bool
):
    def comes() -> int:
        browser = provided.browser()
        return browser.get(consent(asked(browser), INVITED), follow_redirects=False).status_code

    if came_in_time:
        assert comes() == 303
    monkeypatch.setattr(oidc, "now", lambda: now() + timedelta(days=8))
    assert comes() == (303 if came_in_time else 403)


def test_who_was_closed_and_did_not_come_when_invited_anew_is_refused(provided: Desk, monkeypatch):
    register, browser = provided.site.register, provided.browser()
    assert browser.get(consent(asked(browser), INVITED), follow_redirects=False).status_code == 303
    with register.reading() as connection:
        closed = account_of_email(connection, INVITED)
    close_account(register, closed.id, actor="service", at=now())
    provided.invite(Role.CENTRE, CENTRE, INVITED)
    monkeypatch.setattr(oidc, "now", lambda: now() + timedelta(days=8))
    assert browser.get(consent(asked(browser), INVITED), follow_redirects=False).status_code == 403


def test_whom_the_provider_alone_knows_does_not_fill_the_log(provided: Desk, monkeypatch):
    monkeypatch.setattr(signin, "_NOTED", parse("2 per hour"))
    browser = provided.browser()
    for _ in range(3):
        assert browser.get(consent(asked(browser), UNKNOWN), follow_redirects=False).status_code == 403
    with provided.site.register.reading() as connection:
        lines = list(connection.scalars(events.select().with_only_columns(events.c.line)))
    assert len([line for line in lines if "account.sign_in_failed" in line]) == 2


@pytest.mark.parametrize("email", [UNKNOWN, UNVERIFIED])
def test_an_address_that_is_unknown_or_unverified_is_refused(provided: Desk, email):
    browser = provided.browser()
    answer = browser.get(consent(asked(browser), email), follow_redirects=False)
    assert answer.status_code == 403 and "pas de compte" in answer.text
    assert browser.get("/", follow_redirects=False).headers["location"] == "/connexion"
    with provided.site.register.reading() as connection:
        lines = list(connection.scalars(events.select().with_only_columns(events.c.line)))
    assert "account.sign_in_failed" in lines[-1] and email not in "".join(lines)


def refused(browser: Browser, path: str) -> None:
    answer = browser.get(path, follow_redirects=False)
    assert answer.status_code == 403 and "pas confirmé" in answer.text
    assert browser.get("/", follow_redirects=False).headers["location"] == "/connexion"


def test_an_answer_to_anothers_question_is_refused(provided: Desk):
    """State: whoever is sent to the desk with a stranger's answer is not signed in as that stranger."""
    mine, theirs = provided.browser(), provided.browser()
    asked(mine)
    refused(mine, consent(asked(theirs), INVITED))
    refused(provided.browser(), consent(asked(theirs), INVITED))


def test_an_answer_counts_once(provided: Desk):
    browser = provided.browser()
    path = consent(asked(browser), INVITED)
    assert browser.get(path, follow_redirects=False).status_code == 303
    other = provided.browser()
    other.cookies.update({k: v for k, v in browser.cookies.items() if k == "massicot-oidc"})
    refused(other, path)


def test_an_answer_with_another_nonce_is_refused(provided: Desk):
    browser = provided.browser()
    refused(browser, consent(changed(asked(browser), nonce="another"), INVITED))


def test_a_provider_that_calls_itself_otherwise_is_refused(desk: Desk, issuer: str):
    """The same server under another name: what it signs is not what the settings speak of."""
    desk.invite(Role.CENTRE, CENTRE, INVITED)
    settings = DeskSettings(desk_url="http://desk", oidc_issuer=issuer, oidc_client_id="massicot")
    app = create_app(desk.site, settings)
    impostor = settings.model_copy(update={"oidc_issuer": issuer.replace("localhost", "127.0.0.1")})
    app.state.settings = impostor  # what it is asked at stays, what it must be is another
    browser = Desk(desk.site, app).browser()
    refused(browser, consent(asked(browser), INVITED))


def test_a_refusal_or_a_silent_provider_is_told_in_french(provided: Desk, desk: Desk):
    browser = provided.browser()
    asked(browser)
    refused(browser, "/connexion/fournisseur/retour?error=access_denied&error_description=%3Cscript%3E")
    settings = DeskSettings(desk_url="http://desk", oidc_issuer="http://127.0.0.1:9", oidc_client_id="x")
    silent = Desk(desk.site, create_app(desk.site, settings)).browser()
    answer = silent.get("/connexion/fournisseur", follow_redirects=False)
    assert answer.status_code == 403 and "pas confirmé" in answer.text
