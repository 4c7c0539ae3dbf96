"""HTML in French, of a package's templates: what is escaped, and how times, pages and numbers are said."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from processors.deadlines import french_instant
from processors.findings import french_pages
from processors.wording import plural


def templates(package: str) -> Environment:
    """Those of its folder `templates`. What a template names and is not given is a mistake."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(time=french_instant, spans=lambda pages: french_pages(sorted(pages)))
    made.globals.update(plural=plural)
    return made
