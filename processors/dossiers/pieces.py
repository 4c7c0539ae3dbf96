"""Which piece is this? Known by its text and form, never by the name of its file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz

from processors.dossiers.columns import in_rows
from processors.dossiers.layout import Page, parts
from processors.dossiers.periods import read_stay
from processors.plain import plain

SYNTHESIS = "synthesis_table"
INTERNSHIP = "internship_certificate"
WORK = "work_certificate"
ACHIEVEMENT = "achievement_sheet"
ENVIRONMENT = "environment_certificate"
OTHER = "other"

# headings of what no dossier asks for, some of them close to one that it does
_NONE_OF_THESE = (
    *("convention de stage", "convention tripartite", "convention de formation"),
    *("avenant a la convention", "curriculum vitae", "rapport de stage", "compte rendu de stage"),
    *("rapport d'activite", "journal de stage", "lettre de motivation", "releve de notes", "convocation"),
    *("confirmation d'inscription", "contrat d'apprentissage", "contrat de professionnalisation"),
    *("contrat de travail", "livret scolaire", "livret de suivi", "attestation de suivi"),
    *("attestation de reussite", "attestation de formation", "attestation de fin de formation"),
    *("attestation d'assiduite", "attestation de participation", "attestation de scolarite"),
    *("attestation d'inscription", "attestation d'assurance", "attestation de responsabilite civile"),
    *("attestation de droits", "attestation de recensement", "attestation de vigilance"),
    *("certificat de scolarite", "certificat de reussite", "certificat de realisation"),
    *("certificat de participation", "certificat d'accomplissement", "certificat d'achevement"),
    *("certificat de formation", "certificate of completion", "certificate of achievement"),
    *("statement of accomplishment", "badge numerique", "attestation de versement"),
    *("attestation de gratification", "attestation de paiement", "attestation de competences"),
    *("declaration sur l'honneur", "attestation sur l'honneur", "attestation de stage de secourisme"),
    *("lettre de recommandation", "bulletin de paie", "bulletin de salaire", "dispense de stage"),
    *("carte nationale d'identite", "grille d'aide a l'evaluation", "grille d'evaluation"),
    *("fiche d'evaluation", "controle de conformite", "deroulement et evaluation"),
    *("sommaire des annexes", "notice d'information", "fiche de suivi", "fiche d'appreciation"),
)
# headings, plain; of two on a line the longer counts
_HEADINGS: tuple[tuple[str, str], ...] = (
    (SYNTHESIS, "tableau de synthese"),
    (SYNTHESIS, "synthese des realisations professionnelles"),
    (SYNTHESIS, "annexe vi-1"),
    (SYNTHESIS, "annexe 6-1"),
    (INTERNSHIP, "attestation de fin de stage"),
    (INTERNSHIP, "certificat de stage"),
    (INTERNSHIP, "certificat de fin de stage"),
    (INTERNSHIP, "attestation de periode de stage"),
    (INTERNSHIP, "attestation de realisation de stage"),
    (INTERNSHIP, "attestation de stage"),
    (INTERNSHIP, "attestation stage"),
    (INTERNSHIP, "attestation de stagiaire"),
    (INTERNSHIP, "attestation de periode de formation en milieu professionnel"),
    (INTERNSHIP, "attestation de pfmp"),
    (INTERNSHIP, "attestation de presence en stage"),
    (INTERNSHIP, "attestation de stage en milieu professionnel"),
    (INTERNSHIP, "internship certificate"),
    (INTERNSHIP, "certificate of internship"),
    (INTERNSHIP, "internship completion"),
    (INTERNSHIP, "internship letter"),
    (INTERNSHIP, "traineeship certificate"),
    (INTERNSHIP, "certificate of traineeship"),
    (INTERNSHIP, "work placement certificate"),
    (WORK, "certificat de travail"),
    (WORK, "attestation de travail"),
    (WORK, "attestation d'emploi"),
    (WORK, "attestation employeur"),
    (WORK, "attestation de l'employeur"),
    (WORK, "attestation d'activite professionnelle"),
    (WORK, "attestation d'employeur"),
    (WORK, "attestation d'apprentissage"),
    (WORK, "attestation de contrat"),
    (WORK, "attestation de contrat d'apprentissage"),
    (WORK, "attestation de contrat d'alternance"),
    (WORK, "attestation de contrat de professionnalisation"),
    (WORK, "attestation de contrat de travail"),
    (WORK, "attestation d'emploi en contrat d'apprentissage"),
    (WORK, "attestation d'alternance"),
    (WORK, "attestation de presence en entreprise"),
    (WORK, "attestation de periode en entreprise"),
    (WORK, "certificat d'emploi"),
    (WORK, "certificat d'employeur"),
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
    *((OTHER, phrase) for phrase in _NONE_OF_THESE),
)
_LIKE = 88  # of 100: what optical reading leaves of a heading
_TOP = 14  # lines among which a heading stands
_LONG = 90  # characters: a longer line is a sentence

_LIKE_TYPED = 93  # typing leaves more
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
_PREFIX = re.compile(
    r"^(?:\W|annexe [\w.\- ]{1,12}?\s?(?:\(suite\))?\s?[:-]|modele d(?:e |'|u )|objet ?:|une? "
    r"|fiche \d ?:)*\s*"
)
_CONTENTS = re.compile(r"\W*(?:\d+\W+)?(?:sommaire|table des matieres)(?:\W+\d+)?\W*")
_SENTENCE = re.compile(
    r"\b(est|sont|sera|doit|doivent|delivree?|remise?|fournir|joindre|l'|d'une|article|votre|vos|mon|ma|notre)\b"
)
_SPOKEN_OF = re.compile(r"(?:de )?(?:l'|d'|(?:la presente|cette|votre|notre|son|des) )")
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
    `known`: its heading or its sentences tell what it is. `doubled`: two documents stand side by side on it.
    `translates`: it is headed as a translation.
    """

    kind: str
    file: str
    pages: tuple[Page, ...] = field(repr=False)
    annex: str = ""
    goes_on: bool = False
    known: bool = True
    doubled: bool = False
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
    for page in pages:
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
            any(map(_doubled, those)),
            _translates(those[0]),
        )
        for kind, those in found
    )


