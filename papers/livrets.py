"""What goes with a school's livrets, in French: the names in alphabetical order, and how many they are.

Circular: livrets are handed in in alphabetical order, with a list of names and a certificate of their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table

from papers.printed import ALL, BODY, GRID, STYLES, escaped, printed
from processors.lists.people import Person
from processors.plain import plain
from processors.wording import plural

_GRID = [*GRID, ("FONTSIZE", *ALL, 9)]


def livrets_pdf(people: Sequence[Person], school: str, session: str, to: str) -> bytes:
    """`to`: where they are handed in, nothing where the session does not say."""
    small = STYLES["Normal"]
    order = sorted(people, key=lambda one: (plain(one.family_name), plain(one.first_names), one.number))
    rows = [["N°", "Nom de naissance et prénoms", "N° de candidat", "Option", "Livret joint"]]
    rows += [
        [str(k), f"{one.family_name} {one.first_names}", one.number, one.option, ""]
        for k, one in enumerate(order, 1)
    ]
    count = plural(len(order), "livret scolaire", "livrets scolaires")
    head = [
        Paragraph(escaped(session), small),
        Paragraph(f"Établissement {escaped(school)}", STYLES["Heading2"]),
    ]
    story: list[Flowable] = [
        Paragraph("Livrets scolaires : liste nominative", STYLES["Title"]),
        *head,
        Spacer(1, 4 * mm),
        Table(rows, colWidths=[12 * mm, 78 * mm, 36 * mm, 20 * mm, 24 * mm], style=_GRID, repeatRows=1),
        PageBreak(),
        Paragraph("Attestation", STYLES["Title"]),
        *head,
        Spacer(1, 8 * mm),
        Paragraph(
            "Je soussigné(e), ............................................................, chef "
            f"d’établissement, atteste que <b>{count}</b> sont remis ce jour, dans l’ordre de la liste "
            "nominative jointe. Si un livret manque, son candidat est rayé de la liste, et le nombre est "
            "corrigé ici : ............",
            BODY,
        ),
        Spacer(1, 6 * mm),
        *([Paragraph(f"À l’adresse : {escaped(to)}", BODY), Spacer(1, 6 * mm)] if to else []),
        Paragraph("Fait à .............................., le ..............................", BODY),
        Spacer(1, 6 * mm),
        Paragraph("Signature et cachet :", BODY),
    ]
    return printed(story, f"Livrets scolaires, {school}")
