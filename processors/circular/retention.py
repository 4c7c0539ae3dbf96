"""How long what is held of candidates is kept after the results, and when that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import Field

from processors.circular.session_parts import Paper, Part, Problem, Results


class Held(StrEnum):
    """What the stores hold, told apart by how long it may be kept."""

    COPIES = (
        "copies"  # scans, what was read of them, anonymous copies, lots, what came back of them, receipts
    )
    DOSSIERS = "dossiers"  # their files, what was read of them, their names
    WORDS = "words"  # what people wrote: reasons, reports
    IDENTITIES = "identities"  # rosters and lists; names, numbers and birth dates in the register; correctors
    ACCOUNTS = "accounts"  # of the desk, but for the service's that are open; tokens that are over

    @property
    def french(self) -> str:
        return _FRENCH[self]


_FRENCH = {
    Held.COPIES: "copies numérisées",
    Held.DOSSIERS: "dossiers",
    Held.WORDS: "motifs et signalements",
    Held.IDENTITIES: "identités",
    Held.ACCOUNTS: "comptes et jetons",
}


class Retention(Part):
    """`months`: after the last jury; `ground`: the text that it rests on."""

    kind: Held
    months: int = Field(ge=0, le=1200)
    ground: str = Field(min_length=1)


def due_at(retention: Sequence[Retention], results: Results | None, kind: Held) -> dt.datetime | None:
    """When this kind may be destroyed: once the day so many months after the last jury is over.

    None where the session does not say how long, or knows no results: it is kept.
    """
    row = next((row for row in retention if row.kind is kind), None)
    if row is None or results is None:
        return None
    last = results.second_jury.date
    years, month = divmod(last.month - 1 + row.months, 12)
    first = dt.date(last.year + years, month + 1, 1)
    days = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - first
    day = first + dt.timedelta(days=min(last.day, days.days))  # the day after
    return results.second_jury.instant(day, dt.time(0))


def retention_troubles(
    retention: Sequence[Retention], results: Results | None, paper: Paper | None
) -> Iterator[Problem]:
    """A kind stated twice; copies destroyed before they may be; names gone before what they name."""
    months: dict[Held, int] = {}
    for row in retention:
        if row.kind in months:
            yield Problem(f"retention.{row.kind}", "stated twice")
        months[row.kind] = row.months
    if months and results is None:
        yield Problem("retention", "it counts from the results, and there are none: state [results]")
    kept = paper.kept_months if paper else 0
    if months.get(Held.COPIES, kept) < kept:
        yield Problem("retention.copies.months", f"[paper] keeps them for {kept} months")
    for kind in (Held.COPIES, Held.DOSSIERS):
        if Held.IDENTITIES in months and months[Held.IDENTITIES] < months.get(kind, 1201):
            said = f"{months[kind]} months" if kind in months else "ever"
            yield Problem("retention.identities.months", f"{kind.value} are kept for {said}: whose are they?")
