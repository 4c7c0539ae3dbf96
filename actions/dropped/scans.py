"""One dropped file, from its bytes to the receipt and the anonymous copies.

Every stage looks at what is already true before it acts, so a run can be begun again at any point.
"""

from __future__ import annotations

import hashlib
import random
import time
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from actions.corrected.corrector_view import place_of
from actions.decided.reconciling import excused_in, reconcile_centre
from actions.dropped.pictures import keep_pictures
from actions.dropped.quarantine import clear_drop, fetch_drop, keep_drop
from actions.dropped.receipts import answer
from actions.isolation import isolated, run_each, run_pages
from actions.kept_scan import as_scanned
from actions.people.enrolled import naming, roster_of, with_numbers
from actions.site import Site
from actions.stages import Step, SurroundingsError
from processors.findings import Code, Evidence, Finding, finding
from processors.scans.files.dropped import look_into
from processors.scans.files.raster import BadScan
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.leaving.leaks import leaks
from processors.scans.pages.upright import Expected
from processors.scans.reader import lost_page, numbers_in, read_images_of, renumbered, understand_apart
from storage.bucket.keys import anonymous_copy, scan_path, set_aside, stored_scan
from storage.bucket.objects import NotFoundError
from storage.decided.copies import (
    CopyAnonymised,
    CopyNotAnonymous,
    CopyRow,
    anonymous_number_free,
    to_anonymise,
)
from storage.decided.findings import findings_of_scan
from storage.dropped.deadlines import scans_due
from storage.dropped.readings import keep_reading
from storage.dropped.scans import (
    ScanClaimed,
    ScanDuplicate,
    ScanProcessed,
    ScanQuarantined,
    ScanReleased,
    ScanRow,
    ScanStored,
    scan_by_id,
    set_aside_before,
    twin_of,
)
from storage.machine.scratch import scratch
from storage.states import ScanState

ACTOR = "process_scan"
_ALPHABET = "ACDEFHJKMNPQRTUVWXY3479"  # nothing that is mistaken for something else on paper
_LENGTH = 7
_AT_ONCE = 8  # copies that are made and looked at together


@dataclass(frozen=True)
class Job:
    """What the stages of one run share.

    `path`: the bytes, on this machine, for as long as the run lasts; `look`: the number of pages, and what is
    said of attached files, where this run has looked.
    """

    scan: str
    attempt: int
    path: Path
    sha256: str
    look: tuple[int, list[Finding]] | None = None


@dataclass(frozen=True)
class Ended:
    """What the service reads in a list of runs."""

    name: str
    message: str | None = None


async def process(scan_id: str, step: Step) -> Ended:
    """The one way through a scan. `step` runs each stage, known by its French name."""
    attempt = await step("prendre en charge", claim, scan_id)
    if attempt is None:
        return Ended("Rien à faire")
    try:
        with scratch() as folder:
            job = await step("garder", keep, scan_id, attempt, folder / "scan.pdf")
            if job is not None and await step("lire", read, job):
                await step("rendre anonyme", anonymise, job)
        return await step("rendre compte au centre", conclude, scan_id)
    except SurroundingsError as away:
        await step("remettre au prochain essai", give_back, scan_id, attempt)
        return Ended("Remis à plus tard", str(away))


def claim(site: Site, scan_id: str) -> int | None:
    """The number of this attempt; None when the scan is done, or another run has it."""
    attempt = _scan(site, scan_id).attempt + 1
    won = site.register.record(ScanClaimed(attempt=attempt), scan_id, actor=ACTOR, at=site.clock())
    return attempt if won else None


def give_back(site: Site, scan_id: str, attempt: int) -> None:
    """It waits for better weather; this attempt is not held against it."""
    released = ScanReleased(attempt=attempt, reason="the surroundings failed")
    site.register.record(released, scan_id, actor=ACTOR, at=site.clock())


