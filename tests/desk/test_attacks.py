"""What somebody tries who means harm: at forms, cookies, addresses, bodies and errors."""

import httpx
import pytest
from fastapi.testclient import TestClient
from visitors import PASSWORD, Desk

from desk.app import create_app
from desk.settings import DeskSettings
from storage.people import accounts
from storage.states import Role

CENTRE, OTHER = "0130051K", "0050006E"

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the same on any register


def test_a_visit_begins_anew_at_sign_in(desk: Desk):
    """A cookie that was planted beforehand is worth nothing afterwards."""
    browser = desk.browser()
    path = f"/invitation/{desk.invite(Role.CENTRE, CENTRE, 'a@exemple.fr')}"
    browser.get(path)
    planted, token = dict(browser.cookies), browser.token
    assert browser.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    thief = desk.browser()
    thief.cookies.update(planted)
    thief.token = token
    assert thief.get(f"/centre/{CENTRE}", follow_redirects=False).headers["location"] == "/connexion"
    assert browser.cookies["massicot"] != planted["massicot"]


def test_behind_https_cookies_are_bound_to_it(desk: Desk):
    app = create_app(desk.site, DeskSettings(desk_url="https://desk.exemple.fr"))
    answer = TestClient(app, base_url="https://desk.exemple.fr").get("/connexion")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-massicot=") and "Secure" in cookie and "Path=/" in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_unsafe_request_passes_without_its_token(desk: Desk, method):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    client = browser.client
    paths = {
        "/deconnexion": {"data": {"form_token": "é" * 64}},  # not even ASCII
        f"/centre/{CENTRE}/U4/emargement": {"files": {"absent": b"x"}},
        f"/api/centres/{CENTRE}/U4/uploads": {"json": {"name": "a.pdf", "size": 3}},
        f"/api/centres/{CENTRE}/U4/attendance": {"json": {"absent": []}},
        "/nowhere": {"content": b"x"},
    }
    for path, body in paths.items():
        assert client.request(method, path, **body).status_code == 403, path
    assert client.request(method, "/deconnexion", headers={"x-form-token": b"\xe9"}).status_code == 403
    assert browser.get(f"/centre/{CENTRE}").status_code == 200


def test_a_token_of_another_visit_is_refused(desk: Desk):
    mine, other = desk.signed_in(Role.CENTRE, CENTRE), desk.signed_in(Role.CENTRE, OTHER)
    other.get(f"/centre/{OTHER}")
    mine.token = other.token
    assert mine.post("/deconnexion").status_code == 403


