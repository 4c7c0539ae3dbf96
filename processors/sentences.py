"""What is said of each kind of finding, in French: how grave it is, what happened, what to do."""

from __future__ import annotations

from processors.codes import Code, Severity

_I, _W, _B = Severity.INFO, Severity.WARNING, Severity.BLOCKING

# {pages} is "page 3" or "pages 3, 4" of the copy or of the file; {n} and {what} as the caller says.
CATALOGUE: dict[Code, tuple[Severity, str]] = {
    Code.MISSING_PAGES: (
        _B,
        "Il manque {what} de cette copie : retrouvez la feuille et numérisez de nouveau la copie entière.",
    ),
    Code.DUPLICATE_PAGES: (
        _I,
        "Numérisation en double ({what} de la copie) : le double a été écarté, il n'y a rien à faire.",
    ),
    Code.PAGES_OUT_OF_ORDER: (
        _I,
        "Pages numérisées dans le désordre ({pages} du fichier) : elles ont été remises en ordre, "
        "il n'y a rien à faire.",
    ),
    Code.PILE_REORDERED: (
        _I,
        "Pile numérisée dans un autre ordre que celui de la lecture ({what}) : les pages ont été remises "
        "en ordre, il n'y a rien à faire.",
    ),
    Code.UNSURE_ORDER: (
        _B,
        "Rien ne dit avec certitude quelles pages vont ensemble, ni dans quel ordre ({pages} du fichier) : "
        "numérisez de nouveau la copie entière, la page 1 d'abord.",
    ),
    Code.MISPLACED_PAGE: (
        _B,
        "Le numéro ou le total écrit sur la page n'est pas celui de sa place dans la copie ({pages} du "
        "fichier) : vérifiez que toutes les pages sont de ce candidat, dans l'ordre, puis numérisez de "
        "nouveau la copie entière.",
    ),
    Code.TWO_HANDS: (
        _B,
        "L'écriture n'est pas la même sur toute la feuille ({pages} du fichier) : deux feuilles ont pu "
        "passer ensemble dans le scanner, ou deux feuillets s'y perdre. Vérifiez, puis numérisez de nouveau "
        "la copie entière.",
    ),
    Code.PERHAPS_TWO_HANDS: (
        _B,
        "L'écriture n'est peut-être pas la même sur toute la feuille ({pages} du fichier), et une copie "
        "manque : deux feuilles ont pu passer ensemble dans le scanner, ou deux feuillets s'y perdre. "
        "Vérifiez, puis numérisez de nouveau la copie entière ; si qui n'a pas de copie était absent, "
        "l'émargement suffit.",
    ),
    Code.BLANK_INSIDE: (
        _B,
        "L'intérieur d'une feuille est blanc alors que son dos est écrit ({pages} du fichier) : deux "
        "feuilles ont pu passer ensemble dans le scanner. Vérifiez, puis numérisez de nouveau la copie "
        "entière ; si elle est bien ainsi, le service de coordination l'accepte.",
    ),
    Code.NAMELESS_SHEET: (
        _B,
        "Une feuille sans nom ni étiquette, ou qui en dit trop peu ({pages} du fichier), fait peut-être "
        "partie de cette copie. Le service de coordination doit décider ; gardez la copie à portée de main.",
    ),
    Code.SAME_PAGE: (
        _B,
        "Une même page se trouve dans deux copies ({pages} du fichier ; c'est aussi {what}) : deux feuilles "
        "ont pu passer ensemble dans le scanner. Vérifiez de qui est cette page, puis numérisez de nouveau "
        "en entier la copie qui n'est pas la sienne.",
    ),
    Code.ANNEX: (
        _I,
        "Document réponse joint à la copie ({pages} du fichier) : il est rangé après les feuilles et part "
        "avec elle, il n'y a rien à faire.",
    ),
    Code.UNDECLARED_PAGE: (
        _B,
        "Page écrite ou portant un cadre d'identité, d'aucun modèle connu ({pages} du fichier) : si c'est un "
        "document réponse, elle fait partie de la copie. Elle a été mise de côté et la copie attend : "
        "le service de coordination doit décider.",
    ),
    Code.UNPLACED_ANNEX: (
        _B,
        "Document réponse dont le candidat n'est pas reconnu avec certitude ({pages} du fichier) : "
        "vérifiez à quelle copie il appartient ; le service de coordination doit décider.",
    ),
    Code.UPSIDE_DOWN: (
        _I,
        "Pages numérisées à l'envers ({pages} du fichier) : elles ont été redressées, il n'y a rien à faire.",
    ),
    Code.FOREIGN_PAGE: (
        _W,
        "Document étranger à la copie ({pages} du fichier) : il a été écarté et ne sera pas transmis ; "
        "rendez-le à son propriétaire et vérifiez qu'il ne porte pas de réponse.",
    ),
    Code.OLD_MODEL: (
        _W,
        "Cette copie est sur un modèle de papier ancien ({what}) : elle est acceptée ; "
        "n'utilisez plus que le modèle en vigueur.",
    ),
    Code.REFUSED_MODEL: (
        _B,
        "Cette copie est sur un modèle de papier que la session refuse ({what}) : gardez-la telle quelle, il "
        "n'y a rien à numériser ; le service de coordination décide.",
    ),
    Code.UNIDENTIFIED: (
        _B,
        "Copie non identifiée : les lectures ne désignent pas avec certitude un seul candidat. "
        "Le service de coordination doit décider ; gardez la copie à portée de main.",
    ),
    Code.UNKNOWN_CANDIDATE: (
        _B,
        "Le numéro lu n'est pas celui d'un candidat inscrit à cette épreuve dans ce centre : "
        "vérifiez la liste d'appel et l'étiquette.",
    ),
    Code.LABEL_CONFLICT: (
        _B,
        "L'étiquette et les cases désignent deux candidats différents : vérifiez à qui est la copie, "
        "le service de coordination doit décider.",
    ),
    Code.MIXED_COPY: (
        _B,
        "Feuilles de deux candidats dans une même copie ({pages} du fichier) : séparez-les et numérisez "
        "de nouveau les deux copies entières.",
    ),
    Code.WRONG_EXAM: (
        _B,
        "L'étiquette est celle d'une autre épreuve ({what}) : vérifiez que la copie est dans la bonne pile.",
    ),
    Code.WRONG_CENTRE: (
        _B,
        "Ce candidat est inscrit dans un autre centre : le service de coordination doit décider.",
    ),
    Code.UNREADABLE_PAGE: (
        _B,
        "Page illisible ({pages} du fichier) : {what}. Numérisez de nouveau la copie.",
    ),
    Code.BLANK_COPY: (
        _W,
        "Copie entièrement blanche : vérifiez qu'elle a bien été rendue ainsi.",
    ),
    Code.NO_PAGE_NUMBERS: (
        _I,
        "Les pages ne sont pas numérotées : l'ordre du fichier a été gardé, il n'y a rien à faire.",
    ),
    Code.REPORTED: (
        _B,
        "Signalée à la correction : {what}. Le service de coordination doit décider ; "
        "gardez la copie à portée de main.",
    ),
    Code.SCAN_AGAIN: (
        _B,
        "Le service de coordination demande une nouvelle numérisation : retrouvez la copie et numérisez-la "
        "de nouveau, tout entière.",
    ),
    Code.DUPLICATE_COPY: (
        _B,
        "Une autre copie du même candidat a déjà été reçue pour cette épreuve : "
        "le service de coordination doit décider.",
    ),
    Code.LATE: (
        _W,
        "Dépôt hors délai (attendu {what}) : il est gardé et traité, "
        "le service de coordination en est averti.",
    ),
    Code.PRESENT_WITHOUT_COPY: (
        _B,
        "Candidat présent à l'émargement, copie non reçue : cherchez la copie et numérisez-la.",
    ),
    Code.COPY_OF_ABSENT: (
        _B,
        "Copie reçue d'un candidat porté absent à l'émargement : vérifiez l'émargement et la copie.",
    ),
    Code.EXPECTED_MORE_COPIES: (
        _W,
        "Copies reçues : {n} ; présents à l'émargement : {what}. Vérifiez qu'aucune pile n'a été oubliée.",
    ),
    Code.NOT_ANONYMOUS: (
        _B,
        "Un nom, un numéro ou une étiquette se voit hors du cadre d'identité ({pages} du fichier) : "
        "la copie ne part pas. Cachez-le sur le papier et numérisez de nouveau la copie entière.",
    ),
    Code.LABEL_MISPLACED: (
        _I,
        "Étiquette collée hors de son emplacement ({pages} du fichier) : elle a été effacée de ce que "
        "reçoit le correcteur, il n'y a rien à faire.",
    ),
    Code.DRAWN_OVER: (
        _I,
        "Un texte ou une annotation a été ajouté au fichier par-dessus l'image numérisée "
        "({pages} du fichier) : il n'est pas transmis au correcteur, qui reçoit l'image seule. "
        "Ôtez cet ajout des réglages du scanner ou du logiciel.",
    ),
    Code.OFF_SCALE_PAGE: (
        _W,
        "Feuille imprimée ou numérisée à {what} de sa taille ({pages} du fichier) : elle a été écartée et ne "
        "sera pas transmise ; si elle fait partie d'une copie, numérisez de nouveau cette copie à 100 %.",
    ),
    Code.OFF_SCALE_PILE: (
        _B,
        "Pile numérisée à {what} de sa taille : elle ne peut pas être lue ainsi. Réglez le scanner sur "
        "« taille réelle » (100 %, format du papier, sans « ajuster à la page ») et numérisez de nouveau "
        "toute la pile.",
    ),
    Code.SCALED_PILE: (
        _I,
        "Pile numérisée ou imprimée à {what} de sa taille : elle a été lue, il n'y a rien à faire. Pour la "
        "suite, réglez le scanner sur « taille réelle » (100 %, sans « ajuster à la page »).",
    ),
    Code.SCANNER_LINE: (
        _W,
        "Le scanner trace un trait {what} ({pages} du fichier) : une poussière est sur le verre. Nettoyez la "
        "bande de verre étroite du chargeur, à côté de la vitre, avant la prochaine pile ; "
        "ces pages restent lisibles.",
    ),
    Code.SCANNER_BAND: (
        _W,
        "Le scanner laisse une bande étroite {what} ({pages} du fichier). Nettoyez la bande de verre du "
        "chargeur et le rouleau blanc en face, puis relancez l'étalonnage du scanner ; "
        "ces pages restent lisibles.",
    ),
    Code.SCANNER_BLIND: (
        _B,
        "Le scanner laisse une bande {what} ({pages} du fichier) : le texte y est caché. Nettoyez la bande "
        "de verre du chargeur et relancez l'étalonnage ; si la bande reste, changez de scanner. "
        "Numérisez de nouveau la pile.",
    ),
    Code.DIRTY_GLASS: (
        _W,
        "La vitre du scanner est sale : les mêmes taches reviennent à {what} ({pages} du fichier). "
        "Nettoyez la vitre avant la prochaine pile ; ces pages restent lisibles.",
    ),
    Code.SIDE_TURNED: (
        _I,
        "Dans toute la pile, {what} sont à l'envers ({pages} du fichier) : ils ont été redressés, rien n'est "
        "à refaire. Réglez le recto verso du scanner sur « bord long » (reliure à gauche).",
    ),
    Code.PILE_TURNED: (
        _I,
        "Toute la pile a été numérisée de travers ou à l'envers ({pages} du fichier) : les pages ont été "
        "redressées, rien n'est à refaire. Posez la pile dans l'autre sens ou réglez la rotation du scanner.",
    ),
    Code.VERSOS_REPEATED: (
        _W,
        "Le scanner a répété l'image du recto à la place du verso ({pages} du fichier) : ces versos étaient "
        "blancs ou sont perdus, l'image ne permet pas de le savoir ; ces copies attendent. Désactivez le "
        "traitement des pages blanches dans le pilote du scanner et numérisez-les de nouveau.",
    ),
    Code.BLANKS_REMOVED: (
        _W,
        "Il manque à {n} copies des versos dont le recto est là, ou leurs dernières pages, et le fichier "
        "n'a aucune page blanche : le scanner a sans doute supprimé les pages blanches. Désactivez "
        "« supprimer (ou ignorer) les pages blanches » et numérisez de nouveau ces copies ({pages} du "
        "fichier).",
    ),
    Code.ONE_SIDED: (
        _W,
        "Tous les versos manquent : la pile a été numérisée en recto seul. Réglez le scanner sur recto verso "
        "et numérisez de nouveau ces copies ({pages} du fichier).",
    ),
    Code.PILE_UNREADABLE: (
        _W,
        "La plus grande partie de la pile a le même défaut ({pages} du fichier) : {what}, "
        "puis numérisez de nouveau ces copies.",
    ),
    Code.PILE_ASKEW: (
        _W,
        "Toute la pile est entrée de travers, du même côté ({pages} du fichier). Serrez les guides du "
        "chargeur contre les feuilles et vérifiez ses rouleaux avant la prochaine pile.",
    ),
    Code.PILE_GRAY: (
        _W,
        "Le fond de toute la pile est gris ({pages} du fichier). Éclaircissez la numérisation (luminosité, "
        "suppression du fond) avant la prochaine pile.",
    ),
    Code.NOT_A_PDF: (_B, "Ce fichier n'est pas un PDF : numérisez la pile en PDF et déposez-la de nouveau."),
    Code.EMPTY_FILE: (_B, "Ce fichier est vide : déposez-le de nouveau."),
    Code.DAMAGED_FILE: (
        _B,
        "Ce PDF est endommagé ou incomplet : numérisez la pile et déposez-la de nouveau.",
    ),
    Code.ENCRYPTED_FILE: (_B, "Ce PDF est protégé par un mot de passe : déposez-le sans protection."),
    Code.NO_PAGES: (_B, "Ce PDF n'a aucune page : numérisez la pile et déposez-la de nouveau."),
    Code.PORTFOLIO: (
        _B,
        "Ce PDF n'est que la couverture des fichiers qui y sont joints ({n}) : enregistrez chaque fichier "
        "joint, puis déposez-le lui-même.",
    ),
    Code.SEVERAL_FILES: (
        _B,
        "Ce fichier en contient plusieurs (une archive, ou des PDF mis bout à bout) : "
        "déposez chaque PDF lui-même.",
    ),
    Code.ATTACHED_FILES: (
        _W,
        "Des fichiers sont joints à ce PDF ({n}) : ils n'ont pas été lus. Si l'un d'eux contient des copies, "
        "enregistrez-le et déposez-le lui-même.",
    ),
    Code.TOO_MANY_PAGES: (
        _B,
        "Ce PDF a {n} pages, plus que les {what} acceptées : déposez la pile en plusieurs fichiers.",
    ),
    Code.FILE_TOO_LARGE: (
        _B,
        "Ce fichier est trop gros ({what}) : déposez la pile en plusieurs fichiers.",
    ),
    Code.UNKNOWN_CENTRE: (
        _B,
        "Le dossier de dépôt ne désigne pas un centre de cette session : "
        "déposez dans le dossier de votre centre.",
    ),
    Code.UNKNOWN_EXAM: (
        _B,
        "Le dossier de dépôt ne désigne pas une épreuve écrite de cette session : "
        "déposez dans le dossier de l'épreuve.",
    ),
    Code.BAD_NAME: (
        _B,
        "Le chemin de dépôt n'est pas de la forme scans/<UAI>/<épreuve>/<nom>.pdf : "
        "déposez de nouveau le fichier.",
    ),
    Code.READING_FAILED: (
        _B,
        "La lecture de ce fichier a échoué ({what}) : il est gardé, "
        "le service de coordination doit l'examiner.",
    ),
}