def keep(site: Site, scan_id: str, attempt: int, path: Path) -> Job | None:
    """The bytes into the vault, under their own hash. None when there is nothing to read."""
    scan = _scan(site, scan_id)
    if scan.sha256 is not None:
        site.store.vault.download(stored_scan(scan.sha256), path, sha256=scan.sha256)
        return Job(scan_id, attempt, path, scan.sha256)
    try:
        sha256 = fetch_drop(site, scan, path)
    except NotFoundError:
        gone = finding(Code.READING_FAILED, what="le fichier a été retiré avant sa lecture")
        _quarantine(site, scan_id, None, [gone])
        return None
    wrong, look = scan_path(scan.inbox_key, site.session).finding, None
    try:
        if wrong is None:
            look = isolated(look_into, path)
    except BadScan as bad:
        wrong = bad.finding
    if wrong is not None:
        keep_drop(site, scan, path, set_aside(sha256))
        _quarantine(site, scan_id, sha256, [wrong])
        return None
    keep_drop(site, scan, path, stored_scan(sha256))
    first = site.register.ask(set_aside_before, scan, sha256)
    counts_as = first.id if first is not None and first.due_at < scan.due_at else None
    stored = ScanStored(sha256=sha256, counts_as=counts_as)
    if site.register.record(stored, scan_id, actor=ACTOR, at=site.clock()) is None:
        twin = site.register.ask(twin_of, scan, sha256)
        if twin is not None:
            duplicate = ScanDuplicate(sha256=sha256, of=twin.id)
            site.register.record(duplicate, scan_id, actor=ACTOR, at=site.clock())
            return None
    return Job(scan_id, attempt, path, sha256, look)


def read(site: Site, job: Job) -> bool:
    """Every page, then the copies they make, into the register. False when the file had to be set aside."""
    scan = _scan(site, job.scan)
    if scan.read_attempt is not None:
        return True
    assert scan.centre is not None and scan.exam is not None, "a scan without a place is never kept"
    begun = time.monotonic()
    roster = roster_of(site, scan.centre)
    expected = Expected.of(site.form_of(scan.exam), site.session.label_pattern, roster)
    try:
        images, attached = job.look or isolated(look_into, job.path)
        parts = run_pages(read_images_of, job.path, expected, pages=images, instead=lost_page)
    except BadScan as bad:
        site.store.vault.put(set_aside(job.sha256), job.path, only_if_absent=True)
        _quarantine(site, job.scan, job.sha256, [bad.finding])
        return False
    pages = [renumbered(page, number) for number, page in enumerate(parts, 1)]
    here = {candidate.number for candidate in roster}
    roster += with_numbers(site, numbers_in(pages, site.session.label_pattern) - here)
    excused = excused_in(site, scan.exam, scan.centre)
    reading = isolated(understand_apart, pages, job.sha256, roster, scan.centre, scan.exam, expected, excused)
    reading = replace(reading, pages=tuple(pages))
    places = {page.page: as_scanned(page) for page in pages}
    stated = chain(reading.findings, *(copy.findings for copy in reading.copies))
    keep_pictures(site, job.scan, job.path, places, stated)
    keep_reading(
        site.register,
        job.scan,
        job.attempt,
        reading,
        time.monotonic() - begun,
        extra_findings=[*attached, *_lateness(site, scan)],
        actor=ACTOR,
        at=site.clock(),
    )
    return True


def _lateness(site: Site, scan: ScanRow) -> list[Finding]:
    due = site.register.ask(scans_due, site.session, scan.exam, scan.centre)
    if due is None or due.met(scan.due_at):
        return []
    return [finding(Code.LATE, what=str(due))]


def anonymise(site: Site, job: Job) -> None:
    """A copy leaves under a number drawn by lot, and only if nothing of a name can be read on it any more."""
    copies = site.register.ask(to_anonymise, job.scan)
    for start in range(0, len(copies), _AT_ONCE):
        _anonymise_some(site, job, copies[start : start + _AT_ONCE])


