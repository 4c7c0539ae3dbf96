"""What candidates hand in is opened, contained and said, whatever it is."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from processors.dossiers.files import FileKind, UnreadableError, unpack
from processors.dossiers.findings import Code
from processors.dossiers.pages import read_pages


def pdf(pages: int = 1, **options: object) -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def why(data: bytes) -> str:
    (file,), said = unpack([("pièce", data)])
    assert not said
    with pytest.raises(UnreadableError) as raised:
        read_pages(file)
    return str(raised.value)


def test_members_of_an_archive_are_files_of_the_dossier() -> None:
    files, said = unpack([("dossier.zip", archive({"fiche.pdf": pdf(), "lettre.txt": b"Bonjour"}))])
    assert [(file.name, file.kind) for file in files] == [("dossier.zip/fiche.pdf", FileKind.PDF)]
    assert [(found.code, found.evidence[0].file) for found in said] == [
        (Code.UNREADABLE_PIECE, "dossier.zip/lettre.txt")
    ]


def test_an_archive_that_is_not_compressed_is_no_pdf() -> None:
    """Its first bytes are its first file's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        made.writestr("a.pdf", pdf())
        made.writestr("b.pdf", pdf())
    files, _ = unpack([("dossier.zip", out.getvalue())])
    assert [file.name for file in files] == ["dossier.zip/a.pdf", "dossier.zip/b.pdf"]


def test_a_kind_is_that_of_the_bytes() -> None:
    files, said = unpack([("photo.jpg", pdf()), ("synthese.pdf", b"MZ\x90\x00" + bytes(500))])
    assert [(file.name, file.kind) for file in files] == [("photo.jpg", FileKind.PDF)]
    assert "synthese.pdf" in said[0].message


def test_an_archive_in_an_archive_is_not_opened() -> None:
    files, said = unpack([("a.zip", archive({"b.zip": archive({"c.pdf": pdf()})}))])
    assert not files
    assert said[0].code is Code.UNREADABLE_PIECE and "a.zip/b.zip" in said[0].message


def test_a_bomb_is_not_unpacked() -> None:
    files, said = unpack([("bombe.zip", archive({"zeros.pdf": bytes(300_000_000)}))])
    assert not files
    assert "trop grosse" in said[0].message


def test_a_broken_archive_is_said() -> None:
    whole = archive({"a.pdf": pdf()})
    files, said = unpack([("dossier.zip", whole[: len(whole) // 2])])
    assert not files and len(said) == 1


def test_pdfs_joined_end_to_end_are_said_for_the_last_alone_is_read() -> None:
    whole = pdf()
    files, (said,) = unpack([("fiche.pdf", pdf(2) + whole)])
    assert [len(read_pages(file)) for file in files] == [1]
    assert said.code is Code.UNREADABLE_PIECE
    assert "fiche.pdf" in said.message and "demandez chaque PDF lui-même" in said.message
    assert unpack([("fiche.pdf", whole)])[1] == ()


def test_macros_are_said_and_the_file_read_on() -> None:
    book = archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"})
    files, said = unpack([("tableau.xlsx", book)])
    assert files[0].kind is FileKind.XLSX
    assert [found.code for found in said] == [Code.ACTIVE_CONTENT]


def test_what_acts_when_a_pdf_is_opened_is_said() -> None:
    with pikepdf.open(io.BytesIO(pdf())) as made:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('lu')")
        made.Root.OpenAction = action
        out = io.BytesIO()
        made.save(out)
    files, said = unpack([("a.pdf", out.getvalue()), ("b.pdf", pdf())])
    assert len(files) == 2 and [found.evidence[0].file for found in said] == ["a.pdf"]
    assert said[0].code is Code.ACTIVE_CONTENT


def compound(*streams: str) -> bytes:
    """What tells a file of older office programs, and of what its directory names."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "".join(streams).encode("utf-16-le")


def test_a_locked_office_file_is_said_to_be_one() -> None:
    files, said = unpack([("fiche.docx", compound("EncryptedPackage"))])
    assert not files and "mot de passe" in said[0].message


def test_files_of_older_programs_are_known_and_their_macros_said() -> None:
    files, said = unpack(
        [
            ("a", compound("WordDocument")),
            ("b", compound("Workbook", "_VBA_PROJECT")),
            ("c", b"{\\rtf1 Attestation}"),
        ]
    )
    assert [file.kind for file in files] == [FileKind.DOC, FileKind.XLS, FileKind.RTF]
    assert [(found.code, found.evidence[0].file) for found in said] == [(Code.ACTIVE_CONTENT, "b")]


def test_files_that_are_too_much_together_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.dossiers.files.MAX_BYTES", 2 * len(pdf()))
    files, said = unpack([("a.pdf", pdf()), ("b.pdf", pdf()), ("c.pdf", pdf())])
    assert [file.name for file in files] == ["a.pdf", "b.pdf"] and "c.pdf" in said[0].message


def test_a_protected_pdf_is_said() -> None:
    locked = pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert "mot de passe" in why(locked)


def test_a_cut_pdf_is_said() -> None:
    assert "endommagé" in why(pdf()[:200])


def test_a_pdf_without_its_end_is_not_mended() -> None:
    """What came last may be a signature."""
    assert "pas entier" in why(pdf()[:-10])
    assert "pas entier" in why(pdf() + b"\n9 0 obj\n<</Type /Sig /Contents <30")


def test_too_many_pages_are_said() -> None:
    assert "2000 pages" in why(pdf(2000))


def test_a_huge_photograph_is_said() -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 9_000)).save(out, "PNG")
    assert "millions de points" in why(out.getvalue())


def test_a_cut_photograph_is_said() -> None:
    out = io.BytesIO()
    Image.new("L", (800, 800), 200).save(out, "JPEG")
    assert "endommagée" in why(out.getvalue()[:300])


def test_zeros_after_the_end_of_a_pdf_do_not_hide_it() -> None:
    """Some spreadsheets' exports are written over a longer file."""
    (file,), said = unpack([("tableau.pdf", pdf() + bytes(50_000))])
    assert not said and len(read_pages(file)) == 1


@pytest.mark.parametrize("cut", [0.4, 0.8])
def test_a_cut_pdf_filled_up_with_zeros_stays_named(cut: float) -> None:
    whole = pdf(3)
    assert "n'est pas entier" in why(whole[: int(len(whole) * cut)] + bytes(50_000))


def test_the_pieces_of_a_portfolio_are_files_of_the_dossier() -> None:
    """Acrobat's « porte-documents » shows a page that says to open it elsewhere."""
    made = pikepdf.new()
    made.add_blank_page()
    for name, data in {"fiche.pdf": pdf(), "lettre.txt": b"Bonjour"}.items():
        made.attachments[name] = data
    made.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
    out = io.BytesIO()
    made.save(out)
    files, said = unpack([("pieces.pdf", out.getvalue())])
    assert [(file.name, file.kind) for file in files] == [("pieces.pdf/fiche.pdf", FileKind.PDF)]
    assert [(found.code, found.evidence[0].file) for found in said] == [
        (Code.UNREADABLE_PIECE, "pieces.pdf/lettre.txt")
    ]
