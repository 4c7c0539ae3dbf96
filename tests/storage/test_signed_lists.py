"""A list is printed, signed, scanned: who signed is present, and what cannot be told waits for a person."""

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from invented import CENTRE, EXAM, NUMBERS, ROSTER, partial, unknown, whole
from sqlalchemy import select

from actions.decided.copies import decide, send_back, transfer
from actions.decided.reconciling import reconcile_centre
from actions.dropped.withdrawing import withdraw
from actions.season.attendance import take
from actions.season.signing import answer, print_list, progress_of, take_scan
from actions.site import Site
from benchmarks.drawn.signing import Mark, signed_scan
from processors.attendance.reader import PageTrouble
from processors.attendance.seen import Why
from processors.findings import Code, finding
from processors.scans.files.raster import BadScan
from storage.database.schema import copies, events, scans
from storage.decided.copies import CopyNotAnonymous
from storage.dropped.scans import ScanProcessed
from storage.people.candidates import attendance_of, import_candidates
from storage.refusals import Refusal, Refused
from storage.season.signatures import signatures_of, to_look_at
from storage.states import Decision

SIGNED, EMPTY, CROSS, TINY = Mark.NAME, Mark.EMPTY, Mark.CROSS, Mark.TINY


class Lists:
    """What a centre does with its lists: prints, has them signed, scans."""

    def __init__(self, world, folder: Path) -> None:
        self.world, self.folder, self.files = world, folder, 0
        self.rows = world.site.attendance_form.rows

    def prints(self) -> bytes:
        return print_list(self.world.site, EXAM, CENTRE, actor="acct", at=self.world.tick())

    def scans(self, *sheets: tuple[bytes, list[list[Mark]]], exam=EXAM, centre=CENTRE, pages=None, ticked=()):
        """Each a printed list and what is in its cells, one after the other in one file."""
        self.files += 1
        path = self.folder / f"{self.files}.pdf"
        joined = pikepdf.new()
        for printed, marks in sheets:
            rng = np.random.default_rng(self.files)
            scan = signed_scan(printed, marks, self.rows, rng, ticked=ticked)
            with pikepdf.open(write(path, scan)) as part:
                joined.pages.extend(part.pages)
        if pages:
            joined.pages[:] = [joined.pages[k] for k in pages]
        joined.save(path)
        return self.takes(path, exam, centre)

    def takes(self, path: Path, exam=EXAM, centre=CENTRE):
        return take_scan(self.world.site, exam, centre, path, actor="watch_inbox", at=self.world.tick())

    def csv(self, marks: dict[int, str]):
        lines = "".join(f"{NUMBERS[k]};{said}\n" for k, said in marks.items())
        table = f"candidate_number;present\n{lines}".encode()
        return take(self.world.site, EXAM, CENTRE, table, actor="acct", at=self.world.tick())

    def answers(self, k: int, present: bool) -> None:
        who = self.world.candidate(k)
        answer(self.world.site, EXAM, who, present, actor="acct_a", at=self.world.tick())

    @property
    def marks(self) -> dict[int, bool]:
        with self.world.register.reading() as connection:
            marks = attendance_of(connection, EXAM, CENTRE) or {}
        return {k: marks[id_] for k in range(len(NUMBERS)) if (id_ := self.world.candidate(k)) in marks}

    @property
    def asked(self) -> dict[int, Why]:
        with self.world.register.reading() as connection:
            why = {row.candidate: row.asked for row in to_look_at(connection)}
        return {k: why[id_] for k in range(len(NUMBERS)) if (id_ := self.world.candidate(k)) in why}


def write(path: Path, data: bytes) -> Path:
    path = path.with_suffix(".part")
    path.write_bytes(data)
    return path


@pytest.fixture
def lists(peopled, tmp_path):
    return Lists(peopled, tmp_path)


def more_people(world, count: int) -> None:
    """So many more candidates, after the others."""
    head = ROSTER.decode().splitlines()[0]
    lines = [
        f"022000001{k:02},{k:03},AUTRE,ODILE,2004-03-01,0040538N,{CENTRE},SLAM,scolaire,{EXAM}"
        for k in range(10, 10 + count)
    ]
    roster = "\n".join([head, *lines]).encode()
    assert not import_candidates(world.register, roster, None, actor="t", at=world.tick()).problems


