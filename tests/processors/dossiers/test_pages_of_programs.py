"""What programs do to a page: typed over, spaced out, turned, stamped in letters, or not shown at all."""

import io
import zipfile
from datetime import date

import openpyxl
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.facts import facts_of
from processors.dossiers.files import UnreadableError, unpack
from processors.dossiers.headings import INTERNSHIP
from processors.dossiers.layout import Page, Word, lines_of
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.seals import seals_of
from processors.dossiers.signature_zones import Role
from processors.dossiers.signatures import State, signatures_of, state_of
from processors.dossiers.ticks import TEAM, chosen
from processors.lists.people import Candidate
from specimens.dossiers import seals

pytestmark = pytest.mark.slow

NAEL = Candidate(
    *("02500000043", "007", "DE KERSAINT", "Nael", date(2005, 5, 2), "0841117H", "0130051K"),
    *("SISR", "scolaire", ("E5", "E6")),
)
LETTER = (
    "ATTESTATION DE STAGE",
    "Je soussigné, Rémi Aubert, gérant de Vaucluse Réseaux, certifie que Monsieur Nael de Kersaint,",
    "étudiant en BTS SIO, a effectué un stage du 19/05/2025 au 20/06/2025.",
    "Fait à Apt, le 20/06/2025",
    "Signature et cachet de l'entreprise",
)
STAY = (Period(date(2025, 5, 19), date(2025, 6, 20)),)


class Letter:
    """A page being drawn, in mm from its top left."""

    def __init__(self, *lines: str, apart: float = 0, wide: bool = False) -> None:
        self.out = io.BytesIO()
        self.high = 210 if wide else 297
        self.canvas = Canvas(self.out, pagesize=((507 - self.high) * mm, self.high * mm))
        for k, line in enumerate(lines):
            self.write(20, 30 + 9 * k, line, apart=apart)

    def write(self, x: float, y: float, said: str, size: float = 10, apart: float = 0) -> None:
        text = self.canvas.beginText(x * mm, (self.high - y) * mm)
        text.setFont("Helvetica", size)
        text.setCharSpace(apart)
        text.textOut(said)
        self.canvas.drawText(text)

    def stamp(self, x: float, y: float, degrees: float) -> None:
        self.canvas.saveState()
        self.canvas.translate(x * mm, (self.high - y) * mm)
        self.canvas.rotate(degrees)
        self.canvas.rect(0, 0, 52 * mm, 16 * mm)
        self.canvas.setFont("Helvetica", 9)
        for k, line in enumerate(
            ("VAUCLUSE RESEAUX", "3, rue du Puits 84400 APT", "SIRET 812 345 678 00017")
        ):
            self.canvas.drawString(3 * mm, (11 - 4 * k) * mm, line)
        self.canvas.restoreState()

    def file(self) -> bytes:
        self.canvas.save()
        return self.out.getvalue()


def pages(data: bytes, name: str = "piece.pdf") -> tuple[Page, ...]:
    (file,), _ = unpack([(name, data)])
    return read_pages(file)


def piece(data: bytes, name: str = "piece.pdf") -> Piece:
    (one,) = pieces_of(name, pages(data, name))
    return one


def signed(data: bytes) -> State:
    return state_of(signatures_of(piece(data)), ("organisme d'accueil",))[0]


def annotated(data: bytes, *annotations: Dictionary) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(one) for one in annotations])
        pdf.save(out)
    return out.getvalue()


def typed_over(x: float, y: float, said: str) -> Dictionary:
    box = [x * mm, (297 - y - 1) * mm, (x + 50) * mm, (297 - y + 5) * mm]
    return Dictionary(
        Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([round(side, 1) for side in box]),
        Contents=String(said), DA=String("/Helv 9 Tf 0 g"), F=4,
    )  # fmt: skip


def test_what_a_reader_typed_over_a_form_is_read_on_its_line() -> None:
    form = Letter("ATTESTATION DE STAGE", "Certifie que le stagiaire", "Nom :", "Prénom :", "Du", "au")
    data = annotated(
        form.file(),
        typed_over(35, 48, "de Kersaint"),
        typed_over(38, 57, "Nael"),
        typed_over(30, 66, "19/05/2025"),
        typed_over(30, 75, "20/06/2025"),
    )
    found = piece(data)
    facts = facts_of(found, (NAEL,))
    assert owner_of(found, facts, NAEL) is Owner.CANDIDATE
    assert facts.stay.periods == STAY


