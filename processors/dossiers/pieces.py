"""Which piece is this? Known by its text and form, never by the name of its file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from processors.dossiers.columns import in_rows
from processors.dossiers.halves import documents_on
from processors.dossiers.headings import (
    ACHIEVEMENT,
    ENVIRONMENT,
    INTERNSHIP,
    OTHER,
    SYNTHESIS,
    WORK,
    heading,
    in_capitals,
)
from processors.dossiers.layout import Page
from processors.dossiers.periods import read_stay
from processors.plain import plain

_TOP = 14  # lines among which a heading stands
_LONG = 90  # characters: a longer line is a sentence

_ATTESTS = (  # by a verb of whoever certifies: « certificat », « certification », « certifié » say nothing
    r"soussigne|\bundersigned\b|\bpresente? (?:attestation|certificat)\b"
    r"|\b(?:certifi|attest)(?:e|ons|ent|er)\b"
    r"(?: par la presente| bien)?,? (?:que\b(?! (?:j'|je |mes? |mon |nos ))|qu'(?!on )|avoir |l'|la |les |:)"
    r"|\battest\w+ (?:le|du|de) [^.]{0,40}\b(?:stage|presence|emploi)\b"
    r"|\bcertify\b|\bhereby certif|\bcertif(?:ies|ied) that\b"
    r"|confirm\w+ que\b[^.]{0,120}\ba (?:bien )?(?:ete|effectue|realise|accompli|suivi)\b"
    r"|confirm\w* that\b[^.]{0,120}\b(?:has|completed|carried out|undertook|worked|was an?)\b"
)
_CERTIFIES = r"soussigne|(?:certifi|attest)(?:e|ons|ent|ant|er) (?:par la presente )?que\b"
_OF_STAGE = r"\bstag(e|es|iaire)\b|\b(internship|traineeship|work placement)\b"
_OF_WORK = (
    r"\bsalariee?\b|\bemployee?\b|\bapprentie?\b|\balternan|"
    r"contrat (d'apprentissage|de professionnalisation|de travail|a duree)"
    r"|\bcdi\b|\bcdd\b|poste de|a travaille|travaille (au sein|dans|chez)|fait partie (de nos|des) effectifs"
    r"|(exerce|occupe) (les|la|le|une?|ses)\b"
)
_OF_COURSES = r"\b(mooc|modules?|cours|score|webinaire|e-learning|formation en ligne)\b"
_OF_SITUATIONS = r"(?:certifi|attest)\w* que (?:les|ces) (?:situations|activites|realisations|competences)\b"
_AGREED = r"\barticle \d|\bles parties\b|s'engage|\bconvention\b|il a ete convenu"
_CONTENTS = re.compile(r"\W*(?:\d+\W+)?(?:sommaire|table des matieres)(?:\W+\d+)?\W*")
_LABELS_OF = {
    INTERNSHIP: (
        *("certifie que", "le stagiaire", "duree du stage", "dates de debut et de fin du stage"),
        *("representant une duree totale", "denomination sociale", "montant de la gratification"),
    ),
    ACHIEVEMENT: (
        *("n realisation", "organisation support de la realisation", "intitule de la realisation"),
        *("competences travaillees", "conditions de realisation", "modalites d'acces aux productions"),
    ),
    ENVIRONMENT: (
        *("description de l'implantation dans le centre", "environnement commun aux deux options"),
        *("service d'authentification", "remarques de la commission", "annexe ii.e"),
    ),
    SYNTHESIS: (
        *("adresse url du portfolio", "competences mises en oeuvre", "realisations en cours de formation"),
        *("realisations en milieu professionnel", "gerer le patrimoine informatique"),
    ),
}
_ENOUGH = 3  # labels of a model on a page: it is that model, whatever its heading


@dataclass(frozen=True)
class Piece:
    """Pages of one file that make one document. `annex`: as the piece itself names it (`VII-1-A`).

    `goes_on`: its first page says that it follows another, which stands in another file (photographs).
    `known`: its heading or its sentences tell what it is. `translates`: it is
    headed as a translation.
    """

    kind: str
    file: str
    pages: tuple[Page, ...] = field(repr=False)
    annex: str = ""
    goes_on: bool = False
    known: bool = True
    translates: bool = False

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)

    @cached_property
    def in_rows(self) -> str:
        """The text, what narrow columns break put together."""
        return "\n".join(row for page in self.pages for row in in_rows(page))

    @property
    def read_optically(self) -> bool:
        return any(page.read_by == "ocr" for page in self.pages)


def pieces_of(file: str, pages: Sequence[Page]) -> tuple[Piece, ...]:
    """The documents that a file holds, in its order; a page without a heading goes on with the one before."""
    found: list[tuple[str | None, list[Page]]] = []
    for page in chain.from_iterable(map(documents_on, pages)):
        kind = _kind_of(page)
        if found and _belongs(kind, page, found[-1][0] or OTHER, found[-1][1]):
            found[-1][1].append(page)
        else:
            found.append((kind, [page]))
    return tuple(
        Piece(
            kind or OTHER,
            file,
            tuple(those),
            _annex(those),
            kind not in (None, OTHER, SYNTHESIS) and _goes_on(kind, those[0]),
            kind is not None,
            _translates(those[0]),
        )
        for kind, those in found
    )


def _translates(page: Page) -> bool:
    return any(re.match(r"\W*traduction\b", line) for line in _plain_lines(page)[:3])


def _belongs(kind: str | None, page: Page, before: str, pages: Sequence[Page]) -> bool:
    """Whether a page of this kind goes on with the document before."""
    if before == OTHER and kind == INTERNSHIP and any(_agreed(one) for one in pages):
        return _agreed(page)  # an agreement speaks of the certificate that ends it
    if kind is None:
        return True
    rest = kind == OTHER or _goes_on(kind, page) or (_is_rest(kind, page) and not _translates(page))
    return kind == before and rest


def _is_rest(kind: str, page: Page) -> bool:
    """Whether the page only speaks of its certificate: no heading, nothing certified, no stay."""
    return (
        kind in (INTERNSHIP, WORK)
        and _headed(page) is None
        and re.search(_CERTIFIES, plain(page.text)) is None
        and not read_stay(page.text, open_ended=kind == WORK).periods
    )


def _agreed(page: Page) -> bool:
    return len(set(re.findall(_AGREED, plain(page.text)))) >= 2


def _kind_of(page: Page) -> str | None:
    """The kind that the page's heading names, else its labels, else its sentences; another annex is none."""
    heads = _heads(page)
    if any(_CONTENTS.fullmatch(plain(line)) for line in heads):
        return None  # it names what follows
    whole = plain(page.text)
    kind = _headed(page)
    if kind == OTHER and sum(label in whole for label in _LABELS_OF[ACHIEVEMENT]) > _ENOUGH:
        return ACHIEVEMENT  # the circular's own heading stands over the first of its forms
    if kind is not None:
        return kind
    for kind, labels in _LABELS_OF.items():
        if sum(label in whole for label in labels) >= _ENOUGH:
            return kind
    others = [line for line in heads if re.match(r"annexe \w+(?:[-.]\w+)*\s?(?:: |- |$)", plain(line))]
    if any(re.search(r"\(verso|\(suite", plain(line)) for line in others):
        return None
    if others:
        return OTHER
    return _by_sentences(whole)


