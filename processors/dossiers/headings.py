"""Which kind of piece does a heading name?"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

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
_LIKE, _LIKE_TYPED = 88, 93  # of 100: what optical reading leaves of a heading; typing leaves more
_LONG = 90  # characters: a longer line is a sentence
_PREFIX = re.compile(
    r"^(?:\W|annexe [\w.\- ]{1,12}?\s?(?:\(suite\))?\s?[:-]|modele d(?:e |'|u )|objet ?:|une? "
    r"|fiche \d ?:)*\s*"
)
_SENTENCE = re.compile(
    r"\b(est|sont|sera|doit|doivent|delivree?|remise?|fournir|joindre|l'|d'une|article|votre|vos|mon|ma|notre)\b"
)
_SPOKEN_OF = re.compile(r"(?:de )?(?:l'|d'|(?:la presente|cette|votre|notre|son|des) )")


def heading(written: str, optical: bool) -> str | None:
    """The kind whose heading this is: a phrase that stands there as it is counts before a likeness."""
    line = plain(written)
    line = re.sub(r"\b(?:[a-z'] ){4,}[a-z]\b", lambda spaced: spaced[0].replace(" ", ""), line)
    whole, line = line, _PREFIX.sub("", line)
    if len(line) > _LONG or re.match(r"\W*(?:article )?\d+ ?[-.:)]", whole):
        return None
    capitals = in_capitals(written)
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


def in_capitals(written: str) -> bool:
    letters = [letter for letter in written if letter.isalpha()]
    return bool(letters) and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def _likeness(phrase: str, line: str) -> float:
    """Of 0 to 100; an annex's number leaves no room for slips, nor a heading for a whole sentence."""
    if phrase.startswith("annexe ") or not 0.85 * len(phrase) < len(line) < 2.5 * len(phrase):
        return 0.0
    return fuzz.partial_ratio(phrase, line)