@pytest.mark.parametrize("kept", [String, Array, "stream"], ids=["text", "choices", "stream"])
def test_what_a_field_holds_is_read_however_it_is_kept(kept: object) -> None:
    with pikepdf.open(io.BytesIO(Letter("CERTIFICAT").file())) as pdf:
        value = (
            pdf.make_stream("\ufeffÉlève, Apt".encode("utf-16-be"))
            if kept == "stream"
            else Array([String("Élève"), String("Apt")])
            if kept is Array
            else String("Élève, Apt")
        )
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Ch if kept is Array else Name.Tx,
            Rect=Array([100, 600, 300, 620]), T=String("vu"), V=value,
        )  # fmt: skip
        pdf.pages[0].Annots = Array([pdf.make_indirect(field)])
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]))
        pdf.save(out := io.BytesIO())
    assert [(one.name, one.value) for one in piece(out.getvalue()).pages[0].fields] == [("vu", "Élève, Apt")]


def with_field(letter: Letter, left: int, bottom: int, right: int, top: int) -> bytes:
    """The letter with a form field, in points, that holds a name."""
    with pikepdf.open(io.BytesIO(letter.file())) as pdf:
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("nom"), V=String("DA COSTA Soën"),
            Rect=Array([left, bottom, right, top]),
        )  # fmt: skip
        pdf.pages[0].Annots = Array([pdf.make_indirect(field)])
        pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].Annots)
        pdf.save(out := io.BytesIO())
    return out.getvalue()


def test_what_a_field_holds_that_the_page_bears_too_is_read_once() -> None:
    letter = Letter("DA COSTA Soën", "a effectué un stage chez nous")
    assert piece(with_field(letter, 50, 745, 300, 770)).text.count("COSTA") == 1


def test_the_words_of_a_field_that_is_far_wider_than_they_are_make_one_name() -> None:
    assert "DA COSTA Soën" in piece(with_field(Letter("CERTIFICAT"), 100, 600, 560, 620)).text


@pytest.mark.parametrize("apart", [0, 1.5, 2.5, 4])
def test_letters_that_are_spaced_out_make_words(apart: float) -> None:
    data = Letter("CERTIFICAT DE STAGE", "certifie que Nael de Kersaint a été", "stagiaire du 19 mai 2025 au",
                  "20 juin 2025", apart=apart).file()  # fmt: skip
    assert [line.text for page in pages(data) for line in page.lines] == [
        "CERTIFICAT DE STAGE",
        "certifie que Nael de Kersaint a été",
        "stagiaire du 19 mai 2025 au",
        "20 juin 2025",
    ]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_of_a_program_that_is_shown_lying_is_set_upright(degrees: int) -> None:
    letter = Letter(*LETTER)
    letter.stamp(25, 95, 4)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter.file())) as pdf:
        pdf.pages[0].rotate(degrees, relative=False)
        pdf.save(out)
    found = piece(out.getvalue())
    assert (found.kind, facts_of(found, (NAEL,)).stay.periods) == (INTERNSHIP, STAY)
    (page,) = found.pages
    assert (round(page.width), round(page.height), page.read_by) == (210, 297, "text")
    assert page.gray is not None and page.gray.shape[0] > page.gray.shape[1]
    assert signed(out.getvalue()) is State.SIGNED


def test_a_stamp_that_a_program_set_askew_in_letters_signs() -> None:
    letter = Letter(*LETTER)
    letter.stamp(25, 95, 5)
    assert signed(letter.file()) is State.SIGNED


def test_a_stamp_in_straight_letters_is_to_look_at() -> None:
    letter = Letter(*LETTER)
    letter.stamp(25, 95, 0)
    assert signed(letter.file()) is State.DOUBTFUL
    assert signed(Letter(*LETTER).file()) is State.ABSENT


def test_a_thin_scrawl_that_a_program_drew_signs() -> None:
    letter = Letter(*LETTER)
    path = letter.canvas.beginPath()
    path.moveTo(40 * mm, 212 * mm)
    for k in range(8):
        x = 40 + 2.5 * k
        path.curveTo(x * mm, 216 * mm, (x + 1) * mm, 208 * mm, (x + 2.5) * mm, (212 + k % 2) * mm)
    letter.canvas.setLineWidth(0.4)
    letter.canvas.drawPath(path)
    assert signed(letter.file()) is State.SIGNED


def test_a_form_that_one_program_alone_shows_is_said_to_be_unreadable() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(Letter("Please wait... If this message is not replaced").file())) as pdf:
        pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
        pdf.Root.NeedsRendering = True
        pdf.save(out)
    with pytest.raises(UnreadableError, match="XFA"):
        pages(out.getvalue())


def test_a_pdf_that_only_holds_others_is_said_to_be_unreadable() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(Letter("Ouvrez ce porte-documents dans un autre logiciel").file())) as pdf:
        pdf.Root.Collection = Dictionary(Type=Name.Collection)
        pdf.save(out)
    with pytest.raises(UnreadableError, match="porte-documents"):
        pages(out.getvalue())


