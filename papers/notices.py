"""Before the deadline, a letter to each candidate whose dossier can still be mended: what, and until when.

They name candidates: each goes to the one it names.
"""

from __future__ import annotations

from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from papers.commission_list import Line
from papers.printed import BODY, STYLES, Paragraph, escaped, printed
from processors.circular.deadlines import Deadline, french_instant
from processors.circular.session import Exam
from processors.dossiers.findings import Code
from processors.findings import Severity


def notice_pdf(line: Line, exam: Exam, due: Deadline, at: datetime) -> bytes:
    """An A4 letter in French. It names the candidate and nobody else."""
    person = line.person
    story: list[Flowable] = [
        Paragraph("Votre dossier peut encore être complété", STYLES["Title"]),
        Paragraph(escaped(f"{exam.code}, {exam.title}"), STYLES["Heading2"]),
        Paragraph(f"{escaped(person.first_names)} {escaped(person.family_name)}, n° {person.number}", BODY),
        Spacer(1, 6 * mm),
        Paragraph(
            f"État de votre dossier au {french_instant(at)}. Ce qui suit a été relevé par une lecture "
            "automatique ; la commission de contrôle de conformité seule prononce.",
            BODY,
        ),
        Spacer(1, 3 * mm),
        *(Paragraph(f"• {escaped(said)}", BODY) for said in _said(line)),
        Spacer(1, 3 * mm),
        Paragraph(
            f"<b>Vous pouvez déposer les pièces manquantes ou corrigées {due}.</b> Un fichier de même nom "
            "remplace celui que vous avez déposé. Si vous pensez que la lecture est en tort, ne changez rien "
            "et dites-le à votre centre.",
            BODY,
        ),
    ]
    return printed(story, f"Avis avant l'échéance, {exam.code}")


def to_mend(line: Line, *, late: bool) -> bool:
    """Whether the candidate can do something; once it is `late`, only about a dossier begun in time."""
    if line.dossier is None:
        return not late
    codes = {found["code"] for found in line.reading.get("findings", ())}
    if late and codes & {Code.LATE_DEPOSIT, Code.ABSENT_DOSSIER}:
        return False
    return bool(_said(line))


def _said(line: Line) -> list[str]:
    if line.dossier is None:
        return ["Aucun dossier n'a encore été déposé."]
    return [f["message"] for f in line.reading.get("findings", ()) if f["severity"] != Severity.INFO]
