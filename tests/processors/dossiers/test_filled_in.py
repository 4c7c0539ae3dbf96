"""Models that were printed, filled in by hand and scanned: several on a page, dates on dots, short years."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from processors.circular.session import load_session
from processors.dossiers.by_hand import with_writing
from processors.dossiers.facts import facts_of
from processors.dossiers.findings import Code
from processors.dossiers.grounds import ReadPiece, judge
from processors.dossiers.layout import DPI, Page, Word, lines_of
from processors.dossiers.periods import Period, Stay, read_stay
from processors.dossiers.persons import Owner, owner_of
from processors.dossiers.pieces import Piece, pieces_of
from processors.dossiers.signatures import State, dated_by_hand, signatures_of, state_of
from processors.lists.people import Candidate
from processors.scans.readings import Gray

pytestmark = pytest.mark.slow

PX = DPI / 25.4
HAND, PRINT = "specimens/fonts/delius.woff2", "specimens/fonts/arimo.woff2"
UNTIL = date(2026, 4, 22)
WINTER = Period(date(2026, 1, 5), date(2026, 2, 13))
OWN = Candidate(
    *("02500000011", "001", "ESCOFFIER", "Laurence", date(2005, 3, 14), "0841117H", "0130051K"),
    *("SLAM", "scolaire", ("E5", "E6")),
)


class Paper:
    """A page of which optical reading has made out the print alone."""

    def __init__(self) -> None:
        self.image = Image.new("L", (round(210 * PX), round(297 * PX)), 250)
        self.pen, self.words = ImageDraw.Draw(self.image), list[Word]()

    def print(self, x: float, y: float, text: str) -> float:
        font = ImageFont.truetype(PRINT, round(3.6 * PX))
        self.pen.text((x * PX, y * PX), text, 30, font=font, anchor="ls")
        for word in text.split():
            self.words.append(Word(word, (x, y - 3, font.getlength(word) / PX, 3.5), 0.95))
            x += font.getlength(f"{word} ") / PX
        return x

    def write(self, x: float, y: float, text: str, hand: str = HAND) -> float:
        font = ImageFont.truetype(hand, round(5 * PX))
        self.pen.text((x * PX, y * PX), text, 30, font=font, anchor="ls")
        wide = font.getlength(text) / PX
        self.words.append(Word("u/#", (x + 2, y - 3, wide - 4, 4), 0.2))
        return x + wide + 6

    def dots(self, x: float, y: float, to: float) -> None:
        for k in range(round((to - x) / 0.9)):
            left, top = (x + 0.9 * k) * PX, y * PX
            self.pen.ellipse((left, top - 1, left + 2.4, top + 1.4), fill=20)

    def signed(self, x: float, y: float) -> None:
        points = [((x + k) * PX, (y + (9 if k % 6 else 0) * (k % 4 / 3)) * PX) for k in range(0, 34, 2)]
        self.pen.line(points, fill=40, width=3)

    def gray(self) -> Gray:
        return np.asarray(cv2.GaussianBlur(np.asarray(self.image), (0, 0), 0.6), np.uint8)

    def pieces(self) -> tuple[Piece, ...]:
        gray = self.gray()
        page = Page(1, 210, 297, lines_of(self.words), "ocr", source=lambda _: gray)
        return pieces_of("attestations.pdf", (page,))


def stay_of(piece: Piece, told: Collection[Period] = ()) -> Stay:
    facts = facts_of(piece, (OWN,))
    owner = owner_of(piece, facts, OWN)
    return with_writing(piece, facts, owner, OWN, (), UNTIL, told)[0].stay


def certificate(first: str, last: str, weeks: str = "", *, dots: bool = False, hand: str = HAND) -> Piece:
    paper = Paper()
    paper.print(70, 40, "ATTESTATION DE STAGE")
    paper.print(20, 60, "certifie que Laurence ESCOFFIER")
    x = paper.print(20, 80, "a effectué un stage du")
    if dots:
        paper.dots(x, 80.4, 190)
    x = paper.write(x, 80, first, hand)
    paper.write(paper.print(x, 80, "au"), 80, last, hand)
    if weeks:
        paper.write(paper.print(20, 95, "Nombre de semaines :"), 95, weeks, hand)
    return paper.pieces()[0]


@pytest.mark.parametrize(
    ("first", "last"), [("5/1/26", "13/2/26"), ("5 janvier 26", "13 février 26"), ("05.01.26", "13.02.26")]
)
def test_dates_with_short_years_are_read(first: str, last: str) -> None:
    assert stay_of(certificate(first, last, "6")).periods == (WINTER,)


@pytest.mark.parametrize("hand", ["nothing-you-could-do", "zeyada"])
def test_a_second_network_reads_what_is_written_on_dots(hand: str) -> None:
    written = certificate("05/01/2026", "13/02/2026", dots=True, hand=f"specimens/fonts/{hand}.woff2")
    assert stay_of(written).periods == (WINTER,)


OTHER_HAND = "specimens/fonts/gochi-hand.woff2"


def test_a_stay_that_the_table_tells_of_is_known_where_one_network_alone_reads_it() -> None:
    written = certificate("5/1/26", "13/2/26", hand=OTHER_HAND)
    assert stay_of(written).periods == ()
    assert stay_of(written, {WINTER}).periods == (WINTER,)


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        ("5/1/26", "6/2/26", ""),
        ("5/1/26", "30/1/26", ""),
        ("8/1/26", "12/2/26", ""),
        ("5/1/26", "13/2/26", "4"),
    ],
)
def test_a_stay_that_the_table_tells_otherwise_is_not(first: str, last: str, weeks: str) -> None:
    assert WINTER not in stay_of(certificate(first, last, weeks, hand=OTHER_HAND), {WINTER}).periods


def two_on_a_page(*, signed: bool = True, headed: bool = True) -> tuple[Piece, ...]:
    paper = Paper()
    for top, first, last in ((0, "19/05/2025", "20/06/2025"), (148, "05/01/2026", "13/02/2026")):
        if not top or headed:
            paper.print(70, top + 20, "ATTESTATION DE STAGE")
        paper.print(20, top + 40, "L'entreprise Lumival certifie que Laurence ESCOFFIER")
        x = paper.print(20, top + 50, "a effectué un stage du")
        paper.write(paper.print(paper.write(x, top + 50, first), top + 50, "au"), top + 50, last)
        paper.write(paper.print(20, top + 60, "Nombre de semaines :"), top + 60, "5" if not top else "6")
        paper.print(110, top + 80, "Cachet et signature")
        if signed or not top:
            paper.signed(115, top + 90)
    return paper.pieces()


def test_each_certificate_of_a_page_is_read_by_itself() -> None:
    first, second = two_on_a_page()
    summer = Period(date(2025, 5, 19), date(2025, 6, 20))
    assert (stay_of(first).periods, stay_of(second).periods) == ((summer,), (WINTER,))


def test_each_certificate_of_a_page_must_be_signed() -> None:
    states = [
        state_of(signatures_of(piece), ("organisme d'accueil",))[0] for piece in two_on_a_page(signed=False)
    ]
    assert states == [State.SIGNED, State.ABSENT]


def test_where_the_heading_of_the_second_is_not_read_there_may_be_more_of_the_stay() -> None:
    (both,) = two_on_a_page(headed=False)
    assert facts_of(both, (OWN,)).stay.in_part


def environment(page: int, *, signed: bool = False, headed: bool = True) -> ReadPiece:
    paper = Paper()
    if headed:
        paper.print(20, 20, f"ANNEXE VII-7 {'(suite) ' if page > 1 else ''}: Modèle d'attestation de respect")
        paper.print(20, 26, "de l'annexe II.E - Environnement technologique pour la certification")
    paper.print(20, 50, "Un service d'authentification")
    if page > 1:
        paper.print(20, 120, "Date : 16/04/2026")
        paper.print(20, 130, "Signature du candidat ou du responsable du centre d'examen :")
    if signed:
        paper.signed(40, 140)
    (piece,) = paper.pieces()
    facts = facts_of(piece, (OWN,))
    return ReadPiece(piece, facts, Owner.UNSAID, signatures_of(piece), dated=facts.dated)


def codes(*pieces: ReadPiece) -> set[Code]:
    session = load_session(Path("sessions/bts-sio-2026-aix-marseille.toml"))
    exam, rule = session.exam("E6"), session.dossier_rule("E6", "SLAM", "scolaire")
    assert exam is not None and rule is not None
    return {found.code for found in judge(pieces, rule, exam, "SLAM", unread=False)}


@pytest.mark.parametrize("turned", [False, True])
def test_a_document_is_signed_and_dated_where_its_rest_is_in_another_photograph(turned: bool) -> None:
    both = (environment(2, signed=True), environment(1))
    assert not codes(*both[:: -1 if turned else 1]) & {Code.UNSIGNED_DOCUMENT, Code.UNDATED_DOCUMENT}
    assert Code.UNSIGNED_DOCUMENT in codes(environment(1), environment(2))


def test_a_page_without_a_heading_may_be_the_rest_on_which_a_document_is_signed() -> None:
    rest = environment(2, signed=True, headed=False)
    assert Code.UNSIGNED_DOCUMENT not in codes(environment(1), rest)
    assert Code.DOUBTFUL_SIGNATURE in codes(environment(1), rest)


def test_slashes_on_dots_that_are_read_as_sevens_are_none() -> None:
    assert read_stay("Du 05 7/01 7/2026 au 13 /02 72026").periods == (WINTER,)


@pytest.mark.parametrize(
    ("said", "dated"),
    [("Date : 7/4/202Q", True), ("Date : 16 avril 2O26", True), ("Date : __/__/2026", False)],
)
def test_a_date_of_which_not_all_was_read_is_written(said: str, dated: bool) -> None:
    paper = Paper()
    paper.print(20, 60, said)
    (piece,) = paper.pieces()
    assert dated_by_hand(piece) is dated
