"""What the control commission holds in its hands: its list of dossiers, as a PDF and as CSV, in French.

Both name candidates: they go to the commission and nowhere else.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, KeepTogether, SimpleDocTemplate, Spacer, Table
from reportlab.platypus.tables import TableStyle

from papers.printed import BODY, STYLES, Paragraph, escaped
from papers.tables import csv_of
from processors.circular.deadlines import french_instant
from processors.dossiers.findings import FRENCH_GROUND, VERDICTS, Verdict
from processors.findings import Severity
from storage.dropped.dossiers import FRENCH_PRONOUNCED, DossierRow
from storage.people.candidates import EnrolledCandidate

_BODY = ParagraphStyle("body", BODY, fontSize=9.5, leading=12, spaceBefore=0)
_SMALL = ParagraphStyle("small", _BODY, fontSize=7.5, leading=9)
_WIDE, _NARROW = 130 * mm, 48 * mm
_ACROSS, _TALL = 172 * mm, 46 * mm  # most that a picture of the evidence takes
_SCALE = 0.72  # of a picture to what it shows: print stays legible
_DOTS_PER_INCH = 100
_LONGEST = 1000  # characters of a message: it names files, whose names may have many more
_SHADES = {
    VERDICTS[Verdict.CONFORM]: colors.HexColor("#e3f4e8"),
    VERDICTS[Verdict.PROPOSED_NON_CONFORM]: colors.HexColor("#fbe1e0"),
    VERDICTS[Verdict.TO_EXAMINE]: colors.HexColor("#fdf1d6"),
}
_COLUMNS = (
    *("reference", "numero_candidat", "nom_de_naissance", "prenoms", "option", "categorie", "depose_le"),
    *("proposition", "motifs", "constats", "semaines_de_stage", "decision"),
)
_GRAVEST = [Severity.BLOCKING, Severity.WARNING, Severity.INFO]


@dataclass(frozen=True)
class Shown:
    """A piece of evidence: which finding it is of and where it was seen, and a PNG."""

    caption: str
    picture: bytes


@dataclass(frozen=True)
class Line:
    """One candidate before the commission; `dossier` is None when nothing was deposited or marked yet.

    `deposited`: the first file's instant, by which the dossier is late or not; `completed`: the last one's,
    if another.
    """

    person: EnrolledCandidate
    dossier: DossierRow | None
    reading: dict[str, Any]
    deposited: datetime | None
    completed: datetime | None
    pictures: tuple[Shown, ...] = ()

    @property
    def verdict(self) -> str:
        if self.dossier is None or self.dossier.verdict is None:
            return "en attente"
        return VERDICTS[self.dossier.verdict]

    @property
    def messages(self) -> list[str]:
        return [found["message"] for found in self.findings]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The grounds first."""
        return sorted(self.reading.get("findings", ()), key=lambda found: _GRAVEST.index(found["severity"]))

    @property
    def decision(self) -> str:
        """What counts of what was pronounced; empty as long as nothing was."""
        return self.dossier.decisions[-1].said if self.dossier and self.dossier.decisions else ""

    @property
    def weeks(self) -> str:
        stay = self.reading.get("internship")
        return f"{stay['weeks']:g}".replace(".", ",") if stay else ""


def report_csv(lines: Sequence[Line]) -> bytes:
    """For a spreadsheet."""
    rows = []
    for line in lines:
        grounds = " | ".join(f["code"] for f in line.findings if f["severity"] == Severity.BLOCKING)
        person = line.person
        cells = [
            line.dossier.id if line.dossier else "",
            *(person.number, person.family_name, person.first_names, person.option, person.category),
            french_instant(line.deposited) if line.deposited else "",
            *(line.verdict, grounds, " | ".join(line.messages), line.weeks, line.decision),
        ]
        rows.append(cells)
    return csv_of(_COLUMNS, rows)


def report_pdf(lines: Sequence[Line], exam: str, title: str, place: str, due: str, at: datetime) -> bytes:
    """An A4 list for one épreuve and centre, in the order given; `due`: the deadline in words."""
    counts = [
        f"{name} : {count}"
        for name in (*VERDICTS.values(), "en attente")
        if (count := sum(line.verdict == name for line in lines))
    ]
    counted = f"{len(lines)} candidats. " + ", ".join(counts).capitalize() + "."
    story: list[Flowable] = [
        Paragraph("Contrôle de conformité des dossiers", STYLES["Title"]),
        Paragraph(escaped(f"{exam}, {title}"), STYLES["Heading2"]),
        Paragraph(escaped(f"{place}. Dossiers dus {due}. État du {french_instant(at)}."), _BODY),
        Paragraph(f"<b>{counted}</b>", _BODY),
        Paragraph(
            "La machine propose, la commission prononce. Chaque motif est montré par sa preuve ; un dossier "
            "« à examiner » n’a pas pu être jugé sûrement.",
            _BODY,
        ),
        Spacer(1, 4 * mm),
        *(KeepTogether([*_entry(line), Spacer(1, 3 * mm)]) for line in lines),
        KeepTogether(list(_closing())),
    ]
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        title=f"Contrôle de conformité, {exam}",
        author="",
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=19 * mm,
        bottomMargin=16 * mm,
    ).build(story, canvasmaker=lambda *a, **k: _Numbered(f"{exam}, {place}", *a, **k))
    return out.getvalue()


