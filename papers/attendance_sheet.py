"""The attendance list (liste d'émargement) on paper: twenty candidates a sheet, each with a cell to sign."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from processors.attendance.sheet import AttendanceForm, SheetCode, list_number, sheets_of
from processors.circular.form import BoxedField, Rectangle
from processors.circular.session import Centre, Exam, Session
from processors.wording import plural, typeset
from storage.people.candidates import EnrolledCandidate

_FRAME, _LINE = 0.5 * mm, 0.25 * mm
_QUIET = 10  # modules on each side of the bars (ISO/IEC 15417)
_INSIDE = 1.5 * mm
_COLUMNS = (("N°", 0.0), ("Nom et prénoms", 11.0), ("N° de candidat", 75.0), ("Signature", 114.0))
"""Headings, and where each column begins, mm from the table's left side; the last is that of the cells."""
_ABSENT = ("Absent", 101.0)  # the column before it, where there are boxes to tick


def attendance_sheets(
    people: Sequence[EnrolledCandidate], session: Session, exam: Exam, centre: Centre, form: AttendanceForm
) -> bytes:
    """A PDF of one page a sheet, the candidates in their order. The same people give the same bytes."""
    ids = [one.id for one in people]
    sheets = sheets_of(ids, form.rows.count)
    number, boxed = list_number(exam.code, centre.uai, ids), form.rows.absent is not None
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, lang="fr")
    canvas.setTitle(f"Émargement {exam.code} {centre.uai}")
    for k in range(len(sheets)):
        code = SheetCode(exam.code, centre.uai, k + 1, len(sheets), number, boxed)
        first = k * form.rows.count
        sheet = _Sheet(canvas, form)
        sheet.heading(session, exam, centre, code, len(people))
        sheet.table(people[first : first + form.rows.count], first)
        sheet.foot(code)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Sheet:
    """A page being drawn, in millimetres from its top left corner."""

    def __init__(self, canvas: Canvas, form: AttendanceForm) -> None:
        self._canvas, self._form = canvas, form

    def heading(self, session: Session, exam: Exam, centre: Centre, code: SheetCode, enrolled: int) -> None:
        assert self._form.exam_block is not None
        frame = self._form.exam_block.frame
        self._frame(frame)
        left, room = frame.x + 4, frame.width - 8
        title = f"{self._form.form.model_text} – {exam.code} {exam.title}"
        self._text(title, left, frame.y + 6.5, 12, room, "Helvetica-Bold")
        held = f", {exam.sitting.date:%d/%m/%Y}" if exam.sitting else ""
        self._text(f"{session.title}{held}", left, frame.y + 11, 9, room)
        place = f"Centre {centre.uai}, {centre.name}, {centre.city}"
        where = f"{place} – {plural(enrolled, 'candidat inscrit', 'candidats inscrits')}"
        self._text(where, left, frame.y + 15.2, 9, room)
        rule = "Candidats : signez en entier dans votre case, au stylo, sans déborder."
        self._text(typeset(rule), left, frame.y + 19.4, 8, room, "Helvetica-Oblique")
        tick = (
            "cochez la case « Absent » de chaque absent" if code.boxed else "laissez vide la case d’un absent"
        )
        rule = f"Surveillants : {tick} ; n’écrivez rien dans sa case de signature."
        self._text(typeset(rule), left, frame.y + 23, 8, room, "Helvetica-BoldOblique")
        zone, label = self._form.bars.zone, self._form.label
        module = label.module_width * mm
        bars = Code128(code.text, barWidth=module, barHeight=label.height * mm, quiet=False)
        if bars.width + 2 * _QUIET * module > zone.width * mm:
            raise ValueError(f"the bars of a sheet do not fit {zone.width:.0f} mm")
        middle = (zone.x + zone.width / 2) * mm
        bars.drawOn(
            self._canvas, middle - bars.width / 2, self._up(zone.y + (zone.height + label.height) / 2)
        )

    def table(self, people: Sequence[EnrolledCandidate], first: int) -> None:
        frame, rows = self._form.identity.frame, self._form.rows
        self._frame(frame)
        boxes = rows.boxes()
        columns = sorted([*_COLUMNS, *[_ABSENT] * bool(boxes)], key=lambda column: column[1])
        for name, x in columns:
            self._text(name, frame.x + x + 1.5, rows.first.y - 2.6, 8, 60, "Helvetica-Bold")
        self._canvas.setLineWidth(_LINE)
        for _, x in columns[1:]:
            self._line(frame.x + x, frame.y, frame.x + x, frame.y + frame.height)
        for row in range(rows.count):
            cell = rows.cell(row)
            self._line(frame.x, cell.y, frame.x + frame.width, cell.y)
            if row >= len(people):
                self._line(cell.x, cell.y + cell.height, frame.x, cell.y)  # nobody's
                continue
            one, base = people[row], cell.y + cell.height / 2 + 1.4
            self._text(str(first + row + 1), frame.x + 2, base, 9, 8)
            name = f"{one.family_name} {one.first_names}"
            room = _COLUMNS[2][1] - _COLUMNS[1][1] - 3
            self._text(name, frame.x + _COLUMNS[1][1] + 1.5, base - 1, 9.5, room, "Helvetica-Bold")
            said = f"n° d’inscription {one.registration}"
            self._text(said, frame.x + _COLUMNS[1][1] + 1.5, base + 2.6, 6.5, room)
            self._text(one.number, frame.x + _COLUMNS[2][1] + 1.5, base, 9, 23)
            if boxes:
                self._box(boxes[row])

    def foot(self, code: SheetCode) -> None:
        boxes = self._form.pagination
        self._boxes(boxes.page, code.sheet)
        self._boxes(boxes.total, code.sheets)
        x, y = boxes.page.cells.x, boxes.page.cells.y
        self._text(boxes.page.label, x - 14, y + 5, 9, 14)
        self._text("sur", boxes.total.cells.x - 5.6, y + 5, 9, 6)
        left = self._form.identity.frame.x
        signed = "Surveillants (noms et signatures) :"
        self._text(signed, left, y + 2.5, 8, 120)
        self._text(f"Liste {code.list}", left, y + 10.5, 6.5, 60)

    def _boxes(self, field: BoxedField, number: int) -> None:
        self._canvas.setLineWidth(_LINE)
        for k, digit in enumerate(f"{number:0{field.count}}"):
            x = field.cells.x + k * field.cells.pitch
            cell = Rectangle(x, field.cells.y, field.cells.width, field.cells.height)
            self._box(cell)
            self._text(digit, x + 1.7, cell.y + 5.2, 11, 6)

    def _frame(self, frame: Rectangle) -> None:
        self._canvas.setLineWidth(_FRAME)
        self._box(frame)

    def _box(self, box: Rectangle) -> None:
        self._canvas.rect(box.x * mm, self._up(box.y + box.height), box.width * mm, box.height * mm)

    def _line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._canvas.line(x0 * mm, self._up(y0), x1 * mm, self._up(y1))

    def _text(self, text: str, x: float, y: float, size: float, room: float, font: str = "Helvetica") -> None:
        """A line from its baseline's left end, narrowed until it fits `room` mm."""
        size = min(size, size * room * mm / stringWidth(text, font, size))
        self._canvas.setFont(font, size)
        self._canvas.drawString(x * mm, self._up(y), text)

    @staticmethod
    def _up(y: float) -> float:
        return float(A4[1] - y * mm)
