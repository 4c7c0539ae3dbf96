"""How numbers of things are said in French."""

from __future__ import annotations

import re

_BEFORE, _AFTER = re.compile(r"[ \n]+(?=[:;?!%»])"), re.compile(r"«[ \n]+")


def plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count < 2 else many}"


def typeset(text: str) -> str:
    """With no-break spaces before : ; ? ! % and inside « », where there are spaces.

    U+00A0 everywhere: the fonts of PDF have no narrow one.
    """
    return _AFTER.sub("«\N{NO-BREAK SPACE}", _BEFORE.sub("\N{NO-BREAK SPACE}", text))
