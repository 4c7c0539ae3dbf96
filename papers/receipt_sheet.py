"""The receipt of a dropped file (récépissé) on paper: the same as its page, as a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from html import escape

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Image, KeepTogether, Spacer, Table

from papers.printed import Paragraph, printed
from papers.receipts import Receipt, ReceiptCopy
from processors.circular.deadlines import french_instant
from processors.findings import Evidence, Finding, french_pages
from processors.wording import plural


def receipt_pdf(receipt: Receipt) -> bytes:
    """A4, for the centre that dropped the file: it names its candidates and shows their writing."""
    return printed(list(_story(receipt)), f"Récépissé {receipt.exam} {receipt.centre}")


def _story(receipt: Receipt) -> Iterator[Flowable]:
    version = f", version {receipt.version}" if receipt.version > 1 else ""
    yield Paragraph(f"Récépissé de dépôt de copies numérisées{version}", _TITLE)
    yield Paragraph(_text(f"{receipt.exam_title or 'Épreuve inconnue'} ({receipt.exam})"), _BODY)
    yield Spacer(1, 4 * mm)
    yield _lines(_head(receipt))
    yield Spacer(1, 4 * mm)
    if receipt.mistaken:
        yield Paragraph(_text(receipt.mistaken), _BOLD)
    if receipt.changes:
        yield Paragraph("Ce qui a changé", _HEADING)
    for one in reversed(receipt.changes):
        yield Paragraph(f"Version {one.version}, le {french_instant(one.issued)} :", _BODY)
        yield from (Paragraph(_text(f"– {line}"), _BODY) for line in one.what)
    if receipt.changes:
        yield Spacer(1, 4 * mm)
    for found in receipt.findings:
        yield Paragraph(_text(found.message), _BODY)
    if receipt.unread:
        yield Paragraph("Ce fichier est reçu ; sa lecture n’est pas terminée.", _BOLD)
    elif not receipt.quarantined:
        yield Paragraph(_text(summary(receipt)), _BOLD)
        for title, copies, part in (
            ("À faire", receipt.to_do, "to_do"),
            ("À vérifier", receipt.to_check, "to_check"),
            ("Remis en ordre, rien à faire", receipt.mended, "mended"),
        ):
            if copies:
                yield Paragraph(title, _HEADING)
            for copy in copies:
                yield from _copy(copy, getattr(copy, part), receipt.pictures)
    yield Spacer(1, 6 * mm)
    yield Paragraph(
        f"Établi le {french_instant(receipt.issued)}. Dépôt n° {receipt.scan}. Empreinte du fichier reçu "
        f"(SHA-256) : {receipt.sha256}. Conservez ce récépissé avec les copies papier.",
        _SMALL,
    )


def summary(receipt: Receipt) -> str:
    """`34 copies, 31 en ordre, 3 à reprendre.`"""
    parts = [plural(len(receipt.copies), "copie", "copies"), f"{receipt.fine} en ordre"]
    if receipt.to_check:
        parts.append(f"{len(receipt.to_check)} à vérifier")
    if receipt.to_do:
        parts.append(f"{len(receipt.to_do)} à reprendre ou à décider")
    return ", ".join(parts) + "."


def _head(receipt: Receipt) -> dict[str, str]:
    in_time = {True: " (dans les délais)", False: " (après l’heure limite)", None: ""}[receipt.in_time]
    lines = {
        "Centre": f"{receipt.centre_name} ({receipt.centre})",
        "Fichier": receipt.file,
    }
    if receipt.begun is not None:
        lines["Dépôt commencé"] = french_instant(receipt.begun)
    ended = "Déposé le" if receipt.begun is None else "Dépôt achevé"
    lines[ended] = french_instant(receipt.deposited) + in_time
    if receipt.counted not in (None, receipt.deposited):
        lines["Heure retenue"] = french_instant(receipt.counted)
    if receipt.deadline is not None:
        lines["Heure limite"] = french_instant(receipt.deadline)
    if not receipt.quarantined and not receipt.unread:
        lines["Contenu"] = plural(receipt.pages, "page", "pages")
    return lines


def _copy(
    copy: ReceiptCopy, stated: tuple[Finding, ...], pictures: Mapping[Evidence, bytes]
) -> Iterator[Flowable]:
    rank = f"{copy.position}{'re' if copy.position == 1 else 'e'} copie de la pile"
    where = f", {french_pages(sorted(copy.pages))} du fichier" if copy.pages else ""
    block: list[Flowable] = [Paragraph(_text(rank + where), _BOLD)]
    if copy.who:
        block.append(Paragraph(_text(copy.who), _BODY))
    block += [Paragraph(_text(found.message), _BODY) for found in stated]
    seen = dict.fromkeys(region for found in stated for region in found.evidence if region in pictures)
    if seen:
        shown = [_picture(pictures[region]) for region in list(seen)[:3]]
        block.append(Table([shown], hAlign="LEFT", style=[("VALIGN", (0, 0), (-1, -1), "TOP")]))
    block.append(Spacer(1, 3 * mm))
    yield KeepTogether(block)


def _picture(jpeg: bytes) -> Image:
    width, height = ImageReader(io.BytesIO(jpeg)).getSize()
    scale = min(55 * mm / width, 55 * mm / height)
    return Image(io.BytesIO(jpeg), width * scale, height * scale)


def _lines(said: Mapping[str, str]) -> Table:
    rows = [[Paragraph(name, _NAME), Paragraph(_text(text), _BODY)] for name, text in said.items()]
    return Table(
        rows,
        colWidths=["20%", "80%"],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey)],
    )


def _text(said: str) -> str:
    return escape(said).replace("&#x27;", "’")


_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14)
_NAME = ParagraphStyle("name", _BODY, textColor=colors.dimgrey)
_SMALL = ParagraphStyle("small", _BODY, fontSize=8, leading=11, textColor=colors.dimgrey)
_BOLD = ParagraphStyle("bold", _BODY, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", _BOLD, fontSize=18, leading=24)
_HEADING = ParagraphStyle("heading", _BOLD, fontSize=13, leading=18, spaceBefore=6 * mm, spaceAfter=2 * mm)
