"""Heaps of copies that wait, and what a page asks the register for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import count, cycle
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.cursor import CursorFetchStrategy

from actions.site import Site, now
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus
from storage.bucket.objects import ObjectInfo
from storage.decided.copies import FoundCopy, PlacedPage
from storage.dropped.readings import ScanRead
from storage.dropped.scans import ScanClaimed, ScanProcessed, ScanStored, arrive
from storage.events import Facts
from storage.ids import new_id

_CODES = (Code.UNIDENTIFIED, Code.MISSING_PAGES, Code.LABEL_CONFLICT, Code.TWO_HANDS, Code.ANNEX)
_NUMBERS = count(1)


def heap(
    site: Site,
    centre: str,
    copies: int,
    exam: str = "U4",
    name: str = "",
    owners: Sequence[str | None] = (None,),
    codes: Sequence[Code] = _CODES,
) -> str:
    """A file of so many copies that wait, of these candidates in turn, for these findings in turn; its id."""
    at = now()
    path = f"scans/{centre}/{exam}/{name or new_id('scan')}.pdf"
    scan = arrive(site.register, ObjectInfo(path, new_id("scan"), 10, at), exam, centre, actor="t", at=at)
    assert scan is not None
    sha, whose, what = f"{next(_NUMBERS):064x}", cycle(owners), cycle(codes)
    found = tuple(
        FoundCopy(
            id=new_id("copy"), candidate=next(whose), attributed_by=(), status=CopyStatus.TO_DECIDE,
            pages=(PlacedPage(page=k, image=k, half=None, turn=0),), missing=(), guesses=(),
            findings=(finding(next(what), [k], what="U7"), finding(Code.OLD_MODEL, [k])),
        )
        for k in range(1, copies + 1)
    )  # fmt: skip
    key = f"readings/{scan}-1.json"
    site.store.vault.put(key, b'{"scan": {"images": 1, "pages": 1}, "pages": []}')
    facts: list[Facts] = [
        ScanClaimed(attempt=1),
        ScanStored(sha256=sha),
        ScanRead(sha256=sha, attempt=1, reading=key, copies=found, findings=()),
        ScanProcessed(),
    ]
    for fact in facts:
        site.register.record(fact, scan, actor="t", at=at)
    return scan


@dataclass
class Read:
    """What was asked of the register, and how many rows came."""

    statements: int = 0
    rows: int = 0


@contextmanager
def read_of(engine: Engine) -> Iterator[Read]:
    """Counts, meanwhile, what is asked of this register, and all rows that this process gets of any."""
    read = Read()

    def asked(*_: object) -> None:
        read.statements += 1

    def counting(fetch: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(fetch)
        def counted(*given: Any, **named: Any) -> Any:
            came = fetch(*given, **named)
            read.rows += len(came) if isinstance(came, list) else came is not None
            return came

        return counted

    event.listen(engine, "after_cursor_execute", asked)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetchone", "fetchmany", "fetchall"):
            patch.setattr(CursorFetchStrategy, name, counting(getattr(CursorFetchStrategy, name)))
        yield read
    event.remove(engine, "after_cursor_execute", asked)
