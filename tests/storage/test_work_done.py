"""What each corrector did: whose lot it was when the copy was given back, and the events that prove it."""

import csv
import io

import pytest
from invented import CORRECTORS, whole

from actions.corrected.work_done import table, work_done
from storage.corrected.lots import CopyReturned, LotPulled, LotReassigned, LotRecalled, LotReturned
from storage.database.register import events_of
from storage.people.correctors import all_correctors, import_correctors


@pytest.fixture
def lot(peopled):
    made = peopled.scanned(whole(0, 1), whole(1, 5))
    for k, copy in enumerate(made):
        peopled.anonymised(copy, f"A{k}")
    lot = peopled.in_lot(*made)
    peopled.record(LotPulled(), lot)
    return lot, *made


def told(world):
    return {line.corrector.reference: (line.copies, sorted(line.proofs)) for line in work_done(world.site)}


def seqs(world, subject, *actions):
    with world.register.reading() as connection:
        return [event.seq for event in events_of(connection, subject) if event.action in actions]


def test_a_copy_counts_for_who_had_it_when_it_came_back(peopled, lot):
    lot, first, _ = lot
    assert told(peopled) == {}
    with peopled.register.reading() as connection:
        people = {one.reference: one.id for one in all_correctors(connection)}
    peopled.record(CopyReturned(returned=True), first)
    (formed,) = seqs(peopled, lot, "lot.formed")
    (back,) = seqs(peopled, first, "copy.returned")
    (mine,) = told(peopled)
    (other,) = people.keys() - {mine}
    assert told(peopled) == {mine: (1, [formed, back])}
    peopled.record(LotRecalled(reason="reasons/x.txt"), lot)
    peopled.record(LotReassigned(corrector=people[other]), lot)
    peopled.record(LotPulled(), lot)
    assert told(peopled) == {mine: (1, [formed, back])}
    peopled.record(LotReturned(), lot)
    taken, done = seqs(peopled, lot, "lot.reassigned", "lot.returned")
    assert told(peopled) == {mine: (1, [formed, back]), other: (1, [taken, done])}


def test_what_is_taken_back_counts_no_more(peopled, lot):
    _, first, _ = lot
    peopled.record(CopyReturned(returned=True), first)
    peopled.record(CopyReturned(returned=False), first)
    assert told(peopled) == {}


def test_no_spreadsheet_runs_what_somebody_is_called(peopled, lot):
    lot, *_ = lot
    hostile = CORRECTORS.replace(b"Ursule Bidon", b"=2+5").replace(b"Firmin Factice", b"=2+5")
    assert not import_correctors(peopled.register, hostile, None, actor="t", at=peopled.tick()).problems
    peopled.record(LotReturned(), lot)
    assert ";'=2+5;" in table(peopled.site).decode("utf-8-sig")


def test_the_columns_are_those_of_the_session(peopled, lot):
    lot, *_ = lot
    peopled.record(LotReturned(), lot)
    rows = list(csv.reader(io.StringIO(table(peopled.site).decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["reference", "nom", "courriel", "epreuve", "lots", "copies", "oraux", "preuves"]
    site = peopled.site
    correction = site.session.correction.model_copy(update={"work_columns": ("copies", "reference")})
    site.__dict__["session"] = site.session.model_copy(update={"correction": correction})
    data = table(site).decode("utf-8-sig")
    assert data.splitlines() == ["copies;reference", f"2;{rows[1][0]}"]
