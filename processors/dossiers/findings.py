"""What is noticed of a dossier, in French: the four grounds of non-conformity, and what falls short of them.

A finding carries no name, number or birth date: it goes to logs and artifacts. Its evidence may show one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from processors.findings import Box, Severity


class Code(StrEnum):
    """The grounds, as the session file's `[[nonconformity]]` names them, then the rest."""

    ABSENT_DOSSIER = "absent_dossier"
    LATE_DEPOSIT = "late_deposit"
    INTERNSHIP_TOO_SHORT = "internship_too_short"
    UNSIGNED_DOCUMENT = "unsigned_document"
    # for the commission to look at
    MISSING_PIECE = "missing_piece"
    WRONG_PERSON = "wrong_person"
    DOUBTFUL_PERSON = "doubtful_person"
    UNREADABLE_PIECE = "unreadable_piece"
    WRONG_SESSION = "wrong_session"
    WRONG_ANNEX = "wrong_annex"
    DOUBTFUL_SIGNATURE = "doubtful_signature"
    DOUBTFUL_INTERNSHIP = "doubtful_internship"
    LATE_ADDITION = "late_addition"
    SURPLUS_PIECE = "surplus_piece"
    UNDATED_DOCUMENT = "undated_document"
    # said, and nothing more
    ACTIVE_CONTENT = "active_content"
    UNKNOWN_PIECE = "unknown_piece"
    TRACKED_CHANGES = "tracked_changes"
    STRUCK_TEXT = "struck_text"
    NOT_OWED = "not_owed"


class Verdict(StrEnum):
    """What the machine proposes; the commission pronounces."""

    CONFORM = "conform"
    PROPOSED_NON_CONFORM = "proposed_non_conform"
    TO_EXAMINE = "to_examine"


VERDICTS = {
    Verdict.CONFORM: "conforme",
    Verdict.PROPOSED_NON_CONFORM: "non-conformité proposée",
    Verdict.TO_EXAMINE: "à examiner",
}
"""How a person reads them."""


FRENCH_GROUND = {
    Code.ABSENT_DOSSIER: "absence",
    Code.LATE_DEPOSIT: "retard",
    Code.INTERNSHIP_TOO_SHORT: "stage trop court",
    Code.UNSIGNED_DOCUMENT: "signature ou visa",
}
"""The four grounds of non-conformity, as a person reads them."""
GROUNDS = frozenset(FRENCH_GROUND)

_B, _W, _I = Severity.BLOCKING, Severity.WARNING, Severity.INFO

_CATALOGUE: dict[Code, tuple[Severity, str]] = {
    Code.ABSENT_DOSSIER: (_B, "Aucun dossier n'a été déposé : la commission doit constater l'absence."),
    Code.LATE_DEPOSIT: (
        _B,
        "Dossier déposé après la date fixée ({what}) : la commission doit se prononcer sur le retard.",
    ),
    Code.INTERNSHIP_TOO_SHORT: (
        _B,
        "Durée de stage insuffisante : {what}. Vérifiez les périodes des attestations.",
    ),
    Code.UNSIGNED_DOCUMENT: (
        _B,
        "Document non signé ({what}) : aucune signature ni aucun cachet n'y ont été vus. "
        "Vérifiez la zone montrée.",
    ),
    Code.MISSING_PIECE: (_W, "Pièce manquante : {what}. Cherchez-la dans le dépôt ou demandez-la."),
    Code.WRONG_PERSON: (
        _W,
        "Une pièce est au nom ou au numéro d'une autre personne ({what}) : vérifiez à qui elle appartient.",
    ),
    Code.DOUBTFUL_PERSON: (
        _W,
        "Le nom ou le numéro lu n'est pas sûrement celui du candidat ({what}) : vérifiez la pièce.",
    ),
    Code.UNREADABLE_PIECE: (_W, "Pièce illisible par la machine ({what}) : ouvrez-la et examinez-la."),
    Code.WRONG_SESSION: (_W, "Une pièce porte une autre session ({what}) : vérifiez qu'elle est la bonne."),
    Code.WRONG_ANNEX: (
        _W,
        "Le modèle de la fiche n'est pas celui de l'option du candidat ({what}) : vérifiez la pièce.",
    ),
    Code.DOUBTFUL_SIGNATURE: (
        _W,
        "Signature à vérifier ({what}) : la machine ne peut pas dire si le document est signé.",
    ),
    Code.DOUBTFUL_INTERNSHIP: (_W, "Durée de stage à vérifier : {what}."),
    Code.LATE_ADDITION: (
        _W,
        "Pièce déposée après la date fixée ({what}) : elle est gardée, mais ne remplace rien ; "
        "la commission dit si elle l'accepte.",
    ),
    Code.SURPLUS_PIECE: (_W, "Pièce en trop : {what}. Dites laquelle compte."),
    Code.UNDATED_DOCUMENT: (_W, "Document sans date lisible ({what}) : vérifiez qu'il est daté."),
    Code.ACTIVE_CONTENT: (
        _I,
        "Le fichier contient des macros ou des actions ({what}) : elles ne sont pas exécutées ; "
        "ne l'ouvrez pas hors de massicot.",
    ),
    Code.TRACKED_CHANGES: (
        _I,
        "Le fichier porte des modifications suivies ({what}) : seul le texte final, modifications "
        "acceptées, est lu et montré.",
    ),
    Code.STRUCK_TEXT: (
        _I,
        "Du texte est barré ({what}) : il n'est pas lu. Regardez la page si vous avez un doute.",
    ),
    Code.UNKNOWN_PIECE: (_I, "Pièce non attendue ({what}) : elle est gardée avec le dossier."),
    Code.NOT_OWED: (
        _I,
        "Aucun dossier n'est dû : l'épreuve est passée en contrôle en cours de formation. "
        "Ce qui a été déposé est gardé, sans être jugé.",
    ),
}


@dataclass(frozen=True)
class Evidence:
    """Where a finding can be seen: a file of the dossier, its page (from 1), the part of it if not all."""

    file: str
    page: int
    box: Box | None = None


@dataclass(frozen=True)
class DossierFinding:
    code: Code
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()


def finding(code: Code, what: str = "", evidence: Iterable[Evidence] = ()) -> DossierFinding:
    """The finding of this code, with its severity and its French sentence from the catalogue."""
    severity, sentence = _CATALOGUE[code]
    return DossierFinding(code, severity, sentence.format(what=what), tuple(evidence))


def absent() -> tuple[DossierFinding, ...]:
    """What is said when nothing was deposited."""
    return (finding(Code.ABSENT_DOSSIER),)
