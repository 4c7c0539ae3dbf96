"""The list before the commission holds whatever a dossier raises, however much that is."""

import io
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from papers.commission_list import Line, report_pdf
from processors.dossiers.findings import Verdict
from storage.dropped.dossiers import DossierRow
from storage.people.candidates import EnrolledCandidate

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
NAEL = EnrolledCandidate(
    *("c1", "02500000043", "007", "DE KERSAINT", "Nael", date(2005, 5, 2), "0841117H", "0130051K"),
    *("SISR", "scolaire", "E6"),
)


@pytest.mark.parametrize(("count", "long"), [(150, 90), (2, 60_000)])
def test_a_dossier_with_many_findings_fills_pages(count: int, long: int) -> None:
    said = [
        {
            "code": "unreadable_piece",
            "severity": "warning",
            "message": f"fichier {k} : {'x' * long}",
            "evidence": [],
        }
        for k in range(count)
    ]
    row = DossierRow("d1", "E6", "c1", None, count, None, Verdict.TO_EXAMINE, (), ())
    line = Line(NAEL, row, {"findings": said}, AT, None)
    report = report_pdf([line, line], "E6", "Épreuve", "Lycée", "avant le 30 avril", AT)
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(report)))
    assert text.count(f"{count}. fichier {count - 1} :") == 2