def test_who_signed_is_present_and_who_did_not_is_absent(lists, new_register):
    taken = lists.scans((lists.prints(), [[SIGNED, EMPTY, SIGNED, SIGNED, EMPTY, SIGNED]]))
    assert lists.marks == {0: True, 1: False, 2: True, 3: True, 4: False, 5: True}
    assert lists.asked == {} and taken.troubles == ()
    assert taken.sentences() == ["Liste signée : 1 feuille lue, 4 présents, 2 absents."]
    text = lists.world.replayed_alike(new_register())
    assert not [number for number in (*NUMBERS, "ZYGOMAR") if number in text]


def test_a_cross_is_no_signature_and_a_person_answers(lists, new_register):
    lists.scans((lists.prints(), [[CROSS, SIGNED, Mark.DASH, SIGNED, SIGNED, SIGNED]]))
    assert set(lists.asked) == {0, 2} and not {0, 2} & lists.marks.keys()
    with lists.world.register.reading() as connection:
        shown = signatures_of(connection, EXAM, CENTRE)[lists.world.candidate(0)].picture
    assert lists.world.register.vault.get(shown).startswith(b"\xff\xd8")
    lists.answers(0, False)
    lists.answers(2, True)
    assert lists.asked == {} and (lists.marks[0], lists.marks[2]) == (False, True)
    lists.answers(0, True)
    assert lists.marks[0] is True
    lists.world.replayed_alike(new_register())


def test_a_ticked_box_makes_absent_who_did_not_sign_and_is_asked_about_where_somebody_did(lists):
    lists.scans((lists.prints(), [[CROSS, SIGNED, EMPTY, SIGNED, SIGNED, SIGNED]]), ticked=[0, 1])
    assert lists.asked == {1: Why.BOTH}
    assert lists.marks == {0: False, 2: False, 3: True, 4: True, 5: True}


def test_a_list_that_was_printed_before_there_were_boxes_is_read_as_ever(lists, monkeypatch):
    form = lists.world.site.attendance_form
    rows = form.rows.model_copy(update={"absent": None})
    with monkeypatch.context() as before:
        before.setattr(Site, "attendance_form", form.model_copy(update={"rows": rows}))
        printed = lists.prints()
    lists.scans((printed, [[CROSS, SIGNED, EMPTY, SIGNED, SIGNED, SIGNED]]), ticked=[0, 1])
    assert set(lists.asked) == {0}
    assert lists.marks == {1: True, 2: False, 3: True, 4: True, 5: True}


def test_who_is_on_a_missing_sheet_does_not_become_absent(lists):
    more_people(lists.world, 20)
    printed = lists.prints()
    taken = lists.scans((printed, [[SIGNED] * 20, [SIGNED] * 6]), pages=[1])
    assert lists.marks == {}
    (missing,) = taken.progress.missing
    assert missing[:2] == (1, 2) and len(missing[2]) == 20
    assert "Il manque la feuille 1 sur 2 : personne n’y devient absent, numérisez-la." in taken.sentences()
    taken = lists.scans((printed, [[EMPTY, *[SIGNED] * 19], [SIGNED] * 6]), pages=[0])
    assert lists.marks[0] is False and lists.marks[1] is True
    assert taken.progress.missing == ()


