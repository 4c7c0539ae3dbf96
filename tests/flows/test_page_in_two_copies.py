"""Two sheets passed the scanner as one; the copy that was hidden comes in a later file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from worlds import own_world

from actions.dropped import inbox
from actions.dropped.scans import process
from actions.prepare import prepare
from actions.site import Site, now, open_site
from actions.stages import plainly
from cli.demo_session import write_demo_session
from processors.circular.form import load_form
from processors.findings import Code
from processors.scans.readings import CopyStatus
from specimens.batch import Batch, Kind, draw_batch, roster_csv
from specimens.people import invent_candidates, invent_schools
from specimens.scanner import Level, Mode
from storage.decided.copies import CopyRow, current_copies
from storage.decided.findings import FindingRow, open_findings
from storage.people.candidates import enrolled_in, import_candidates

pytestmark = pytest.mark.slow

CENTRE, EXAM = "0130051K", "U4"
FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")


def drawn(mode: Mode) -> Batch:
    """Three copies of a sheet each, all their insides written on."""
    rng = np.random.default_rng(77)
    roster = invent_candidates(rng, 3, CENTRE, [EXAM], invent_schools(rng, 2))
    return draw_batch(25, EXAM, CENTRE, roster, [Kind.OK] * 3, FORM, level=Level.OFFICE, mode=mode, a3=True)


@pytest.fixture
def site(weed, tmp_path: Path) -> Iterator[Site]:
    write_demo_session(tmp_path / "session.toml", now())
    with own_world(weed, tmp_path):
        prepare()
        site = open_site()
        roster = roster_csv(drawn(Mode.GRAY).roster)
        assert not import_candidates(site.register, roster, site.session, actor="service", at=now()).problems
        yield site


def drop(site: Site, name: str, of: Batch, sides: Sequence[int]) -> None:
    """Drops a file of these images, from 0, and has it read."""
    file, some = io.BytesIO(), pikepdf.new()
    with pikepdf.open(io.BytesIO(of.pdf)) as whole:
        for k in sides:
            some.pages.append(whole.pages[k])
        some.save(file)
    site.store.inbox.put(f"scans/{CENTRE}/{EXAM}/{name}.pdf", file.getvalue())
    asyncio.run(plainly("", inbox.note_scans))
    for scan in asyncio.run(plainly("", inbox.find_waiting)):
        asyncio.run(process(scan.id, plainly))


def of_each(site: Site, batch: Batch) -> tuple[dict[int, CopyRow], list[FindingRow]]:
    """The copies that count, by the place of their candidate in the drawing; and what is open."""
    with site.register.reading() as connection:
        ids = {who.id: who.number for who in enrolled_in(connection, EXAM, CENTRE)}
        rows = current_copies(connection, EXAM, CENTRE)
        found = open_findings(connection, code=Code.SAME_PAGE)
    numbers = [copy.candidate for copy in batch.copies]
    return {numbers.index(ids[row.candidate]): row for row in rows if row.candidate is not None}, found


def test_both_copies_wait_and_the_one_scanned_again_alone_does_not(site: Site) -> None:
    """Images 0 and 1 are the first copy's sheet, 2 and 3 the second's. The second scanner takes one bit."""
    batch, again = drawn(Mode.GRAY), drawn(Mode.BW)
    drop(site, "pile", batch, [0, 3, 4, 5])
    drop(site, "oubliée", again, [2, 3])
    copies, found = of_each(site, batch)
    assert [copies[k].status for k in (0, 1, 2)] == [
        CopyStatus.TO_DECIDE,
        CopyStatus.TO_DECIDE,
        CopyStatus.COMPLETE,
    ]
    assert {(one.copy, one.pages) for one in found} == {(copies[0].id, (3, 4)), (copies[1].id, (3, 4))}
    drop(site, "reprise", again, [0, 1, 4, 5])
    copies, found = of_each(site, batch)
    assert copies[0].status is CopyStatus.COMPLETE  # it has taken the place of the mixed one
    assert {one.copy for one in found} == {copies[1].id}  # a person lets it go