def test_a_body_is_as_long_as_it_is_whatever_is_said(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    browser.get(f"/centre/{CENTRE}")
    headers = {"x-form-token": browser.token}
    for claimed in ("3", "beaucoup", "-1"):
        answer = browser.client.post(
            "/deconnexion", content=b"x" * (3 << 20), headers=headers | {"content-length": claimed}
        )
        assert answer.status_code == 413 and "trop gros" in answer.text
    nothing = browser.client.post("/deconnexion", data={"form_token": "\0"}, headers=headers)
    assert nothing.status_code == 400 and "page précédente" in nothing.text

    def chunks():
        for _ in range(40):
            yield b"x" * (1 << 17)

    assert browser.client.post("/deconnexion", content=chunks(), headers=headers).status_code == 413
    assert browser.get(f"/centre/{CENTRE}").status_code == 200


def test_another_host_gets_nothing_and_is_in_no_link(desk: Desk):
    client = TestClient(desk.app, base_url="http://ailleurs.example")
    assert client.get("/connexion").status_code == 400
    service = desk.signed_in(Role.SERVICE)
    service.get("/coordination/comptes")
    form = {"role": "centre", "centre": CENTRE, "email": "b@exemple.fr", "name": "B"}
    headers = {"x-form-token": service.token, "x-forwarded-host": "ailleurs.example"}
    text = service.client.post("/coordination/comptes", data=form, headers=headers).text
    assert "http://desk/invitation/" in text and "ailleurs" not in text


def test_an_invitation_opens_no_second_account(desk: Desk):
    token = desk.invite(Role.CENTRE, CENTRE, "a@exemple.fr")
    late = desk.browser()
    late.get(f"/invitation/{token}")
    with desk.site.register.reading() as connection:
        account = accounts.account_of_email(connection, "a@exemple.fr")
    first = desk.browser()
    first.get(f"/invitation/{token}")
    form = {"password": PASSWORD, "again": PASSWORD}
    assert first.post(f"/invitation/{token}", form).status_code == 303
    assert late.post(f"/invitation/{token}", form).status_code == 404
    with desk.site.register.reading() as connection:
        assert accounts.account(connection, account.id).epoch == account.epoch + 1


@pytest.mark.parametrize("name", ["../../vault/x.pdf", "a/b.pdf", "\u202e.pdf", "a\nb.pdf", "a" * 199 + "é"])
def test_a_file_name_leads_nowhere_else(desk: Desk, name):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    browser.get(f"/centre/{CENTRE}")
    answer = browser.post_json(f"/api/centres/{CENTRE}/U4/uploads", {"name": name, "size": 3})
    assert answer.status_code == 409


def test_an_address_of_a_part_takes_that_part_and_nothing_else(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    browser.get(f"/centre/{CENTRE}")
    base = f"/api/centres/{CENTRE}/U4/uploads"
    upload = browser.post_json(base, {"name": "ÉLISE DURAND.pdf", "size": 3}).json()["upload"]
    assert "DURAND" not in upload and "RFVSQU5E" not in upload  # an address may end up in a log
    address = browser.get(f"{base}/{upload}").json()["parts"]["1"]
    with httpx.Client(trust_env=False) as line:
        assert line.put(address, content=b"%PDF" * 1000).status_code == 403  # larger than was said
        assert line.put(address.replace("/inbox/", "/vault/"), content=b"abc").status_code == 403
        assert line.put(address.replace("partNumber=1", "partNumber=2"), content=b"abc").status_code == 403
        assert line.get(address).status_code in (403, 405)
        assert browser.post_json(f"{base}/{upload}/end").status_code == 409  # nothing came yet
        assert line.put(address, content=b"abc").status_code == 200
    assert browser.post_json(f"{base}/{upload}/end").json() == {"done": True}
    other = desk.signed_in(Role.CENTRE, OTHER)
    other.get(f"/centre/{OTHER}")
    assert other.get(f"/api/centres/{OTHER}/U4/uploads/{upload}").status_code == 404


def test_what_no_register_takes_comes_to_none(desk: Desk):
    browser = desk.signed_in(Role.SERVICE)
    assert browser.get("/coordination/decisions/%00").status_code == 400
    browser.get("/coordination/comptes")
    form = {"role": "centre", "centre": CENTRE, "email": "a\0@exemple.fr", "name": "A"}
    assert browser.post("/coordination/comptes", form).status_code == 400


def test_what_is_personal_is_kept_nowhere(desk: Desk):
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    own = f"/centre/{CENTRE}"
    for path in (own, f"{own}/U4/emargement", "/nowhere", f"/api/centres/{CENTRE}/U4"):
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "PUT"])
def test_other_methods_do_nothing_and_tell_nothing(desk: Desk, method):
    answer = desk.browser().client.request(method, f"/centre/{CENTRE}/U4/emargement")
    assert answer.status_code in (403, 405)
    assert "access-control-allow-origin" not in answer.headers
    assert CENTRE not in answer.text


def test_what_breaks_tells_nobody_why(desk: Desk, monkeypatch, capfd, caplog):
    def broken(*_args, **_how):
        raise RuntimeError("DURAND Élise, 02200000001")

    monkeypatch.setattr("desk.centre.counter.page", broken)
    monkeypatch.setattr("desk.api.centres.state_of", broken)
    browser = desk.signed_in(Role.CENTRE, CENTRE)
    for path in (f"/centre/{CENTRE}", f"/api/centres/{CENTRE}/U4"):
        answer = browser.get(path)
        assert answer.status_code == 500 and "DURAND" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    told = caplog.text + "".join(capfd.readouterr())
    assert "RuntimeError at" in told and "DURAND" not in told
    kept = [path.read_text() for path in (desk.site.settings.data_dir / "failures").iterdir()]
    assert len(kept) == 2 and all("DURAND" in text for text in kept)


def test_a_malformed_form_is_not_sent_back(desk: Desk):
    browser = desk.signed_in(Role.SERVICE)
    browser.get("/coordination/comptes")
    answer = browser.post("/coordination/comptes", {"role": "roi", "email": "DURAND", "name": "x"})
    assert answer.status_code == 422 and "DURAND" not in answer.text and "incomplet" in answer.text


def test_a_static_file_that_is_not_there_is_a_plain_404(desk: Desk):
    assert desk.browser().get("/static/fonts/none.woff2").status_code == 404
