"""Sheets of bar-code labels, 63.5 × 33.9 mm, 3 × 8 on A4 (the ordinary L7159), for a centre's candidates."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from processors.circular.form import Form
from processors.lists.people import Person

COLUMNS, ROWS = 3, 8
WIDTH, HEIGHT = 63.5 * mm, 33.9 * mm
_LEFT, _TOP, _STEP_X = 7.25 * mm, 12.9 * mm, 66.0 * mm
_QUIET = 10  # modules on each side of the bars (ISO/IEC 15417)
_INSIDE = 2 * mm
# Everything printed stays in the label's upper part: the form's label zone is lower than the label, and
# what hangs over the identity frame must name no one.
_PRINTED = 25 * mm


def label_sheet(candidates: Sequence[Person], exam: str, title: str, centre: str, form: Form) -> bytes:
    """A PDF of one label a candidate, in their order: bars, and name, number, épreuve and centre in clear.

    Bars hold `exam`-number, digits in pairs (code set C). ValueError if they do not fit the label.
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, lang="fr")
    canvas.setTitle(f"Étiquettes {exam} {centre}")
    for i, candidate in enumerate(candidates):
        place = i % (COLUMNS * ROWS)
        if i and not place:
            canvas.showPage()
        row, column = divmod(place, COLUMNS)
        canvas.saveState()
        canvas.translate(_LEFT + column * _STEP_X, A4[1] - _TOP - (row + 1) * HEIGHT)
        _draw(canvas, candidate, exam, title, centre, form)
        canvas.restoreState()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, candidate: Person, exam: str, title: str, centre: str, form: Form) -> None:
    """One label, from its bottom left corner."""
    payload, module = f"{exam}-{candidate.number}", form.label.module_width * mm
    bars = Code128(payload, barWidth=module, barHeight=form.label.height * mm, quiet=False)
    if bars.width + 2 * _QUIET * module > WIDTH:
        raise ValueError(f"the bars of a label do not fit its {WIDTH / mm:.1f} mm")
    top = HEIGHT - 1.5 * mm
    name = f"{candidate.family_name} {candidate.first_names}"
    _line(canvas, name, top - 3.2 * mm, "Helvetica-Bold", 9)
    _line(canvas, f"{exam} {title}", top - 6.3 * mm, "Helvetica", 7)
    bars.drawOn(canvas, (WIDTH - bars.width) / 2, top - 7.3 * mm - form.label.height * mm)
    _line(canvas, f"N° {candidate.number} – Centre {centre}", HEIGHT - _PRINTED + 1 * mm, "Helvetica", 8)


def _line(canvas: Canvas, text: str, y: float, font: str, size: float) -> None:
    """A centred line, narrowed until it fits."""
    room = WIDTH - 2 * _INSIDE
    size = min(size, size * room / stringWidth(text, font, size))
    canvas.setFont(font, size)
    canvas.drawCentredString(WIDTH / 2, y, text)
