"""A file taken back whole, through the store and the real reading."""

from __future__ import annotations

import time

import numpy as np
import pytest
from dropping import CENTRE, ELSEWHERE, NUMBERS, SOON

from actions.dropped import inbox as watch
from actions.dropped.scans import anonymise, claim, conclude, keep, read
from actions.dropped.withdrawing import looks_like, restore, withdraw
from actions.site import now
from cli.demo_session import FORM
from processors.circular.form import load_form
from specimens.batch import Kind, draw_batch, roster_csv
from specimens.people import invent_candidates
from storage.decided.copies import current_copies
from storage.people.candidates import import_candidates
from storage.states import ScanState

pytestmark = pytest.mark.slow


def test_another_centres_pile_is_one_decision_and_comes_back_as_it_was(desk, tmp_path):
    people = invent_candidates(np.random.default_rng(6), 3, ELSEWHERE, [SOON], ["0040538N"])
    roster = roster_csv(people)
    assert not import_candidates(
        desk.site.register, roster, desk.site.session, actor="service", at=now()
    ).problems
    batch = draw_batch(4, SOON, ELSEWHERE, people, (Kind.OK, Kind.OK, Kind.OK), load_form(FORM), dpi=150)
    scan = desk.drop(batch.pdf)

    def read_it() -> list[str]:
        job = keep(desk.site, scan.id, claim(desk.site, scan.id), tmp_path / "scan.pdf")
        assert read(desk.site, job)
        anonymise(desk.site, job)
        conclude(desk.site, scan.id)
        with desk.site.register.reading() as connection:
            return [copy.status for copy in current_copies(connection, SOON, CENTRE)]

    before, codes = read_it(), desk.codes()
    assert before == ["to_decide"] * 3
    assert looks_like(desk.site, desk.scan(scan.id)) == "la pile de U4 du centre Lycée Dominique Villars"
    withdraw(desk.site, scan.id, "Pile d'un autre centre.", by_centre=True, actor="acct_x", at=now())
    with desk.site.register.reading() as connection:
        assert current_copies(connection, SOON, CENTRE) == []
    assert desk.codes() == [] and not watch.find_waiting(desk.site)
    restore(desk.site, scan.id, actor="acct_x", at=now())
    assert [waiting.id for waiting in watch.find_waiting(desk.site)] == [scan.id]
    assert (read_it(), desk.codes()) == (before, codes)
    # taken back for good, the right centre drops the same file: it is in order there
    withdraw(desk.site, scan.id, "Pile d'un autre centre.", by_centre=True, actor="acct_x", at=now())
    scan = desk.drop(batch.pdf, centre=ELSEWHERE)
    read_it()
    assert desk.codes() == []
    with desk.site.register.reading() as connection:
        assert len(current_copies(connection, SOON, ELSEWHERE)) == 3


def test_a_file_that_was_withdrawn_counts_by_the_time_of_its_next_drop(desk):
    scan = desk.drop(b"%PDF-1.7 withdrawn")
    desk.read(scan, NUMBERS[0])
    first = desk.scan(scan.id)
    watch.note_scans(desk.site)
    withdraw(desk.site, scan.id, "Par erreur.", by_centre=True, actor="acct_x", at=now())
    watch.note_scans(desk.site)  # what lay there is not taken up again by itself
    assert desk.scan(scan.id).state is ScanState.WITHDRAWN
    time.sleep(1.1)  # the store dates by the second
    again = desk.drop(b"%PDF-1.7 withdrawn")
    assert again.state is ScanState.ARRIVED and again.due_at > first.due_at
