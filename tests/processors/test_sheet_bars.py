"""The bars of an attendance sheet, through which a stripe of the scanner goes."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pypdfium2
import pytest

from papers.attendance_sheet import attendance_sheets
from processors.attendance.reader import read_sheets
from processors.attendance.sheet import SheetCode, list_number, load_attendance_form
from processors.circular.session import load_session
from specimens.scanner import Level, Mode, encode, pdf

SESSIONS = Path(__file__).parents[2] / "sessions"
FORM = load_attendance_form(SESSIONS / "forms" / "emargement.toml")
EXAM, CENTRE, DPI = "U4", "0130051K", 200
CODE = SheetCode(EXAM, CENTRE, 1, 1, list_number(EXAM, CENTRE, ["cand_a"]), True)


@cache
def printed():
    session = load_session(SESSIONS / "bts-sio-2026-aix-marseille.toml")
    people = [
        SimpleNamespace(
            id="cand_a", number="02100000001", registration="001", family_name="ESSAI", first_names="ANNE"
        )
    ]
    sheet = attendance_sheets(people, session, session.exam(EXAM), session.centre(CENTRE), FORM)
    with pypdfium2.PdfDocument(sheet) as pages:
        return pages[0].render(scale=DPI / 72, grayscale=True).to_numpy().squeeze()


@pytest.mark.parametrize("at", [49.3, 57.9, 113.8])
def test_a_thin_stripe_of_the_scanner_leaves_the_bars_readable(tmp_path, at):
    page = printed().copy()
    page[:, round(at * DPI / 25.4)] = 0
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([encode(page, Level.CLEAN, Mode.GRAY, DPI, np.random.default_rng(0))], DPI))
    (sheet,) = read_sheets(path, FORM, {CODE.text})
    assert sheet.code == CODE
