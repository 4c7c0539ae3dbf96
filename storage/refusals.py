"""What is refused, and why: one code and one French sentence for each, whoever asks and by whatever door."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    NOT_HERE = "not_here"
    NOT_ON_LIST = "not_on_list"
    NO_REASON = "no_reason"
    NO_AUTHOR = "no_author"

    SUPERSEDED = "superseded"
    SET_ASIDE = "set_aside"
    IN_A_LOT = "in_a_lot"
    WANTS_CANDIDATE = "wants_candidate"
    WANTS_NO_CANDIDATE = "wants_no_candidate"
    UNKNOWN_NUMBER = "unknown_number"
    NOT_ENROLLED = "not_enrolled"
    NOBODYS = "nobodys"
    OTHER_COPY = "other_copy"
    ANOTHER_PERSON = "another_person"
    OTHER_PROPOSAL = "other_proposal"
    NO_PAGES = "no_pages"
    OTHERS_PAGE = "others_page"
    NOT_JUDGED = "not_judged"
    NOT_IN_HAND = "not_in_hand"
    NUMBER_TAKEN = "number_taken"

    WINDOW_CLOSED = "window_closed"
    NOT_READY = "not_ready"
    NOT_YOURS = "not_yours"
    PULLED = "pulled"
    NEVER_PULLED = "never_pulled"
    RETURNED = "returned"
    CLOSED = "closed"
    OTHER_STATE = "other_state"
    NOT_DESIGNATED = "not_designated"
    MAY_NOT_TAKE = "may_not_take"

    BAD_GROUNDS = "bad_grounds"
    OTHER_DOSSIER = "other_dossier"
    NOTHING_TO_MEND = "nothing_to_mend"
    TOO_FAR = "too_far"
    BAD_LINES = "bad_lines"

    ADDRESS_TAKEN = "address_taken"
    INVITATION_OVER = "invitation_over"
    CODE_USED = "code_used"
    OWN_ACCOUNT = "own_account"
    WANTS_CENTRE = "wants_centre"
    WANTS_CORRECTOR = "wants_corrector"
    WANTS_NO_SCOPE = "wants_no_scope"

    OTHER_BYTES = "other_bytes"
    ATTEMPT_OVER = "attempt_over"
    NOT_PROCESSING = "not_processing"


SENTENCES: dict[Refusal, str] = {
    Refusal.UNKNOWN: "Rien ne porte cet identifiant : {what}.",
    Refusal.NOT_HERE: "Ce centre, cet établissement ou cette épreuve n’est pas de cette session : {what}.",
    Refusal.NOT_ON_LIST: "Un de ces candidats n’est pas sur la liste de ce centre.",
    Refusal.NO_REASON: "Dites pourquoi.",
    Refusal.NO_AUTHOR: "Dites qui prononce.",
    Refusal.SUPERSEDED: "Une autre copie a pris la place de celle-ci : il n’y a rien à décider.",
    Refusal.SET_ASIDE: "Cette copie est écartée : attribuez-la ou acceptez-la d’abord.",
    Refusal.IN_A_LOT: "Cette copie est déjà dans un lot.",
    Refusal.WANTS_CANDIDATE: "Dites de quel candidat il s’agit : la copie n’a pas été attribuée.",
    Refusal.WANTS_NO_CANDIDATE: "Un candidat ne se donne que pour attribuer : rien n’a été décidé.",
    Refusal.UNKNOWN_NUMBER: "Aucun candidat n’a ce numéro : la copie n’a pas été attribuée.",
    Refusal.NOT_ENROLLED: "Ce candidat n’est pas inscrit à cette épreuve.",
    Refusal.NOBODYS: "On ne sait pas de qui est cette copie : attribuez-la.",
    Refusal.OTHER_COPY: "Ce candidat a déjà une copie complète : écartez d’abord l’une des deux.",
    Refusal.ANOTHER_PERSON: "Il faut qu’une autre personne le confirme, à son propre compte du guichet.",
    Refusal.OTHER_PROPOSAL: "Ce qui était proposé a changé : rechargez la page.",
    Refusal.NO_PAGES: "Une copie a au moins une page, et chaque page une fois.",
    Refusal.OTHERS_PAGE: "Une page est à une autre copie, ou à un autre fichier.",
    Refusal.NOT_JUDGED: "Ce constat n’a pas été réglé par une personne.",
    Refusal.NOT_IN_HAND: "Cette copie n’est pas entre les mains d’un correcteur.",
    Refusal.NUMBER_TAKEN: "Ce numéro d’anonymat est celui d’une autre copie.",
    Refusal.WINDOW_CLOSED: "Les lots de cette épreuve ne se forment que dans la fenêtre de correction, "
    "et ne s’ouvrent que là.",
    Refusal.NOT_READY: "Une copie n’est pas prête pour un lot, ou elle est déjà dans un autre.",
    Refusal.NOT_YOURS: "Ce lot n’est pas à vous, ou votre jeton n’est pas celui d’un correcteur.",
    Refusal.PULLED: "Ce lot a été retiré : rappelez-le d’abord.",
    Refusal.NEVER_PULLED: "Ouvrez d’abord ce lot : un lot jamais retiré ne se rend pas.",
    Refusal.RETURNED: "Ce lot est rendu : seul le service peut le rappeler.",
    Refusal.CLOSED: "Ce lot est clos : il n’y a plus rien à y faire.",
    Refusal.OTHER_STATE: "Ce lot n’en est pas là : rechargez sa page.",
    Refusal.NOT_DESIGNATED: "Ce correcteur n’est pas désigné pour cette épreuve.",
    Refusal.MAY_NOT_TAKE: "Ce correcteur ne peut pas prendre ce lot. {what}",
    Refusal.BAD_GROUNDS: "Une non-conformité demande un motif, et une conformité n’en a pas ; "
    "sont des motifs : {what}.",
    Refusal.OTHER_DOSSIER: "Ce candidat a déjà un dossier pour cette épreuve.",
    Refusal.NOTHING_TO_MEND: "Plus rien ne peut être complété : l’heure limite de cette épreuve est passée.",
    Refusal.TOO_FAR: "Ce n’est pas dans l’année qui suit l’heure limite de la session.",
    Refusal.BAD_LINES: "Cette liste a des lignes fausses : rien n’en a été pris.",
    Refusal.ADDRESS_TAKEN: "Cette adresse a déjà un compte d’un autre rôle.",
    Refusal.INVITATION_OVER: "Cette invitation ne compte plus : demandez-en une autre au service.",
    Refusal.CODE_USED: "Ce code a déjà servi : attendez le suivant.",
    Refusal.OWN_ACCOUNT: "On ne ferme pas son propre compte.",
    Refusal.WANTS_CENTRE: "Choisissez le centre.",
    Refusal.WANTS_CORRECTOR: "Choisissez de quel correcteur il s’agit.",
    Refusal.WANTS_NO_SCOPE: "Le service n’est ni d’un centre ni d’un correcteur.",
    Refusal.OTHER_BYTES: "Ce fichier a été lu d’autres octets que ceux qui sont gardés.",
    Refusal.ATTEMPT_OVER: "Cet essai de lecture est terminé.",
    Refusal.NOT_PROCESSING: "Ce fichier n’est pas en cours de lecture.",
}


class Refused(ValueError):  # noqa: N818 - it is no error of the program
    """The rules forbid it; nothing has been written. `what`: opaque ids, codes or reasons, and no names."""

    def __init__(self, code: Refusal, what: str = "") -> None:
        self.code = code
        self.sentence = SENTENCES[code].format(what=what)
        super().__init__(f"{code}: {self.sentence}")
