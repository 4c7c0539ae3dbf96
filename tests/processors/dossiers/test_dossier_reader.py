"""Drawn dossiers are judged as they were drawn, and certificates in words of other people's too."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from processors.circular.deadlines import PARIS
from processors.circular.session import load_session
from processors.dossiers.contract import dossier_json
from processors.dossiers.files import unpack
from processors.dossiers.findings import GROUNDS, Code, Verdict
from processors.dossiers.pdfs import pages_of
from processors.dossiers.reader import DossierReading, read_dossier
from processors.dossiers.signatures import State
from processors.lists.people import Candidate
from specimens.dossiers import documents, ink, paper
from specimens.dossiers.deposit import Deposit, Medium, Trouble, draw_deposit
from specimens.people import invent_candidates, invent_schools

pytestmark = pytest.mark.slow  # draws dossiers by the dozen and reads them
SESSION = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
IN_TIME = datetime(2026, 4, 20, 9, tzinfo=PARIS)


def people(seed: int) -> tuple[Candidate, ...]:
    rng = np.random.default_rng(seed)
    return invent_candidates(rng, 2, "0130051K", ["E5", "E6"], invent_schools(rng, 2))


def drawn(exam: str, trouble: Trouble, medium: Medium, seed: int) -> Deposit:
    candidate, other = people(seed)
    rules = SESSION.exam(exam)
    assert rules is not None and rules.deposit is not None
    due = rules.deposit.deadline.at
    return draw_deposit(np.random.default_rng(seed), candidate, other, exam, due, trouble, medium)


def read(deposit: Deposit) -> DossierReading:
    return judged(deposit.exam, deposit.candidate, deposit.files, deposit.at)


def judged(
    exam: str, candidate: Candidate, files: tuple[tuple[str, bytes], ...], at: datetime | None = IN_TIME
) -> DossierReading:
    opened, said = unpack(files)
    rules = SESSION.exam(exam)
    assert rules is not None
    return read_dossier(opened, said, SESSION, rules, candidate, at)


def codes(reading: DossierReading) -> set[Code]:
    return {found.code for found in reading.findings if found.severity != "info"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("medium", [Medium.PRINT, Medium.FORM])
@pytest.mark.parametrize("exam", ["E5", "E6"])
def test_a_sound_dossier_is_conform(exam: str, medium: Medium, seed: int) -> None:
    reading = read(drawn(exam, Trouble.NONE, medium, seed))
    assert codes(reading) == set()
    assert reading.verdict is Verdict.CONFORM
    assert exam == "E6" or (reading.internship is not None and reading.internship.least_weeks == 10)


@pytest.mark.parametrize("exam", ["E5", "E6"])
@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.NONE])
def test_a_trouble_is_named_with_its_evidence(exam: str, trouble: Trouble) -> None:
    for seed, medium in enumerate((Medium.PRINT, Medium.FORM)):
        deposit = drawn(exam, trouble, medium, seed)
        reading = read(deposit)
        expected = {deposit.ground or deposit.said}
        assert expected <= codes(reading)
        assert codes(reading) & GROUNDS == ({deposit.ground} if deposit.ground else set())
        verdict = Verdict.PROPOSED_NON_CONFORM if deposit.ground else Verdict.TO_EXAMINE
        assert reading.verdict is verdict
        shown = [found.evidence for found in reading.findings if found.code in expected]
        assert all(shown) or deposit.trouble in (Trouble.ABSENT, Trouble.LATE, Trouble.MISSING)


@pytest.mark.slow
@pytest.mark.parametrize("medium", [Medium.SCAN, Medium.PHOTOGRAPH])
@pytest.mark.parametrize(
    "trouble", [Trouble.NONE, Trouble.UNSIGNED, Trouble.SHORT, Trouble.SIGNED_BY_TRAINEE]
)
def test_paper_is_read_too(trouble: Trouble, medium: Medium) -> None:
    """Never judged wrongly; where the machine is not sure, the commission looks."""
    for seed in range(2):
        deposit = drawn("E5", trouble, medium, seed)
        said = codes(read(deposit))
        assert said & GROUNDS <= {deposit.ground}
        assert deposit.ground is None or said


def certificate(*lines: str, signed: bool = True) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for k, line in enumerate(lines):
        canvas.drawString(25 * mm, (270 - 9 * k) * mm, line)
    if signed:
        picture = ink.signature(np.random.default_rng(4))
        image, (w, h) = ImageReader(ink.png(picture)), ink.size_mm(picture)
        canvas.drawImage(image, 30 * mm, (262 - 9 * len(lines)) * mm - h, w * mm, h * mm, mask="auto")
    canvas.save()
    return out.getvalue()


def with_table(candidate: Candidate, *certificates: bytes) -> tuple[tuple[str, bytes], ...]:
    rows = documents.synthesis(candidate, "lycée Rosa Bonheur", 2026, "https://moi.example.fr")
    named = ((f"{k}.pdf", data) for k, data in enumerate(certificates))
    return (("tableau.xlsx", documents.as_workbook(rows)), *named)


def whole(candidate: Candidate, signed: bool = True, said: str = "du 05/01/2026 au 13/03/2026") -> bytes:
    return certificate(
        "ATTESTATION",
        f"Nous certifions que {candidate.first_names} {candidate.family_name} a été stagiaire chez nous",
        f"{said}.",
        "Fait à Toulon, le 13/03/2026",
        "Le directeur",
        signed=signed,
    )


def test_the_session_is_asked_of_the_table_and_not_of_a_certificate_that_may_be_of_the_year_before() -> None:
    candidate, _ = people(1)
    older = certificate(
        "ATTESTATION DE STAGE",
        "BTS SERVICES INFORMATIQUES AUX ORGANISATIONS SESSION 2025",
        f"certifie que {candidate.first_names} {candidate.family_name} a effectué un stage",
        "du 05/01/2026 au 13/03/2026",
        "Signature et cachet de l'organisme d'accueil",
    )
    files = with_table(candidate, older)
    reading = judged("E5", candidate, files)
    assert reading.pieces[1].facts.session == 2025
    assert codes(reading) == set()
    rows = documents.synthesis(candidate, "lycée Rosa Bonheur", 2025, "https://moi.example.fr")
    table = ("tableau.xlsx", documents.as_workbook(rows))
    assert codes(judged("E5", candidate, (table, files[1]))) == {Code.WRONG_SESSION}


def test_a_certificate_without_a_heading_is_known_by_its_sentences() -> None:
    candidate, _ = people(1)
    reading = judged("E5", candidate, with_table(candidate, whole(candidate)))
    assert [read.piece.kind for read in reading.pieces] == ["synthesis_table", "internship_certificate"]
    assert codes(reading) == set()


def test_the_same_certificate_unsigned_is_told() -> None:
    candidate, _ = people(1)
    reading = judged("E5", candidate, with_table(candidate, whole(candidate, signed=False)))
    (found,) = [found for found in reading.findings if found.code is Code.UNSIGNED_DOCUMENT]
    assert found.evidence[0].box is not None and found.evidence[0].file == "0.pdf"


def test_who_should_have_signed_is_said_and_a_signed_version_deposited_beside_it_is_not_overlooked() -> None:
    candidate, _ = people(1)
    unsigned = whole(candidate, signed=False)
    (found,) = judged("E5", candidate, with_table(candidate, unsigned)).findings
    assert "organisme d'accueil" in found.message
    both = judged("E5", candidate, with_table(candidate, unsigned, whole(candidate)))
    assert codes(both) == {Code.DOUBTFUL_SIGNATURE}


def test_ink_beside_an_empty_zone_is_for_the_commission() -> None:
    candidate, _ = people(1)
    data = whole(candidate, signed=False)
    out = io.BytesIO()
    canvas = Canvas(out)
    picture = ink.signature(np.random.default_rng(4))
    w, h = ink.size_mm(picture)
    canvas.drawImage(ImageReader(ink.png(picture)), 140 * mm, 150 * mm, w * mm, h * mm, mask="auto")
    canvas.save()
    with pikepdf.open(io.BytesIO(data)) as page, pikepdf.open(io.BytesIO(out.getvalue())) as over:
        page.pages[0].add_overlay(over.pages[0], None)
        made = io.BytesIO()
        page.save(made)
    reading = judged("E5", candidate, with_table(candidate, made.getvalue()))
    assert codes(reading) == {Code.DOUBTFUL_SIGNATURE}


def test_more_of_a_piece_than_the_session_takes_is_told() -> None:
    candidate, _ = people(1)
    (table, certificate) = with_table(candidate, whole(candidate))
    reading = judged("E5", candidate, (table, ("autre.xlsx", table[1]), certificate))
    assert codes(reading) == {Code.SURPLUS_PIECE}


def test_the_evidence_of_a_short_internship_is_where_its_period_stands() -> None:
    candidate, _ = people(1)
    short = whole(candidate, said="du 05/01/2026 au 30/01/2026")
    (found,) = judged("E5", candidate, with_table(candidate, short)).findings
    assert found.code is Code.INTERNSHIP_TOO_SHORT
    (shown,) = found.evidence
    assert shown.box is not None
    _, y, _, h = shown.box
    assert 297 - 270 + 9 < y < y + h < 297 - 270 + 3 * 9  # the third line, 9 mm apart from the others


def test_a_page_that_is_shown_turned_is_read_as_it_is_seen() -> None:
    candidate, _ = people(1)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole(candidate))) as pdf:  # as printers write landscape pages
        (page,) = pdf.pages
        page.contents_add(f"q 0 -1 1 0 0 {A4[0]} cm".encode(), prepend=True)
        page.contents_add(b"Q")
        page.mediabox = pikepdf.Array([0, 0, A4[1], A4[0]])
        page.rotate(270, relative=False)
        pdf.save(out)
    reading = judged("E5", candidate, with_table(candidate, out.getvalue()))
    assert codes(reading) == set()
    assert reading.pieces[1].piece.pages[0].read_by == "text"


@pytest.mark.slow
def test_a_scan_is_read_whichever_way_up_it_lay() -> None:
    candidate, _ = people(1)
    page = paper.drawn(whole(candidate), 200)[0]
    done, jpeg = cv2.imencode(".jpg", np.rot90(page, 2))
    assert done
    scan = bytes(img2pdf.convert(jpeg.tobytes(), layout_fun=img2pdf.get_fixed_dpi_layout_fun((200, 200))))
    reading = judged("E5", candidate, with_table(candidate, scan))
    assert codes(reading) == set()
    unsigned = reading.pieces[1].signatures[0].evidence
    assert unsigned.box is not None and unsigned.box[1] > 30


def test_a_certificate_that_contradicts_itself_is_for_the_commission() -> None:
    candidate, _ = people(1)
    said = "du 05/01/2026 au 20/02/2026, soit 10 semaines"
    reading = judged("E5", candidate, with_table(candidate, whole(candidate, said=said)))
    assert codes(reading) == {Code.DOUBTFUL_INTERNSHIP}


@pytest.mark.parametrize(
    "said",
    [
        "du 05/01/2026 au 30/01/2026, puis du 2 mars 2026, à raison de 35 heures, au 10 avril",
        "du 05/01/2026 au 30/01/2026. Début du stage : 2 mars 2026. Dernier jour : 10 avril 2026",
    ],
)
def test_a_certificate_of_which_a_period_is_read_in_part_is_no_ground(said: str) -> None:
    candidate, _ = people(1)
    reading = judged("E5", candidate, with_table(candidate, whole(candidate, said=said)))
    assert codes(reading) == {Code.DOUBTFUL_INTERNSHIP}


def test_a_work_certificate_stands_for_those_in_continuing_education() -> None:
    candidate, _ = people(1)
    site = certificate(
        "CERTIFICAT DE TRAVAIL",
        f"certifie que {candidate.first_names} {candidate.family_name} est employé en CDI",
        "du 01/09/2025 au 31/03/2026",
        "Fait à Toulon, le 31/03/2026",
        "Signature et cachet de l'employeur",
    )
    files = with_table(candidate, site)
    older = replace(candidate, category="formation continue")
    assert codes(judged("E5", older, files)) == set()
    assert Code.MISSING_PIECE in codes(judged("E5", candidate, files))


def test_the_same_second_as_the_deadline_is_late_and_the_one_before_is_not() -> None:
    candidate, _ = people(1)
    files = with_table(candidate, whole(candidate))
    due = datetime(2026, 4, 22, 12, tzinfo=PARIS)
    assert codes(judged("E5", candidate, files, due)) == {Code.LATE_DEPOSIT}
    assert codes(judged("E5", candidate, files, due - timedelta(seconds=1))) == set()


def test_a_name_typed_otherwise_is_the_same_person() -> None:
    candidate = replace(people(1)[0], family_name="LE-GUENNEC", first_names="Noëlle Marie")
    other_way = replace(candidate, family_name="Le Guennec", first_names="Noelle")
    reading = judged("E5", candidate, with_table(other_way, whole(other_way)))
    assert codes(reading) == set()


def test_the_contract_is_plain_and_names_nobody_in_a_message() -> None:
    deposit = drawn("E5", Trouble.UNSIGNED, Medium.PRINT, 2)
    said = dossier_json(read(deposit))
    assert set(said) == {"candidate", "pieces", "internship", "findings", "verdict"}
    assert set(said["pieces"][0]) == {"kind", "file", "pages", "facts", "signatures"}
    for found in said["findings"]:
        assert deposit.candidate.family_name not in found["message"]
        assert deposit.candidate.number not in found["message"]
    states = {s["state"] for piece in said["pieces"] for s in piece["signatures"]}
    assert states <= {state.value for state in State}


@pytest.mark.slow
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_sheet_that_lay_turned_in_the_feeder_has_its_pictures_where_they_are_seen(quarters: int) -> None:
    """A picture in the top left quarter of a scan, as the sheet is held to be read."""
    candidate, _ = people(1)
    sheet = paper.drawn(whole(candidate), 200)[0]
    out = io.BytesIO()
    size = (210 * mm, 297 * mm) if quarters % 2 == 0 else (297 * mm, 210 * mm)
    canvas = Canvas(out, pagesize=size)
    seen = np.ascontiguousarray(np.rot90(sheet, -quarters))  # turned with the clock, as it went in
    canvas.drawImage(ImageReader(Image.fromarray(seen)), 0, 0, *size)
    left, bottom = {0: (20, 227), 1: (227, 150), 2: (150, 20), 3: (20, 20)}[quarters]
    stamp = ImageReader(Image.fromarray(np.full((50, 40), 90, np.uint8)))
    across, down = (40, 50) if quarters % 2 == 0 else (50, 40)
    canvas.drawImage(stamp, left * mm, bottom * mm, across * mm, down * mm)
    canvas.save()
    (page,) = pages_of(out.getvalue())
    assert (round(page.width), round(page.height), page.read_by) == (210, 297, "ocr")
    assert sorted(tuple(map(round, box)) for box in page.pictures) == [(0, 0, 210, 297), (20, 20, 40, 50)]
