"""What is refused, and why: one code and one French sentence for each, whoever asks and by whatever door."""

from __future__ import annotations

from processors.codes import Coded


class Refusal(Coded):
    """A code, and its sentence; `{what}` stands for ids, codes or reasons."""

    UNKNOWN = "unknown", "Rien ne porte cet identifiant : {what}."
    NOT_HERE = (
        "not_here",
        "Ce centre, cet établissement ou cette épreuve n’est pas de cette session : {what}.",
    )
    NOT_ON_LIST = "not_on_list", "Un de ces candidats n’est pas sur la liste de ce centre."
    NOBODY_HERE = (
        "nobody_here",
        "Personne n’est inscrit ici, ou les identités ont été détruites à leur terme.",
    )
    BAD_NAME = "bad_name", "Ce nom de fichier ne convient pas : renommez le fichier."
    EMPTY_FILE = "empty_file", "Ce fichier est vide : enregistrez-le de nouveau."
    TOO_LARGE = "too_large", "Ce fichier dépasse {what} : déposez les pièces une à une."
    NO_REASON = "no_reason", "Dites pourquoi."
    NO_DAY = "no_day", "Dites quel jour c’est venu."
    NO_NUMBER = "no_number", "Dites combien il en est venu : il y en a un par candidat."
    TOO_MANY = "too_many", "Cet établissement a {what} : recomptez ce qui est venu."
    NOT_YET = "not_yet", "Ce jour n’est pas encore venu."
    NO_AUTHOR = "no_author", "Dites qui prononce."

    SUPERSEDED = "superseded", "Une autre copie a pris la place de celle-ci : il n’y a rien à décider."
    SET_ASIDE = "set_aside", "Cette copie est écartée : attribuez-la ou acceptez-la d’abord."
    WITHDRAWN = "withdrawn", "Le fichier de cette copie a été retiré : remettez-le d’abord."
    NOT_READ_YET = "not_read_yet", "Ce fichier est en cours de lecture : attendez qu’elle soit finie."
    DECIDED = "decided", "Une copie de ce fichier a été décidée : demandez au service de le retirer."
    COPY_IN_A_LOT = "copy_in_a_lot", "Une copie de ce fichier est dans un lot : il ne peut plus être retiré."
    IN_A_LOT = "in_a_lot", "Cette copie est déjà dans un lot."
    NOT_LOOKED_AT = (
        "not_looked_at",
        "Cette copie n’est pas anonyme, et l’accepter ne la rend pas anonyme : regardez au guichet ce que "
        "recevra le correcteur, et dites de chaque page signalée que rien n’y nomme le candidat.",
    )
    WANTS_CANDIDATE = "wants_candidate", "Dites de quel candidat il s’agit : la copie n’a pas été attribuée."
    WANTS_NO_CANDIDATE = (
        "wants_no_candidate",
        "Un candidat ne se donne que pour attribuer : rien n’a été décidé.",
    )
    UNKNOWN_NUMBER = "unknown_number", "Aucun candidat n’a ce numéro : la copie n’a pas été attribuée."
    NO_CANDIDATE = "no_candidate", "Aucun candidat n’a ce numéro."
    NOT_ENROLLED = "not_enrolled", "Ce candidat n’est pas inscrit à cette épreuve : vérifiez son numéro."
    NOBODYS = "nobodys", "On ne sait pas de qui est cette copie : attribuez-la."
    OTHER_COPY = "other_copy", "Ce candidat a déjà une copie complète : écartez d’abord l’une des deux."
    MAYBE_SAME_PERSON = (
        "maybe_same_person",
        "Ces comptes peuvent être à une même personne, qui a vu le lien par lequel l’un a été ouvert : une "
        "troisième personne confirme.",
    )
    RESET_BY_MAIL = (
        "reset_by_mail",
        "Un compte du service qui a servi n’est invité de nouveau que par courriel : indiquez un serveur de "
        "messagerie, ou passez par la machine (« massicot desk invite service »).",
    )
    NOT_SENT = "not_sent", "Le courriel n’a pas pu partir : vérifiez l’adresse, puis recommencez."
    ANOTHER_PERSON = (
        "another_person",
        "Il faut qu’une autre personne le confirme, à son propre compte du guichet.",
    )
    OTHER_PROPOSAL = "other_proposal", "Ce qui était proposé a changé : rechargez la page."
    NO_AREA = "no_area", "Tirez un cadre sur l’endroit à cacher."
    NO_PICTURE = "no_picture", "Cette page ne se lit pas : elle ne peut pas être cachée ici."
    NO_PAGES = "no_pages", "Une copie a au moins une page, et chaque page une fois."
    OTHERS_PAGE = "others_page", "Une page est à une autre copie, ou à un autre fichier."
    NOT_JUDGED = "not_judged", "Ce constat n’a pas été réglé par une personne."
    NOT_IN_HAND = "not_in_hand", "Cette copie n’est pas entre les mains d’un correcteur."
    TAKEN_UP = "taken_up", "Le service s’occupe déjà de cette copie : elle revient dans votre lot."
    NUMBER_TAKEN = "number_taken", "Ce numéro d’anonymat est celui d’une autre copie."

    WINDOW_CLOSED = (
        "window_closed",
        "Les lots de cette épreuve ne se forment et ne s’ouvrent que dans la fenêtre de correction, {what}.",
    )
    NOT_READY = "not_ready", "Une copie n’est pas prête pour un lot, ou elle est déjà dans un autre."
    NOT_YOURS = "not_yours", "Ce lot n’est pas à vous, ou votre jeton n’est pas celui d’un correcteur."
    PULLED = "pulled", "Son correcteur a ouvert ce lot : rappelez-le d’abord."
    NEVER_PULLED = "never_pulled", "Ce lot n’a jamais été ouvert : il ne se rend pas et ne se note pas."
    RETURNED = "returned", "Ce lot est rendu : seul le service peut le rappeler."
    CLOSED = "closed", "Ce lot est clos : il n’y a plus rien à y faire."
    RECALLED = "recalled", "Le service a rappelé ce lot : il vous le rend, ou le confie à un autre."
    OFFLINE = (
        "offline",
        "Ce lot est corrigé hors connexion jusqu’au {what} : joignez d’abord son correcteur, et dites-le.",
    )
    BAD_DAY = "bad_day", "Ce jour n’est pas dans la fenêtre de correction, ou il est passé."
    OTHER_STATE = "other_state", "Ce lot n’en est pas là : rechargez sa page."
    NOT_DESIGNATED = "not_designated", "Ce correcteur n’est pas désigné pour cette épreuve."
    MAY_NOT_TAKE = "may_not_take", "Ce correcteur ne peut pas prendre ce lot. {what}"

    NO_PANEL = (
        "no_panel",
        "La session ne dit pas de qui est fait un jury de cette épreuve, ni combien dure une interrogation.",
    )
    NO_PLAN = "no_plan", "Les jurys de cette épreuve ne sont pas formés."
    ORALS_BEGUN = (
        "orals_begun",
        "Les interrogations de cette épreuve ont commencé : le plan ne change plus.",
    )

    NO_PANEL_THERE = (
        "no_panel_there",
        "Aucun jury ne siège à ce lieu : son dossier porte l’UAI de l’établissement, ou le code ou le nom du "
        "lieu dans la session.",
    )
    NO_TURN = "no_turn", "Ce candidat n’est devant aucun jury de cette épreuve."
    NO_SUCH_PANEL = "no_such_panel", "Cette épreuve n’a pas de jury de ce numéro."
    OTHER_PLACE = "other_place", "Ce jury siège ailleurs que là où ce candidat est examiné."
    TURN_TAKEN = "turn_taken", "Ce jury n’a plus d’heure libre."
    MAY_NOT_EXAMINE = (
        "may_not_examine",
        "Un examinateur de ce jury ne peut pas entendre ce candidat : {what}.",
    )

    BEFORE_HARMONISATION = (
        "before_harmonisation",
        "Aucune note ne se dépose ni ne se lit avant l’harmonisation, le {what} : rien n’a été gardé.",
    )
    NO_HARMONISATION = (
        "no_harmonisation",
        "La session ne dit pas quand a lieu l’harmonisation : aucune note n’est prise.",
    )
    BEFORE_JURY = (
        "before_jury",
        "Aucune copie n’est remise, aucune moyenne n’est lue avant le jury, le {what} : rien n’a été gardé.",
    )
    NO_JURY = "no_jury", "La session ne dit pas quand siège le jury : aucune copie n’est remise."
    NOT_CALLED = "not_called", "Un de ces candidats n’est pas appelé aux épreuves de contrôle."
    NO_CHOICES = "no_choices", "Aucun candidat appelé n’a encore choisi ses épreuves de contrôle."
    NO_CONTROL_MARKS = "no_control_marks", "Les notes des épreuves de contrôle ne sont pas déposées."
    BEFORE_CONTROL = (
        "before_control",
        "Aucune note d’épreuve de contrôle ne se dépose avant le {what} : rien n’a été gardé.",
    )
    NOT_RELEASED = "not_released", "Cette copie n’est pas remise à son candidat : {what}."
    ASKED_TOO_LATE = "asked_too_late", "Une copie ne se demande plus : le délai a pris fin le {what}."
    LINK_OVER = "link_over", "Ce lien ne vaut plus : il a servi, ou ses 30 jours sont passés."
    MARKS_EXPORTED = (
        "marks_exported",
        "Les notes de cette épreuve ont été exportées : le service seul les corrige, et dit pourquoi.",
    )
    NOTHING_CORRECTED = (
        "nothing_corrected",
        "Les notes de cette épreuve ont été exportées, et aucune n’a été corrigée depuis.",
    )
    MARKS_MISSING = ("marks_missing", "Il manque des notes : {what}.")
    NO_LOTS = "no_lots", "Cette épreuve n’a pas de lot : il n’y a pas de notes."
    NO_DOCUMENT = "no_document", "Vous n’avez pas rendu de document annoté de cette copie."
    NO_EXPORT = "no_export", "Les notes de cette épreuve n’ont pas été exportées."

    BAD_GROUNDS = (
        "bad_grounds",
        "Une non-conformité demande un motif, et une conformité n’en a pas.",
    )
    OTHER_DOSSIER = "other_dossier", "Ce candidat a déjà un dossier pour cette épreuve."
    NOTHING_TO_MEND = (
        "nothing_to_mend",
        "Plus rien ne peut être complété : l’heure limite de cette épreuve est passée.",
    )
    NO_SUCH_HOUR = "no_such_hour", "Cette heure n’existe pas ce jour-là, ou deux fois."
    TOO_FAR = "too_far", "Ce n’est pas dans l’année qui suit l’heure limite de la session."
    BAD_LINES = "bad_lines", "Cette liste a des lignes fausses : rien n’en a été pris."

    HELD = (
        "held",
        "Un gel posé depuis retient une partie de ce qui devait être détruit : préparez de nouveau.",
    )
    NOTHING_DUE = "nothing_due", "Rien n’est à détruire à ce jour{what}."
    NOT_CONFIRMED = (
        "not_confirmed",
        "Deux personnes n’ont pas encore confirmé cette destruction, chacune à son propre compte du guichet.",
    )

    ADDRESS_TAKEN = "address_taken", "Cette adresse a déjà un compte d’un autre rôle."
    OTHERS_ACCOUNT = (
        "others_account",
        "Cette adresse est celle d’un compte qui a servi, sous un autre nom, qui reste sur ce qu’il a fait : "
        "reprenez le nom de la liste des comptes, ou donnez une autre adresse à la personne invitée.",
    )
    INVITATION_OVER = "invitation_over", "Cette invitation ne compte plus : demandez-en une autre au service."
    CODE_USED = "code_used", "Ce code a déjà servi : attendez le suivant."
    OWN_ACCOUNT = "own_account", "On ne ferme pas son propre compte."
    WANTS_CENTRE = "wants_centre", "Choisissez le centre."
    WANTS_CORRECTOR = "wants_corrector", "Choisissez de quel correcteur il s’agit."
    WANTS_NO_SCOPE = "wants_no_scope", "Le service n’est ni d’un centre ni d’un correcteur."

    OTHER_BYTES = "other_bytes", "Ce fichier a été lu autrement qu’il n’est gardé."
    ATTEMPT_OVER = "attempt_over", "Cet essai de lecture est terminé."
    NOT_PROCESSING = "not_processing", "Ce fichier n’est pas en cours de lecture."


class Refused(ValueError):  # noqa: N818 - it is no error of the program
    """The rules forbid it; nothing has been written. `what`: opaque ids, codes or reasons, and no names."""

    def __init__(self, code: Refusal, what: str = "") -> None:
        self.code = code
        self.sentence = code.said.format(what=what)
        super().__init__(f"{code}: {self.sentence}")
