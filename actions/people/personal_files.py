"""The files that an access request hands out, of a copy, a dossier and a signed list; and why one is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from actions.corrected.lots import pdf_of
from actions.corrected.returned import given_back
from actions.kept_scan import copy_as_scanned
from actions.people.without_others import Others
from actions.site import Site
from papers.personal_data import HeldFile
from processors.attendance.reader import row_alone
from processors.circular.deadlines import local
from processors.dossiers.persons import Owner
from storage.bucket.keys import stored_file
from storage.bucket.objects import NotFoundError, StoreError
from storage.corrected.returned import document_of
from storage.decided.copies import CopyRow
from storage.dropped.deposits import files_of
from storage.dropped.dossiers import DossierRow
from storage.people.purged import GONE
from storage.season.signatures import Signature

_OTHERS = "La lecture y voit le nom ou le numéro d’une autre personne : le service la regarde à part."
_LOST = "Ce fichier n’a pas pu être établi : demandez-le au service."
_ROW = "l’image de la ligne signée"


class Handed(NamedTuple):
    """A file, or why there is none; `data`: its bytes."""

    held: HeldFile
    data: bytes | None


def handed_out(files: Iterable[Handed]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those that are handed out."""
    for held, data in files:
        if held.path is not None and data is not None:
            yield held.path, data


def row_of_list(site: Site, exam: str, says: Signature) -> Handed:
    """The candidate's row of the signed list as it was scanned, without its neighbours."""
    try:
        return Handed(HeldFile(_ROW, f"emargement/{exam}.jpg"), row_alone(site.store.vault.get(says.picture)))
    except NotFoundError:
        return Handed(HeldFile(_ROW, None, GONE), None)


def files_of_copy(site: Site, copy: CopyRow) -> Iterator[Handed]:
    """Its pages as they were scanned, what its corrector gets, and what came back annotated."""
    folder = f"copies/{copy.exam}-{copy.id}"
    yield _handed("ses pages, telles que numérisées", f"{folder}/pages.pdf", copy_as_scanned(site, copy))
    if copy.anonymous_number and copy.anonymous_sha256:
        yield _handed("ce que reçoit le correcteur", f"{folder}/correcteur.pdf", _kept(pdf_of, site, copy))
    back = site.register.ask(document_of, copy.id)
    if back is not None:
        data = _kept(given_back, site, copy)
        yield _handed("la copie rendue annotée par le correcteur", f"{folder}/annotee.pdf", data)


def files_of_dossier(
    site: Site, dossier: DossierRow, reading: dict[str, Any] | None, hidden: Others
) -> Iterator[Handed]:
    """What was deposited for it, but what was read as another person's, and what was read in it."""
    folder = f"dossiers/{dossier.exam}"
    files = site.register.ask(files_of, dossier.id)
    for file in files:
        called = f"{file.name} (déposé le {local(file.at):%d/%m/%Y})"
        if _anothers(reading, file.name):
            yield Handed(HeldFile(called, None, _OTHERS), None)
            continue
        try:
            data = site.store.vault.get(stored_file(file.sha256), sha256=file.sha256)
        except NotFoundError:
            yield Handed(HeldFile(called, None, GONE), None)
        except StoreError:
            yield Handed(HeldFile(called, None, _LOST), None)
        else:
            yield _handed(called, f"{folder}/{file.n:02}-{file.name.replace('/', '-')}", data)
    if reading is not None:
        told = json.dumps(hidden.out_of_all(_own(reading)), ensure_ascii=False, indent=2)
        yield _handed("ce qui en a été lu", f"{folder}/lecture.json", told.encode())


def _handed(called: str, path: str, data: bytes | None) -> Handed:
    return Handed(HeldFile(called, path) if data is not None else HeldFile(called, None, _LOST), data)


def _kept(read: Callable[[Site, CopyRow], bytes | None], site: Site, copy: CopyRow) -> bytes | None:
    """None where it is no longer there, or is not what was kept."""
    with suppress(NotFoundError, StoreError):
        return read(site, copy)
    return None


def _anothers(reading: dict[str, Any] | None, name: str) -> bool:
    """Whether something in this file, or in this archive, was read as another person's."""
    return any(
        piece["facts"]["owner"] == Owner.OTHER and f"{piece['file']}/".startswith(f"{name}/")
        for piece in (reading or {"pieces": []})["pieces"]
    )


def _own(reading: dict[str, Any]) -> dict[str, Any]:
    """What was read, without what is said of others: their pieces, and who signed."""
    pieces = [
        {**piece, "signatures": [{**one, "by": None, "digital": None} for one in piece["signatures"]]}
        if piece["facts"]["owner"] != Owner.OTHER
        else {"kind": piece["kind"], "file": piece["file"], "facts": {"owner": Owner.OTHER.value}}
        for piece in reading["pieces"]
    ]
    return {**reading, "pieces": pieces}
