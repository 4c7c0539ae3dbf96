"""The state of the machine, in French, for whoever is no technician: what works, what does not, what then."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from actions.alerts import alerts
from actions.dropped.piles import name_of_file
from actions.dropped.quarantine import untaken
from actions.measures import LITTLE_ROOM, TOO_LONG, Health, Measures
from actions.site import Site, now
from desk.entry.access import ServiceAccount, shows_identity, site_of
from desk.lookup import page_of_file
from desk.page import page
from processors.wording import plural
from storage.dropped.scans import all_scans
from storage.states import ScanState

router = APIRouter(prefix="/coordination/machine")

_RESTART = "Prévenez la personne qui tient la machine : « massicot up » la remet en marche."
_TABLES = {
    "avancement": "Avancement",
    "constats": "Constats",
    "dossiers": "Dossiers",
    "echeances": "Échéances",
}
"""What the flows publish in Prefect, by its key there."""
_SCANS = {
    ScanState.ARRIVED: ("fichier attend", "fichiers attendent"),
    ScanState.PROCESSING: ("fichier est en cours de lecture", "fichiers sont en cours de lecture"),
    ScanState.PROCESSED: ("fichier est traité", "fichiers sont traités"),
    ScanState.QUARANTINED: ("fichier est mis de côté", "fichiers sont mis de côté"),
}


_IN_PARTS = {"alert/runs", "alert/log", "alert/inbox", "alert/disk"}
"""What the table of parts says already, with what to do."""
_ASIDE_SHOWN = 20


@dataclass(frozen=True)
class Part:
    """`then`: what to do, where it does not go well."""

    name: str
    well: bool
    said: str
    then: str = ""


@router.get("")
def machine(request: Request, account: ServiceAccount) -> Response:
    site, at = site_of(request), now()
    health, measures = Health.of(site, at), Measures.of(site)
    failed = _failed_runs() if health.prefect else None
    scans = [plural(count, *_SCANS[state]) for state in _SCANS if (count := measures.scans.get(state, 0))]
    ui = request.app.state.settings.prefect_ui
    if refused := untaken(site, _ASIDE_SHOWN):
        shows_identity(request, "inbox", "untaken")
    values = {
        "parts": _parts(health, failed),
        "alerts": [one.text for one in alerts(site, failed or 0, at) if one.subject not in _IN_PARTS],
        "aside": _set_aside(site),
        "untaken": refused,
        "scans": scans,
        "to_decide": measures.to_decide,
        "runs": [(exam.code, _runs(ui, tag=exam.code)) for exam in site.session.exams] if ui else [],
        "tables": _TABLES if ui else {},
        "failed": _runs(ui, state=["Failed", "Crashed"]) if ui else None,
        "at": at,
    }
    return page(request, "machine.html", values)


@router.get("/{table}")
def table(request: Request, table: str, account: ServiceAccount) -> Response:
    """The way to what the flows have published last."""
    ui = request.app.state.settings.prefect_ui
    if table not in _TABLES:
        raise HTTPException(404)
    if not ui:
        raise HTTPException(409, "L’adresse de Prefect n’est pas connue du guichet.")
    try:
        url = f"{os.environ['PREFECT_API_URL']}/artifacts/latest/filter"
        wanted = {"artifacts": {"key": {"any_": [table]}}}
        (found,) = httpx.post(url, json=wanted, timeout=5, trust_env=False).raise_for_status().json()
    except (KeyError, ValueError, httpx.HTTPError):
        raise HTTPException(409, "Prefect ne répond pas, ou n’a encore rien publié.") from None
    return RedirectResponse(f"{ui}/artifacts/artifact/{found['latest_id']}", 303)


def _set_aside(site: Site) -> list[tuple[str, str]]:
    """The last files that could not be read: their names, and the pages that say why."""
    scans = [scan for scan in site.register.ask(all_scans) if scan.state is ScanState.QUARANTINED]
    return [(name_of_file(scan), page_of_file(site, scan)) for scan in scans[: -_ASIDE_SHOWN - 1 : -1]]


def _parts(health: Health, failed: int | None) -> list[Part]:
    watched, unsealed = health.inbox_watched_seconds, health.outbox_seconds or 0
    seen = "jamais relevé" if watched is None else f"relevé il y a {_ago(watched)}"
    looked = watched is not None and watched < TOO_LONG["inbox"].total_seconds()
    return [
        Part("Le dépôt des fichiers", health.store, _answers(health.store), _RESTART),
        Part("Le registre", health.register, _answers(health.register), _RESTART),
        Part(
            "Le moteur des traitements (Prefect)",
            health.prefect is not False,
            "son adresse n’est pas connue du guichet" if health.prefect is None else _answers(health.prefect),
            f"Les dépôts sont pris quand même, et lus plus tard. {_RESTART}",
        ),
        Part("Le relevé des dépôts", looked, seen, f"Rien n’est perdu. {_RESTART}"),
        Part(
            "Les traitements",
            not failed,
            "rien à dire" if not failed else f"{plural(failed, 'échec', 'échecs')} depuis une heure",
            "Ce qui a échoué est repris seul, trois fois ; au-delà, le fichier est mis de côté et le dit.",
        ),
        Part(
            "Le journal",
            unsealed < TOO_LONG["log"].total_seconds(),
            f"le plus ancien événement à sceller a {_ago(unsealed)}" if unsealed else "tout est scellé",
            _RESTART,
        ),
        Part(
            "La place sur le disque",
            health.disk_free > LITTLE_ROOM,
            f"{100 * health.disk_free:.0f} % de libre",
            "Faites de la place avant le prochain dépôt.",
        ),
    ]


def _answers(well: bool) -> str:
    return "répond" if well else "ne répond pas"


def _ago(seconds: int) -> str:
    for size, one, several in ((3600, "heure", "heures"), (60, "minute", "minutes")):
        if seconds >= size:
            return plural(seconds // size, one, several)
    return plural(max(seconds, 1), "seconde", "secondes")


def _failed_runs() -> int | None:
    """In the last hour; None where Prefect does not say."""
    ended = {"any_": ["FAILED", "CRASHED"]}
    since = {"after_": (now() - timedelta(hours=1)).isoformat()}
    wanted = {"flow_runs": {"state": {"type": ended}, "end_time": since}}
    try:
        url = f"{os.environ['PREFECT_API_URL']}/flow_runs/count"
        return int(httpx.post(url, json=wanted, timeout=5, trust_env=False).raise_for_status().text)
    except (KeyError, ValueError, httpx.HTTPError):
        return None


def _runs(ui: str, **asked: str | list[str]) -> str:
    """Prefect's own page of runs, of these alone."""
    return f"{ui}/runs?{urlencode(asked, doseq=True)}"
