"""How certificates end: where somebody is to sign, what is printed there, and what somebody left."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pikepdf
from reportlab.lib.units import mm

from specimens.dossiers.sheets import Rng, Sheet

MARKS = ("", "ink", "stroke", "stamp", "both", "annotation")
"""Nothing, a picture, strokes drawn by a program, a stamp, picture and stamp, an ink annotation."""
Place = tuple[float, float]


@dataclass(frozen=True)
class Ending:
    name: str
    draw: Callable[[Rng, str], bytes]


def endings() -> Iterator[Ending]:
    for name, layout in _LAYOUTS.items():
        yield Ending(name, partial(_drawn, layout))


def _drawn(layout: Callable[[Sheet], Place], rng: Rng, mark: str) -> bytes:
    sheet = Sheet(rng)
    x, y = layout(sheet)
    x, y = x + float(rng.uniform(0, 6)), y + float(rng.uniform(0, 3))
    if mark == "stroke":
        _stroke(sheet, x, y)
    elif mark != "annotation":
        sheet.mark(mark, x, y, "Mistral Réseaux SARL")
    data = sheet.file()
    return _annotated(rng, data, x, y) if mark == "annotation" else data


def _points(rng: Rng, x: float, y: float) -> list[Place]:
    """A running hand, in mm of the page."""
    loops, wide = int(rng.integers(4, 9)), float(rng.uniform(18, 40))
    return [
        (
            x + wide * k / 90 + 1.5 * math.cos(2 * math.pi * loops * k / 90),
            y + 6 + 4 * math.sin(2 * math.pi * loops * k / 90) * math.cos(k / 17),
        )
        for k in range(91)
    ]


def _stroke(sheet: Sheet, x: float, y: float) -> None:
    path = sheet.canvas.beginPath()
    for k, (at, down) in enumerate(_points(sheet.rng, x, y)):
        (path.lineTo if k else path.moveTo)(at * mm, (297 - down) * mm)
    sheet.canvas.setStrokeColorRGB(0.1, 0.1, 0.5)
    sheet.canvas.setLineWidth(1.2)
    sheet.canvas.drawPath(path)


def _annotated(rng: Rng, data: bytes, x: float, y: float) -> bytes:
    """Signed in a reader's program: an ink annotation with its appearance."""
    points = [(at * mm, (297 - down) * mm) for at, down in _points(rng, x, y)]
    flat = [round(float(side), 2) for point in points for side in point]
    rect = [min(flat[::2]) - 2, min(flat[1::2]) - 2, max(flat[::2]) + 2, max(flat[1::2]) + 2]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        steps = " ".join(
            f"{a} {b} {'l' if k else 'm'}" for k, (a, b) in enumerate(zip(flat[::2], flat[1::2], strict=True))
        )
        look = pdf.make_stream(f"q 1.2 w 0 0 .6 RG {steps} S Q".encode())
        look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, rect
        made = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Ink, Rect=rect, F=4, InkList=[flat],
            AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        page = pdf.pages[-1]
        page.obj["/Annots"] = pdf.make_indirect(
            pikepdf.Array([*page.obj.get("/Annots", []), pdf.make_indirect(made)])
        )
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


# --- the pages: each returns where one would sign ---------------------------------------------------------


def _letter(sheet: Sheet, head: str = "", title: str = "ATTESTATION DE STAGE") -> None:
    sheet.line("Mistral Réseaux SARL", 14, bold=True)
    sheet.line("12 rue des Ateliers - 13001 Marseille", 9)
    if head:
        sheet.y += 4
        sheet.line(head, 9)
    sheet.y += float(sheet.rng.uniform(10, 20))
    sheet.line(title, 15, centred=True, bold=True)
    sheet.y += 8
    sheet.line(
        "Je soussigné, Antoine Tessier, certifie que Madame Zoé MARTIN, étudiante en BTS SIO, a effectué un "
        "stage dans notre entreprise du 5 janvier 2026 au 6 février 2026, soit 5 semaines.",
        space=2.2,
    )
    sheet.line("La présente attestation est établie pour servir et valoir ce que de droit.")
    sheet.y += float(sheet.rng.uniform(6, 14))


