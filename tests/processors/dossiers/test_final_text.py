"""What counts of a file in which changes were tracked, and of boxes that symbol fonts draw."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

from processors.dossiers.files import unpack
from processors.dossiers.findings import Code

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WHO = 'w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'
ODT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:tracked-changes>
 <text:changed-region text:id="c1"><text:deletion>
 <text:p>4 semaines</text:p></text:deletion></text:changed-region>
 </text:tracked-changes><text:p>Durée : <text:change text:change-id="c1"/>5 semaines</text:p></office:text>
 </office:body></office:document-content>"""


def written(*runs: str) -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("Durée : ")
    for run in runs:
        paragraph._p.append(parse_xml(run))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def text_of(data: bytes) -> tuple[str, list[Code]]:
    (file,), said = unpack([("attestation.docx", data)])
    paragraphs = docx.Document(io.BytesIO(file.data)).paragraphs
    return "\n".join(paragraph.text for paragraph in paragraphs), [found.code for found in said]


def test_deleted_words_are_gone_and_new_ones_stand() -> None:
    deleted = f"<w:del {W} {WHO}><w:r><w:delText>4 semaines</w:delText></w:r></w:del>"
    inserted = f"<w:ins {W} {WHO}><w:r><w:t>5 semaines</w:t></w:r></w:ins>"
    assert text_of(written(deleted, inserted)) == ("Durée : 5 semaines", [Code.TRACKED_CHANGES])


def test_a_paragraph_whose_end_was_deleted_goes_on() -> None:
    document = docx.Document()
    first = document.add_paragraph("du 5 janvier")
    first._p.insert(0, parse_xml(f"<w:pPr {W}><w:rPr><w:del {WHO}/></w:rPr></w:pPr>"))
    document.add_paragraph(" au 6 février")
    out = io.BytesIO()
    document.save(out)
    assert text_of(out.getvalue())[0] == "du 5 janvier au 6 février"


@pytest.mark.parametrize(
    "run",
    [
        f'<w:r {W}><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>',
        f'<w:r {W}><w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr><w:t>þ</w:t></w:r>',
        f'<w:r {W}><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>',
    ],
)
def test_a_symbol_fonts_box_is_a_box(run: str) -> None:
    assert text_of(written(run)) == ("Durée : ☒", [])


def field(instruction: str, shown: str) -> list[str]:
    marks = [f'<w:r {W}><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    command = f"<w:r {W}><w:instrText>{instruction}</w:instrText></w:r>"
    return [marks[0], command, marks[1], f"<w:r {W}><w:t>{shown}</w:t></w:r>", marks[2]]


@pytest.mark.parametrize(
    "runs",
    [
        [f'<w:fldSimple {W} w:instr=" DATE \\* X"><w:r><w:t>15 juin 2026</w:t></w:r></w:fldSimple>'],
        field(" date ", "15 juin 2026"),
        [*field(" SAVEDATE ", "15 juin"), *field("TIME", " 2026")],
    ],
)
def test_a_date_that_follows_the_clock_stays_what_it_was(runs: list[str]) -> None:
    data = written(*runs)
    (file,), _ = unpack([("attestation.docx", data)])
    assert text_of(data)[0] == "Durée : 15 juin 2026"
    assert b"fldChar" not in zipfile.ZipFile(io.BytesIO(file.data)).read("word/document.xml")


def check_box(state: str) -> list[str]:
    begin, command, _, _, end = field(" FORMCHECKBOX ", "")
    box = f"<w:ffData><w:name w:val='Case1'/><w:checkBox><w:sizeAuto/>{state}</w:checkBox></w:ffData>"
    return [begin.replace("/></w:r>", f">{box}</w:fldChar></w:r>"), command, end]


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        ('<w:default w:val="0"/>', "☐"),
        ('<w:default w:val="1"/>', "☒"),
        ('<w:default w:val="0"/><w:checked/>', "☒"),
        ('<w:default w:val="1"/><w:checked w:val="0"/>', "☐"),
    ],
)
def test_the_check_box_of_a_form_field_is_a_box(state: str, mark: str) -> None:
    assert text_of(written(*check_box(state))) == (f"Durée : {mark}", [])


@pytest.mark.parametrize(
    "runs", [[], field("PAGE", "1"), field("DATEX", "1"), field("FORMDROPDOWN", ""), field("DATE", "1")[:1]]
)
def test_a_file_without_changes_stays_as_it_is(runs: list[str]) -> None:
    data = written(*runs)
    (file,), said = unpack([("lettre.docx", data)])
    assert file.data == data and not said


def test_deleted_text_of_opendocument_is_gone() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", ODT)
    (file,), said = unpack([("lettre.odt", out.getvalue())])
    with zipfile.ZipFile(io.BytesIO(file.data)) as final:
        content = final.read("content.xml").decode()
    assert "4 semaines" not in content and "Durée : 5 semaines" in content
    assert [found.code for found in said] == [Code.TRACKED_CHANGES]
