"""What students' own programs do: pages that a form runs on to, narrow cells, borders without sides."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import openpyxl
import pikepdf
import pytest
from openpyxl.styles import Font
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.cells import sheets_of
from processors.dossiers.facts import facts_of
from processors.dossiers.files import DepositedFile, FileKind, UnreadableError
from processors.dossiers.headings import INTERNSHIP
from processors.dossiers.layout import Line, Page, Word, lines_of
from processors.dossiers.pages import read_pages
from processors.dossiers.periods import Period
from processors.dossiers.pieces import pieces_of
from processors.dossiers.signature_zones import Role, zones_of
from processors.dossiers.ticks import option_of
from processors.lists.people import Candidate

NAEL = Candidate(
    *("02500000043", "007", "DE KERSAINT", "Nael", date(2005, 5, 2), "0841117H", "0130051K"),
    *("SISR", "scolaire", ("E5", "E6")),
)
STAY = (Period(date(2026, 1, 5), date(2026, 2, 13)),)


def typed(number: int, *lines: str) -> Page:
    return Page(number, 210.0, 297.0, tuple(Line((), line) for line in lines), "text")


def laid(*rows: tuple[float, Sequence[tuple[float, str]]]) -> Page:
    """Cells at mm from the top and the left, their words 2 mm a letter."""
    words = []
    for y, cells in rows:
        for x, said in cells:
            for word in said.split():
                words.append(Word(word, (x, y, 2.0 * len(word), 3.5)))
                x += 2.0 * len(word) + 1.5
    return Page(1, 210.0, 297.0, lines_of(words), "text")


def drawn(*lines: tuple[float, float, str]) -> DepositedFile:
    out = io.BytesIO()
    canvas = Canvas(out)
    for x, y, said in lines:
        canvas.drawString(x * mm, (297 - y) * mm, said)
    canvas.save()
    return DepositedFile("piece.pdf", FileKind.PDF, out.getvalue())


FORM = (
    *("ATTESTATION DE STAGE", "ORGANISME D'ACCUEIL", "certifie que", "Nom : DE KERSAINT Prénom : Nael"),
    "Dates de début et de fin du stage : Du 05/01/2026 au 13/02/2026",
)


@pytest.mark.parametrize(
    "rest",
    [
        (
            "L'attestation de stage est indispensable pour",
            "pouvoir faire prendre en compte le stage dans les droits à retraite.",
            "Nom, fonction et signature de la personne représentant l'organisme d'accueil",
            "1 Remettre autant d'attestations que d'entreprises fréquentées.",
        ),
        ("Cette attestation de stage est remise à l'intéressé.", "Signature et cachet"),
    ],
)
def test_a_form_that_runs_on_to_a_second_page_is_one_certificate(rest: tuple[str, ...]) -> None:
    (one,) = pieces_of("stage.pdf", [typed(1, *FORM), typed(2, *rest)])
    assert one.kind == INTERNSHIP and len(one.pages) == 2


@pytest.mark.parametrize(
    "second",
    [
        ("Apt Réseaux", "Nous attestons que Nael de Kersaint a effectué un stage chez nous."),
        (
            "Apt Réseaux",
            "L'entreprise atteste avoir accueilli en stage Nael de Kersaint",
            "du 05/01/2026 au 13/02/2026",
        ),
        ("Attestation de stage", "Nael de Kersaint"),
    ],
)
def test_a_certificate_behind_another_is_its_own(second: tuple[str, ...]) -> None:
    assert len(pieces_of("stages.pdf", [typed(1, *FORM), typed(2, *second)])) == 2


@pytest.mark.parametrize(
    "gap, cell",  # to the next column, which may be so near that it seems the same cell
    [
        (8.0, ("du 05/01/2026", "au 13/02/2026")),
        (4.0, ("du 05/01/2026", "au 13/02/2026")),
        (8.0, ("du 05/01/2026 au", "13/02/2026")),
        (8.0, ("du 5 janvier", "2026 au 13", "février 2026")),
        (8.0, ("du lundi 5 janvier 2026 au vendredi 13", "février 2026")),
    ],
)
def test_a_period_that_its_narrow_column_breaks_is_whole(gap: float, cell: Sequence[str]) -> None:
    name = ("DE KERSAINT", "Nael", "")
    rows = [[(20, name[k]), (60, said)] for k, said in enumerate(cell)]
    rows[0].append((60 + 2.0 * len(cell[0]) - 0.5 * cell[0].count(" ") + gap, "6"))
    page = laid(
        (40, [(60, "ATTESTATION DE STAGE")]),
        (46, [(20, "Apt Réseaux certifie avoir accueilli en stage :")]),
        *((60 + 4.2 * k, row) for k, row in enumerate(rows)),
        (80, [(20, "Fait à Apt, le 13/02/2026")]),
    )
    (one,) = pieces_of("stage.pdf", [page])
    assert facts_of(one, (NAEL,)).stay.periods == STAY


def test_a_title_goes_on_to_the_next_label() -> None:
    (one,) = pieces_of(
        "fiche.pdf",
        [
            typed(
                1,
                "Fiche descriptive de réalisation professionnelle",
                "Intitulé de la réalisation professionnelle :",
                "Installation de GLPI, intégrée à",
                "Active Directory.",
                "Période de réalisation : 2025",
            )
        ],
    )
    assert facts_of(one).title == "installation de glpi, integree a active directory"


def test_a_number_stands_between_dots() -> None:
    (one,) = pieces_of("stage.pdf", [typed(1, *FORM, "N° candidat : .....02500000043......")])
    assert facts_of(one, (NAEL,)).numbers == ("02500000043",)


def test_a_heading_over_two_lines_bears_the_number_of_its_annex() -> None:
    front = ("ANNEXE 9-1-A : Fiche descriptive de réalisation professionnelle (recto)", "Intitulé : Réseau")
    back = (
        "ANNEXE 9-1-A : Fiche descriptive de réalisation",
        "professionnelle (verso, éventuellement pages",
        "suivantes)",
    )
    (one,) = pieces_of("fiche.pdf", [typed(1, *front), typed(2, *back)])
    assert len(one.pages) == 2


ACCENT = b"""/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <7E> <0020> endbfrange
1 beginbfchar <B4> <0301> endbfchar
endcmap end"""


def test_an_accent_that_stands_for_itself_is_its_letters_and_ends_a_word() -> None:
    wide = stringWidth("Modalite", "Helvetica", 12) / mm
    accent = stringWidth("\xb4", "Helvetica", 12) / mm
    file = drawn(
        (20, 40, "Modalite"), (20 + wide - accent, 40, "\xb4"), (20 + wide + 1.2, 40, "individuelle")
    )
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(file.data)) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.ToUnicode = pdf.make_stream(ACCENT)
        pdf.save(out)
    (page,) = read_pages(replace(file, data=out.getvalue()))
    assert page.text == "Modalité individuelle"


def book(option: Sequence[str]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Tableau de synthèse des réalisations professionnelles"])
    sheet.append(["NOM et prénom : DE KERSAINT Nael", "Option :", *option])
    sheet["F2"].font = Font(bold=True)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def of_google(data: bytes) -> bytes:
    """As Google's program writes it: the first border has no sides."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/styles.xml":
                part, count = re.subn(rb"<border>.*?</border>", b"<border/>", part)
                assert count
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("option", [("X ☐ SISR", "☐ SLAM"), ("☐ SLAM", "X ☐ SISR"), ("☐ SLAM", "X SISR")])
def test_an_x_before_an_empty_box_ticks_it(option: Sequence[str]) -> None:
    assert option_of(tuple(sheets_of(book(option)))) == "SISR"
    assert option_of([laid((40, [(20, "Option :"), (50, option[0]), (90, option[1])]))]) == "SISR"


