"""What the service watches in Prefect: progress of each épreuve, findings, deadlines. No names."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactCreate

from actions.season.agenda import dates
from actions.site import Site, now, open_site
from papers.agenda import when
from processors.circular.agenda import Entry
from processors.dossiers.findings import VERDICTS
from processors.findings import french
from storage.decided.counts import exam_counts
from storage.decided.findings import count_open_findings
from storage.dropped.dossiers import dossier_counts

_COLUMNS = {
    "expected": "inscrits",
    "present": "présents",
    "copies": "numérisées",
    "lacking": "manquantes",
    "complete": "complètes",
    "incomplete": "incomplètes",
    "to_decide": "à décider",
    "in_lots": "en lots",
    "pulled": "ouvertes",
    "returned": "rendues",
}


async def publish(client: PrefectClient) -> None:
    """Each artifact replaces the one of the same key on Prefect's page of artifacts."""
    site = open_site()
    counts, dossiers, findings = await asyncio.to_thread(_state, site)
    for exam, numbers in counts.items():
        line = ", ".join(f"{numbers[name]} {label}" for name, label in _COLUMNS.items())
        goal = numbers["present"] or numbers["expected"]
        progress = min(100.0, 100 * numbers["complete"] / goal) if goal else 0.0
        await _put(client, "progress", f"avancement-{exam.lower()}", progress, f"**{exam}** : {line}")
    table: list[dict[str, str | int]] = [
        {"épreuve": exam, **{label: numbers[name] for name, label in _COLUMNS.items()}}
        for exam, numbers in counts.items()
    ]
    await _table(client, "avancement", table, "Avancement par épreuve (copies)")
    await _table(client, "dossiers", dossiers, "Dossiers par épreuve et par proposition")
    opened: list[dict[str, str | int]] = [
        {"épreuve": exam, "centre": centre, "constat": code, "gravité": severity, "nombre": count}
        for (exam, centre, code, severity), count in sorted(findings.items())
    ]
    await _table(client, "constats", opened, "Constats ouverts")
    await _put(client, "markdown", "echeances", countdown(site, now()), "Prochaines échéances")


async def _table(client: PrefectClient, key: str, rows: list[dict[str, str | int]], told: str) -> None:
    await _put(client, "table", key, json.dumps(rows, ensure_ascii=False), told)


async def _put(client: PrefectClient, kind: str, key: str, data: str | float, told: str) -> None:
    await client.create_artifact(ArtifactCreate(type=kind, key=key, data=data, description=told))


_DOSSIERS = {
    "expected": "inscrits",
    "deposited": "déposés",
    **{verdict.value: label for verdict, label in VERDICTS.items()},
    "pronounced": "prononcés",
}


def _state(
    site: Site,
) -> tuple[dict[str, dict[str, int]], list[dict[str, str | int]], dict[tuple[str, str, str, str], int]]:
    with site.register.reading() as connection:
        counts: dict[str, dict[str, int]] = {}
        for exam in site.session.written:
            row = exam_counts(connection, exam.code)
            counts[exam.code] = {name: getattr(row, name) or 0 for name in _COLUMNS}
        dossiers: list[dict[str, str | int]] = []
        for exam in site.session.with_dossiers:
            counted = dossier_counts(connection, exam.code)
            shown = {label: getattr(counted, name) for name, label in _DOSSIERS.items()}
            dossiers.append({"épreuve": exam.code, **shown})
        opened = count_open_findings(connection)
    findings = {
        (exam, centre, french(code), french(severity)): n
        for (exam, centre, code, severity), n in opened.items()
    }
    return counts, dossiers, findings


def countdown(site: Site, at: datetime) -> str:
    """A Markdown table of what comes next."""
    rows = [
        f"| {when(entry)} | {_left(entry, at)} | {entry.title} |"
        for entry in dates(site)
        if entry.over > at - timedelta(days=1)
    ]
    return "\n".join(["| quand | dans | échéance |", "|---|---|---|", *rows])


def _left(entry: Entry, at: datetime) -> str:
    if entry.over < at:
        return "passée"
    if entry.at < at:
        return "en cours"
    minutes = int((entry.at - at).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} j {hours} h"
    return f"{hours} h {minutes % 60:02} min"
