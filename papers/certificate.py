"""The certificate of a destruction (procès-verbal d'élimination), on paper, in French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from papers.printed import BODY, RULED, STYLES, Paragraph, printed
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
    rows = [["Nature", "Fichiers", "Fondement"]]
    rows += [
        [Paragraph(kind, BODY), str(n), Paragraph(said.grounds.get(kind, ""), BODY)]
        for kind, n in said.counts.items()
    ]
    story = [
        Paragraph("Procès-verbal d’élimination", STYLES["Title"]),
        Paragraph(said.session, STYLES["Heading2"]),
        Paragraph(
            f"Ont été détruits le {french_instant(said.done)}, avec toutes leurs versions, les fichiers "
            "ci-dessous. "
            f"{plural(said.people, 'candidat n’a', 'candidats n’ont')} plus d’identité dans le registre. "
            f"{plural(said.holds, 'gel restait', 'gels restaient')} en vigueur.",
            BODY,
        ),
        Spacer(1, 4 * mm),
        Table(rows, colWidths=[45 * mm, 20 * mm, 105 * mm], repeatRows=1, style=RULED),
        Spacer(1, 4 * mm),
        Paragraph(f"Préparé le {french_instant(said.planned[1])} par le compte {said.planned[0]}.", BODY),
        Paragraph(
            f"Confirmé le {french_instant(said.confirmed[1])} par le compte {said.confirmed[0]}.", BODY
        ),
        *_backups(said.backups),
        Paragraph(
            "Ne sont pas couverts : le papier, ni ce que centres et correcteurs ont gardé chez eux.",
            BODY,
        ),
        Spacer(1, 4 * mm),
        *(
            Paragraph(f"{what} : <font face='Courier' size='7'>{value}</font>", BODY)
            for what, value in (
                ("Destruction", said.purge),
                ("Empreinte de la liste", said.list_sha256),
                ("Signature (Ed25519)", f"{said.signature[:64]} {said.signature[64:]}"),
            )
        ),
    ]
    return printed(story, "Procès-verbal d’élimination")


def _backups(named: tuple[tuple[str, bool], ...]) -> list[Paragraph]:
    if not named:
        return [Paragraph("Aucune sauvegarde connue du journal ne tenait ce qui a été détruit.", BODY)]
    told = (
        f"• {name} : {'le tient encore ; à supprimer' if stands else 'supprimée depuis'}"
        for name, stands in named
    )
    opening = "Sauvegardes qui tenaient, au commencement, ce qui a été détruit :"
    return [Paragraph(line, BODY) for line in (opening, *told)]