def test_a_workbook_whose_borders_have_no_sides_is_read() -> None:
    (page,) = sheets_of(of_google(book(("☒ SISR", "☐ SLAM"))))
    assert option_of([page]) == "SISR"


def test_whoever_represents_the_firm_is_asked_to_sign() -> None:
    file = drawn(
        (20, 40, "ATTESTATION DE STAGE"),
        (20, 120, "Le représentant de la structure d'accueil"),
        (120, 120, "Le chef d'établissement"),
    )
    (page,) = read_pages(file)
    assert {zone.role for zone in zones_of(page)} == {Role.FIRM, Role.SCHOOL}


@pytest.mark.parametrize("between", [0.0, 2.5], ids=["as typed", "set to both sides"])
def test_who_leads_the_host_is_not_who_leads_a_school(between: float) -> None:
    words, at = [], 20.0
    for word in ["Le", "chef", "d'établissement", "de", "l'organisme", "d'accueil"]:
        words.append((at, 120.0, word))
        at += stringWidth(f"{word} ", "Helvetica", 12) / mm + between
    (page,) = read_pages(drawn((20, 40, "ATTESTATION DE STAGE"), *words))
    assert [zone.role for zone in zones_of(page)] == [Role.FIRM]


def test_who_leads_a_school_certifies_nothing_by_the_name_of_it() -> None:
    (page,) = read_pages(
        drawn(
            (20, 40, "ATTESTATION DE STAGE"),
            (20, 120, "Le responsable de la structure d'accueil"),
            (20, 160, "Le chef d'établissement"),
        )
    )
    assert {zone.role for zone in zones_of(page)} == {Role.FIRM, Role.SCHOOL}