def test_a_digital_signature_of_the_candidate_is_not_the_firms() -> None:
    family, first = seals.SIGNER.split()[-1], seals.SIGNER.split()[0]
    trainee = Candidate(*("02500000056", "008", family, first, date(2005, 5, 2), "0841117H", "0130051K"),
                        *("SISR", "scolaire", ("E5",)))  # fmt: skip
    data = seals.sealed(Letter(*LETTER).file(), "Signature1", (0, 0, 0, 0))
    found = signatures_of(piece(data), seals_of(data), trainee)
    assert [one.role for one in found if one.seal] == [Role.CANDIDATE]
    assert state_of(found, ("organisme d'accueil",))[0] is State.ABSENT
    other = signatures_of(piece(data), seals_of(data), NAEL)
    assert state_of(other, ("organisme d'accueil",))[0] is State.SIGNED


def test_two_certificates_on_one_wide_page_are_two() -> None:
    wide = Letter(wide=True)
    for x, name in ((15, "Nael de Kersaint"), (160, "Maud Besson")):
        wide.write(x, 30, "ATTESTATION DE STAGE", 14)
        wide.write(x, 45, f"certifie que {name} a été stagiaire")
    left, right = pieces_of("two.pdf", pages(wide.file()))
    assert ("Nael" in left.text, "Maud" in left.text) == (True, False)
    assert ("Nael" in right.text, "Maud" in right.text) == (False, True)
    alone = Letter(wide=True)
    alone.write(100, 30, "ATTESTATION DE STAGE", 14)
    alone.write(30, 45, "certifie que Nael de Kersaint a été stagiaire")
    piece(alone.file())


def test_a_link_behind_other_words_is_the_portfolio() -> None:
    table = Letter(
        "Tableau de synthèse des réalisations professionnelles", "Adresse URL du portfolio :", "Mon portfolio"
    )
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([50, 700, 150, 720]),
                      A=Dictionary(S=Name.URI, URI=String("https://nael.example/portfolio")))  # fmt: skip
    assert (
        facts_of(piece(annotated(table.file(), link)), (NAEL,)).portfolio == "https://nael.example/portfolio"
    )


def test_a_workbooks_text_boxes_and_links_are_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Tableau de synthèse des réalisations professionnelles"
    sheet["A3"], sheet["A5"], sheet["A6"] = "NOM et prénom :", "Adresse URL du portfolio :", "Mon portfolio"
    sheet["A6"].hyperlink = "https://nael.example/portfolio"
    made = io.BytesIO()
    book.save(made)
    found = piece(with_text_box(made.getvalue(), "DE KERSAINT Nael"), "tableau.xlsx")
    facts = facts_of(found, (NAEL,))
    assert (facts.name, facts.portfolio) == ("de kersaint nael", "https://nael.example/portfolio")


def with_text_box(book: bytes, said: str) -> bytes:
    """Over the cells B3 to D3 of the first sheet."""
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    drawing = (
        '<d:wsDr xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        f'xmlns:a="{main}"><d:twoCellAnchor><d:from><d:col>1</d:col><d:row>2</d:row></d:from><d:to><d:col>4'
        "</d:col><d:row>3</d:row></d:to><d:sp><d:txBody><a:p><a:r><a:t>"
        f"{said}</a:t></a:r></a:p></d:txBody></d:sp></d:twoCellAnchor></d:wsDr>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/_rels/sheet1.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
                more = f'<Relationship Id="rId9" Type="{kind}" Target="../drawings/drawing1.xml"/>'
                part = part.replace(b"</Relationships>", f"{more}</Relationships>".encode())
            new.writestr(name, part)
        new.writestr("xl/drawings/drawing1.xml", drawing)
    return out.getvalue()


@pytest.mark.parametrize("ticked", ["alone", "team"])
def test_a_label_that_a_narrow_column_broke_is_one(ticked: str) -> None:
    one, other = ("☒", "☐") if ticked == "alone" else ("☐", "☒")
    words = [
        *((30.0, 50.0, "Période"), (48.0, 50.0, ":"), (120.0, 50.0, "Modalité"), (138.0, 50.0, ":")),
        *((142.0, 50.0, one), (148.0, 50.0, "Seul(e)"), (164.0, 50.0, other), (170.0, 50.0, "En")),
        *((30.0, 53.0, "Lieu"), (30.0, 56.0, "mars"), (120.0, 56.0, "équipe")),
    ]
    lines = lines_of([Word(said, (x, y, 1.8 * len(said), 3.5)) for x, y, said in words])
    assert chosen([Page(1, 210.0, 297.0, lines, "text")], TEAM) == ticked
