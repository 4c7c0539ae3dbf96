"""What needs a person: told to the service, once for each thing, until it has cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.measures import LITTLE_ROOM, TOO_LONG, Measures
from actions.messages import send
from actions.site import Site
from processors.circular.deadlines import french_instant
from processors.wording import plural
from storage.decided.counts import counts_by_centre
from storage.dropped.deadlines import scans_due
from storage.season.alerts import AlertCleared, AlertRaised, open_alerts

ACTOR = "raise_alerts"


@dataclass(frozen=True)
class Alert:
    """`subject`: what it is about, one for each condition; `text`: a French sentence that names nobody."""

    subject: str
    text: str


def tell_new(site: Site, failed_runs: int, at: datetime) -> int:
    """How many alerts are new. One that could not be sent is not noted, and so is sent the next time."""
    current = alerts(site, failed_runs, at)
    known = site.register.ask(open_alerts)
    new = [alert for alert in current if alert.subject not in known]
    if new:
        send(
            site.settings,
            f"[massicot] {plural(len(new), 'alerte', 'alertes')}",
            [alert.text for alert in new],
        )
    for alert in new:
        site.register.record(AlertRaised(), alert.subject, actor=ACTOR, at=at)
    for subject in sorted(known - {alert.subject for alert in current}):
        site.register.record(AlertCleared(), subject, actor=ACTOR, at=at)
    return len(new)


def alerts(site: Site, failed_runs: int, at: datetime) -> list[Alert]:
    """All that needs a person now."""
    measures = Measures.of(site)
    found = _late_centres(site, at)
    if failed_runs:
        runs = plural(failed_runs, "traitement", "traitements")
        failed = f"{runs} en échec depuis une heure : voir la page de Prefect."
        found.append(Alert("alert/runs", failed))
    if measures.unsealed_since and at - measures.unsealed_since > TOO_LONG["log"]:
        since = french_instant(measures.unsealed_since)
        found.append(Alert("alert/log", f"Le journal n’est plus scellé : le plus ancien date du {since}."))
    if measures.watched_at and at - measures.watched_at > TOO_LONG["inbox"]:
        seen = french_instant(measures.watched_at)
        found.append(Alert("alert/inbox", f"Le dépôt n’est plus relevé depuis le {seen}."))
    ahead = at - site.store.time()
    if abs(ahead) > TOO_LONG["clock"]:
        way, minutes = "avance" if ahead > timedelta(0) else "retarde", abs(ahead) // timedelta(minutes=1)
        by = plural(minutes, "minute", "minutes")
        clock = f"L’horloge de cette machine {way} de {by} sur celle du dépôt, qui refuse tout après 15."
        found.append(Alert("alert/clock", clock))
    if measures.free < LITTLE_ROOM:
        found.append(
            Alert(
                "alert/disk", f"Le disque est presque plein : il reste {100 * measures.free:.0f} % de place."
            )
        )
    return found


def _late_centres(site: Site, at: datetime) -> list[Alert]:
    """Centres from which copies are missing though the deadline is near."""
    found = []
    near = timedelta(hours=site.settings.alert_hours)
    for exam in site.session.written:
        with site.register.reading() as connection:
            by_centre = counts_by_centre(connection, exam.code)
            dues = {centre: scans_due(connection, site.session, exam.code, centre) for centre in by_centre}
        for centre, counts in sorted(by_centre.items()):
            due = dues[centre]
            if due is None or not timedelta(0) < due.at - at <= near:
                continue
            listed = counts.present is not None
            awaited = counts.present if listed else counts.expected
            missing = counts.lacking if listed else counts.expected - counts.copies
            if missing > 0:
                known = site.session.centre(centre)
                where = f"{known.name} ({centre})" if known else f"centre {centre}"
                copies = plural(missing, "copie", "copies")
                text = f"{exam.code}, {where} : il manque {copies} sur {awaited}, "
                text += f"échéance {french_instant(due.at)}."
                found.append(Alert(f"alert/deadline/{exam.code}/{centre}", text))
    return found
