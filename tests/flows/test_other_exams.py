"""Sessions of other shapes, from the scanner to the corrector, with no code changed."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import own_world

from actions.corrected import lots
from actions.corrected.archive import pull_all
from actions.dropped import inbox, scans
from actions.site import now, open_site
from cli.demo_session import write_demo_session
from cli.demo_truth import judge
from processors.circular.deadlines import PARIS, set_local_zone
from processors.circular.session import load_session
from specimens.batch import Kind, roster_csv
from specimens.rehearsal import attendance_csv, correctors_csv, plan_session
from specimens.scanner import Level
from storage.bucket.keys import attendance_key, scan_key
from storage.corrected.lots import all_lots
from storage.decided.copies import current_copies
from storage.people.candidates import enrolled_in, import_candidates
from storage.people.correctors import all_correctors, import_correctors

EXAMPLES = Path(__file__).parents[2] / "sessions" / "examples"
KINDS = (Kind.OK, Kind.NO_LABEL, Kind.MISSING_SIDE, Kind.UPSIDE_DOWN, Kind.ANONYMOUS, Kind.OK)


@pytest.fixture(params=["concours-guadeloupe", "bac-technologique-la-reunion"])
def site(request, weed, tmp_path, monkeypatch):
    session = tmp_path / "session.toml"
    write_demo_session(session, now(), load_session(EXAMPLES / f"{request.param}.toml"))
    with own_world(weed, tmp_path / "data"):
        monkeypatch.setenv("MASSICOT_SESSION_PATH", str(session))
        try:
            yield open_site()
        finally:
            set_local_zone(PARIS)


async def plainly(_name, stage, /, *args):
    return stage(open_site(), *args)


def test_a_pile_comes_to_its_corrector(site, tmp_path):
    session = site.session
    codes = [exam.code for exam in session.written]
    uai = session.centres[0].uai
    plan = plan_session(3, [uai], codes, 14, numbers=session.numbers, options=session.options)
    for read, data in (
        (import_candidates, roster_csv(plan.candidates)),
        (import_correctors, correctors_csv(plan.correctors)),
    ):
        assert read(site.register, data, session, actor="service", at=now()).problems == ()
    planned = replace(plan.batches[0], kinds=KINDS, level=Level.OFFICE, a3=False)
    batch = planned.draw(session.form_of(planned.exam))
    site.store.inbox.put(attendance_key(uai, planned.exam), attendance_csv(planned.attendance))
    assert inbox.take_attendance(site) == 1
    site.store.inbox.put(scan_key(uai, planned.exam, "pile.pdf"), batch.pdf)
    inbox.note_scans(site)
    (scan,) = inbox.find_waiting(site)
    asyncio.run(scans.process(scan.id, plainly))
    with site.register.reading() as connection:
        numbers = {c.id: c.number for c in enrolled_in(connection)}
        verdict = judge([batch], current_copies(connection), numbers)
        correctors = all_correctors(connection)
    assert (verdict.wrong, verdict.unexpected) == ((), ())
    receipt = json.loads(site.store.inbox.get(f"receipts/{uai}/{planned.exam}/pile.pdf.json"))
    assert receipt["in_time"] and [copy["status"] for copy in receipt["copies"]].count("complete") == 4

    exam = session.exam(planned.exam)
    lots.form(site, exam, at=now(), actor="service")
    with site.register.reading() as connection:
        assert sum(lot.copies for lot in all_lots(connection, planned.exam)) == 4
    pulled = [
        path
        for corrector in correctors
        for folder in pull_all(site, corrector.id, tmp_path / corrector.reference, at=now())
        for path in folder.glob("*.pdf")
    ]
    said = b"".join(path.read_bytes() for path in pulled)
    assert len(pulled) >= 5  # a sheet a lot, too
    assert not any(number.encode() in said for number in numbers.values())