@pytest.mark.parametrize(
    "lines, address",
    [
        (("https://nael.github.io/", "portfolio/"), "https://nael.github.io/portfolio/"),
        (("https://nael.fr/e5/index", ".html"), "https://nael.fr/e5/index.html"),
        (("https://nael.fr/", "Réalisations"), "https://nael.fr/"),
        (("https://nael.fr/e5", "professionnelles"), "https://nael.fr/e5"),
    ],
)
def test_an_address_that_its_cell_breaks_is_whole(lines: Sequence[str], address: str) -> None:
    table = ("Tableau de synthèse des réalisations professionnelles", "Adresse URL du portfolio :")
    (one,) = pieces_of("table.pdf", [typed(1, *table, *lines)])
    assert facts_of(one).portfolio == address


def test_a_number_and_an_address_that_narrow_cells_break_are_whole() -> None:
    page = laid(
        (10, [(20, "Tableau de synthèse")]),
        (20, [(110, "N°"), (140, "02500000")]),
        (22.5, [(20, "NOM et prénom :"), (60, "DE KERSAINT Nael")]),
        (25, [(110, "candidat :"), (140, "043")]),
        (32, [(60, "https://nael.example/view/")]),
        (34.5, [(20, "Adresse URL :")]),
        (37, [(60, "mon-portfolio")]),
    )
    facts = facts_of(pieces_of("piece.pdf", [page])[0], (NAEL,))
    assert (facts.numbers, facts.portfolio) == ((NAEL.number,), "https://nael.example/view/mon-portfolio")


def test_a_form_that_only_one_program_shows_is_said_to_be_so() -> None:
    form = pikepdf.new()
    form.add_blank_page()
    form.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=form.make_stream(b"<xdp:xdp/>"))
    out = io.BytesIO()
    form.save(out)
    with pytest.raises(UnreadableError, match="XFA"):
        list(read_pages(DepositedFile("piece.pdf", FileKind.PDF, out.getvalue())))


def test_labels_in_cells_that_lie_close_are_two() -> None:
    left, right = "Le représentant de la structure d'accueil", "Le chef d'établissement"
    at = 20 + stringWidth(left, "Helvetica", 12) / mm + 3
    (page,) = read_pages(drawn((20, 40, "ATTESTATION DE STAGE"), (20, 120, left), (at, 120, right)))
    assert {zone.role for zone in zones_of(page)} == {Role.FIRM, Role.SCHOOL}


def test_the_words_of_a_large_title_are_no_columns() -> None:
    words = [Word("ATTESTATION", (20, 40, 80, 8)), Word("EMPLOYEUR", (106, 40, 70, 8))]
    assert lines_of(words)[0].text == "ATTESTATION EMPLOYEUR"


def test_a_form_in_two_languages_gives_its_stay() -> None:
    said = (
        "Attestation de stage / Internship certificate",
        "Du / From\t05/01/2026",
        "Au / To\t13/02/2026",
        "Durée / Duration\t6 semaines / weeks",
    )
    (one,) = pieces_of("stage.pdf", [typed(1, *said)])
    stay = facts_of(one, (NAEL,)).stay
    assert (stay.periods, stay.weeks_said, stay.in_part) == (STAY, 6.0, False)


def test_the_day_of_the_law_is_none_of_the_stay_where_columns_break_it() -> None:
    law = ("retraites (loi n°\tFait à Apt,", "2014-40\tle 13/02/2026", "du 20 janvier 2014) ouvre")
    (one,) = pieces_of("stage.pdf", [typed(1, *FORM, *law)])
    assert not facts_of(one, (NAEL,)).stay.in_part
