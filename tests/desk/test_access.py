"""The matrix: every route, every role, own and others' objects; who gets what, and whose name is in it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import httpx
import lxml.html  # type: ignore[import-untyped]
import pypdfium2
import pytest
from filling import MINE, OTHER, Filled
from matrix import MATRIX
from sqlalchemy import select
from visitors import Desk

from storage.database.schema import events
from storage.states import Role

LAST = ("POST /deconnexion", "POST /coordination/comptes/{other}/fermer", "POST /invitation/{invitation}")
ORDER = sorted(MATRIX, key=lambda route: (route in LAST, not route.startswith("GET"), route))
LETS_IN = {200, 303, 409, 422}  # a page, a way on, or what the rules or the form want otherwise
ROLES = [None, *Role]
BODIES = {
    "POST /lots/{lot_id}/{number}/signaler": {"trouble": "illegible"},
    "POST /api/my/lots/{lot}/copies/{number}/report": {"trouble": "illegible"},
    "POST /lots/{lot_id}/{number}/rendre": {"returned": True},
    "POST /api/my/lots/{lot}/copies/{number}/return": {"returned": True},
    "POST /lots/{lot_id}/notes": {"table": "numero;note"},
    "POST /api/my/lots/{lot}/notes": {"table": "numero;note"},
    "POST /api/lots/{code}/{lot}/recall": {"reason": "Erreur de lot."},
    "POST /coordination/lots/{code}/{lot}/reaffecter": {"corrector": "corr_0123456789abcdef"},
    "POST /api/lots/{code}/{lot}/reassign": {"corrector": "corr_0123456789abcdef"},
}
"""Where nothing can be said of an object without one."""
NOT_TEXT = (".jpg", "/correcteur.pdf", "/papiers.zip", "/{copy_id}.pdf")
GUIDES = {Role.SERVICE: "coordination", Role.CORRECTOR: "correcteur"}
PICTURE = next(Path("docs/pictures").glob("desk-*.png"), None)  # printed from the desk: there may be none yet


class Asker:
    """Somebody of a role, at pages with a browser and at the API with a token."""

    def __init__(self, desk: Desk, role: Role | None, scope: str | None = None) -> None:
        self.role = role
        self.browser = desk.signed_in(role, scope) if role else desk.browser()
        self.program = desk.program(role, scope)

    def ask(self, route: str, values: dict[str, str], body: dict[str, str] | None = None) -> httpx.Response:
        method, path = path_of(route, values | {"guide": GUIDES.get(self.role, "centre")})
        if path.startswith("/api"):
            return self.program.request(method, path, json=None if method == "GET" else body or {})
        if method == "GET":
            return self.browser.get(path, follow_redirects=False)
        self.browser.get("/connexion")
        return self.browser.post(path, body)


def path_of(route: str, values: dict[str, str]) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    values = values | ({"code": "E5"} if "/dossiers" in path or "/oraux/" in path else {})
    return method, re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


@pytest.fixture
def values(desk: Desk, filled: Filled) -> dict[str, str]:
    base = f"/api/centres/{MINE}/U4/uploads"
    begun = desk.program(Role.CENTRE, MINE).post(base, json={"name": "a.pdf", "size": 3})
    upload, picture = begun.json()["upload"], PICTURE.name if PICTURE else "desk-none.png"
    return filled.values | {"upload": upload, "name": picture, "key": "none"}


def own_scope(role: Role | None, filled: Filled) -> str | None:
    return {Role.CENTRE: MINE, Role.CORRECTOR: filled.corrector}.get(role)


def test_somebody_said_who_may_come_to_each_route(desk: Desk):
    pages, api = desk.app.openapi(), desk.app.state.api.openapi()
    found = {f"{method.upper()} {path}" for path, at in pages["paths"].items() for method in at}
    found |= {f"{method.upper()} /api{path}" for path, at in api["paths"].items() for method in at}
    assert found == MATRIX.keys()


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_for_whom_it_is_for(desk: Desk, filled: Filled, values, role):
    """With one's own objects: let in, or as if there was nothing."""
    asker = Asker(desk, role, own_scope(role, filled))
    for route in ORDER:
        answer = asker.ask(route, values)
        assert not badly_set(answer), route
        if role in MATRIX[route].who:
            wrong_password = {401} if route == "POST /connexion" else set()
            no_picture = {404} if "{name}" in route and PICTURE is None else set()
            assert answer.status_code in LETS_IN | wrong_password | no_picture, (route, answer.text)
        elif MATRIX[route].who and role is None:
            api = "/api" in route
            assert (answer.status_code, answer.headers.get("location")) == (
                (401, None) if api else (303, "/connexion")
            ), route
        else:
            assert answer.status_code == 404, route


@pytest.mark.parametrize("role", [Role.CENTRE, Role.CORRECTOR])
def test_what_is_anothers_is_not_even_there(desk: Desk, filled: Filled, values, role):
    scope = {Role.CENTRE: OTHER, Role.CORRECTOR: filled.stranger}[role]
    asker, named = Asker(desk, role, scope), {Role.CENTRE: "{uai}", Role.CORRECTOR: "{lot"}[role]
    theirs = [route for route in ORDER if role in MATRIX[route].who and named in route]
    assert len(theirs) >= 10
    for route in theirs:
        assert asker.ask(route, values, BODIES.get(route)).status_code == 404, route


