#!/bin/sh
# docxcompose 2.2.0 joins Word documents, and lets a comment of the second document say what the comment of the same number in the
# first one says. Its own text is not in the joined file at all. Comments are numbered in each document from 0 (w:id, ISO/IEC
# 29500-1, 17.13.4.5), so that the first remark on the second report becomes the first remark on the first one; where the first has
# no comment of that number the mark points to nothing. No error, no warning. Footnotes, which are numbered in the same
# way, are given new numbers and come along with their texts. The README has no word on comments.
#
# Seen on 2026-11-30, Python 3.11, docxcompose 2.2.0, python-docx 1.2.0, read by python-docx; each document has one commented line:
#   comments in the file          0 "Refusé : page manquante"
#   "Rapport de Durand" bears     0 "Refusé : page manquante"
#   "Rapport de Martin" bears     0 "Refusé : page manquante"    written: "Accepté"
#   first without comments        "Rapport de Martin" bears 0, and there is none
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check docxcompose==2.2.0 python-docx==1.2.0
"$place/venv/bin/python" - <<'PYTHON'
import io
import sys

from docx import Document
from docx.oxml.ns import qn
from docxcompose.composer import Composer


def report(line, remark):
    document = Document()
    paragraph = document.add_paragraph(line)
    if remark:
        document.add_comment(paragraph.runs, text=remark, author="Jury", initials="J")
    return saved(document)


def saved(document):
    out = io.BytesIO()
    document.save(out)
    out.seek(0)
    return out


def joined(*reports):
    composer = Composer(Document(reports[0]))
    composer.append(Document(reports[1]))
    return Document(saved(composer))


def remarks(document):
    texts = {comment.comment_id: comment.text for comment in document.comments}
    borne = {
        paragraph.text: texts.get(int(mark.get(qn("w:id"))), "nothing")
        for paragraph in document.paragraphs
        for mark in paragraph._p.iter(qn("w:commentReference"))
    }
    return texts, borne


REFUSED, ACCEPTED = "Refusé : page manquante", "Accepté"
second = report("Rapport de Martin", ACCEPTED)
alone = remarks(Document(second))
both = remarks(joined(report("Rapport de Durand", REFUSED), second))
one = remarks(joined(report("Rapport de Durand", None), second))
for name, found in (("the second alone", alone), ("joined", both), ("first without comments", one)):
    print(f"{name:24} {found[0]}, borne: {found[1]}")
sys.exit(0 if (alone, both, one) == (
    ({0: ACCEPTED}, {"Rapport de Martin": ACCEPTED}),
    ({0: REFUSED}, {"Rapport de Durand": REFUSED, "Rapport de Martin": REFUSED}),
    ({}, {"Rapport de Martin": "nothing"}),
) else 1)
PYTHON
