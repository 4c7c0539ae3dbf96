"""Dossiers in the register: what counts of a deposit, absences, decisions, and the log that tells it all."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from invented import CENTRE, NAMES, NUMBERS, ROSTER
from sqlalchemy import select

from actions.dropped import dossiers
from actions.dropped.deadlines import extend
from actions.dropped.dossiers import pronounce
from processors.circular.session import load_session
from processors.dossiers.findings import Code, Verdict
from storage.bucket.objects import ObjectInfo
from storage.database.schema import events
from storage.dropped import deposits
from storage.dropped.deadlines import deposit_rules
from storage.dropped.deposits import FileRow, in_force
from storage.dropped.dossiers import (
    DossierAbsent,
    companies_of,
    dossier_by_id,
    dossier_counts,
    dossiers_of,
    dossiers_to_read,
    keep_dossier_reading,
    without_dossier,
)
from storage.ids import new_id
from storage.people.candidates import enrolled_with_number, import_candidates
from storage.refusals import Refused
from storage.states import Pronounced
from tests.storage import depositing

DUE = datetime(2026, 4, 22, 10, tzinfo=UTC)
EXAM, SCHOOL = "E5", "0040538N"
E5 = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml")).exam(EXAM)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def candidate(world):
    """The id of the first of six candidates enrolled for E5."""
    roster = ROSTER.replace(b",scolaire,U4", b",scolaire,E5")
    assert not import_candidates(world.register, roster, None, actor="service", at=DUE).problems
    with world.register.reading() as connection:
        return enrolled_with_number(connection, EXAM, NUMBERS[0])


def put(world, candidate, name, data=b"%PDF-1", at=DUE - MINUTE, etag=None):
    key = f"dossiers/{EXAM}/{NUMBERS[0]}/{name}"
    info = ObjectInfo(key=key, etag=etag or f"{hash(data)}", size=len(data), last_modified=at)
    return depositing.deposit(world.register, info, data, EXAM, candidate, name, actor="watch_inbox", at=at)


def reading(verdict="conform", *codes, pieces=()):
    findings = [{"code": code, "severity": "blocking", "message": "", "evidence": []} for code in codes]
    return {
        "candidate": NUMBERS[0],
        "pieces": list(pieces),
        "internship": None,
        "findings": findings,
        "verdict": verdict,
    }


def row(world, id_):
    with world.register.reading() as connection:
        return dossier_by_id(connection, id_)


def file(n, name, at):
    return FileRow(n, name, f"sha{n}", 1000, at)


def test_a_deposit_again_in_time_replaces_and_a_late_one_does_not():
    first, again = file(1, "a.pdf", DUE - 3 * MINUTE), file(2, "a.pdf", DUE - MINUTE)
    other, late = file(3, "b.pdf", DUE - MINUTE), file(4, "a.pdf", DUE + MINUTE)
    assert in_force([first, again, other, late], E5) == ([again, other], [late])
    assert in_force([late], E5) == ([late], [])


def test_what_was_begun_in_time_may_be_completed_while_the_session_lets():
    mending = E5.deposit.model_copy(update={"date": date(2026, 4, 24)})
    exam = E5.model_copy(update={"mending": mending})
    first, mended = file(1, "a.pdf", DUE - MINUTE), file(2, "a.pdf", DUE + MINUTE)
    too_late = file(3, "a.pdf", mending.at)
    assert in_force([first, mended, too_late], exam) == ([mended], [too_late])
    assert in_force([mended], exam) == ([mended], [])


def test_what_a_dossier_has_no_room_for_is_left_out():
    files = [file(n, f"{n}.pdf", DUE) for n in (1, 2, 3)]
    assert deposits.fitting(files, 2500) == (files[:2], files[2:])
    assert deposits.fitting(files, 999) == ([], files)


def test_a_file_is_taken_once_and_its_bytes_are_kept(world, candidate):
    dossier = put(world, candidate, "synthèse.pdf")
    assert dossier is not None
    assert put(world, candidate, "synthèse.pdf") is None
    assert put(world, candidate, "autre.pdf", b"%PDF-2") == dossier
    with world.register.reading() as connection:
        kept = deposits.files_of(connection, dossier)
        assert dossiers_to_read(connection) == [(dossier, EXAM, 2)]
    assert [world.register.vault.get(f"dossiers/{f.sha256}") for f in kept] == [b"%PDF-1", b"%PDF-2"]


def test_a_dossier_is_read_again_when_a_file_comes(world, candidate):
    dossier = put(world, candidate, "a.pdf")
    said = reading("proposed_non_conform", "unsigned_document")
    keep_dossier_reading(world.register, dossier, 1, said, actor="process_dossier", at=DUE)
    assert row(world, dossier).verdict is Verdict.PROPOSED_NON_CONFORM
    assert [found.code for found in row(world, dossier).findings] == [Code.UNSIGNED_DOCUMENT]
    with world.register.reading() as connection:
        assert dossiers_to_read(connection) == []
    put(world, candidate, "b.pdf", b"%PDF-2")
    with world.register.reading() as connection:
        assert dossiers_to_read(connection) == [(dossier, EXAM, 2)]


def test_the_time_of_a_file_is_not_that_of_another_under_its_name(world, candidate):
    """Which came once the deadline was over: else it would replace what was there in time."""
    listed = f"candidate_number;file;deposited_at\n{NUMBERS[0]};a.pdf;2026-04-22T11:58:00\n".encode()
    assert not deposits.date_deposits(world.register, listed, EXAM, actor="watch_inbox", at=DUE).problems
    dossier = put(world, candidate, "a.pdf", at=DUE + MINUTE)
    put(world, candidate, "a.pdf", at=DUE + 2 * MINUTE)  # the space exports the same once more
    put(world, candidate, "a.pdf", b"%PDF-2", at=DUE + 3 * MINUTE)
    with world.register.reading() as connection:
        first, same, other = deposits.files_of(connection, dossier)
    assert (first.at, same.at, other.at) == (DUE - 2 * MINUTE, DUE - 2 * MINUTE, DUE + 3 * MINUTE)
    assert in_force([first, same, other], E5) == ([same], [other])

    listed = listed.replace(b"11:58:00", b"12:02:30")  # and the space says when the other came
    assert not deposits.date_deposits(world.register, listed, EXAM, actor="watch_inbox", at=DUE).problems
    with world.register.reading() as connection:
        assert deposits.files_of(connection, dossier)[-1].at == DUE + timedelta(minutes=2, seconds=30)


def test_the_deposit_space_knows_the_time(world, candidate):
    dossier = put(world, candidate, "a.pdf", at=DUE + 60 * MINUTE)
    keep_dossier_reading(world.register, dossier, 1, reading(), actor="process_dossier", at=DUE)
    listed = f"candidate_number;file;deposited_at\n{NUMBERS[0]};a.pdf;2026-04-22T11:59:59\n".encode()
    assert not deposits.date_deposits(world.register, listed, EXAM, actor="watch_inbox", at=DUE).problems
    with world.register.reading() as connection:
        (kept,) = deposits.files_of(connection, dossier)
        assert dossiers_to_read(connection) == [(dossier, EXAM, 1)]
    assert kept.at == datetime(2026, 4, 22, 9, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("comes", ["times", "more time"])
def test_what_comes_during_a_reading_has_the_dossier_read_again(world, candidate, monkeypatch, comes):
    """A false « late deposit » would stay, of files that were read by the times before."""
    dossier = put(world, candidate, "a.pdf", at=DUE + 60 * MINUTE)
    read_as_it_is = dossiers.read_deposit

    def read_slowly(*args):
        said = read_as_it_is(*args)
        if comes == "times":
            listed = f"numero_candidat;fichier;depose_le\n{NUMBERS[0]};a.pdf;2026-04-22T11:59:59\n".encode()
            deposits.date_deposits(world.register, listed, EXAM, actor="watch_inbox", at=DUE)
        else:
            extend(world.site, EXAM, SCHOOL, DUE + timedelta(days=2), "Grève.", actor="service", at=DUE)
        return said

    monkeypatch.setattr(dossiers, "read_deposit", read_slowly)
    dossiers.read(world.site, dossier)
    assert world.register.ask(dossiers_to_read) == [(dossier, EXAM, 1)]
    monkeypatch.undo()
    dossiers.read(world.site, dossier)
    assert not world.register.ask(dossiers_to_read)
    assert Code.LATE_DEPOSIT not in {found.code for found in row(world, dossier).findings}


def test_a_list_with_a_bad_line_is_not_taken(world, candidate):
    listed = f"candidate_number;file;deposited_at\n{NUMBERS[0]};a.pdf;hier\n".encode()
    read = deposits.date_deposits(world.register, listed, EXAM, actor="watch_inbox", at=DUE)
    assert "instant attendu" in read.problems[0].message


def test_companies_of_ones_own_pieces_are_known_and_counted_apart_by_verdict(world, candidate):
    dossier = put(world, candidate, "stage.pdf")
    said = [("Ateliers du Golfe", "candidate"), ("Autre SA", "other"), (None, "candidate")]
    pieces = [{"facts": {"company": name, "owner": owner}} for name, owner in said]
    keep_dossier_reading(
        world.register, dossier, 1, reading("conform", pieces=pieces), actor="process_dossier", at=DUE
    )
    with world.register.reading() as connection:
        assert companies_of(connection) == {candidate: ("Ateliers du Golfe",)}
        counts = dossier_counts(connection, EXAM)
    assert (counts.expected, counts.deposited, counts.conform, counts.to_examine) == (6, 1, 1, 0)


def test_the_absent_are_marked_once(world, candidate):
    put(world, candidate, "a.pdf")
    with world.register.reading() as connection:
        wanting = list(without_dossier(connection, EXAM))
    assert len(wanting) == 5
    for one in wanting:
        assert world.record(DossierAbsent(exam=EXAM, candidate=one), new_id("doss"))
    with world.register.reading() as connection:
        assert without_dossier(connection, EXAM) == {}
        absent = [d for d in dossiers_of(connection, EXAM, CENTRE) if d.candidate == wanting[0]]
    assert [found.code for found in absent[0].findings] == [Code.ABSENT_DOSSIER]
    with pytest.raises(Refused, match="other_dossier"):
        world.record(DossierAbsent(exam=EXAM, candidate=wanting[0]), new_id("doss"))


def test_more_time_for_a_school_counts_for_its_dossiers_and_has_them_read_again(
    world, candidate, new_register
):
    late, until = DUE + timedelta(days=1), DUE + timedelta(days=2)
    dossier = put(world, candidate, "a.pdf", at=late)
    deposits_read = reading("conform", Code.LATE_DEPOSIT)
    keep_dossier_reading(world.register, dossier, 1, deposits_read, actor="t", at=late)

    def rules():
        with world.register.reading() as connection:
            assert bool(dossiers_to_read(connection)) == bool(deposit_rules(connection, E5, SCHOOL) != E5)
            return deposit_rules(connection, E5, SCHOOL), deposit_rules(connection, E5, "0139109F")

    assert rules() == (E5, E5)
    for school, code in (("0139109F", "not_here"), (CENTRE, "not_here")):
        with pytest.raises(Refused, match=code):
            extend(world.site, EXAM, school, until, "Grève.", actor="service", at=late)
    extend(world.site, EXAM, SCHOOL, until, "Grève.", actor="service", at=late)
    own, other = rules()
    assert own.deposit.met(until) and not own.deposit.met(until + timedelta(seconds=1)) and other == E5
    assert world.replayed_alike(new_register())


def test_decisions_are_kept_apart_and_the_last_counts(world, candidate):
    dossier = put(world, candidate, "a.pdf")
    read = reading("proposed_non_conform", "late_deposit")
    keep_dossier_reading(world.register, dossier, 1, read, actor="process_dossier", at=DUE)
    for decision, grounds in (
        (Pronounced.NON_CONFORM, [Code.LATE_DEPOSIT]),
        (Pronounced.CONFORM, []),
    ):
        pronounce(
            world.site, dossier, decision, grounds, "Mme Ursule Bidon", "panne", actor="commission", at=DUE
        )
    known = row(world, dossier)
    assert [made.decision for made in known.decisions] == [Pronounced.NON_CONFORM, Pronounced.CONFORM]
    assert known.verdict is Verdict.PROPOSED_NON_CONFORM
    why = json.loads(world.register.vault.get(known.decisions[0].reason))
    assert why == {"author": "Mme Ursule Bidon", "reason": "panne"}


def test_nobody_decides_of_what_is_not_there(world, candidate):
    with pytest.raises(Refused):
        nowhere = "doss_0123456789abcdef"
        pronounce(world.site, nowhere, Pronounced.CONFORM, [], "X", "y", actor="commission", at=DUE)


def test_the_log_names_nobody_and_tells_all(world, candidate, new_register):
    dossier = put(world, candidate, f"{NAMES[0]}.pdf")
    keep_dossier_reading(world.register, dossier, 1, reading(), actor="process_dossier", at=DUE)
    with world.register.reading() as connection:
        lines = list(connection.scalars(select(events.c.line).order_by(events.c.seq)))
    assert not any(name in line for line in lines for name in (*NAMES, *NUMBERS))
    again = new_register()
    with again.transaction() as transaction:
        transaction.replay(lines)
    with again.reading() as connection, world.register.reading() as first:
        assert dossiers_of(connection) == dossiers_of(first)
        assert deposits.files_of(connection, dossier) == deposits.files_of(first, dossier)
