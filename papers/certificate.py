"""The certificate of a destruction (procès-verbal d'élimination), on paper, in French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table, TableStyle

from papers.printed import Paragraph, printed
from processors.circular.deadlines import french_instant
from processors.wording import plural


@dataclass(frozen=True)
class Destruction:
    """`counts`: objects by kind, said in French; `grounds`: the texts; persons by their accounts' ids.

    `backups`: names of those that held it when it began, and whether they stand on the day of printing.
    """

    purge: str
    session: str
    counts: Mapping[str, int]
    grounds: Mapping[str, str]
    people: int
    holds: int
    planned: tuple[str, datetime]
    confirmed: tuple[str, datetime]
    done: datetime
    backups: tuple[tuple[str, bool], ...]
    list_sha256: str
    signature: str


def certificate_pdf(said: Destruction) -> bytes:
    """An A4 PDF. It names no candidate."""
    styles = getSampleStyleSheet()
    body = styles["BodyText"]
    rows = [
        [Paragraph(kind, body), str(n), Paragraph(said.grounds.get(kind, ""), body)]
        for kind, n in said.counts.items()
    ]
    table = Table(
        [["Nature", "Fichiers", "Fondement"], *rows], colWidths=[45 * mm, 20 * mm, 105 * mm], repeatRows=1
    )
    table.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
                ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.grey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    story = [
        Paragraph("Procès-verbal d’élimination", styles["Title"]),
        Paragraph(said.session, styles["Heading2"]),
        Paragraph(
            f"Ont été détruits le {_at(said.done)}, avec toutes leurs versions, les fichiers ci-dessous. "
            f"{plural(said.people, 'candidat n’a', 'candidats n’ont')} plus d’identité dans le registre. "
            f"{plural(said.holds, 'gel restait', 'gels restaient')} en vigueur.",
            body,
        ),
        Spacer(1, 4 * mm),
        table,
        Spacer(1, 4 * mm),
        Paragraph(f"Préparé le {_at(said.planned[1])} par le compte {said.planned[0]}.", body),
        Paragraph(f"Confirmé le {_at(said.confirmed[1])} par le compte {said.confirmed[0]}.", body),
        *_backups(said.backups, body),
        Paragraph(
            "Ne sont pas couverts : le papier, ni ce que centres et correcteurs ont gardé chez eux.",
            body,
        ),
        Spacer(1, 4 * mm),
        *(
            Paragraph(f"{what} : <font face='Courier' size='7'>{value}</font>", body)
            for what, value in (
                ("Destruction", said.purge),
                ("Empreinte de la liste", said.list_sha256),
                ("Signature (Ed25519)", f"{said.signature[:64]} {said.signature[64:]}"),
            )
        ),
    ]
    return printed(story, "Procès-verbal d’élimination")


def _backups(named: tuple[tuple[str, bool], ...], body: ParagraphStyle) -> list[Paragraph]:
    if not named:
        return [Paragraph("Aucune sauvegarde connue du journal ne tenait ce qui a été détruit.", body)]
    told = (
        f"• {name} : {'le tient encore ; à supprimer' if stands else 'supprimée depuis'}"
        for name, stands in named
    )
    opening = "Sauvegardes qui tenaient, au commencement, ce qui a été détruit :"
    return [Paragraph(line, body) for line in (opening, *told)]


def _at(when: datetime) -> str:
    return french_instant(when)
