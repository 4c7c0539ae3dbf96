"""Files saved as « Strict Open XML » are read like the others."""

import io
import re
import zipfile

import docx
import openpyxl
from docx.oxml import parse_xml

from processors.dossiers.files import unpack
from processors.dossiers.findings import Code
from processors.dossiers.pages import read_pages

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WHO = 'w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'


def strict(saved: bytes) -> bytes:
    """As Word and Excel save them by that name (ISO/IEC 29500-1)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as archive, zipfile.ZipFile(out, "w") as made:
        for info in archive.infolist():
            part = archive.read(info)
            made.writestr(
                info.filename,
                re.sub(
                    rb"http://schemas\.openxmlformats\.org/(officeDocument|\w+ml)/2006/",
                    rb"http://purl.oclc.org/ooxml/\1/",
                    part,
                ),
            )
    return out.getvalue()


def test_a_strict_workbook_has_its_rows() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Candidat", "Léa MARTIN"])
    out = io.BytesIO()
    book.save(out)
    (file,), said = unpack([("synthese.xlsx", strict(out.getvalue()))])
    (page,) = read_pages(file)
    assert [line.text for line in page.lines] == ["Candidat\tLéa MARTIN"] and not said


def test_the_final_text_of_a_strict_document_counts() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Durée : ")
    for change in (
        f"<w:del {W} {WHO}><w:r><w:delText>4</w:delText></w:r></w:del>",
        f"<w:ins {W} {WHO}><w:r><w:t>5</w:t></w:r></w:ins>",
    ):
        paragraph._p.append(parse_xml(change))
    out = io.BytesIO()
    document.save(out)
    (file,), said = unpack([("attestation.docx", strict(out.getvalue()))])
    assert docx.Document(io.BytesIO(file.data)).paragraphs[0].text == "Durée : 5"
    assert [found.code for found in said] == [Code.TRACKED_CHANGES]
