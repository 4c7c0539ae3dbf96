"""The story of one copy, scan, lot or dossier, verified while it is told; to read and to keep."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from desk.access import ServiceAccount, work_of
from desk.page import page
from storage import accounts, queries
from storage.signing import load_or_make_key
from storage.story import Standing, Told, story

router = APIRouter(prefix="/coordination/historique")

_ACTIONS = {
    "scan.arrived": "fichier arrivé",
    "scan.claimed": "lecture commencée",
    "scan.released": "lecture interrompue, à reprendre",
    "scan.stored": "fichier mis à l’abri",
    "scan.duplicate": "fichier déjà reçu",
    "scan.quarantined": "fichier écarté",
    "scan.read": "fichier lu",
    "scan.processed": "fichier traité, récépissé écrit",
    "copy.anonymised": "copie rendue anonyme",
    "copy.not_anonymous": "anonymat imparfait : la copie attend",
    "copy.proposed": "décision proposée",
    "copy.decided": "décision prise",
    "copy.arranged": "pages mises en ordre",
    "copy.reported": "copie signalée à la correction",
    "copy.returned": "copie rendue, ou reprise",
    "finding.judged": "constat réglé, ou rouvert",
    "identity.shown": "identité montrée",
    "lot.formed": "lot formé",
    "lot.reassigned": "lot réaffecté",
    "lot.pulled": "lot retiré",
    "lot.returned": "lot rendu",
    "lot.recalled": "lot rappelé",
    "lot.closed": "lot clos",
    "dossier.deposited": "pièce déposée",
    "dossier.read": "dossier lu",
    "dossier.absent": "dossier absent à l’échéance",
    "dossier.decided": "décision de la commission",
    "deadline.extended": "échéance déplacée",
    "deadline.swept": "échéance constatée",
    "reconciliation.made": "rapprochement",
    "attendance.imported": "émargement reçu",
}


@router.get("/{subject:path}.jsonl")
def export(request: Request, subject: str, account: ServiceAccount) -> Response:
    """Its events, byte for byte as they stand in the log."""
    lines = "".join(f"{told.event.line()}\n" for told in _story(request, subject))
    headers = {"Content-Disposition": f'attachment; filename="{subject.replace("/", "-")}.jsonl"'}
    return Response(lines, media_type="application/jsonl", headers=headers)


@router.get("/{subject:path}")
def history(request: Request, subject: str, account: ServiceAccount) -> Response:
    work = work_of(request)
    told = _story(request, subject)
    with work.register.reading() as connection:
        names = {one.id: one.name for one in accounts.all_accounts(connection)}
        copy, lot = queries.copy(connection, subject), queries.lot(connection, subject)
    values = {
        "subject": subject,
        "told": told,
        "broken": [one for one in told if one.standing is Standing.BROKEN],
        "unsealed": [one for one in told if one.standing is Standing.CHAINED],
        "names": names,
        "actions": _ACTIONS,
        "copy": copy,
        "lot": lot,
    }
    return page(request, "history.html", values)


def _story(request: Request, subject: str) -> list[Told]:
    work = work_of(request)
    key = load_or_make_key(work.settings.signing_key_path).public_key()
    told = story(work.register, work.store.audit, key, subject)
    if not told:
        raise HTTPException(404)
    return told
