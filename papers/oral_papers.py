"""Papers of an oral épreuve, in French: convocations, and the sheets that panels fill in, each with its code.

They name candidates and examiners: each goes to whom it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer, Table

from papers.printed import ALL, GRID, STYLES, Paragraph, escaped, printed
from papers.tables import csv_of
from processors.circular.deadlines import WEEKDAYS, french_day, local_zone
from processors.circular.exam import Exam
from processors.orals.sheets import OralSheet, SheetKind
from processors.orals.signatures import ToSign

_BODY = ParagraphStyle("body", STYLES["BodyText"], fontSize=10, leading=13)
_SMALL = ParagraphStyle("small", _BODY, fontSize=8.5, leading=10.5)
_GRID = [*GRID, ("FONTSIZE", *ALL, 9), ("VALIGN", *ALL, "MIDDLE")]
_CONVOCATION_COLUMNS = (
    *("numero_candidat", "nom_de_naissance", "prenoms", "etablissement", "epreuve"),
    *("lieu", "jour", "heure", "jury"),
)


@dataclass(frozen=True)
class Examined:
    """A candidate's turn."""

    number: str
    family_name: str
    first_names: str
    school: str
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.family_name} {self.first_names}"


@dataclass(frozen=True)
class PanelPaper:
    """A panel's half-day. `members`: name and role of each; `sheets`: by kind and turn, those it fills in."""

    exam: Exam
    number: int
    place: str
    begins: datetime
    ends: datetime
    members: tuple[tuple[str, str], ...]
    turns: tuple[Examined, ...]
    sheets: tuple[OralSheet, ...]

    @property
    def when(self) -> str:
        begins, ends = self.begins.astimezone(local_zone()), self.ends.astimezone(local_zone())
        return f"{_day(begins)}, {begins:%H:%M}–{ends:%H:%M}"


def convocations(panels: Sequence[PanelPaper], session: str) -> bytes:
    """A page for each candidate, by school and name. Nobody's examiners are named."""
    every = sorted(
        ((one, panel) for panel in panels for one in panel.turns),
        key=lambda pair: (pair[0].school, pair[0].family_name, pair[0].first_names, pair[0].number),
    )
    pages = [_convocation(one, panel, session) for one, panel in every]
    return printed(_paged(pages), "Convocations")


def convocations_table(panels: Iterable[PanelPaper]) -> bytes:
    """The same as CSV, for whoever sends them."""
    rows = (
        (
            *(one.number, one.family_name, one.first_names, one.school, panel.exam.code, panel.place),
            *(
                f"{one.at.astimezone(local_zone()):%d/%m/%Y}",
                f"{one.at.astimezone(local_zone()):%H:%M}",
                str(panel.number),
            ),
        )
        for panel in panels
        for one in panel.turns
    )
    return csv_of(_CONVOCATION_COLUMNS, rows)


def summonses(panels: Sequence[PanelPaper], session: str) -> bytes:
    """A page for each examiner, with all half-days."""
    people = sorted({member for panel in panels for member in panel.members})
    pages = []
    for name, role in people:
        mine = [panel for panel in panels if (name, role) in panel.members]
        rows = [["Jury", "Quand", "Où", "Candidats"]]
        rows += [[str(one.number), _cell(one.when), _cell(one.place), str(len(one.turns))] for one in mine]
        pages.append(
            [
                *_head(mine[0].exam, session, "Convocation d’un examinateur"),
                _said(f"<b>{escaped(name)}</b>, {role}"),
                Spacer(1, 4 * mm),
                Table(rows, colWidths=[14 * mm, 76 * mm, 56 * mm, 22 * mm], style=_GRID),
                Spacer(1, 4 * mm),
                _said(
                    "Vous n’examinez aucun étudiant de votre établissement, ni aucun stagiaire de votre "
                    "entreprise : si l’un d’eux se présente, prévenez le service avant de l’entendre."
                ),
            ]
        )
    return printed(_paged(pages), "Convocations des examinateurs")


def panel_sheets(panels: Sequence[PanelPaper], session: str) -> tuple[bytes, list[ToSign]]:
    """What each panel fills in on its half-day, lists to sign, grading sheets, marks; and where it signs."""
    sheets = [
        (panel, sheet)
        for panel in panels
        for sheet in sorted(panel.sheets, key=lambda sheet: (_AT_HAND.index(sheet.kind), sheet.turn))
    ]
    pages = [_FILLED[sheet.kind](panel, sheet, session) for panel, sheet in sheets]
    made = printed(_paged(pages), "Feuilles des jurys")
    return made, [
        ToSign(sheet.code, *part.where())
        for (_, sheet), page in zip(sheets, pages, strict=True)
        for part in page
        if isinstance(part, _Signatures)
    ]


_AT_HAND = (SheetKind.EXAMINERS, SheetKind.CANDIDATES, SheetKind.GRADING, SheetKind.MARKS)
"""In the order in which a half-day needs them."""


def _convocation(one: Examined, panel: PanelPaper, session: str) -> list[Flowable]:
    at = one.at.astimezone(local_zone())
    return [
        *_head(panel.exam, session, "Convocation"),
        _said(f"<b>{escaped(one.name)}</b>, candidat n° {one.number}, établissement {one.school}"),
        Spacer(1, 4 * mm),
        _said("Vous êtes convoqué à l’épreuve orale ci-dessus :"),
        _said(f"<b>le {_day(at)} à {at:%H:%M}</b>"),
        _said(f"<b>{escaped(panel.place)}</b>, jury n° {panel.number}"),
        Spacer(1, 4 * mm),
        _said("Présentez-vous avec cette convocation et une pièce d’identité."),
    ]