def test_an_own_address_with_anothers_object_leads_nowhere(desk: Desk, filled: Filled, values):
    centre, corrector = Asker(desk, Role.CENTRE, OTHER), Asker(desk, Role.CORRECTOR, filled.corrector)
    service = Asker(desk, Role.SERVICE)
    tried = [
        (asker, route, values | changed)
        for asker, role, names, changed in (
            (centre, Role.CENTRE, "scan|upload", {"uai": OTHER}),
            (corrector, Role.CORRECTOR, "number", {"number": filled.elsewhere}),
            (service, Role.SERVICE, "lot", {"code": "U7"}),
        )
        for route in ORDER
        if role in MATRIX[route].who and re.search(rf"\{{({names})\}}", route)
    ]
    assert len(tried) >= 14
    for asker, route, wrong in tried:
        assert asker.ask(route, wrong, BODIES.get(route)).status_code == 404, route


@pytest.mark.parametrize("role", Role)
def test_every_access_to_an_identity_is_logged(desk: Desk, filled: Filled, values, role):
    """Whoever sees a name or a number is in the log; where no one is said to, none can be read."""
    asker = Asker(desk, role, own_scope(role, filled))
    for route in ORDER:
        if role not in MATRIX[route].who or route in LAST:
            continue
        desk.app.state.identities_shown.clear()  # another hour
        before = logged(desk)
        wanted = {"number": filled.people[0].number} if route == "POST /coordination/acces" else None
        answer = asker.ask(route, values, wanted)
        noted = [event for event in logged(desk)[len(before) :] if '"identity.shown"' in event]
        assert bool(noted) == MATRIX[route].names, route
        text = text_of(answer)
        named = any(c.number in text or c.family_name in text for c in filled.people)
        if MATRIX[route].names and not route.endswith(
            (".jpg", "/correcteur.pdf", "/papiers.zip", "/{copy_id}.pdf")
        ):
            assert named, route
        elif not MATRIX[route].names:
            assert not named, route


def logged(desk: Desk) -> list[str]:
    with desk.site.register.reading() as connection:
        return list(connection.scalars(select(events.c.line).order_by(events.c.seq)))


def badly_set(answer: httpx.Response) -> list[str]:
    """Sentences of a page in which a line may break before a sign that French sets with a space."""
    if "text/html" not in answer.headers.get("content-type", "") or not answer.content:
        return []
    page = lxml.html.document_fromstring(answer.content.decode())
    texts = page.xpath("//text()[not(ancestor::textarea or ancestor::option or ancestor::script)]")
    texts = [t for t in texts if not t.getparent().xpath("ancestor-or-self::style|ancestor-or-self::code")]
    return [text for text in texts if re.search(r"[ \n][:;?!»%]|«[ \n]", text)]


def text_of(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    if kind == "application/zip":
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        names = archive.namelist()
        texts = (
            pdf_text(data) if data[:5] == b"%PDF-" else data.decode() for data in map(archive.read, names)
        )
        return " ".join([*names, *texts])
    return pdf_text(answer.content) if kind == "application/pdf" else answer.text


def pdf_text(data: bytes) -> str:
    if data.startswith(b"%PDF-1.7 copie"):
        return data.decode()
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def test_a_token_opens_no_page_and_a_revoked_one_nothing(desk: Desk, filled: Filled):
    service, program = desk.signed_in(Role.SERVICE), desk.program(Role.SERVICE)
    assert program.get("/api/decisions").status_code == 200
    assert program.get("/coordination").headers["location"] == "/connexion"
    assert program.post("/coordination/comptes/jetons").status_code == 403
    page = service.get("/coordination/comptes").text
    for id_ in re.findall(r"jetons/(tokn_\w+)/revoquer", page):
        service.get("/coordination/comptes")
        assert service.post(f"/coordination/comptes/jetons/{id_}/revoquer").status_code == 303
    answer = program.get("/api/decisions")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_is_made_on_the_accounts_page_and_shown_once(desk: Desk):
    service = desk.signed_in(Role.SERVICE)
    service.get("/coordination/comptes")
    form = {"role": "centre", "centre": MINE, "label": "Scanner", "days": "30"}
    shown = service.post("/coordination/comptes/jetons", form).text
    token = re.search(r'value="(massicot_[\w-]+)"', shown)[1]
    assert token not in service.get("/coordination/comptes").text
    client = desk.program(None)
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get(f"/api/centres/{MINE}/U4", headers=bearer).status_code == 200
    assert client.get(f"/api/centres/{OTHER}/U4", headers=bearer).status_code == 404
    assert client.get("/api/decisions", headers=bearer).status_code == 404


def test_what_was_seen_within_the_hour_is_one_access(desk: Desk, filled: Filled):
    browser = desk.signed_in(Role.CENTRE, MINE)
    for _ in range(3):
        browser.get(f"/centre/{MINE}/U4/etat")
    assert sum('"identity.shown"' in event for event in logged(desk)) == 1
