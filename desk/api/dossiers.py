"""Dossiers of a centre's candidates: how each stands, and more of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from actions.dropped.dossier_files import MOST, contents_of, drop, standings
from actions.site import now
from desk.api.shapes import ExamCode, Problem, Uai
from desk.entry.access import CentreAccount, shows_identity, site_of
from desk.lookup import with_dossiers
from desk.posted_file import handed_in
from processors.dossiers.files import MAX_BYTES
from storage.refusals import Refusal, Refused

router = APIRouter(prefix="/centres/{uai}/{code}/dossiers", tags=["centres"])


class CameFile(BaseModel):
    """`counts`: it is read. If not it is `late`, or was replaced by a later one of its name."""

    name: str
    at: datetime
    counts: bool
    late: bool


class CentreDossier(BaseModel):
    """`read`: whether all files that came were read; `messages`: what is to be mended or looked at."""

    number: str
    family_name: str
    first_names: str
    files: list[CameFile]
    read: bool
    messages: list[str]


class TakenFile(BaseModel):
    name: str
    taken: bool = True
    message: str


@router.get("")
def state(request: Request, uai: Uai, code: ExamCode, account: CentreAccount) -> list[CentreDossier]:
    """Of every candidate of the épreuve here, by name."""
    site = site_of(request)
    exam = with_dossiers(site, code)
    shows_identity(request, f"{code}/{uai}", "dossiers")
    return [
        CentreDossier(
            number=one.person.number,
            family_name=one.person.family_name,
            first_names=one.person.first_names,
            files=[CameFile(**vars(file)) for file in one.files],
            read=one.read,
            messages=list(contents_of(site, one).messages),
        )
        for one in standings(site, exam.code, uai)
    ]


@router.post(
    "",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
    responses={413: {"model": Problem}},
)
async def bring(
    request: Request,
    uai: Uai,
    code: ExamCode,
    account: CentreAccount,
    x_candidate_number: Annotated[str, Header(pattern=r"^[0-9]{1,20}$", description="Whose it is.")],
    x_file_name: Annotated[str, Header(max_length=600, description="Its name, percent-encoded.")],
) -> list[TakenFile]:
    """A file of a candidate's dossier: the bytes alone. It is read within seconds: ask how it stands.

    One of the same name takes the place of the earlier one.
    """
    site = site_of(request)
    exam = with_dossiers(site, code)
    begun = await run_in_threadpool(site.store.time)
    name = unquote(x_file_name)

    async with handed_in(request, MAX_BYTES, Refused(Refusal.TOO_LARGE, MOST).sentence) as path:
        await run_in_threadpool(
            drop,
            *(site, exam.code, x_candidate_number, name, path),
            begun_at=begun,
            centre=uai,
            actor=account.id,
            at=now(),
        )
    return [TakenFile(name=name, message="reçu, il est lu dans un instant")]
