"""The commission's list as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from papers.commission_list import Line, report_csv
from storage.people.candidates import EnrolledCandidate

WHO = EnrolledCandidate(
    "cand_1", "02535638268", "001", "ZARBOWSKI", "Éloïse", date(2005, 3, 1), "0130051K", "0130051K", "SISR",
    "scolaire", "E5",
)  # fmt: skip


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x";"y")', "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_a_file_s_name_is_no_formula(name: str) -> None:
    found = {"code": "unreadable_piece", "severity": "warning", "message": f"{name}.pdf : image endommagée"}
    data = report_csv([Line(WHO, None, {"findings": [found]}, None, None)])
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert f"'{found['message']}" in row
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