def _made(sheet: Sheet) -> None:
    sheet.text("Fait à Marseille, le 6 février 2026")
    sheet.y += float(sheet.rng.uniform(9, 14))


def _labelled(sheet: Sheet) -> Place:
    _letter(sheet)
    _made(sheet)
    x = float(sheet.rng.choice([sheet.left, 110.0]))
    sheet.text("Signature et cachet de l'entreprise", x=x)
    return x, sheet.y + 3


def _name_alone(sheet: Sheet) -> Place:
    _letter(sheet)
    _made(sheet)
    sheet.text("Antoine Tessier", x=115)
    return 115, sheet.y + 3


def _undated(sheet: Sheet) -> Place:
    _letter(sheet)
    sheet.y += 12
    sheet.text("Antoine Tessier", x=115, bold=True)
    return 115, sheet.y + 3


def _headed(sheet: Sheet) -> Place:
    """The one who writes is named in the letter's head as one who signs would be at its foot."""
    head = str(
        sheet.rng.choice(["LE CHEF DU SERVICE INFORMATIQUE", "Le directeur des systèmes d'information"])
    )
    _letter(
        sheet,
        head,
        "A T T E S T A T I O N  D E  S T A G E" if sheet.rng.random() < 0.3 else "Attestation de stage",
    )
    sheet.y += 10
    sheet.text("Antoine Tessier", x=115, bold=True)
    return 115, sheet.y + 3


def _footed(sheet: Sheet) -> Place:
    place = _name_alone(sheet)
    sheet.canvas.line(20 * mm, 22 * mm, 190 * mm, 22 * mm)
    at = sheet.y
    sheet.y = 281
    sheet.text(
        "Mistral Réseaux SARL au capital de 8 000 € - SIRET 812 345 678 00019 - Tél. 04 00 00 00 00", 8
    )
    sheet.y = at
    return place


def _model(sheet: Sheet) -> None:
    sheet.line("ANNEXE 5 - ATTESTATION DE STAGE", 14, centred=True, bold=True)
    sheet.y += 4
    for label in (
        "Nom ou dénomination sociale : Mistral Réseaux",
        "Adresse : 12 rue des Ateliers ...................",
        "Nom : MARTIN ............ Prénom : Zoé ............",
    ):
        sheet.line(label, 10)
    sheet.line("Dates de début et de fin du stage : du 05/01/2026 au 06/02/2026", 10)
    sheet.y += 6


def _framed(sheet: Sheet, dashes: bool = False) -> Place:
    _model(sheet)
    _made(sheet)
    if dashes:
        sheet.canvas.setDash(4, 3)
    high = float(sheet.rng.uniform(26, 46))
    sheet.box(sheet.left, sheet.y - 4, 78, high)
    sheet.box(sheet.left + 84, sheet.y - 4, 84, high)
    sheet.canvas.setDash()
    sheet.text("Signature du stagiaire", 10, x=sheet.left + 2)
    sheet.text("Nom, fonction et signature du représentant", 10, x=sheet.left + 86)
    sheet.y += 5
    sheet.text("de l'organisme d'accueil", 10, x=sheet.left + 86)
    return sheet.left + 90, sheet.y + 3


def _dotted(sheet: Sheet, with_: str = ".") -> Place:
    _model(sheet)
    _made(sheet)
    sheet.text("Signature de l'employeur :", 10, x=100)
    top = sheet.y
    for _ in range(3):
        sheet.y += 7
        sheet.text(with_ * (60 if with_ == "." else 30), 10, x=100)
    return 104, top + 3


