"""For machines: is the desk alive, is it ready, and how does everything stand? No personal data."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from actions.measures import Health, Measures
from actions.site import Site, now

PATHS = {"/sante", "/pret", "/metrics"}
router = APIRouter()

_OF_COPIES = (
    *("expected", "present", "copies", "complete", "incomplete", "to_decide", "in_lots"),
    *("pulled", "returned"),
)
_OF_DOSSIERS = ("expected", "deposited", "conform", "proposed_non_conform", "to_examine", "pronounced")


@router.get("/sante")
def alive() -> Response:
    """The process answers; it asks nobody else."""
    return PlainTextResponse("ok\n")


@router.get("/pret")
def ready(request: Request) -> Response:
    """200 as long as people can be served, 503 when not; what else is amiss is told beside."""
    health = Health.of(request.app.state.site, now())
    answer = {"ready": health.ready, "well": health.well(), **asdict(health)}
    return JSONResponse(answer, 200 if health.ready else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Counted now, for Prometheus; for whoever has the token, or for this machine when there is none."""
    if not _may_read(request):
        return PlainTextResponse("", 404)
    registry = CollectorRegistry()
    registry.register(_Gauges(request.app.state.site, now()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request) -> bool:
    site: Site = request.app.state.site
    if site.settings.metrics_token is not None:
        wanted = f"Bearer {site.settings.metrics_token.get_secret_value()}"
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False  # a proxy on this machine speaks for somebody elsewhere
    return request.client is not None and request.client.host in ("127.0.0.1", "::1")


class _Gauges(Collector):
    def __init__(self, site: Site, at: datetime) -> None:
        self._work = site
        self._at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        measures = Measures.of(self._work)
        copies = _family("massicot_copies", "Copies of an épreuve, by state.", "exam", "state")
        for exam in measures.exams:
            for state in _OF_COPIES:
                if (count := getattr(exam, state)) is not None:
                    copies.add_metric([exam.exam, state], count)
        dossiers = _family("massicot_dossiers", "Dossiers of an épreuve, by state.", "exam", "state")
        for dossier in measures.dossiers:
            for state in _OF_DOSSIERS:
                dossiers.add_metric([dossier.exam, state], getattr(dossier, state))
        scans = _family("massicot_scans", "Dropped files, by state.", "state")
        for state, count in measures.scans.items():
            scans.add_metric([state], count)
        lots = _family("massicot_lots", "Lots of an épreuve, by state.", "exam", "state")
        for (exam_code, state), count in measures.lots.items():
            lots.add_metric([exam_code, state], count)
        dues = _family("massicot_deadline_seconds", "Until what ends then; negative once over.", "exam", "of")
        for (exam_code, what), due in measures.dues.items():
            dues.add_metric([exam_code, what], (due - self._at).total_seconds())
        yield from (copies, dossiers, scans, lots, dues)
        yield _gauge("massicot_to_decide", "Copies that wait for a person.", measures.to_decide)
        yield _gauge("massicot_outbox_events", "Events that the log does not have yet.", measures.unsealed)
        for name, what, since in (
            ("massicot_outbox_age_seconds", "Of the oldest event not in the log.", measures.unsealed_since),
            ("massicot_scan_age_seconds", "Of the oldest scan not done.", measures.scan_waiting_since),
            ("massicot_inbox_watched_seconds", "Since the inbox was looked through.", measures.watched_at),
        ):
            yield _gauge(name, what, (self._at - since).total_seconds() if since else 0)
        yield _gauge("massicot_disk_free_ratio", "Of the disk of the data directory.", measures.free)


def _family(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, labels=labels)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value)
