"""A slip in a form: its page again, the form as it was filled in, and what is wrong with it.

One way for every form. The page is asked for as the browser did before, so that nobody sees more than a link
would show, and the form that was sent is found on it by where it goes and by its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import Request, Response
from lxml import html  # type: ignore[import-untyped]
from lxml.html import builder  # type: ignore[import-untyped]
from starlette.responses import HTMLResponse

Typed = dict[str, list[str]]

_BUTTONS = {"submit", "button", "image", "reset"}
_KEPT = {"hidden", "password", "file"} | _BUTTONS
_SECRET = {"one-time-code", "current-password", "new-password"}
_WORDS = ("reason", "said", "words")
_WRONG = {
    "missing": "à remplir",
    "string_too_short": "trop court : il faut au moins {min_length} caractères",
    "string_too_long": "trop long : {max_length} caractères au plus",
    "greater_than_equal": "au moins {ge}",
    "less_than_equal": "au plus {le}",
    "enum": "choisissez l’une des réponses",
    "date_from_datetime_parsing": "ce jour n’existe pas",
}


async def form_again(
    request: Request, status: int, title: str, said: str, wrong: Sequence[Mapping[str, Any]] = ()
) -> Response | None:
    """`wrong`: pydantic's errors, each of a field. None where there is no page to show."""
    typed: Typed | None = getattr(request.state, "typed", None)
    where = _page_of(request)
    seen = await _asked_for(request, where) if where else None
    if typed is None or where is None or seen is None:
        return None
    document = html.document_fromstring(seen)
    form = _form_of(document, request.url.path, urlsplit(where).path, typed)
    lines = [_line(form, one) for one in wrong] or [said]
    if form is None:
        lines += [f"Vous aviez écrit : « {text} »" for name in _WORDS for text in typed.get(name, ()) if text]
        (place,) = document.xpath("//main")
    else:
        _fill(form, typed)
        place = form
        for around in form.iterancestors("details", "dialog"):
            around.set("open", "")
    place.insert(0, _alert(where, title, lines))
    return HTMLResponse(html.tostring(document, encoding="unicode", doctype="<!doctype html>"), status)


def _page_of(request: Request) -> str | None:
    """Where the form stood, as the browser says."""
    came = httpx.URL(request.headers.get("referer", ""))
    return came.copy_remove_param("fait").raw_path.decode() if came.host == request.url.hostname else None


async def _asked_for(request: Request, where: str) -> str | None:
    """The page for this very visitor; None where there is none."""
    headers = {name: request.headers[name] for name in ("cookie", "host") if name in request.headers}
    client = (request.client.host, request.client.port) if request.client else ("", 0)
    way = httpx.ASGITransport(app=request.app, client=client)
    async with httpx.AsyncClient(transport=way, base_url=str(request.base_url)) as browser:
        seen = await browser.get(where, headers=headers)
    is_page = seen.headers.get("content-type", "").startswith("text/html")
    return seen.text if seen.status_code == 200 and is_page else None


def _form_of(document: Any, goes: str, where: str, typed: Typed) -> Any | None:
    for form in document.xpath("//form[@method='post']"):
        controls = form.xpath(".//*[@name]")
        names = {one.get("name") for one in controls}
        stated = (one for one in controls if one.get("type") == "hidden" and one.get("name") != "form_token")
        if (
            form.get("action", where) == goes
            and typed.keys() - {"form_token"} <= names
            and all(one.get("value", "") in typed.get(one.get("name"), [""]) for one in stated)
        ):
            return form
    return None


def _fill(form: Any, typed: Typed) -> None:
    """With what was typed; never a password or a code."""
    left = {name: list(values) for name, values in typed.items()}
    for one in form.xpath(".//*[@name]"):
        kind, values = one.get("type", ""), left.get(one.get("name"), [])
        if one.tag == "button" or kind in _KEPT or one.get("autocomplete") in _SECRET:
            continue
        if kind in ("checkbox", "radio"):
            _mark(one, "checked", one.get("value", "on") in values)
        elif one.tag == "select":
            for option in one.iter("option"):
                _mark(option, "selected", option.get("value") in values)
        elif values:
            text = values.pop(0)
            if one.tag == "textarea":
                one.text = f"\n{text}"  # a browser drops the first line's end
            else:
                one.set("value", text)


def _mark(element: Any, how: str, on: bool) -> None:
    element.attrib.pop(how, None)
    if on:
        element.set(how, "")


def _line(form: Any | None, wrong: Mapping[str, Any]) -> str:
    """What is wrong with a field, under the name that it bears on the page; the field is marked."""
    told = _WRONG.get(wrong["type"], "cela ne convient pas").format(**wrong.get("ctx", {}))
    if form is None:
        return f"{told.capitalize()}."
    for field in form.xpath(".//*[@name=$name]", name=wrong["loc"][1]):
        field.set("aria-invalid", "true")
        for group in field.iterancestors():
            if "fr-input-group" in group.get("class", ""):
                group.set("class", f"{group.get('class')} fr-input-group--error")
                break
        labels = form.xpath(".//label[@for=$id]", id=field.get("id"))
        if labels and field.get("type") not in ("radio", "checkbox"):
            return f"{(labels[0].text or '').strip()} : {told}."
    return f"{told.capitalize()}."


def _alert(where: str, title: str, lines: Iterable[str]) -> Any:
    said = [builder.P(line) for line in dict.fromkeys(lines)]
    classes = "fr-alert fr-alert--error fr-mb-3w"
    shown = builder.DIV(builder.P(title, {"class": "fr-alert__title"}), *said, {"class": classes})
    for name, value in {"role": "alert", "tabindex": "-1", "data-slip": where}.items():
        shown.set(name, value)
    return shown