def test_an_empty_cell_of_whose_copy_is_here_is_asked(lists):
    lists.world.scanned(whole(0, 1), partial(1, 5))
    lists.scans((lists.prints(), [[EMPTY, EMPTY, EMPTY, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked[0] is Why.COPY_HERE and 0 not in lists.marks
    assert lists.marks[2] is False
    assert lists.world.open_codes().count(Code.COPY_OF_ABSENT) == 0


def test_a_csv_that_was_there_first_is_not_written_over(lists):
    lists.csv({0: "oui", 1: "non", 2: "oui"})
    lists.scans((lists.prints(), [[EMPTY, SIGNED, SIGNED, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {0: Why.DIFFERENT, 1: Why.DIFFERENT}
    assert (lists.marks[0], lists.marks[1], lists.marks[2]) == (True, False, True)
    lists.answers(1, True)
    assert lists.marks[1] is True and lists.asked == {0: Why.DIFFERENT}


def test_a_csv_that_comes_after_is_not_taken_where_it_contradicts(lists, new_register):
    lists.scans((lists.prints(), [[SIGNED, EMPTY, SIGNED, SIGNED, SIGNED, SIGNED]]))
    for _ in range(2):
        taken = lists.csv({0: "non", 1: "non", 2: "oui"})
        assert len(taken.changes.waiting) == 1 and "le service tranche" in taken.summary()
        assert lists.marks[0] is True and lists.asked == {0: Why.DIFFERENT}
    lists.answers(0, False)
    assert lists.marks[0] is False
    lists.world.replayed_alike(new_register())


def test_a_sheet_twice_is_told_and_one_that_says_otherwise_is_asked(lists):
    printed = lists.prints()
    marks = [SIGNED, EMPTY, SIGNED, SIGNED, SIGNED, SIGNED]
    taken = lists.scans((printed, [marks]), (printed, [marks]))
    assert [one.trouble for one in taken.troubles] == [PageTrouble.TWICE] and lists.asked == {}
    taken = lists.scans((printed, [[SIGNED, SIGNED, *marks[2:]]]))
    assert [one.trouble for one in taken.troubles] == [PageTrouble.CONTRADICTS]
    assert lists.asked == {1: Why.DIFFERENT} and lists.marks[1] is False


def test_the_same_file_again_changes_nothing(lists):
    lists.scans((lists.prints(), [[SIGNED] * 6]))
    with lists.world.register.reading() as connection:
        before = len(list(connection.scalars(select(events.c.seq))))
    lists.takes(lists.folder / "1.pdf")
    with lists.world.register.reading() as connection:
        assert len(list(connection.scalars(select(events.c.seq)))) == before


def test_a_sheet_of_elsewhere_or_without_bars_is_set_aside(lists):
    printed = lists.prints()
    taken = lists.scans((printed, [[SIGNED] * 6]), exam="U7")
    assert [one.trouble for one in taken.troubles] == [PageTrouble.OTHER_EXAM]
    taken = lists.scans((printed, [[SIGNED] * 6]), centre="0050006E")
    assert [one.trouble for one in taken.troubles] == [PageTrouble.OTHER_CENTRE]
    path = lists.folder / "blank.pdf"
    blank = pikepdf.new()
    blank.add_blank_page(page_size=(595, 842))
    blank.save(path)
    taken = lists.takes(path)
    assert [one.trouble for one in taken.troubles] == [PageTrouble.NO_LIST]
    assert lists.marks == {} and taken.progress.sheets == 0


def test_a_file_that_is_no_pdf_is_refused(lists):
    path = lists.folder / "photo.pdf"
    path.write_bytes(b"\xff\xd8\xff a picture")
    with pytest.raises(BadScan) as told:
        lists.takes(path)
    assert told.value.code is Code.NOT_A_PDF


def test_a_list_is_read_as_it_was_printed_though_the_roster_has_changed(lists):
    printed = lists.prints()
    more_people(lists.world, 1)
    again = lists.prints()
    assert again != printed
    taken = lists.scans((printed, [[SIGNED, EMPTY, SIGNED, SIGNED, SIGNED, SIGNED]]))
    assert lists.marks[1] is False and lists.marks[5] is True
    assert len(taken.progress.unlisted) == 1
    assert any("sur aucune de ces feuilles" in line for line in taken.sentences())


def test_nobody_is_printed_where_nobody_is_enrolled(lists):
    with pytest.raises(Refused) as told:
        print_list(lists.world.site, EXAM, "0050006E", actor="t", at=lists.world.tick())
    assert told.value.code is Refusal.NOBODY_HERE
    with lists.world.register.reading() as connection:
        assert progress_of(lists.world.site, connection, EXAM, CENTRE).sentences() == []


def comes_to_the_desk(world) -> None:
    reconcile_centre(world.site, EXAM, CENTRE, actor="process_scan", at=world.tick())


def decides(world, copy: str, decision: Decision, **whose: str) -> None:
    decide(world.site, copy, decision, "vu", actor="acct_a", at=world.tick(), **whose)


def test_ink_in_doubt_is_a_presence_once_the_copy_is_there_whichever_comes_first(lists, new_register):
    world, lists.files = lists.world, 1
    world.scanned(whole(0, 1))
    taken = lists.scans((lists.prints(), [[TINY, TINY, TINY, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {1: Why.PEN, 2: Why.PEN} and lists.marks[0] is True
    assert taken.progress.asked == 2 and not {1, 2} & lists.marks.keys()
    world.scanned(partial(1, 1), unknown(5))
    comes_to_the_desk(world)
    assert lists.asked == {2: Why.PEN} and lists.marks[1] is True
    lines = world.replayed_alike(new_register())
    assert lines.count('"attendance.settled"') == 2
    comes_to_the_desk(world)
    assert world.replayed_alike(new_register()).count('"attendance.settled"') == 2


def test_a_presence_that_rests_on_a_copy_is_asked_about_again_when_the_copy_goes(lists, new_register):
    world, lists.files = lists.world, 1
    first, second = world.scanned(whole(0, 1), whole(1, 5))
    lists.scans((lists.prints(), [[TINY, TINY, TINY, SIGNED, SIGNED, SIGNED]]))
    lists.answers(2, True)
    assert lists.asked == {} and lists.marks[0] is lists.marks[1] is True
    decides(world, first, Decision.ATTRIBUTE, number=NUMBERS[3])
    assert lists.asked == {0: Why.PEN} and 0 not in lists.marks
    file = world.copy(second).scan
    assert world.record(ScanProcessed(), file)
    withdraw(world.site, file, "mauvais fichier", by_centre=False, actor="acct_a", at=world.tick())
    assert lists.asked == {0: Why.PEN, 1: Why.PEN} and not {0, 1} & lists.marks.keys()
    (second,) = world.scanned(whole(1, 1))
    comes_to_the_desk(world)
    assert lists.asked == {0: Why.PEN} and lists.marks[1] is True
    decides(world, second, Decision.SET_ASIDE)
    assert set(lists.asked) == {0, 1}
    lists.answers(1, False)
    decides(world, second, Decision.ATTRIBUTE, number=NUMBERS[1])
    assert lists.asked == {0: Why.PEN} and lists.marks[1] is False  # a person has looked
    world.replayed_alike(new_register())


def test_a_copy_that_is_sent_back_settles_a_presence_at_once(lists):
    world, lists.files = lists.world, 1
    (copy,) = world.scanned(whole(0, 1))
    named = CopyNotAnonymous(findings=(finding(Code.NOT_ANONYMOUS, [1], what="un nom"),))
    assert world.record(named, copy)
    lists.scans((lists.prints(), [[TINY, SIGNED, SIGNED, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {0: Why.PEN}
    assert send_back(world.site, copy, "Le nom est sur la page 1.", actor="acct_a", at=world.tick())
    assert lists.asked == {} and lists.marks[0] is True


def test_a_presence_is_asked_about_again_when_a_copy_goes_that_lay_in_the_pile_of_another_epreuve(lists):
    world, lists.files = lists.world, 1
    (copy,) = world.scanned(whole(0, 1))
    with world.register.engine.begin() as connection:  # it was read as of U7
        connection.execute(copies.update().values(exam="U7"))
        connection.execute(scans.update().values(exam="U7"))
    assert transfer(world.site, copy, EXAM, actor="acct_a", at=world.tick())
    decides(world, copy, Decision.ATTRIBUTE, number=NUMBERS[0])
    lists.scans((lists.prints(), [[TINY, SIGNED, SIGNED, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {} and lists.marks[0] is True
    file = world.copy(copy).scan
    assert world.record(ScanProcessed(), file)
    withdraw(world.site, file, "mauvais fichier", by_centre=False, actor="acct_a", at=world.tick())
    assert lists.asked == {0: Why.PEN} and 0 not in lists.marks


def test_no_copy_settles_what_is_no_ink_of_the_candidate(lists):
    lists.world.scanned(*[whole(k, 4 * k + 1) for k in range(5)])
    lists.scans((lists.prints(), [[CROSS, SIGNED, SIGNED, EMPTY, TINY, EMPTY]]), ticked=[4])
    assert {0, 3, 4} <= set(lists.asked)
    assert not {0, 3, 4} & lists.marks.keys()
    assert (lists.asked[3], lists.asked[4]) == (Why.COPY_HERE, Why.BOTH)


def test_no_copy_that_waits_for_a_person_settles_anything(lists):
    lists.files = 1
    lists.world.scanned(whole(0, 1))
    lists.world.scanned(whole(0, 1))  # one of them may be another's
    lists.scans((lists.prints(), [[TINY, SIGNED, SIGNED, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {0: Why.PEN} and 0 not in lists.marks


def test_no_copy_settles_what_a_list_or_another_scan_says_otherwise(lists):
    lists.files = 1
    lists.csv({0: "non"})
    lists.world.scanned(whole(0, 1), whole(1, 5), whole(2, 9))
    printed = lists.prints()
    lists.scans((printed, [[TINY, TINY, TINY, SIGNED, SIGNED, SIGNED]]))
    assert lists.asked == {0: Why.PEN} and lists.marks[0] is False
    assert lists.csv({1: "oui"}).changes.waiting == () and lists.asked == {0: Why.PEN}
    assert len(lists.csv({1: "non"}).changes.waiting) == 1
    assert set(lists.asked) == {0, 1} and 1 not in lists.marks
    taken = lists.scans((printed, [[TINY, TINY, EMPTY, SIGNED, SIGNED, SIGNED]]))
    assert [one.trouble for one in taken.troubles] == [PageTrouble.CONTRADICTS]
    assert set(lists.asked) == {0, 1, 2} and 2 not in lists.marks