def _entry(line: Line) -> Iterator[Flowable]:
    person = line.person
    head = (
        f"<b>{escaped(person.family_name)} {escaped(person.first_names)}</b><br/>"
        f"n° {person.number}, {escaped(person.option)}, {escaped(person.category)}"
    )
    rows: list[list[Any]] = [  # a row for each message: a table breaks between rows alone
        [Paragraph(head, _BODY), Paragraph(f"<b>{line.verdict.capitalize()}</b>", _BODY)],
        *([Paragraph(said, _BODY), ""] for said in _messages(line)),
    ]
    span = [("SPAN", (0, k), (1, k)) for k in range(1, len(rows))]
    for row in _rows_of(line.pictures):
        span.append(("SPAN", (0, len(rows)), (1, len(rows))))
        rows.append([row, ""])
    rows.append([Paragraph(_decision(line), _BODY), Paragraph(_reference(line), _SMALL)])
    style = TableStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.6, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), _SHADES.get(line.verdict, colors.whitesmoke)),
            ("LINEABOVE", (0, -1), (-1, -1), 0.3, colors.lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 2), (-1, -2), 0),
            *span,
        ]
    )
    yield Table(rows, colWidths=[_WIDE, _NARROW], style=style)


def _messages(line: Line) -> Iterator[str]:
    said = (
        "Rien n’a été déposé." if line.deposited is None else f"Déposé le {french_instant(line.deposited)}."
    )
    if line.completed is not None:
        said += f" Dernier fichier le {french_instant(line.completed)}."
    if line.weeks:
        said += f" Stage : {line.weeks} semaines établies."
    yield said
    for k, message in enumerate(line.messages, 1):
        said = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
        yield f"<b>{k}.</b> {escaped(said)}"
    if line.reading and not line.messages:
        yield "Aucun constat."


def _decision(line: Line) -> str:
    if line.decision:
        return f"<b>Décision enregistrée : {line.decision}.</b>"
    verdicts, grounds = map(_boxes, (FRENCH_PRONOUNCED.values(), FRENCH_GROUND.values()))
    return f"<b>Décision :</b> {verdicts}<br/>Motif : {grounds}<br/>Observations : {'.' * 84}"


def _boxes(names: Iterable[str]) -> str:
    """Boxes to tick, each with its name."""
    blank = "\N{NO-BREAK SPACE}"
    return " ".join(f"{blank}[{blank * 4}]{blank}{name.replace(' ', blank)}" for name in names)


def _reference(line: Line) -> str:
    return f"Visa :<br/><br/>{line.dossier.id if line.dossier else ''}"


def _rows_of(pictures: Sequence[Shown]) -> Iterator[Table]:
    """Pictures beside each other as long as they fit across the page, each with where it was seen."""
    row: list[tuple[Image, Paragraph]] = []
    left = _ACROSS
    for shown in pictures:
        image = _fitted(shown.picture)
        if row and image.drawWidth + 4 * mm > left:
            yield _beside(row)
            row, left = [], _ACROSS
        row.append((image, Paragraph(escaped(shown.caption), _SMALL)))
        left -= image.drawWidth + 4 * mm
    if row:
        yield _beside(row)


def _beside(row: Sequence[tuple[Image, Paragraph]]) -> Table:
    widths = [max(image.drawWidth + 4 * mm, 40 * mm) for image, _ in row]
    framed = TableStyle([("BOX", (k, 0), (k, 0), 0.4, colors.grey) for k in range(len(row))])
    return Table(
        [list(part) for part in zip(*row, strict=True)], colWidths=widths, hAlign="LEFT", style=framed
    )


def _fitted(picture: bytes) -> Image:
    image = Image(io.BytesIO(picture))
    natural = _SCALE * 72 / _DOTS_PER_INCH
    scale = min(natural, _ACROSS / image.imageWidth, _TALL / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    return image


def _closing() -> Iterator[Flowable]:
    yield Spacer(1, 4 * mm)
    yield Paragraph("Fait à ………………………………, le ………………………", _BODY)
    yield Spacer(1, 3 * mm)
    people = ["Le président ou la présidente de la commission", *["Membre de la commission"] * 3]
    rows = [[Paragraph(f"{who}<br/>Nom :", _SMALL), Paragraph("Signature :", _SMALL)] for who in people]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    yield Table(rows, colWidths=[89 * mm] * 2, rowHeights=[18 * mm] * len(rows), style=style)


class _Numbered(Canvas):  # type: ignore[misc]
    """Says on every page of which list it is, and how many pages there are."""

    def __init__(self, head: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = head.replace("'", "’")
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self.setFont("Helvetica", 8)
            self.drawString(16 * mm, 285 * mm, f"Contrôle de conformité, {self._head}")
            self.drawString(16 * mm, 9 * mm, "Document nominatif, réservé à la commission.")
            self.drawRightString(194 * mm, 9 * mm, f"page {number} sur {len(self._pages)}")
            super().showPage()
        super().save()
