"""The story of one copy, scan, lot or dossier, verified while it is told; to read and to keep."""

from __future__ import annotations

import httpx
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.decided.telling import Story, tell
from actions.dropped.piles import name_of_file
from actions.site import Site
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.page import page
from storage.corrected.lots import lot_by_id
from storage.decided.copies import copies_of_scan, copy_by_id
from storage.decided.findings import FindingJudged, FindingRow, finding_at
from storage.dropped.dossiers import dossier_by_id
from storage.dropped.scans import scan_by_id
from storage.log.story import Proof

router = APIRouter(prefix="/coordination/historique")


@router.get("/{subject}/execution")
def run(request: Request, subject: str, account: ServiceAccount) -> Response:
    """To the last run of this file or dossier, in Prefect's own pages: runs bear its id as a tag."""
    ui = request.app.state.settings.prefect_ui
    if ui is None:
        raise HTTPException(409, "Le guichet ne connaît pas l’adresse de Prefect.")
    wanted = {"flow_runs": {"tags": {"all_": [subject]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}
    try:
        answer = httpx.post(f"{ui}/api/flow_runs/filter", json=wanted, timeout=10).raise_for_status()
    except httpx.HTTPError:
        raise HTTPException(503, "Prefect ne répond pas : réessayez dans une minute.") from None
    if not (runs := answer.json()):
        raise HTTPException(409, "Prefect n’a gardé aucune exécution pour cet identifiant.")
    return RedirectResponse(f"{ui}/runs/flow-run/{runs[0]['id']}", 303)


@router.get("/{subject:path}.jsonl")
def export(request: Request, subject: str, account: ServiceAccount) -> Response:
    """Its events, byte for byte as they stand in the log."""
    lines = "".join(f"{one.event.line()}\n" for one in _story(request, subject).all)
    headers = {"Content-Disposition": f'attachment; filename="{subject.replace("/", "-")}.jsonl"'}
    return Response(lines, media_type="application/jsonl", headers=headers)


@router.get("/{subject:path}")
def history(request: Request, subject: str, account: ServiceAccount) -> Response:
    site = site_of(request)
    story = _story(request, subject)
    with site.register.reading() as connection:
        copy, lot = copy_by_id(connection, subject), lot_by_id(connection, subject)
        scan, dossier = scan_by_id(connection, subject), dossier_by_id(connection, subject)
    exam, _, uai = subject.partition("/")
    of = next((one.centre for one in (copy, scan, dossier) if one is not None), uai)
    centre = site.session.centre(of or "")
    if story.names:
        shows_identity(request, subject, "history")
    values = {
        "subject": subject,
        "story": story,
        "broken": sum(one.proof is Proof.BROKEN for one in story.all),
        "unsealed": sum(one.proof is Proof.CHAINED for one in story.all),
        "copy": copy,
        "lot": lot,
        "dossier": dossier,
        "exam": exam if site.session.exam(exam) else "",
        "school": uai,
        "file": name_of_file(scan) if scan else "",
        "place": centre.name if centre else "",
        "settled": _settled(site, story),
        "runs": request.app.state.settings.prefect_ui and subject.startswith(("scan_", "doss_")),
    }
    return page(request, "history.html", values)


def _settled(site: Site, story: Story) -> dict[int, tuple[str, FindingRow]]:
    """By the event that settled it: each finding that a person may open again, and a copy of its file."""
    found: dict[int, tuple[str, FindingRow]] = {}
    with site.register.reading() as connection:
        for event in (one.event for one in story.told if one.event.action == FindingJudged.action):
            row = finding_at(connection, event.facts["finding"], event.facts["k"])
            if row is not None and row.scan is not None and row.resolved_by == event.seq:
                found[event.seq] = copies_of_scan(connection, row.scan)[0].id, row
    return found


def _story(request: Request, subject: str) -> Story:
    told = tell(site_of(request), subject)
    if not told.all:
        raise HTTPException(404)
    return told