def _ruled(sheet: Sheet) -> Place:
    """A short line on which one signs, drawn by the program."""
    _model(sheet)
    _made(sheet)
    sheet.text("Cachet et signature :", 10, x=110)
    wide = float(sheet.rng.uniform(9, 60))
    sheet.canvas.line(110 * mm, (297 - sheet.y - 16) * mm, (110 + wide) * mm, (297 - sheet.y - 16) * mm)
    return 112, sheet.y + 2


def _table(sheet: Sheet, rows: int = 1) -> Place:
    """Cells in which each signs, some with their own rows for name, date and signature."""
    _model(sheet)
    _made(sheet)
    x, y, place = sheet.left, sheet.y, (0.0, 0.0)
    wide, high = 56.0, float(sheet.rng.uniform(22, 34)) / rows
    for k, label in enumerate(("", "Le stagiaire", "L'organisme d'accueil")):
        sheet.box(x + k * wide, y - 5, wide, 7)
        sheet.text(label, 9, x=x + k * wide + 2)
    for row in range(rows):
        for k in range(3):
            sheet.box(x + k * wide, y + 2 + row * high, wide, high)
        sheet.y = y + 8 + row * high
        sheet.text(("Signature", "Date", "Cachet")[row % 3], 9, x=x + 2)
        if row == 0:
            place = (x + 2 * wide + 3, y + 3)
    sheet.y = y + 40
    return place


def _inventory(sheet: Sheet, labelled: bool = False) -> Place:
    """An environment certificate: ruled tables down the page, and hardly a word about who signs."""
    sheet.line("ANNEXE VII-7 : Attestation de respect de l'annexe II.E", 11, centred=True, bold=True)
    sheet.line("CONTRÔLE DE L'ENVIRONNEMENT TECHNOLOGIQUE", 11, centred=True, bold=True)
    sheet.line("Identification : lycée Rosa Bonheur, 13009 Marseille", 10)
    for _ in range(int(sheet.rng.integers(2, 4))):
        sheet.y += 8
        high = float(sheet.rng.uniform(6, 12))
        for row in range(int(sheet.rng.integers(3, 6))):
            for x, wide in ((16, 52), (68, 70), (138, 56)):
                sheet.box(x, sheet.y - 5, wide, high)
            sheet.text("Éléments" if not row else "Un service d'authentification", 8, x=18)
            sheet.y += high
    sheet.y += 6
    if labelled:
        sheet.text("Signature du candidat ou du responsable du centre :", 10)
    return 60, sheet.y + 4


def _overleaf(sheet: Sheet, labels: bool = True) -> Place:
    """The last lines of the page leave no room: a word processor sets the picture on the next one."""
    _letter(sheet)
    for _ in range(int(sheet.rng.integers(5, 7))):
        sheet.line("Il a pris part à l'installation et au dépannage des postes de nos services.", space=2.2)
    sheet.y = float(sheet.rng.uniform(240, 252))
    _made(sheet)
    x = float(sheet.rng.choice([sheet.left, 110.0]))
    if labels:
        sheet.text("Signature et cachet de l'entreprise", x=x)
    sheet.turn_page()
    sheet.y = 285.0
    sheet.text("Page 2 sur 2", 8)
    return x, 20.0


_LAYOUTS: dict[str, Callable[[Sheet], Place]] = {
    "label": _labelled, "name alone": _name_alone, "no date": _undated, "function in the head": _headed,
    "printed foot": _footed, "frames": _framed, "dashed frames": partial(_framed, dashes=True),
    "dots": _dotted, "underscores": partial(_dotted, with_="_"), "a drawn line": _ruled, "a table": _table,
    "a table of rows": partial(_table, rows=3), "ruled tables": _inventory,
    "ruled tables and a label": partial(_inventory, labelled=True), "overleaf": _overleaf,
    "overleaf without a label": partial(_overleaf, labels=False),
}  # fmt: skip
