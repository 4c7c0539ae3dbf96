"""A rehearsal session holds together, and its lists can be imported."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2

from processors.circular.form import load_form
from processors.circular.uai import valid_uai
from processors.lists.people import read_attendance, read_candidates, read_correctors
from specimens.batch import PLAIN, Kind
from specimens.rehearsal import plan_session, write_session

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
CENTRES, EXAMS = ("0130051K", "0050006E", "0840003X"), ("U1", "U4")


def test_forty_copies_show_every_kind_in_every_centre():
    plan = plan_session(1, CENTRES, EXAMS, 40)
    kinds = [kind for batch in plan.batches for kind in batch.kinds]
    assert len(kinds) == 40 and set(kinds) == set(PLAIN)
    assert {(batch.centre, batch.exam) for batch in plan.batches} == {(c, e) for c in CENTRES for e in EXAMS}
    assert plan_session(1, CENTRES, EXAMS, 40) == plan
    assert plan_session(2, CENTRES, EXAMS, 40) != plan


def test_some_are_absent_and_one_came_without_a_copy():
    plan = plan_session(1, CENTRES, EXAMS, 40)
    silent = 0
    for batch in plan.batches:
        copies = {
            c.number for c, kind in zip(batch.roster, batch.kinds, strict=False) if kind is not Kind.STRANGER
        }
        present = {line.number for line in batch.attendance if line.present}
        assert copies <= present
        silent += len(present - copies)
        assert not all(line.present for line in batch.attendance)
        assert {line.number for line in batch.attendance} == {c.number for c in batch.roster}
    assert silent == 1


def test_every_copy_may_go_to_several_correctors():
    plan = plan_session(1, CENTRES, EXAMS, 40)
    for candidate in plan.candidates:
        assert valid_uai(candidate.school) and len(candidate.number) == 11 and candidate.number[0] == "0"
        free = [
            c for c in plan.correctors
            if candidate.school not in c.schools and candidate.number not in c.never_with
        ]  # fmt: skip
        assert len(free) >= 2


def test_what_is_written_can_be_imported(tmp_path):
    plan = plan_session(4, CENTRES[:1], EXAMS, 2, [date(2026, 6, 1), date(2026, 6, 2)])
    plan = replace(plan, batches=tuple(replace(batch, a3=False) for batch in plan.batches))
    scans = list(write_session(plan, FORM, tmp_path))
    assert [scan.name for scan in scans] == ["0130051K_U1.pdf", "0130051K_U4.pdf"]
    assert read_candidates((tmp_path / "candidates.csv").read_bytes()).rows == plan.candidates
    assert read_correctors((tmp_path / "correctors.csv").read_bytes()).rows == plan.correctors
    for scan, batch in zip(scans, plan.batches, strict=True):
        attendance = read_attendance((tmp_path / f"{batch.name}.attendance.csv").read_bytes())
        assert attendance.rows == batch.attendance
        truth = json.loads((tmp_path / f"{batch.name}.truth.json").read_text("utf-8"))
        assert len(pypdfium2.PdfDocument(scan)) == truth["images"]
        assert [copy["kind"] for copy in truth["copies"]] == list(batch.kinds)
