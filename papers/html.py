"""HTML in French, of a package's templates: what is escaped, and how times, pages and numbers are said."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from processors.circular.deadlines import french_instant
from processors.findings import french_pages
from processors.wording import plural, typeset

_TAG = re.compile(r"(<[^>]*>)")
_VERBATIM = re.compile(r"<(textarea|option|script|style|code|pre|q)\b")
"""What people typed, what is sent back as it stands, and what no person reads as a sentence."""


def templates(package: str) -> Environment:
    """Those of its folder `templates`. What a template names and is not given is a mistake."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        time=french_instant,
        spans=lambda pages: french_pages(sorted(pages)),
        said=lambda text: str(text).replace("'", "’"),
    )
    made.globals.update(plural=plural)
    return made


def typeset_html(html: str) -> str:
    """The same page, its sentences as French is set: see `typeset`. What is verbatim stays."""
    parts, within = _TAG.split(html), ""
    for k, part in enumerate(parts):
        if k % 2 == 0:
            parts[k] = part if within else typeset(part)
        elif within:
            within = "" if part.startswith(f"</{within}") else within
        elif found := _VERBATIM.match(part):
            within = found[1]
    return "".join(parts)
