"""Scans straight into the store, in parts, so that a broken line costs one part: for browsers and programs.

The desk gives the addresses and never sees a byte. An upload is known by a sealed text that holds its key:
whoever has it can go on with it, from another page or after a night, and learns no file's name from it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Annotated

from cryptography.fernet import Fernet, InvalidToken
from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from actions.dropped.inbox import place_for
from actions.site import Site, now
from desk.api.shapes import Done, ExamCode, Problem, Uai, a_number
from desk.entry.access import CentreAccount, site_of
from desk.lookup import copy_of_centre, written
from storage.bucket.keys import scan_key
from storage.bucket.objects import NotFoundError
from storage.dropped.scans import all_scans
from storage.dropped.uploads import UploadEnded, begin_upload

router = APIRouter(prefix="/centres/{uai}/{code}/uploads")

Upload = Annotated[str, Path(pattern=r"^[A-Za-z0-9_=-]{1,2000}$", description="What began it.")]

_PART = 8 << 20  # bytes; S3 takes none smaller than 5 MiB but the last
_MOST = 2 << 30
_SECONDS = 3600


class Dropped(BaseModel):
    """What the browser has in hand."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(gt=0, le=_MOST), BeforeValidator(a_number)]
    again: Annotated[str | None, Field(max_length=40, description="The copy that it scans again.")] = None


class Begun(BaseModel):
    """`upload` names it from now on; `part`: bytes of each part but the last."""

    upload: str
    part: int


class Parts(BaseModel):
    """`parts`: an address for each part that is not there yet, for a PUT within the hour."""

    done: bool
    parts: dict[int, str]


class _Upload(BaseModel):
    id: str = ""  # of the event; none had one before version 0.2
    key: str
    upload: str
    size: int

    def length(self, number: int) -> int:
        """Of this part, in bytes."""
        return min(_PART, self.size - (number - 1) * _PART)


@router.post("")
def begin(request: Request, uai: Uai, code: ExamCode, account: CentreAccount, dropped: Dropped) -> Begun:
    """A new upload. 409 for a name that is none."""
    site = site_of(request)
    exam = written(site, code)
    again = copy_of_centre(site, uai, exam, dropped.again).id if dropped.again else None
    name = dropped.name if dropped.name.lower().endswith(".pdf") else f"{dropped.name}.pdf"
    # two files of one name are two files: a new name for each keeps a receipt for each
    key = place_for(site, uai, code, f"{name[:-4]} {secrets.token_hex(3)}.pdf")
    upload = site.store.inbox.begin_parts(key, "application/pdf")
    begun, at = site.store.time(), now()
    id_ = begin_upload(site.register, key, code, uai, begun, again_for=again, actor=account.id, at=at)
    sent = _Upload(id=id_, key=key, upload=upload, size=dropped.size)
    return Begun(upload=_seal(request).encrypt(sent.model_dump_json().encode()).decode(), part=_PART)


@router.get("/{upload}", responses={410: {"model": Problem}})
def where(request: Request, uai: Uai, code: ExamCode, account: CentreAccount, upload: Upload) -> Parts:
    """What is still to come. `done`: nothing, it is over. 410: the store let go of it, it begins anew."""
    site = site_of(request)
    inbox = site.store.inbox
    sent = _upload_of(request, uai, code, upload)
    try:
        there = inbox.parts(sent.key, sent.upload)
    except NotFoundError:
        _must_have_come(site, uai, code, sent.key)
        return Parts(done=True, parts={})
    lacking = (n for n in range(1, -(-sent.size // _PART) + 1) if n not in there)
    return Parts(
        done=False,
        parts={
            n: inbox.presigned_part(sent.key, sent.upload, n, _SECONDS, size=sent.length(n)) for n in lacking
        },
    )


@router.post("/{upload}/end", responses={410: {"model": Problem}})
def end(request: Request, uai: Uai, code: ExamCode, account: CentreAccount, upload: Upload) -> Done:
    """Makes one file of the parts. Safe to repeat. 409 as long as one lacks."""
    site = site_of(request)
    inbox = site.store.inbox
    sent = _upload_of(request, uai, code, upload)
    try:
        if len(inbox.parts(sent.key, sent.upload)) < -(-sent.size // _PART):
            raise HTTPException(409, "Il manque encore une partie de ce fichier.")
        etag = inbox.end_parts(sent.key, sent.upload)
        if sent.id:
            ended = UploadEnded(etag=etag, ended_at=site.store.time())
            site.register.record(ended, sent.id, actor=account.id, at=now())
    except NotFoundError:  # it was ended before, and the answer was lost
        _must_have_come(site, uai, code, sent.key)
    return Done()


def _must_have_come(site: Site, uai: str, code: str, key: str) -> None:
    """Whether the file lies in the inbox, or has left it for the vault."""
    taken = any(scan.inbox_key == key for scan in site.register.ask(all_scans, code, uai))
    if not taken and site.store.inbox.head(key) is None:
        raise HTTPException(410)


def _upload_of(request: Request, uai: str, code: str, upload: str) -> _Upload:
    try:
        sent = _Upload.model_validate(json.loads(_seal(request).decrypt(upload)))
    except InvalidToken:
        raise HTTPException(404) from None
    if not sent.key.startswith(scan_key(uai, code, "")):
        raise HTTPException(404)
    return sent


def _seal(request: Request) -> Fernet:
    secret: bytes = request.app.state.secret
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret + b"upload").digest()))
