"""Pages being written, from the top down, in millimetres: printed by a program, or filled into a PDF form."""

from __future__ import annotations

import io
import re
from itertools import count

import numpy as np
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from specimens.dossiers import ink, seals

Rng = np.random.Generator
_FACES = ("Helvetica", "Times-Roman")
_TYPED_OVER = 0.3  # of the forms
_FIELD = (60, 18)  # mm: of a signature


class Sheet:
    """What a program prints to a PDF; signatures are pictures placed in it, or digital."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=A4)
        self.face = str(rng.choice(_FACES))
        self.left = float(rng.uniform(16, 26))
        self.y = float(rng.uniform(16, 26))
        self.page = 0
        self._seals: list[tuple[seals.Points, int, bool]] = []  # and whether they are signed

    def text(
        self, text: str, size: float = 11, x: float | None = None, centred: bool = False, bold: bool = False
    ) -> None:
        face = {"Helvetica": "Helvetica-Bold", "Times-Roman": "Times-Bold"}[self.face] if bold else self.face
        self.canvas.setFont(face, size)
        if centred:
            self.canvas.drawCentredString(105 * mm, (297 - self.y) * mm, text)
        else:
            self.canvas.drawString((self.left if x is None else x) * mm, (297 - self.y) * mm, text)

    def value(self, text: str, size: float, x: float) -> None:
        """What somebody filled in."""
        self.text(text, size, x)

    def tick(self, ticked: bool, text: str, size: float, x: float) -> None:
        """A box with what it stands for."""
        self.text(f"[{'X' if ticked else ' '}] {text}", size, x)

    def line(
        self, text: str, size: float = 11, centred: bool = False, bold: bool = False, space: float = 1.7
    ) -> None:
        """Writes a paragraph, broken at the right margin."""
        row = ""
        for word in text.split(" "):
            longer = f"{row} {word}".strip()
            if row and stringWidth(longer, self.face, size) > (205 - 2 * self.left) * mm:
                self.text(row, size, centred=centred, bold=bold)
                self.y += size * 0.5
                row = word
            else:
                row = longer
        self.text(row, size, centred=centred, bold=bold)
        self.y += size * 0.353 * space

    def box(self, x: float, y: float, w: float, h: float) -> None:
        self.canvas.setLineWidth(0.7)
        self.canvas.rect(x * mm, (297 - y - h) * mm, w * mm, h * mm)

    def place(self, picture: Image.Image, x: float, y: float) -> None:
        w, h = ink.size_mm(picture)
        self.canvas.drawImage(
            ImageReader(ink.png(picture)), x * mm, (297 - y - h) * mm, w * mm, h * mm, mask="auto"
        )

    def mark(self, how: str, x: float, y: float, company: str = "") -> None:
        """Signs or stamps at about this place."""
        if how in ("stamp", "both"):
            self.place(ink.stamp(self.rng, company), x + self.rng.uniform(0, 8), y + self.rng.uniform(0, 5))
        if how in ("ink", "both"):
            self.place(ink.signature(self.rng), x + self.rng.uniform(0, 12), y + self.rng.uniform(0, 6))
        if how == "digital":
            self._field(x, y, signed=True)

    def turn_page(self) -> None:
        self.canvas.showPage()
        self.y = 20.0
        self.page += 1

    def file(self) -> bytes:
        self.canvas.save()
        data = self._out.getvalue()
        for k, (box, page, signed) in enumerate(sorted(self._seals, key=lambda s: s[2]), 1):
            made = seals.sealed if signed else seals.with_empty_field  # fields first: signing forbids changes
            data = made(data, f"Signature{k}", box, page)
        return data

    def _field(self, x: float, y: float, *, signed: bool) -> None:
        w, h = _FIELD
        box = (x, 297 - y - h, x + w, 297 - y)
        left, bottom, right, top = (round(side * mm) for side in box)
        self._seals.append(((left, bottom, right, top), self.page, signed))


class Form(Sheet):
    """A PDF form that was filled in: what stands after a colon is a field, and so is each signature.

    Some have no fields: a reader's program typed the values over the page, as annotations.
    """

    def __init__(self, rng: Rng) -> None:
        super().__init__(rng)
        self._names = (f"champ{k}" for k in count(1))
        self._typed_over = rng.spawn(1)[0].random() < _TYPED_OVER

    def value(self, text: str, size: float, x: float) -> None:
        wide = stringWidth(text, "Helvetica", size) + 6 * mm
        if self._typed_over:
            left, bottom = x * mm, (297 - self.y) * mm - 3
            self.canvas.freeTextAnnotation(
                text, f"/Helv {size} Tf 0 g", Rect=(left, bottom, left + wide, bottom + size * 1.6)
            )
            return
        self.canvas.acroForm.textfield(
            value=text, name=next(self._names),
            x=x * mm, y=(297 - self.y) * mm - 3, width=wide, height=size * 1.6,
            fontName="Helvetica", fontSize=size, borderWidth=0, fillColor=None, forceBorder=False,
        )  # fmt: skip

    def tick(self, ticked: bool, text: str, size: float, x: float) -> None:
        self.canvas.acroForm.checkbox(
            checked=ticked,
            name=next(self._names),
            x=x * mm,
            y=(297 - self.y) * mm,
            size=size,
            borderWidth=0.5,
        )
        self.text(text, size, x + 5)

    def line(
        self, text: str, size: float = 11, centred: bool = False, bold: bool = False, space: float = 1.7
    ) -> None:
        parts = [re.fullmatch(r"([^:]{2,60} :) (.+)", part) for part in re.split(r" {3,}", text)]
        labelled = [(part[1], part[2]) for part in parts if part]
        if len(labelled) < len(parts):
            super().line(text, size, centred, bold, space)
            return
        x = self.left
        for label, said in labelled:
            self.text(label, size, x)
            x += stringWidth(f"{label} ", self.face, size) / mm
            self.value(said, size, x)
            x += stringWidth(said, "Helvetica", size) / mm + 10
        self.y += size * 0.353 * space

    def mark(self, how: str, x: float, y: float, company: str = "") -> None:
        super().mark(how, x, y, company)
        if not how:
            self._field(x, y, signed=False)