def _heads(page: Page) -> list[str]:
    lines = [line.text for line in page.lines if line.text.strip()]
    return lines[:_TOP] if page.read_by != "cells" else lines[: 2 * _TOP]


def _headed(page: Page) -> str | None:
    heads, optical = _heads(page), page.read_by == "ocr"
    for k, line in enumerate(heads):
        if k and _of_a_sentence(line, heads[k - 1]):
            continue
        said = [*line.split("\t"), line]
        if k + 1 < len(heads) and not _of_a_sentence(heads[k + 1], line):
            said.append(f"{line} {heads[k + 1]}")
        for part in said:
            kind = heading(part, optical)
            if kind is not None:
                return kind
    return None


def _of_a_sentence(line: str, before: str) -> bool:
    """Whether the line goes on with a sentence: a footnote's rest, or a full line, not a heading's second."""
    line, before = line.strip(), before.strip()
    if not line[:1].islower():
        return False
    if line.endswith(","):
        return True
    begun = len(before) > _LONG // 2 and before[-1].isalpha()
    return begun and (line.endswith(".") or (len(line) > _LONG // 2 and not in_capitals(before)))


def _by_sentences(whole: str) -> str | None:
    if not re.search(_ATTESTS, whole) or len(set(re.findall(_AGREED, whole))) >= 2:
        return None
    if re.search(_OF_SITUATIONS, whole):
        return None  # overleaf of a certificate, what the trainee has done
    if re.search(_OF_WORK, whole) and not re.search(_OF_STAGE, whole):
        return WORK
    if re.search(_OF_STAGE, whole):
        return INTERNSHIP
    return OTHER if re.search(_OF_COURSES, whole) else None


def _goes_on(kind: str, page: Page) -> bool:
    """Whether a page that bears its document's heading again goes on with the document before."""
    lines = _plain_lines(page)
    if kind == SYNTHESIS:
        return True
    if any("(suite" in line for line in lines[:_TOP]):
        return True
    if any(re.search(r"\bverso\b", line) and "recto" not in line for line in lines[:_TOP]):
        return True
    if kind in (INTERNSHIP, WORK) and re.search(_CERTIFIES, plain(page.text)):
        return False  # programs that join files number all their pages
    if any(
        re.search(r"\b(?:page|p\.?)\s*[2-9]\s*(?:/|sur)\s*\d|^[2-9]\s?/\s?[2-9]$", line)
        for line in (*lines[:4], *lines[-4:])
    ):
        return True
    return kind == ACHIEVEMENT and not any(re.search(r"\bintitule|\bn. ?realisation", line) for line in lines)


def _plain_lines(page: Page) -> list[str]:
    return [text for line in page.lines if (text := plain(line.text))]


def _annex(pages: Sequence[Page]) -> str:
    """`VII-1-A`, `9-1-B`: as the piece itself writes it, of whatever session's circular."""
    found = re.search(r"\b(vii|viii|vi|ix|iv|\d)\s?[-.]\s?(\d)\s?[-.]\s?([ab])\b", plain(pages[0].text))
    return f"{found[1]}-{found[2]}-{found[3]}".upper() if found else ""
