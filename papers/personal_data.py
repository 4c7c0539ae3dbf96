"""The answer to an access request (RGPD, article 15): all that is held on one candidate, as a page and JSON.

It goes to the candidate: nothing in it names, or shows, anybody else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from papers.html import templates, typeset_html


@dataclass(frozen=True)
class HeldFile:
    """`path`: in the answer; None: it is not joined, `why`."""

    called: str
    path: str | None
    why: str = ""


@dataclass(frozen=True)
class Enrolment:
    """`present`: None as long as no attendance list says; `signed`: what the paper says, in French.

    `row`: the paper's picture.
    """

    exam: str
    title: str
    centre: str
    registration: str
    present: bool | None
    signed: str | None = None
    row: HeldFile | None = None


@dataclass(frozen=True)
class HeldNote:
    """What a corrector noted privately of a page. `area`: as in `processors.correcting.own_notes`."""

    page: int
    area: tuple[float, float, float, float] | None
    text: str


@dataclass(frozen=True)
class HeldCopy:
    """`state` and `found` in French; `mark`: as it was brought, None before the harmonisation."""

    id: str
    exam: str
    deposited_at: datetime | None
    pages: int
    state: str
    anonymous_number: str | None
    files: tuple[HeldFile, ...]
    found: tuple[str, ...]
    mark: str | None = None
    notes: tuple[HeldNote, ...] = ()


@dataclass(frozen=True)
class HeldDossier:
    """`proposed`: by the machine; `pronounced`: by the commission, from the first to the last."""

    exam: str
    files: tuple[HeldFile, ...]
    proposed: str | None
    found: tuple[str, ...]
    pronounced: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """An event: `words`: what somebody wrote with it, without what names others."""

    at: datetime
    what: str
    by: str
    words: str | None


@dataclass(frozen=True)
class HeldOnPerson:
    """`found`: of the candidate, by épreuve, whether settled or not; `likened`: copies of nobody yet that may
    be the candidate's, épreuve and probability. `orals`: épreuve, hour and place; `control`: épreuves chosen,
    with their marks, nothing as long as none came.
    """

    session: str
    answered_at: datetime
    number: str
    family_name: str
    first_names: str
    birth_date: date
    school: str
    option: str
    category: str
    enrolments: tuple[Enrolment, ...]
    copies: tuple[HeldCopy, ...]
    found: tuple[tuple[str, str], ...]
    likened: tuple[tuple[str, float], ...]
    dossiers: tuple[HeldDossier, ...]
    story: tuple[Told, ...]
    orals: tuple[tuple[str, datetime, str], ...] = ()
    control: tuple[tuple[str, str], ...] = ()


def render_html(held: HeldOnPerson) -> str:
    return typeset_html(_templates.get_template("personal_data.html").render(held=held))


def render_json(held: HeldOnPerson) -> str:
    return json.dumps(asdict(held), ensure_ascii=False, indent=2, default=_said)


def _said(value: object) -> str:
    if isinstance(value, date):  # datetime is one
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an answer")


_templates = templates("papers")
