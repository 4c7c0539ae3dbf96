"""One copy of the loot, changed: what an attack is to find."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf

from benchmarks.redteam.loot import Loot, Taken

NAME = "pile de Mme Martinet.pdf"
"""What each pile was called when it was dropped."""


def first(loot: Loot) -> Taken:
    """The same candidate's each time, however lots were dealt."""
    return min(loot.copies, key=lambda copy: loot.writers[copy.number].sheet.number)


def only(loot: Loot, **how: Any) -> Loot:
    """The loot with one copy in it, changed."""
    return replace(loot, copies=(replace(first(loot), **how),), others={})


def reopened(loot: Loot, change: Callable[[pikepdf.Pdf], None], **how: Any) -> Loot:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(first(loot).pdf)) as pdf:
        change(pdf)
        pdf.save(out, **how)
    return only(loot, pdf=without_identifier(out.getvalue()))


def without_identifier(saved: bytes) -> bytes:
    """What pikepdf gives every file that it saves is blotted out."""
    return re.sub(rb"/ID \[<\w+><\w+>\]", lambda found: b" " * len(found[0]), saved)


def name_of(loot: Loot) -> str:
    return max((who.family_name for who in loot.roster), key=len)


def number_of(loot: Loot) -> str:
    return loot.writers[first(loot).number].sheet.number
