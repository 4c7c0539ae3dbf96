"""Which piece is this? Known by its text and form, never by the name of its file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from processors.dossiers.layout import Page
from processors.plain import plain

SYNTHESIS = "synthesis_table"
INTERNSHIP = "internship_certificate"
WORK = "work_certificate"
ACHIEVEMENT = "achievement_sheet"
ENVIRONMENT = "environment_certificate"
OTHER = "other"

# headings, plain; of two on a line the longer counts
_HEADINGS: tuple[tuple[str, str], ...] = (
    (SYNTHESIS, "tableau de synthese"),
    (SYNTHESIS, "synthese des realisations professionnelles"),
    (SYNTHESIS, "annexe vi-1"),
    (SYNTHESIS, "annexe 6-1"),
    (INTERNSHIP, "attestation de stage"),
    (INTERNSHIP, "attestation de fin de stage"),
    (INTERNSHIP, "certificat de stage"),
    (INTERNSHIP, "certificat de fin de stage"),
    (INTERNSHIP, "attestation de periode de stage"),
    (INTERNSHIP, "attestation de presence en stage"),
    (INTERNSHIP, "attestation de stage en milieu professionnel"),
    (WORK, "certificat de travail"),
    (WORK, "attestation de travail"),
    (WORK, "attestation d'emploi"),
    (WORK, "attestation employeur"),
    (WORK, "attestation de l'employeur"),
    (WORK, "attestation d'activite professionnelle"),
    (ACHIEVEMENT, "description d'une realisation professionnelle"),
    (ACHIEVEMENT, "fiche descriptive de realisation professionnelle"),
    (ACHIEVEMENT, "fiche de realisation professionnelle"),
    (ACHIEVEMENT, "annexe vii-1-a"),
    (ACHIEVEMENT, "annexe vii-1-b"),
    (ACHIEVEMENT, "annexe 7-1-a"),
    (ACHIEVEMENT, "annexe 7-1-b"),
    (ENVIRONMENT, "attestation de l'environnement technologique"),
    (ENVIRONMENT, "attestation d'environnement technologique"),
    (ENVIRONMENT, "controle de l'environnement technologique"),
    (ENVIRONMENT, "attestation de conformite de l'environnement technologique"),
    (ENVIRONMENT, "attestation de respect de l'annexe"),
    (ENVIRONMENT, "environnement technologique pour la certification"),
    (ENVIRONMENT, "annexe vii-7"),
    (ENVIRONMENT, "annexe 7-7"),
    (OTHER, "convention de stage"),
    (OTHER, "avenant a la convention"),
    (OTHER, "curriculum vitae"),
    (OTHER, "rapport de stage"),
    (OTHER, "rapport d'activite"),
    (OTHER, "lettre de motivation"),
    (OTHER, "releve de notes"),
    (OTHER, "convocation"),
    (OTHER, "confirmation d'inscription"),
    (OTHER, "contrat d'apprentissage"),
    (OTHER, "contrat de travail"),
    (OTHER, "livret scolaire"),
)
_LIKE = 88  # of 100: what optical reading leaves of a heading
_TOP = 14  # lines among which a heading stands
_LONG = 90  # characters: a longer line is a sentence

_ATTESTS = r"soussigne|certifi|attest"
_OF_STAGE = r"\b(en |de |un |son |comme |qualite de )?stag(e|iaire)\b"
_OF_WORK = (
    r"\bsalarie|\bemploye|contrat (de travail|a duree)|\bcdi\b|\bcdd\b|poste de|a travaille"
    r"|exerce les fonctions"
)


@dataclass(frozen=True)
class Piece:
    """Pages of one file that make one document. `annex`: as the piece itself names it (`VII-1-A`).

    `goes_on`: its first page says that it follows another, which stands in another file (photographs).
    """

    kind: str
    file: str
    pages: tuple[Page, ...] = field(repr=False)
    annex: str = ""
    goes_on: bool = False

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)

    @property
    def read_optically(self) -> bool:
        return any(page.read_by == "ocr" for page in self.pages)


def pieces_of(file: str, pages: Sequence[Page]) -> tuple[Piece, ...]:
    """The documents that a file holds, in its order; a page without a heading goes on with the one before."""
    found: list[tuple[str, list[Page]]] = []
    for page in pages:
        kind = _kind_of(page)
        if found and (kind is None or (kind == found[-1][0] and _goes_on(kind, page))):
            found[-1][1].append(page)
        else:
            found.append((kind or OTHER, [page]))
    return tuple(
        Piece(
            kind,
            file,
            tuple(those),
            _annex(those),
            kind not in (OTHER, SYNTHESIS) and _goes_on(kind, those[0]),
        )
        for kind, those in found
    )


def _kind_of(page: Page) -> str | None:
    """The kind that the page's heading names, else the one that its sentences do."""
    lines = _plain_lines(page)
    heads = lines[:_TOP] if page.read_by != "cells" else lines[: 2 * _TOP]
    for k, line in enumerate(heads):
        below = f"{line} {heads[k + 1]}" if k + 1 < len(heads) else line
        kind = _heading(line) or _heading(below)
        if kind is not None:
            return kind
    whole = " ".join(lines)
    if re.search(_ATTESTS, whole):
        if re.search(_OF_WORK, whole) and not re.search(r"\bstag(e|iaire)\b", whole):
            return WORK
        if re.search(_OF_STAGE, whole):
            return INTERNSHIP
    return None


def _goes_on(kind: str, page: Page) -> bool:
    """Whether a page that bears its document's heading again goes on with the document before."""
    lines = _plain_lines(page)
    if kind == SYNTHESIS:
        return True
    if any(re.search(r"\bverso\b", line) and "recto" not in line for line in lines[:_TOP]):
        return True
    if any(
        re.search(r"\b(?:page|p\.?)\s*[2-9]\s*(?:/|sur)\s*\d", line) for line in (*lines[:4], *lines[-4:])
    ):
        return True
    return kind == ACHIEVEMENT and not any(re.search(r"\bintitule|\bn. ?realisation", line) for line in lines)


def _plain_lines(page: Page) -> list[str]:
    return [text for line in page.lines if (text := plain(line.text))]


def _heading(line: str) -> str | None:
    """The kind whose heading the line is: a phrase that stands there as it is counts before a likeness."""
    if len(line) > _LONG:
        return None
    best: tuple[bool, float, str] | None = None
    for kind, phrase in _HEADINGS:
        exact = phrase in line
        like = 100.0 if exact else _likeness(phrase, line)
        if like >= _LIKE:
            best = max(best or (False, 0.0, ""), (exact, len(phrase) if exact else like, kind))
    return best[2] if best else None


def _likeness(phrase: str, line: str) -> float:
    """Of 0 to 100; an annex's number leaves no room for slips."""
    if phrase.startswith("annexe ") or len(line) < 0.85 * len(phrase):
        return 0.0
    return fuzz.partial_ratio(phrase, line)


def _annex(pages: Sequence[Page]) -> str:
    found = re.search(r"\b(?:vii|7)\s?[-.]\s?1\s?[-.]\s?([ab])\b", plain(pages[0].text))
    return f"VII-1-{found[1].upper()}" if found else ""
