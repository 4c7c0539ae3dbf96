"""Receipts of deliveries: of a centre's files, to the service; of a lot, to its corrector and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from actions.decided.telling import names_of_actors
from actions.dropped.piles import name_of_file, place_of_paper
from actions.site import Site
from papers.delivery import Delivery
from processors.circular.deadlines import WEEKDAYS, french_day, french_instant, local_zone
from processors.circular.session import Centre, Exam
from processors.wording import plural
from storage.corrected.lots import LotFormed, LotPulled, LotReassigned, LotRecalled, LotReturned, LotRow
from storage.corrected.returned import documents_of_lot
from storage.database.register import events_of
from storage.decided.copies import copies_of_lot, current_copies
from storage.decided.counts import exam_counts
from storage.dropped.scans import all_scans
from storage.dropped.uploads import upload_of
from storage.events import Event
from storage.states import ScanState

_BY_STORE = "par le dépôt de fichiers"
_SERVICE = "le service"
_MOVES = {
    LotFormed.action: "Formé",
    LotReassigned.action: "Confié",
    LotPulled.action: "Retiré",
    LotRecalled.action: "Rappelé",
    LotReturned.action: "Rendu",
}


def of_centre(site: Site, exam: Exam, centre: Centre, *, at: datetime) -> Delivery:
    """What this centre handed over of an épreuve: each file that counts, when and by whom, and its copies."""
    with site.register.reading() as connection:
        counts = exam_counts(connection, exam.code, centre.uai)
        copies = current_copies(connection, exam.code, centre.uai)
        scans = [s for s in all_scans(connection, exam.code, centre.uai) if s.state is ScanState.PROCESSED]
        names = names_of_actors(connection)
        uploads = {scan.id: upload_of(connection, scan.inbox_key, scan.etag) for scan in scans}
        begun = {id_: events_of(connection, up.id)[0] for id_, up in uploads.items() if up is not None}
    rows = []
    for scan in scans:
        theirs = [copy for copy in copies if copy.scan == scan.id]
        rows.append(
            [
                name_of_file(scan),
                french_instant(scan.deposited_at),
                names.get(begun[scan.id].actor, _BY_STORE) if scan.id in begun else _BY_STORE,
                str(len(theirs)),
                str(sum(len(copy.pages) for copy in theirs)),
                place_of_paper(site, scan),
            ]
        )
    present = counts.expected if counts.present is None else counts.present
    lacking = max(0, present - counts.copies)
    enrolled = plural(counts.expected, "inscrit", "inscrits")
    missing = f" ; {plural(lacking, 'manque', 'manquent')}" if lacking else ""
    facts = [
        ("Centre", f"{centre.name}, {centre.city} ({centre.uai})"),
        ("Candidats présents", f"{'?' if counts.present is None else counts.present} sur {enrolled}"),
        (
            "Copies reçues",
            f"{counts.copies}, dont {plural(counts.complete, 'complète', 'complètes')}{missing}",
        ),
        ("Fichiers", plural(len(scans), "fichier", "fichiers")),
    ]
    columns = ("Fichier", "Déposé le", "Par", "Copies", "Pages", "Papier")
    return Delivery("Reçu de remise des copies", f"{exam.code}, {exam.title}", facts, columns, rows, at)


def of_lot(site: Site, lot: LotRow, exam: Exam, *, to_corrector: bool, at: datetime) -> Delivery:
    """When the lot went to whom and came back, and its copies by their numbers. Days alone: nobody reads how
    long a copy took. A corrector is not told who of the service acted.
    """
    with site.register.reading() as connection:
        names = names_of_actors(connection)
        told = [event for event in events_of(connection, lot.id) if event.action in _MOVES]
        copies = copies_of_lot(connection, lot.id)
        documents = documents_of_lot(connection, lot.id)
    pages = sum(len(copy.pages) for copy in copies)
    given = sum(copy.returned for copy in copies)
    facts = [
        ("Correcteur", names.get(lot.corrector, lot.corrector)),
        ("Copies", f"{plural(len(copies), 'copie', 'copies')}, {plural(pages, 'page', 'pages')}"),
        ("Rendues", f"{given} sur {len(copies)}"),
        *((f"{_MOVES[e.action]} le {_day(e.at)}", _by(e, names, to_corrector)) for e in told),
    ]
    rows = [
        [
            copy.anonymous_number or "sans numéro encore",
            str(len(copy.pages)),
            "rendue" if copy.returned else "en main" if copy.ready else "signalée",
            "reçu" if copy.id in documents else "",
        ]
        for copy in copies
    ]
    columns = ("Numéro d’anonymat", "Pages", "État", "Document annoté")
    return Delivery(f"Reçu du lot {lot.name}", f"{exam.code}, {exam.title}", facts, columns, rows, at)


def _by(event: Event, names: Mapping[str, str], to_corrector: bool) -> str:
    """Who did it; of a lot that was given to somebody, to whom."""
    given_to = event.facts.get("corrector") if event.action != LotPulled.action else None
    if given_to:
        return f"à {names.get(given_to, given_to)}"
    is_corrector = event.actor.startswith("corr_")
    return f"par {names.get(event.actor, _SERVICE) if is_corrector or not to_corrector else _SERVICE}"


def _day(at: datetime) -> str:
    day = at.astimezone(local_zone()).date()
    return f"{WEEKDAYS[day.weekday()]} {french_day(day)}"