def _anonymise_some(site: Site, job: Job, copies: list[CopyRow]) -> None:
    """One child makes the files, another looks at them again: neither speaks for the other."""
    forms = [site.form_of(copy.exam) for copy in copies]
    places = [[place_of(page, form) for page in copy.pages] for copy, form in zip(copies, forms, strict=True)]
    sizes = [len(pages) for pages in places]
    made = run_each(anonymous_pdf, [(pages,) for pages in places], job.path, sizes=sizes)
    pattern = site.session.label_pattern
    looks = [
        (pdf, pages, form, pattern, naming(site, copy.candidate))
        for copy, form, pages, pdf in zip(copies, forms, places, made, strict=True)
        if not isinstance(pdf, BadScan)
    ]
    seen = iter(run_each(leaks, looks, sizes=[len(look[1]) for look in looks]))
    for copy, pages, pdf in zip(copies, places, made, strict=True):
        leaking = pdf if isinstance(pdf, BadScan) else next(seen)
        if isinstance(leaking, BadScan):
            _hold_back(site, job, copy, pages, leaking.finding)
        elif leaking:
            shown = [copy.pages[k - 1].page for k in leaking]
            found = finding(Code.NOT_ANONYMOUS, shown, evidence=map(Evidence, shown))
            _hold_back(site, job, copy, pages, found)
        elif isinstance(pdf, bytes):
            _let_go(site, copy, pdf)


def _hold_back(site: Site, job: Job, copy: CopyRow, places: list[PagePlace], found: Finding) -> None:
    where = dict(zip((page.page for page in copy.pages), places, strict=True))
    keep_pictures(site, job.scan, job.path, where, [found])
    site.register.record(CopyNotAnonymous(findings=(found,)), copy.id, actor=ACTOR, at=site.clock())


def _let_go(site: Site, copy: CopyRow, pdf: bytes) -> None:
    sha256 = hashlib.sha256(pdf).hexdigest()
    number = _anonymous_number(site, copy, sha256)
    key = anonymous_copy(copy.exam, number)
    site.store.vault.put(key, pdf, only_if_absent=True, content_type="application/pdf")
    made = CopyAnonymised(anonymous_number=number, sha256=sha256)
    site.register.record(made, copy.id, actor=ACTOR, at=site.clock())


def conclude(site: Site, scan_id: str) -> Ended:
    """Reconciliation and receipt; only then is the scan done, and only then does it leave the inbox."""
    scan = _scan(site, scan_id)
    if scan.centre and scan.exam:
        reconcile_centre(site, scan.exam, scan.centre, actor=ACTOR, at=site.clock())
    answer(site, scan_id, at=site.clock())
    site.register.record(ScanProcessed(), scan_id, actor=ACTOR, at=site.clock())
    if scan.sha256 is not None:  # else it had gone: should it be back, `watch_inbox` sees to it
        clear_drop(site, scan)
    return _verdict(site, scan_id)


def _verdict(site: Site, scan_id: str) -> Ended:
    scan = _scan(site, scan_id)
    found = site.register.ask(findings_of_scan, scan_id)
    if scan.state is ScanState.QUARANTINED:
        return Ended("Écarté", ", ".join(sorted({one.code for one in found})))
    if scan.state is ScanState.DUPLICATE:
        return Ended("Déjà reçu", "Ce même fichier est déjà arrivé.")
    if found:
        return Ended("Avec constats", f"{len(found)} constats")
    return Ended("En ordre", "Toutes les copies sont complètes.")


def _quarantine(site: Site, scan_id: str, sha256: str | None, findings: list[Finding]) -> None:
    aside = ScanQuarantined(sha256=sha256, findings=tuple(findings))
    site.register.record(aside, scan_id, actor=ACTOR, at=site.clock())


def _scan(site: Site, scan_id: str) -> ScanRow:
    scan = site.register.ask(scan_by_id, scan_id)
    assert scan is not None, "a run is only ever started for a scan of the register"
    return scan


def _anonymous_number(site: Site, copy: CopyRow, sha256: str) -> str:
    """Drawn by lot with the copy's id: a run that is begun again draws the same for the same pages."""
    drawing = random.Random(hashlib.sha256(f"{copy.id} {sha256}".encode()).digest())
    while True:
        number = "".join(drawing.choices(_ALPHABET, k=_LENGTH))
        with site.register.reading() as connection:
            if anonymous_number_free(connection, copy.exam, number):
                return number
