"""What the page of a copy asks: for each kind of finding, its question and the answers that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processors.findings import Code, Severity
from storage.decided.copies import CopyRow
from storage.decided.findings import FindingRow


@dataclass(frozen=True)
class Question:
    """In French. `look`: where the answer is seen, and what follows; `accept`: what "as it is" means here.

    `whose`: asks who the candidate is, so that guesses answer it.
    """

    asks: str
    look: str
    accept: str = "L’accepter telle quelle"
    whose: bool = False


_WHOSE = Question(
    "À qui est cette copie ?",
    "Comparez l’en-tête avec chaque hypothèse ; sans certitude, demandez la feuille au centre.",
    whose=True,
)
_SAME_PAGES = Question(
    "Ces pages sont-elles toutes de cette copie, et dans cet ordre ?",
    "Lisez les pages, en bas ; rangez-les ou écartez celle qui est étrangère, puis acceptez la copie.",
    "Oui, elle est entière et en ordre",
)
_SAME_HAND = Question(
    "Toutes les pages sont-elles du même candidat ?",
    "Comparez les écritures. Une page d’un autre s’écarte en bas de page ; "
    "si une feuille manque, la copie est à numériser de nouveau.",
    "Oui, elles sont du même candidat",
)
_SIDE_PAGE = Question(
    "La page mise de côté fait-elle partie de cette copie ?",
    "Si oui, remettez-la dans la copie, en bas de page, puis acceptez ; sinon, acceptez la copie sans elle.",
    "La copie est bien ainsi",
)
_OTHERWISE = Question(
    "Que faut-il faire de cette copie ?", "Lisez ce qui a été constaté et regardez les pages."
)

QUESTIONS: dict[Code, Question] = {
    Code.WRONG_EXAM: Question(
        "De quelle épreuve est cette copie ?",
        "Lisez l’épreuve sur l’étiquette ; une copie d’une autre épreuve se passe dans la sienne.",
        "Elle est bien de cette épreuve",
    ),
    Code.LABEL_CONFLICT: Question(
        "L’étiquette et les cases nomment deux candidats : à qui est cette copie ?",
        "Comparez l’en-tête avec chaque hypothèse ; sans certitude, demandez la feuille au centre.",
        "Elle est bien de ce candidat",
        whose=True,
    ),
    Code.UNKNOWN_CANDIDATE: Question(
        "Le numéro lu n’est pas celui d’un inscrit : à qui est cette copie ?",
        "Comparez l’en-tête avec les inscrits du centre : un chiffre a pu être mal écrit.",
        "Elle est bien de ce candidat",
        whose=True,
    ),
    Code.UNIDENTIFIED: _WHOSE,
    Code.DUPLICATE_COPY: Question(
        "Ce candidat a deux copies : laquelle est la sienne ?",
        "Ouvrez l’autre copie et comparez les en-têtes. Si celle-ci est d’un autre, attribuez-la ; "
        "pour garder celle-ci, écartez d’abord l’autre.",
        "Garder celle-ci",
    ),
    Code.COPY_OF_ABSENT: Question(
        "Le candidat est porté absent, et voici une copie à son nom : était-il là ?",
        "S’il était là, corrigez l’émargement, ou gardez la copie ; si elle est d’un autre, attribuez-la.",
        "Il était là : garder la copie",
    ),
    Code.WRONG_CENTRE: Question(
        "Ce candidat est inscrit dans un autre centre : a-t-il composé ici ?",
        "Vérifiez l’en-tête et demandez au centre ; un autre candidat a pu se tromper de numéro.",
        "Oui, garder la copie",
    ),
    Code.NOT_ANONYMOUS: Question(
        "Un nom, un numéro ou une étiquette se lit-il encore ?",
        "Cachez l’endroit sur la page, puis regardez ce que recevra le correcteur. L’accepter ne cache rien "
        "de plus.",
        "Rien ne nomme le candidat : la laisser partir",
    ),
    Code.SCAN_AGAIN: Question(
        "La copie est demandée au centre : faut-il encore attendre ?",
        "La nouvelle numérisation prendra sa place d’elle-même, dans le lot aussi.",
        "Ne plus attendre : l’accepter telle quelle",
    ),
    Code.REPORTED: Question(
        "Un correcteur a signalé cette copie : que faut-il en faire ?",
        "Regardez ce qu’il dit. Réparez-la ici si c’est possible, ou rendez-la-lui telle quelle.",
        "La rendre au correcteur telle quelle",
    ),
    Code.MIXED_COPY: _SAME_HAND,
    Code.TWO_HANDS: _SAME_HAND,
    Code.PERHAPS_TWO_HANDS: _SAME_HAND,
    Code.SAME_PAGE: Question(
        "De qui est la page qui se trouve dans deux copies ?",
        "Comparez les écritures, ici et dans l’autre copie. Celle qui montre la page d’un autre est à "
        "numériser de nouveau ; l’autre s’accepte.",
        "La page est bien de cette copie",
    ),
    Code.NAMELESS_SHEET: Question(
        "La feuille sans nom fait-elle partie de cette copie ?",
        "Comparez les écritures. Si oui, remettez ses pages dans la copie, en bas ; sinon, acceptez-la.",
        "La copie est bien ainsi",
    ),
    Code.UNSURE_ORDER: _SAME_PAGES,
    Code.MISPLACED_PAGE: _SAME_PAGES,
    Code.UNDECLARED_PAGE: _SIDE_PAGE,
    Code.UNPLACED_ANNEX: _SIDE_PAGE,
    Code.BLANK_INSIDE: Question(
        "L’intérieur de cette feuille est-il vraiment blanc ?",
        "Si le texte passe d’une page à l’autre sans coupure, oui ; sinon, le centre regarde la feuille.",
        "Oui, elle est bien ainsi",
    ),
    Code.REFUSED_MODEL: Question(
        "Cette copie compte-t-elle, sur un papier que la session refuse ?",
        "Le candidat n’en est pas toujours la cause : ce que vous décidez vaut pour cette copie seule.",
        "Elle compte : l’accepter",
    ),
    Code.MISSING_PAGES: Question(
        "Manque-t-il vraiment des pages à cette copie ?",
        "Le centre doit la numériser de nouveau ; acceptez-la seulement s’il n’a pas d’autre feuille.",
        "Il n’y a pas d’autre feuille : l’accepter incomplète",
    ),
    Code.UNREADABLE_PAGE: Question(
        "Cette page se lit-elle assez pour être corrigée ?",
        "Ouvrez-la en grand, en bas de page ; sinon, le centre doit la numériser de nouveau.",
        "Elle se lit : l’accepter",
    ),
}
"""In the order in which they are asked: whose it is comes before what it lacks."""
ASKED = [*QUESTIONS, *(code for code in Code if code not in QUESTIONS)]
"""All that may be found of a copy, in that order."""


@dataclass(frozen=True)
class Asked:
    """A question of this copy, with the findings that raise it."""

    question: Question
    findings: tuple[FindingRow, ...]

    @property
    def codes(self) -> set[Code]:
        return {found.code for found in self.findings}


def questions_of(copy: CopyRow, findings: Sequence[FindingRow]) -> list[Asked]:
    """All that is asked of a copy, the first to be answered first; empty when nothing is."""
    blocking = [found for found in findings if found.severity is Severity.BLOCKING]
    raised: dict[Question, list[FindingRow]] = {}
    for code, question in QUESTIONS.items():
        if theirs := [found for found in blocking if found.code is code]:
            raised.setdefault(question, []).extend(theirs)
    if rest := [found for found in blocking if found.code not in QUESTIONS]:
        raised[_OTHERWISE] = rest
    if copy.candidate is None and not any(question.whose for question in raised):
        raised[_WHOSE] = []
    return [Asked(question, tuple(theirs)) for question, theirs in raised.items()]