FRENCH_SEVERITY = {_I: "information", _W: "à vérifier", _B: "en attente"}

FRENCH_CODE = {
    Code.MISSING_PAGES: "pages manquantes",
    Code.DUPLICATE_PAGES: "pages en double",
    Code.PAGES_OUT_OF_ORDER: "pages dans le désordre",
    Code.PILE_REORDERED: "pile remise en ordre",
    Code.UNSURE_ORDER: "ordre incertain",
    Code.MISPLACED_PAGE: "page mal placée",
    Code.TWO_HANDS: "deux écritures",
    Code.PERHAPS_TWO_HANDS: "peut-être deux écritures",
    Code.BLANK_INSIDE: "intérieur blanc",
    Code.SAME_PAGE: "page dans deux copies",
    Code.NAMELESS_SHEET: "feuille sans nom",
    Code.ANNEX: "annexe",
    Code.UNDECLARED_PAGE: "page non déclarée",
    Code.UNPLACED_ANNEX: "document réponse à attribuer",
    Code.UPSIDE_DOWN: "pages à l'envers",
    Code.FOREIGN_PAGE: "document étranger",
    Code.OLD_MODEL: "ancien modèle de papier",
    Code.REFUSED_MODEL: "modèle de papier refusé",
    Code.UNIDENTIFIED: "copie non identifiée",
    Code.UNKNOWN_CANDIDATE: "candidat inconnu",
    Code.LABEL_CONFLICT: "étiquette et cases contraires",
    Code.MIXED_COPY: "feuilles de deux candidats",
    Code.WRONG_EXAM: "autre épreuve",
    Code.WRONG_CENTRE: "autre centre",
    Code.UNREADABLE_PAGE: "page illisible",
    Code.BLANK_COPY: "copie blanche",
    Code.NO_PAGE_NUMBERS: "pages non numérotées",
    Code.OFF_SCALE_PAGE: "feuille hors échelle",
    Code.OFF_SCALE_PILE: "pile hors échelle",
    Code.SCALED_PILE: "pile à une autre échelle",
    Code.REPORTED: "signalée à la correction",
    Code.SCAN_AGAIN: "à numériser de nouveau",
    Code.DUPLICATE_COPY: "deux copies d'un candidat",
    Code.LATE: "dépôt tardif",
    Code.PRESENT_WITHOUT_COPY: "présent sans copie",
    Code.COPY_OF_ABSENT: "copie d'un absent",
    Code.EXPECTED_MORE_COPIES: "copies attendues",
    Code.NOT_ANONYMOUS: "anonymat imparfait",
    Code.LABEL_MISPLACED: "étiquette mal placée",
    Code.DRAWN_OVER: "ajout au fichier",
    Code.SCANNER_LINE: "trait du scanner",
    Code.SCANNER_BAND: "bande étroite du scanner",
    Code.SCANNER_BLIND: "bande du scanner",
    Code.DIRTY_GLASS: "vitre sale",
    Code.SIDE_TURNED: "une face à l'envers",
    Code.PILE_TURNED: "pile à l'envers",
    Code.VERSOS_REPEATED: "rectos répétés",
    Code.BLANKS_REMOVED: "pages blanches supprimées",
    Code.ONE_SIDED: "recto seul",
    Code.PILE_UNREADABLE: "pile mal numérisée",
    Code.PILE_ASKEW: "pile de travers",
    Code.PILE_GRAY: "fond gris",
    Code.NOT_A_PDF: "pas un PDF",
    Code.EMPTY_FILE: "fichier vide",
    Code.DAMAGED_FILE: "fichier endommagé",
    Code.ENCRYPTED_FILE: "fichier protégé",
    Code.NO_PAGES: "fichier sans page",
    Code.PORTFOLIO: "porte-documents",
    Code.SEVERAL_FILES: "plusieurs fichiers en un",
    Code.ATTACHED_FILES: "fichiers joints non lus",
    Code.TOO_MANY_PAGES: "trop de pages",
    Code.FILE_TOO_LARGE: "fichier trop gros",
    Code.UNKNOWN_CENTRE: "centre inconnu",
    Code.UNKNOWN_EXAM: "épreuve inconnue",
    Code.BAD_NAME: "chemin de dépôt incorrect",
    Code.READING_FAILED: "échec de lecture",
}
