"""What is destroyed at its term: programs see it and may plan it; two persons confirm it at the desk."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel

from actions.people.purge import counts_of, propose
from desk.entry.access import ServiceAccount, site_of
from storage.people.purges import all_purges

router = APIRouter(tags=["service"])


class Purge(BaseModel):
    """`counts`: objects by kind, and candidates, said in French; instants: as far as it has come."""

    id: str
    counts: dict[str, int]
    planned_at: AwareDatetime
    confirmed_at: AwareDatetime | None
    begun_at: AwareDatetime | None
    certified: bool


class Planned(BaseModel):
    id: str


@router.get("/purges")
def purges(request: Request, account: ServiceAccount) -> list[Purge]:
    """The oldest first."""
    site = site_of(request)
    rows = site.register.ask(all_purges)
    return [
        Purge(
            id=row.id,
            counts=counts_of(site, row.id),
            planned_at=row.planned_at,
            confirmed_at=row.confirmed_at,
            begun_at=row.begun_at,
            certified=row.certificate is not None,
        )
        for row in rows
    ]


@router.post("/purges")
def plan(request: Request, account: ServiceAccount) -> Planned:
    """Notes the exact list of what may go now; the same list twice is one."""
    return Planned(id=propose(site_of(request), actor=account.id)[0].id)