def _translates(page: Page) -> bool:
    return any(re.match(r"\W*traduction\b", line) for line in _plain_lines(page)[:3])


def _doubled(page: Page) -> bool:
    """Whether two sheets were printed side by side: each half of a wide page bears a heading of its own."""
    halves: set[bool] = set()
    for line in page.lines if page.width > page.height else ():
        for part in parts(line):
            if _heading(part.text, page.read_by == "ocr") not in (None, OTHER, SYNTHESIS):
                x, _, w, _ = part.box
                halves.add(x + w / 2 > page.width / 2)
    return len(halves) == 2


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
            kind = _heading(part, optical)
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
    return begun and (line.endswith(".") or (len(line) > _LONG // 2 and not _in_capitals(before)))


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


def _heading(written: str, optical: bool) -> str | None:
    """The kind whose heading this is: a phrase that stands there as it is counts before a likeness."""
    line = plain(written)
    line = re.sub(r"\b(?:[a-z'] ){4,}[a-z]\b", lambda spaced: spaced[0].replace(" ", ""), line)
    whole, line = line, _PREFIX.sub("", line)
    if len(line) > _LONG or re.match(r"\W*(?:article )?\d+ ?[-.:)]", whole):
        return None
    capitals = _in_capitals(written)
    if not capitals and _SPOKEN_OF.match(line):
        return None
    best: tuple[bool, float, str] | None = None
    for kind, phrase in _HEADINGS:
        exact = (phrase in line and _stands_alone(phrase, line, capitals)) or (
            phrase.startswith("annexe ") and re.match(rf"{re.escape(phrase)}(?![\w-])", whole) is not None
        )
        like = 100.0 if exact else _likeness(phrase, line)
        if like >= (_LIKE if optical else _LIKE_TYPED):
            best = max(best or (False, 0.0, ""), (exact, len(phrase) if exact else like, kind))
    return best[2] if best else None


def _stands_alone(phrase: str, line: str, capitals: bool) -> bool:
    """Whether the phrase is the line's heading, and not a part of a sentence."""
    if capitals or line.endswith(phrase):
        return True
    return line.startswith(phrase) and not _SENTENCE.match(line[len(phrase) :].lstrip())


def _in_capitals(written: str) -> bool:
    letters = [letter for letter in written if letter.isalpha()]
    return bool(letters) and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def _likeness(phrase: str, line: str) -> float:
    """Of 0 to 100; an annex's number leaves no room for slips, nor a heading for a whole sentence."""
    if phrase.startswith("annexe ") or not 0.85 * len(phrase) < len(line) < 2.5 * len(phrase):
        return 0.0
    return fuzz.partial_ratio(phrase, line)


def _annex(pages: Sequence[Page]) -> str:
    """`VII-1-A`, `9-1-B`: as the piece itself writes it, of whatever session's circular."""
    found = re.search(r"\b(vii|viii|vi|ix|iv|\d)\s?[-.]\s?(\d)\s?[-.]\s?([ab])\b", plain(pages[0].text))
    return f"{found[1]}-{found[2]}-{found[3]}".upper() if found else ""