def _grading(panel: PanelPaper, sheet: OralSheet, session: str) -> list[Flowable]:
    one = panel.turns[sheet.turn - 1]
    box = Table([[""]], colWidths=[170 * mm], rowHeights=[110 * mm], style=_GRID[:1])
    mark = Table([["Note sur 20", ""]], colWidths=[34 * mm, 30 * mm], rowHeights=[12 * mm], style=_GRID)
    return [
        *_coded(panel, sheet, session),
        _said(
            f"<b>{escaped(one.name)}</b>, candidat n° {one.number}, à {one.at.astimezone(local_zone()):%H:%M}"
        ),
        Spacer(1, 3 * mm),
        _said("Appréciations"),
        box,
        Spacer(1, 5 * mm),
        mark,
        Spacer(1, 5 * mm),
        *_signed_by(panel),
    ]


def _marks(panel: PanelPaper, sheet: OralSheet, session: str) -> list[Flowable]:
    rows = [["N° de candidat", "Nom et prénoms", "Note sur 20"]]
    rows += [[one.number, _cell(one.name), ""] for one in _by_name(panel)]
    return [
        *_coded(panel, sheet, session),
        Table(rows, colWidths=[36 * mm, 98 * mm, 36 * mm], rowHeights=_heights(rows), style=_GRID),
        Spacer(1, 5 * mm),
        *_signed_by(panel),
    ]


def _candidates(panel: PanelPaper, sheet: OralSheet, session: str) -> list[Flowable]:
    rows = [["Heure", "N° de candidat", "Nom et prénoms", "Signature"]]
    rows += [
        [f"{one.at.astimezone(local_zone()):%H:%M}", one.number, _cell(one.name), ""] for one in panel.turns
    ]
    return [
        *_coded(panel, sheet, session),
        Table(rows, colWidths=[16 * mm, 32 * mm, 72 * mm, 50 * mm], rowHeights=_heights(rows), style=_GRID),
    ]


def _examiners(panel: PanelPaper, sheet: OralSheet, session: str) -> list[Flowable]:
    return [*_coded(panel, sheet, session), *_signed_by(panel)]


_FILLED: dict[SheetKind, Callable[[PanelPaper, OralSheet, str], list[Flowable]]] = {
    SheetKind.GRADING: _grading,
    SheetKind.MARKS: _marks,
    SheetKind.CANDIDATES: _candidates,
    SheetKind.EXAMINERS: _examiners,
}


def _by_name(panel: PanelPaper) -> list[Examined]:
    return sorted(panel.turns, key=lambda one: (one.family_name, one.first_names, one.number))


def _signed_by(panel: PanelPaper) -> Iterator[Flowable]:
    rows = [["Examinateur", "Qualité", "Signature"]]
    rows += [[_cell(name), role, ""] for name, role in panel.members]
    yield _Signatures(rows, colWidths=[78 * mm, 32 * mm, 60 * mm], rowHeights=_heights(rows), style=_GRID)


class _Signatures(Table):  # type: ignore[misc] # of reportlab, which has no types
    """Knows where it was drawn."""

    def draw(self) -> None:
        super().draw()
        self._at = self.canv.getPageNumber() - 1, *self.canv.absolutePosition(0, 0)

    def where(self) -> tuple[int, float, float, tuple[float, ...]]:
        """Page, left and right of the column to sign, the lines between its cells, as `ToSign` has them."""
        page, x, y = self._at
        left, right = self._colpositions[2:4]
        edges = [A4[1] - y - up for up in self._rowpositions[1:]]
        return page, (x + left) / mm, (x + right) / mm, tuple(edge / mm for edge in edges)


def _heights(rows: Sequence[object]) -> list[float]:
    """Of a heading, and of rows to sign or to write in: all on one page, since that page has the code."""
    return [8 * mm] + [min(12.0, 140 / len(rows)) * mm] * (len(rows) - 1)


def _coded(panel: PanelPaper, sheet: OralSheet, session: str) -> list[Flowable]:
    title = f"{sheet.kind.said[0].upper()}{sheet.kind.said[1:]}"
    bars = Code128(sheet.code, barWidth=0.33 * mm, barHeight=11 * mm, humanReadable=True)
    return [
        bars,
        Spacer(1, 6 * mm),  # its text hangs below it
        *_head(panel.exam, session, title),
        _said(f"Jury n° {panel.number}, {escaped(panel.place)}, {panel.when}"),
        Spacer(1, 3 * mm),
    ]


def _head(exam: Exam, session: str, title: str) -> list[Flowable]:
    return [
        Paragraph(title, STYLES["Title"]),
        Paragraph(escaped(session), _SMALL),
        Paragraph(escaped(f"{exam.code}, {exam.title}"), STYLES["Heading2"]),
    ]


def _paged(pages: Iterable[Sequence[Flowable]]) -> list[Flowable]:
    return [part for page in pages for part in (*page, PageBreak())]


def _said(text: str) -> Paragraph:
    """`text`: marked up, what is not ours escaped."""
    return Paragraph(text, _BODY)


def _cell(text: str) -> Paragraph:
    return Paragraph(escaped(text), _SMALL)


def _day(at: datetime) -> str:
    return f"{WEEKDAYS[at.weekday()]} {french_day(at.date())}"
