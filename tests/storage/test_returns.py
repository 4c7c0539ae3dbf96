"""What correctors give back, in the register: by hashes, on both kinds, and again from the log."""

import pytest
from invented import EXAM, whole

from storage.corrected.lots import LotPulled, LotRecalled, LotReturned
from storage.corrected.marks import (
    MarksExported,
    MarksExportProposed,
    MarksKept,
    basis_of,
    exports_of,
    marks_by_lot,
    proposed_export,
    subject_of,
)
from storage.corrected.returned import DocumentReturned, document_of, documents_of_lot
from storage.refusals import Refused

FIRST, SECOND = "acct_00000000000000a1", "acct_00000000000000a2"


@pytest.fixture
def lot(peopled):
    made = peopled.scanned(whole(0, 1), whole(1, 5))
    for k, copy in enumerate(made):
        peopled.anonymised(copy, f"A{k}")
    lot = peopled.in_lot(*made)
    peopled.record(LotPulled(), lot)
    return lot, *made


def kept(n, **how):
    return MarksKept(file=f"marks/x/{n}.json", sha256=f"{n}" * 64, marked=2, absent=0, unmarked=0, **how)


def basis(world):
    with world.register.reading() as connection:
        return basis_of(list(marks_by_lot(connection, EXAM).values()))


def left(world, n, **how):
    return MarksExported(
        exam=EXAM, basis=basis(world), file=f"marks/{EXAM}/{n}.json", sha256=f"{n}" * 64, **how
    )


def test_documents_take_each_others_place_while_the_lot_is_in_hand(peopled, lot, new_register):
    lot, copy, other = lot
    first, second = (DocumentReturned(lot=lot, sha256=c * 64, size=9, sure=c == "a") for c in "ab")
    assert peopled.record(first, copy) and peopled.record(first, copy) is None
    assert peopled.record(second, copy)
    with peopled.register.reading() as connection:
        assert document_of(connection, copy).sha256 == "b" * 64
        assert documents_of_lot(connection, lot).keys() == {copy}
    peopled.record(LotReturned(), lot)
    with pytest.raises(Refused, match="returned"):
        peopled.record(second, other)
    peopled.record(LotRecalled(reason="reasons/x.txt"), lot)
    with pytest.raises(Refused, match="recalled"):
        peopled.record(second, other)
    peopled.replayed_alike(new_register())


def test_marks_leave_once_and_again_when_corrected(peopled, lot, new_register):
    lot, *_ = lot
    subject = subject_of(EXAM)
    assert peopled.record(kept(1), lot) and peopled.record(kept(2), lot)
    stale = left(peopled, 1, reason=None)
    peopled.record(kept(3), lot)
    with pytest.raises(Refused, match="other_proposal"):  # the marks are others by now
        peopled.record(stale, subject)
    assert peopled.record(left(peopled, 1, reason=None), subject)
    with pytest.raises(Refused, match="marks_exported"):
        peopled.record(kept(4), lot)
    with pytest.raises(Refused, match="nothing_corrected"):
        peopled.record(left(peopled, 2, reason="reasons/x.txt"), subject)
    assert peopled.record(kept(4, reason="reasons/x.txt"), lot)
    with pytest.raises(Refused, match="no_reason"):
        peopled.record(left(peopled, 2, reason=None), subject)
    assert peopled.record(left(peopled, 2, reason="reasons/x.txt"), subject)
    with peopled.register.reading() as connection:
        assert len(exports_of(connection, EXAM)) == 2
    peopled.replayed_alike(new_register())


def test_another_person_confirms_the_very_same_marks(peopled, lot, new_register):
    lot, *_ = lot
    subject = subject_of(EXAM)
    peopled.record(kept(1), lot)

    def says(facts, who):
        return peopled.register.record(facts, subject, actor=who, at=peopled.tick())

    proposed = MarksExportProposed(exam=EXAM, basis=basis(peopled), reason=None)
    assert says(proposed, FIRST) and says(proposed, FIRST) is None
    with peopled.register.reading() as connection:
        seq = proposed_export(connection, EXAM).seq
    for who in (FIRST, "service"):
        with pytest.raises(Refused, match="another_person"):
            says(left(peopled, 1, reason=None, confirms=seq), who)
    with pytest.raises(Refused, match="other_proposal"):
        says(left(peopled, 1, reason=None, confirms=seq + 1), SECOND)
    peopled.record(kept(2), lot)
    with pytest.raises(Refused, match="other_proposal"):
        says(left(peopled, 1, reason=None, confirms=seq), SECOND)
    proposed = MarksExportProposed(exam=EXAM, basis=basis(peopled), reason=None)
    assert says(proposed, SECOND)
    with peopled.register.reading() as connection:
        seq = proposed_export(connection, EXAM).seq
    assert says(left(peopled, 1, reason=None, confirms=seq), FIRST)
    with peopled.register.reading() as connection:
        assert proposed_export(connection, EXAM) is None
    peopled.replayed_alike(new_register())
