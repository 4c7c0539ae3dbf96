"""Who gets in, and who does not."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pyotp
import pytest
import time_machine
from postbox import Received
from sqlalchemy import select
from visitors import PASSWORD, Browser, Desk

from actions.site import now
from desk.app import create_app
from desk.entry import passwords
from desk.entry.factors import SecondFactors
from storage.database.schema import events
from storage.machine.private import load_or_make
from storage.people import accounts
from storage.states import Role

CENTRE = "0130051K"


def test_a_stranger_is_asked_to_sign_in(desk: Desk):
    answer = desk.browser().get("/coordination", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")


def test_an_invitation_opens_an_account_once(desk: Desk):
    browser = desk.browser()
    path = f"/invitation/{desk.invite(Role.CENTRE, CENTRE, 'A@exemple.fr')}"
    browser.get(path)
    assert "au moins 12" in browser.post(path, {"password": "court", "again": "court"}).text
    answer = browser.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/centre/{CENTRE}")
    used = browser.get(path)
    assert used.status_code == 404 and "demandez un autre lien au service" in used.text
    later = desk.browser()
    later.get("/connexion")
    again = later.post("/connexion", {"email": "a@EXEMPLE.fr ", "password": PASSWORD})
    assert again.status_code == 303
    assert later.get(f"/centre/{CENTRE}").status_code == 200


def test_the_service_needs_its_second_factor_and_no_code_counts_twice(desk: Desk):
    desk.signed_in(Role.SERVICE)
    with desk.site.register.reading() as connection:
        account = accounts.account_of_email(connection, "service-none@exemple.fr")
    form = {"email": account.email, "password": PASSWORD}
    browser = desk.browser()
    browser.get("/connexion")
    assert browser.post("/connexion", form).status_code == 401
    totp, step = pyotp.TOTP(desk.second_factors[account.email]), account.totp_step
    used = totp.at(30 * step)  # when the account was opened
    assert browser.post("/connexion", form | {"code": used}).status_code == 401
    code = totp.at(30 * (step + 1))
    assert browser.post("/connexion", form | {"code": code}).status_code == 303
    other = desk.browser()
    other.get("/connexion")
    assert other.post("/connexion", form | {"code": code}).status_code == 401


def test_a_recovery_code_stands_in_for_the_second_factor_once(desk: Desk):
    browser = desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    totp = pyotp.TOTP(desk.second_factors["a@exemple.fr"])
    assert "pas encore" in browser.get("/coordination/secours").text
    assert browser.post("/coordination/secours", {"code": "000000"}).status_code == 422

    def made(code: str) -> list[str]:
        answer = browser.post("/coordination/secours", {"code": code})
        return re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)

    with desk.site.register.reading() as connection:
        step = accounts.account_of_email(connection, "a@exemple.fr").totp_step
    assert made(totp.at(30 * step)) == []  # the code that opened the account
    lost = made(totp.at(30 * (step + 1)))
    with time_machine.travel(now() + timedelta(seconds=30), tick=True):
        codes = made(totp.at(30 * (step + 2)))
        assert made(totp.at(30 * (step + 2))) == []
        page = browser.get("/coordination/secours").text
    assert len(set(lost)) == len(set(codes)) == 10
    assert "reste 10" in page
    assert not [code for code in codes if code in page]

    def signs_in(code: str) -> int:
        other = desk.browser()
        other.get("/connexion")
        form = {"email": "a@exemple.fr", "password": PASSWORD, "code": code}
        return other.post("/connexion", form).status_code

    assert signs_in(lost[0]) == 401  # others have taken their place
    assert signs_in(codes[0]) == 303
    assert signs_in(codes[0]) == 401
    assert signs_in(codes[1].lower().replace("-", " ")) == 303
    with desk.site.register.reading() as connection:
        account = accounts.account_of_email(connection, "a@exemple.fr")
        lines = "".join(connection.scalars(select(events.c.line)))
    assert len(account.recovery) == 8
    assert lines.count("account.recovered") == 2
    assert not [code for code in codes if code in lines or code.replace("-", "") in lines]
    other = desk.browser()
    other.get("/connexion")
    form = {"email": "a@exemple.fr", "password": "une autre phrase", "code": codes[2]}
    assert other.post("/connexion", form).status_code == 401  # it stands in for the second factor alone
    desk.taken_up(
        f"/invitation/{desk.invite(Role.SERVICE, None, 'a@exemple.fr')}", "a@exemple.fr", Role.SERVICE
    )
    assert signs_in(codes[2]) == 401  # whoever opened it anew has another second factor


def test_second_factors_are_kept_under_a_key_of_their_own(desk: Desk):
    desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    secret = desk.second_factors["a@exemple.fr"]
    with desk.site.register.reading() as connection:
        kept = accounts.account_of_email(connection, "a@exemple.fr").totp
    vault, key = desk.site.store.vault, desk.site.settings.data_dir / "factors.key"
    assert secret not in kept
    assert not [one.key for one in vault.list("people/") if secret.encode() in vault.get(one.key)]
    at, code = now(), pyotp.TOTP(secret).now()
    assert SecondFactors(load_or_make(key, bytes)).step_of(code, kept, at) is not None
    assert SecondFactors(bytes(32)).step_of(code, kept, at) is None


def test_a_second_factor_in_clear_from_an_older_version_still_counts(desk: Desk):
    desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    secret = pyotp.random_base32()
    register = desk.site.register
    desk.invite(Role.SERVICE, None, "a@exemple.fr")
    with register.reading() as connection:
        account = accounts.account_of_email(connection, "a@exemple.fr")
    accounts.open_account(register, account, passwords.hashed(PASSWORD), secret, at=now())
    browser = desk.browser()
    browser.get("/connexion")
    form = {"email": account.email, "password": PASSWORD, "code": pyotp.TOTP(secret).now()}
    assert browser.post("/connexion", form).status_code == 303


def test_an_open_page_guesses_no_code_of_the_second_factor(desk: Desk):
    browser = desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    browser.get("/coordination/secours")
    answers = [browser.post("/coordination/secours", {"code": "000000"}).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


@pytest.fixture
def mailing(desk: Desk, received: Received) -> Desk:
    """With a mail server."""
    settings = desk.site.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": received.smtp})
    return Desk(site := replace(desk.site, settings=settings), create_app(site, desk.app.state.settings))


def invites(browser: Browser, role: Role, email: str, **more: str) -> httpx.Response:
    browser.get("/coordination/comptes")
    return browser.post(
        "/coordination/comptes", {"role": role, "email": email, "name": "Jeanne Exemple", **more}
    )


def test_with_a_mail_server_the_invited_alone_sees_the_link(mailing: Desk, received: Received):
    service = mailing.signed_in(Role.SERVICE)
    said = invites(service, Role.CENTRE, "a@exemple.fr", centre=CENTRE)
    (mail,) = received.mails
    link = re.search(r"/invitation/([\w-]+)", mail.get_content())
    assert mail["To"] == "a@exemple.fr" and link is not None
    assert link[1] not in said.text and "a@exemple.fr" in said.text
    assert mailing.browser().get(f"/invitation/{link[1]}").status_code == 200
    received.refusing = True
    assert invites(service, Role.CENTRE, "b@exemple.fr", centre=CENTRE).status_code == 409


def test_an_open_account_of_the_service_is_not_taken_over_by_a_link(desk: Desk):
    service = desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    desk.signed_in(Role.SERVICE, email="b@exemple.fr")
    for email in ("b@exemple.fr", "a@exemple.fr"):
        refused = invites(service, Role.SERVICE, email)
        assert refused.status_code == 409 and "/invitation/" not in refused.text
    assert "/invitation/" in invites(service, Role.SERVICE, "c@exemple.fr").text  # nobody's yet


def test_nor_is_one_that_was_closed_or_has_no_password(desk: Desk):
    service = desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    desk.signed_in(Role.SERVICE, email="closed@exemple.fr")
    desk.invite(Role.SERVICE, None, "provider@exemple.fr")
    with desk.site.register.reading() as connection:
        closed, by_provider = (
            accounts.account_of_email(connection, f"{who}@exemple.fr") for who in ("closed", "provider")
        )
    accounts.note_sign_in(desk.site.register, by_provider, None, at=now())
    service.get("/coordination/comptes")
    assert service.post(f"/coordination/comptes/{closed.id}/fermer").status_code == 303
    for one in (closed, by_provider):
        refused = invites(service, Role.SERVICE, one.email)
        assert refused.status_code == 409 and "/invitation/" not in refused.text


def test_whoever_is_invited_anew_is_told_to_the_service(mailing: Desk, received: Received):
    settings = mailing.site.settings.model_copy(update={"alert_email": "service@exemple.fr"})
    mailing.app.state.site = replace(mailing.site, settings=settings)
    service = mailing.signed_in(Role.SERVICE, email="a@exemple.fr")
    mailing.signed_in(Role.CENTRE, CENTRE, email="b@exemple.fr")
    invites(service, Role.CENTRE, "b@exemple.fr", centre=CENTRE)
    assert [mail["To"] for mail in received.mails] == ["service@exemple.fr", "b@exemple.fr"]
    assert "b@exemple.fr" not in received.mails[0].get_content()


def test_an_invitation_says_where_to_and_is_a_whole_message(mailing: Desk, received: Received):
    invites(mailing.signed_in(Role.SERVICE, email="a@exemple.fr"), Role.CENTRE, "b@exemple.fr", centre=CENTRE)
    (mail,) = received.mails
    assert f"« {mailing.site.session.title} »" in mail.get_content()
    assert mail["Date"] is not None and mail["Message-ID"].endswith("@localhost>")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_an_account_that_was_used_keeps_its_name(desk: Desk):
    """It stands on receipts."""
    service = desk.signed_in(Role.SERVICE, email="a@exemple.fr")
    desk.signed_in(Role.CENTRE, CENTRE, email="b@exemple.fr")
    refused = invites(service, Role.CENTRE, "b@exemple.fr", centre=CENTRE, name="Paul Suivant")
    assert refused.status_code == 409 and "donnez une autre adresse" in refused.text
    listed = service.get("/coordination/comptes").text
    assert "Jeanne Exemple" in listed and "Paul Suivant" not in listed
    assert "/invitation/" in invites(service, Role.CENTRE, "b@exemple.fr", centre=CENTRE).text


def test_five_wrong_passwords_lock_the_account(desk: Desk):
    desk.signed_in(Role.CENTRE, CENTRE)
    browser = desk.browser()
    browser.get("/connexion")
    form = {"email": f"centre-{CENTRE}@exemple.fr".lower(), "password": "autre chose de long"}
    for _ in range(5):
        assert browser.post("/connexion", form).status_code == 401
    told = browser.post("/connexion", form | {"password": PASSWORD})
    assert told.status_code == 401 and "bloqué" in told.text


def test_somebody_elses_guesses_do_not_keep_people_out(desk: Desk):
    own, stranger = desk.signed_in(Role.CENTRE, CENTRE), desk.browser()
    own.post("/deconnexion")
    form = {"email": f"centre-{CENTRE}@exemple.fr".lower(), "password": "autre chose de long"}
    for browser in (own, stranger):
        browser.get("/connexion")
    for _ in range(5):
        stranger.post("/connexion", form)
    right = form | {"password": PASSWORD}
    assert stranger.post("/connexion", right).status_code == 401
    assert own.post("/connexion", right).status_code == 303  # it was signed in from here before


def test_a_locked_account_is_not_told_from_one_that_does_not_exist(desk: Desk):
    desk.signed_in(Role.CENTRE, CENTRE)
    known, unknown = f"centre-{CENTRE}@exemple.fr".lower(), "personne@exemple.fr"
    answers = {}
    for email in (known, unknown):
        browser = desk.browser()
        browser.get("/connexion")
        tries = [browser.post("/connexion", {"email": email, "password": "x" * 12}) for _ in range(7)]
        answers[email] = [(a.status_code, re.sub(f"{email}|{browser.token}", "", a.text)) for a in tries]
    assert answers[known] == answers[unknown]
    with desk.site.register.reading() as connection:  # nor by what is written meanwhile: each try is an event
        lines = connection.scalars(select(events.c.line)).all()
    assert len([line for line in lines if "account.sign_in_failed" in line]) == 14


def test_many_tries_from_one_address_are_slowed_down(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)  # whoever is signed in guesses no faster
    browser.get("/connexion")
    form = {"email": "personne@exemple.fr", "password": "x"}
    statuses = {browser.post("/connexion", form).status_code for _ in range(21)}
    assert statuses == {401, 429}
    right = {"email": f"centre-{CENTRE}@exemple.fr".lower(), "password": PASSWORD}
    for _ in range(25):  # behind the same address others sign in, as often as they like
        assert browser.post("/connexion", right).status_code == 303
        browser.get("/connexion")


def test_wrong_addresses_do_not_fill_the_log(desk: Desk):
    browser = desk.browser()
    browser.get("/connexion")
    for k in range(130):
        browser.post("/connexion", {"email": f"personne-{k}@exemple.fr", "password": "x"})
    with desk.site.register.reading() as connection:
        lines = connection.scalars(select(events.c.line)).all()
    assert len([line for line in lines if "account.sign_in_failed" in line]) == 100


def test_a_form_without_its_token_is_refused(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    browser.token = "0" * 64
    assert browser.post(f"/centre/{CENTRE}/U4/emargement").status_code == 403
    assert browser.post("/deconnexion").status_code == 403


def test_signing_out_ends_a_stolen_cookie_too(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    browser.get(f"/centre/{CENTRE}")
    stolen = dict(browser.cookies)
    assert browser.post("/deconnexion").status_code == 303
    thief = desk.browser()
    thief.cookies.update(stolen)
    assert thief.get(f"/centre/{CENTRE}", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["", "/U4/etat"])
def test_a_page_left_open_does_not_stay_signed_in(desk: Desk, path: str):
    """It asks for its state every three seconds, and that is nobody's doing."""
    left, evening = [], now()
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    for quarters in range(1, 60):
        with time_machine.travel(evening + timedelta(minutes=15 * quarters - 1)):
            left.append(browser.get(f"/centre/{CENTRE}{path}", follow_redirects=False).status_code)
    assert left.index(303) == (8 if path else 48)  # two hours; twelve for whoever is at work
    assert set(left[left.index(303) :]) == {303}


def test_a_closed_account_is_out_at_once(desk: Desk):
    service, centre = desk.signed_in(Role.SERVICE), desk.signed_in(Role.CENTRE, CENTRE)
    service.get("/coordination/comptes")
    with desk.site.register.reading() as connection:
        theirs = next(a for a in accounts.all_accounts(connection) if a.role is Role.CENTRE)
    assert service.post(f"/coordination/comptes/{theirs.id}/fermer").status_code == 303
    assert centre.get(f"/centre/{CENTRE}", follow_redirects=False).status_code == 303


def test_browsers_are_told_to_run_nothing_of_others(desk: Desk):
    answer = desk.browser().get("/connexion")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert answer.headers["cache-control"] == "no-store"
