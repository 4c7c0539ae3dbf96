"""What does a piece state? Found by its labels, wherever they stand: before, above or beside their value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from processors.dossiers.headings import ACHIEVEMENT, INTERNSHIP, SYNTHESIS, WORK
from processors.dossiers.layout import Word
from processors.dossiers.names import among, beside, can_be_name, declared, mention
from processors.dossiers.periods import Stay, find_dates, read_stay
from processors.dossiers.pieces import Piece
from processors.dossiers.ticks import TEAM, chosen, option_of
from processors.lists.people import Candidate
from processors.plain import plain

_COMPANY_LABELS = (
    r"(?:nom ou |raison ou )?denomination sociale(?: de l'(?:organisme|entreprise)(?: d'accueil)?)?",
    r"nom \(?ou (?:la )?(?:raison|denomination) sociale\)?",
    r"(?:nom|raison sociale|denomination)(?: sociale)?(?: et adresse)? (?:de |du )?(?:l')?"
    r"(?:entreprise|organisme|societe|employeur)(?: d'accueil)?",
    r"dans l'entreprise(?: \([^)]*\))?",
    r"name (?:of the (?:receiving|host) organi[sz]ation(?: ?/ ?enterprise)?|or company name(?: \([^)]*\))?)",
    r"(?:organisme|structure|etablissement) d'accueil",
    r"raison sociale",
    r"entreprise(?: d'accueil)?",
    r"employeur",
    r"societe",
    r"organisation(?: d'accueil)?",
)
_CENTRE_LABELS = (
    r"(?:nom du )?(?:centre de formation|etablissement(?: de formation)?|centre d'examen)(?: \([^)]*\))?",
)
_TITLE_LABELS = (r"intitule(?: de la realisation(?: professionnelle)?)?", r"titre de la realisation")
_AFTER_TITLE = re.compile(r"\W*(?:periode|dates?|lieu|modalite|organisation)\b")
_SAID_NAME = r"(?:[\w'&.-]+ ){0,6}?[\w'&.-]+?"
_ENDS_NAME = (
    r"(?=\s+(?:pour (?:une? |la |les? |l'|\d)|(?:comme|en|depuis|pendant|durant|dans)\b"
    r"|(?:sous|sis|situee?|au|a|ou|entre|qui|que|dont)\b"
    r"|(?:certifi|attest|etabli|immatricul|represent|portant)|de (?:\d|la date\b)|(?:from|as|between)\b"
    r"|les (?:stages?|periodes?)\b"
    r"|\d{5}\b|\d{1,3},? (?:bis|ter|rue|avenue|av|boulevard|bd|chemin|route|place|allee|impasse|quai|cours)\b"
    r"|du ?:? ?(?:\d|lundi|mardi|mercredi|jeudi|vendredi|premier)"
    r"|et\b(?! (?:associe|fils|fille|cie|co\b)))"
    r"|\s*[,;:(|]|\.(?:\s|$)|\s[–-]\s|$)"
)
_HOST = re.compile(
    r"(?:(?:au sein|aupres) d(?:u |e (?:la |notre )?|e l'|es )|\bstage (?:chez|a l'|a la) "
    r"|\b(?:internship|traineeship|placement) (?:at|with|in) (?:the )?)"
    rf"(?P<within>{_SAID_NAME}){_ENDS_NAME}"
    r"|(?:represent\w+|gerante?|directeur|directrice|responsable|president\w*|dirigeante?|direction)"
    rf" d(?:e|u) (?:la |l')?(?P<of>{_SAID_NAME}){_ENDS_NAME}"
    rf"|(?:soussignes?,?|\bnous,) (?P<we>{_SAID_NAME}),? (?:attestons|certifions)"
    rf"|\b(?:chez|la societe|l'entreprise|l'association) (?P<named>{_SAID_NAME}){_ENDS_NAME}"
)
_A_FIRM = re.compile(r"^(?:.*\bde (?:la |l'))?(?:societe|entreprise|association)\b[\s,]+")
_NO_HOST = re.compile(
    r"^(?:notre|nos|la|l'|cette|ma|son|leur)?\s?(?:entreprise|societe|structure|etablissement|service|agence|"
    r"association|equipe|collectivite|organisme|direction|projet|informatique|ressource|site|stage|formation|"
    r"accueil)s?\b$|^(?:libre|lycee|cfa|notre|nos|votre|our|l'organisme|la personne|securite sociale|"
    r"l'etablissement|organisme d'accueil|centre de formation|ressources humaines|services? informatiques?)\b"
)
_NO_LETTERHEAD = re.compile(
    r"republique|ministere|academie|lycee|\bcfa\b|attestation|certificat|^a t t e|stage|annexe|session"
    r"|brevet|\bbts\b|logo|objet|sommaire|soussign|direction|monsieur|madame|^(?:mr?|mme|mlle)\b"
    r"|^le |^a |\d{3}|\d[ /.-]|:|@"
)
_URL = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'|]+|(?<![@\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[^\s]*)?(?![\w@])",
    re.I,
)
_URL_GOES_ON = re.compile(r"(?!https?:|www\.)[a-z0-9./?#=&][\w./?#=&%~-]*")
_OF_ADDRESS = re.compile(r"[./?#=&_\d-]")
_OF_OTHER_THINGS = re.compile(
    r"\b(?:siret|siren|tva|rcs|naf|ape|iban|bic|tel|telephone|fax|mobile|identite|cni|passeport|"
    r"securite sociale|police|assurance|ip|masque|immatricul\w+|ine|cle|licence|serie|facture|contrat)\b"
)
_CERTIFIED = r"\b(?:certifi|attest)(?:e|ons) (?:par la presente )?que\b"
NO_STAY = Stay(())
_NEXT_LABEL = re.compile(r"\s(?:prenoms?|nom|n[.°]? ?(?:de )?candidate?|[a-z'()]+)\s*:|\sn[.°]? ?candidat")
_COLUMNS = re.compile(r"\t|(?<=^\d) |(?<=^\d\d) |\s*[:,;]\s+|\s(?=du\s)|^\W+")
_LEAST_ADDRESS = 10  # characters
_LINE_OF_LABELS = 60  # characters: a longer line says more than labels


@dataclass(frozen=True)
class Facts:
    """What one piece states; None and empty where it does not say."""

    numbers: tuple[str, ...] = ()  # of candidates
    name: str | None = None
    session: int | None = None
    option: str | None = None
    centre: str | None = None
    portfolio: str | None = None
    company: str | None = None
    title: str | None = None
    team: str | None = None  # "alone" or "team"
    achievements: int = 0
    stay: Stay = NO_STAY
    dated: bool = False

    def names(self, line: str) -> bool:
        """Whether this line says whose the piece is."""
        said = plain(line)
        digits = re.sub(r"\D", "", said)
        numbered = any(number.lstrip("0") in digits for number in self.numbers)
        return numbered or any(name in said for name in (self.name or "").split())


def facts_of(piece: Piece, people: Sequence[Candidate] = ()) -> Facts:
    """What the piece states. `people`: whom it may name, first of all the one whose dossier it lies in."""
    lines = [plain(line) for line in _rows(piece.in_rows)]
    text = plain(piece.text)
    certificate = piece.kind in (INTERNSHIP, WORK)
    known = {person.number for person in people}
    return Facts(
        numbers=_numbers(lines, known) or tuple(_broken_numbers(piece, known)),
        name=_name(piece, lines, text, people),
        session=_session(text),
        option=option_of(piece.pages),
        centre=_value(lines, _CENTRE_LABELS),
        portfolio=_portfolio(piece) if piece.kind == SYNTHESIS else None,
        company=_company(lines, text) if certificate else None,
        title=_title(piece) if piece.kind == ACHIEVEMENT else None,
        team=chosen(piece.pages, TEAM) if piece.kind == ACHIEVEMENT else None,
        achievements=_achievements(piece) if piece.kind == SYNTHESIS else 0,
        stay=_own_stay(piece, people) if certificate else NO_STAY,
        dated=bool(find_dates(piece.text)),
    )


def _session(text: str) -> int | None:
    """The year of the session: of two, written 2025-2026, the second; of several, the latest."""
    years = [
        2000 + int((second or first)[-2:])
        for first, second in re.findall(
            r"s\s?e\s?s\s?s\s?i\s?o\s?n\s*:?\s*(?:de |d')?(?:\w+ )?(20\d\d)(?:\s?[-/]\s?(20\d\d|\d\d)\b)?",
            text,
        )
    ]
    return max(years, default=None)


def _company(lines: list[str], text: str) -> str | None:
    """As a label or a sentence gives it, else the head of the letter's paper."""
    labelled = _value(lines, _COMPANY_LABELS)
    if labelled:
        return re.split(r",\s|\s[–-]+\s(?=\d)", labelled)[0]
    joined = re.sub(r"\s[,.](?=\s)|\s+", " ", re.sub(r"\x02\s*", "-", text))  # a hyphen that ends a line
    for found in _HOST.finditer(joined):
        said = (found["within"] or found["of"] or found["we"] or found["named"]).strip()
        named = _A_FIRM.sub("", said)
        if len(named) > 1 and not _NO_HOST.search(said) and not _NO_HOST.search(named):
            return named
    heads = [line.split(" | ")[0] for line in lines if line]
    for head in (*heads[:1], *_certifiers(heads)):
        if 3 <= len(head) <= _LINE_OF_LABELS and not _NO_LETTERHEAD.search(head):
            return head
    return None


def _certifiers(lines: Sequence[str]) -> Iterator[str]:
    """Who certifies, by name, on the same line or on the one above."""
    for above, line in pairwise(("", *lines)):
        if found := re.match(r"(.*?),?\s*\b(?:represente.*|certifie|atteste)\b(?! par )", line):
            yield found[1] or above


def _rows(text: str) -> list[str]:
    """Lines with their columns apart: plain() would melt the tabs. One that a hyphen breaks goes on."""
    return [line.replace("\t", " | ") for line in re.sub("\x02\n?", "-", text).splitlines()]


def _unbroken(text: str) -> list[str]:
    """Plain lines, one that begins in lower case or in brackets on the one that it goes on."""
    return [plain(line) for line in _rows(re.sub(r"(?<!\x02)\n(?=[a-zà-ÿ(])", " ", text))]


def _title(piece: Piece) -> str | None:
    """From its label to the label that follows it in the models, if that is near; else the label's value."""
    lines = _unbroken(piece.in_rows)
    begin = next((k for k, line in enumerate(lines) if re.match(r"\W*(?:intitule|titre)\b", line)), 0)
    end = next((k for k in range(begin + 1, len(lines)) if re.search(r":|\||^periode\b", lines[k])), 0)
    if end and _AFTER_TITLE.match(lines[end]):
        lines[begin:end] = [" ".join(lines[begin:end])]
    return _value(lines, _TITLE_LABELS)


def _own_stay(piece: Piece, people: Sequence[Candidate]) -> Stay:
    """Without the rows that give other trainees their days, where one of as many columns gives the first's.

    Where it is not known that the others are persons, there may be more of the stay; also where paper
    certifies twice: the heading of another certificate was not read.
    """
    rows = piece.in_rows.splitlines()
    dated = {k: _COLUMNS.split(row) for k, row in enumerate(rows) if people and read_stay(row).periods}
    named = {k: at for k, cells in dated.items() for at, cell in enumerate(cells) if mention(cell, people[0])}
    theirs = {
        k: cells[at]
        for own, at in named.items()
        for k, cells in dated.items()
        if k not in named and len(cells) == len(dated[own]) and can_be_name(plain(cells[at]))
    }
    own_rows = {k for k in dated if mention(rows[k], people[0])}  # also in two columns, or in a cell of more
    if own_rows:
        theirs |= {k: rows[k] for k in dated if k not in own_rows and any(among(rows[k], people[1:]))}
    text = "\n".join(row for k, row in enumerate(rows) if k not in theirs)
    stay = read_stay(text, open_ended=piece.kind == WORK)
    known = all(any(among(cell, people[1:])) for cell in theirs.values())
    several = piece.read_optically and len(re.findall(_CERTIFIED, plain(piece.text))) > 1
    return stay if known and not several else replace(stay, in_part=True)


def _numbers(lines: list[str], known: Collection[str]) -> tuple[str, ...]:
    """Candidate numbers, as whole tokens: of the digits that known ones have (else eleven, from a 0 on), a
    leading 0 that a spreadsheet dropped given back.

    Beside a label for it any such number counts; without one, those that are known, and as many digits that
    nothing else explains.
    """
    digits = max(map(len, known), default=11)
    from_zero = all(number.startswith("0") for number in known)
    spelt = re.compile(rf"(?<![\d./-])\d(?:[ .]?\d){{{digits - 2},{digits - 1}}}(?![\d/-]|[ .]?\d)")
    numbers: list[str] = []
    labelled_above = False
    for line in (re.sub(r"[._]{2,}", " ", line) for line in lines):
        label = re.search(r"candidat", line)
        for found in spelt.finditer(line):
            said, plainly = found[0], re.sub(r"\D", "", found[0])
            number = plainly.zfill(digits)
            whole = len(said) == len(plainly)
            short = len(plainly) < digits
            if (short or from_zero) and not number.startswith("0"):
                continue
            if short and plainly.startswith("0"):
                continue
            if _OF_OTHER_THINGS.search(line[: found.start()]) and number not in known:
                continue
            beside = bool(label and label.start() < found.start()) or labelled_above
            if number in known or beside or (whole and not short):
                numbers.append(number)
        labelled_above = bool(label) and not re.search(r"\d{6}", line) and len(line) < _LINE_OF_LABELS
    return tuple(dict.fromkeys(numbers))


def _broken_numbers(piece: Piece, known: Collection[str]) -> Iterator[str]:
    """Known numbers whose digits a narrow cell breaks over two of its lines."""
    for page in piece.pages:
        digits = [word for line in page.lines for word in line.words if word.text.isdigit()]
        for number in known:
            for above in digits:
                rest = number.removeprefix(above.text)
                if rest != number and any(word.text == rest and _is_under(above, word) for word in digits):
                    yield number


def _is_under(above: Word, word: Word) -> bool:
    (x, y, w, h), (left, top, wide, _) = above.box, word.box
    return 0 < top - y < 2 * h and x < left + wide and left < x + w


def _value(lines: list[str], labels: tuple[str, ...]) -> str | None:
    """What stands after the first of these labels: on its line, else in the next column, else below."""
    lines = [re.sub(r"(?:\s?[._]){3,}", " ", line) for line in lines]
    for label in labels:
        for k, line in enumerate(lines):
            match = re.search(
                rf"(?:^|\| |[.;/] )(?:l'|la |le )?{label}(?:\([a-z]+\))?\s*(?P<sep>[:*]|\||$)", line
            )
            if match is None:
                continue
            said = beside(lines, k, match.end("sep"))
            said = said and _NEXT_LABEL.split(said)[0].strip(" .:_|")
            if said and not re.match(
                r"(?:n |no |n°|numero|prenom|signature|date|adresse|cachet|option|certifi|la ou le "
                r"|(?:le |la |l')?(?:stagiaire|etudiant|apprenti)|the (?:trainee|intern) |periode)",
                f"{said} ",
            ):
                return said
    return None


def _name(piece: Piece, lines: list[str], text: str, people: Sequence[Candidate]) -> str | None:
    """As it stands on the piece: the first person's, another's who is known, or what a field gives."""
    said = piece.in_rows
    found = mention(said, people[0], optical=piece.read_optically) if people else None
    others = list(among(said, people[1:]))
    if others and (found is None or found.fits < max(other.fits for _, other in others)):
        return others[0][1].written
    return found.written if found else declared(lines, text)


def _portfolio(piece: Piece) -> str | None:
    """The address written after the portfolio's label, or any address of the table; its syntax alone."""
    lines = _rows(piece.in_rows)
    for k, line in enumerate(lines):
        if re.search(r"portfolio|portefolio|url", plain(line)):
            found = _URL.search(line) or (_URL.search(lines[k + 1]) if k + 1 < len(lines) else None)
            if found:
                at = k + 1 if found.string is line else k + 2
                after = found.string[found.end() :].split()
                more = after[:1] or lines[at : at + 1]
                if len(after) > 1 and not _OF_ADDRESS.search(after[0]):
                    more = []
                return (found[0] + _rest_of(found[0], more)).rstrip(".,;)")
            written = re.sub(
                r"^.*?(?:url d\w+ )?(?:port[ef]*olio|url)\W*", "", line, count=1, flags=re.I
            ).strip()
            if piece.read_optically and len(written) >= _LEAST_ADDRESS:
                return written  # optical reading spares no address
    found = re.search(r"https?://[^\s<>\"'|]+", "\n".join(lines))
    if found:
        return found[0].rstrip(".,;)")
    links = (link for page in piece.pages for link in page.links)  # behind « Mon portfolio »
    return next((link for link in links if re.match(r"https?://", link, re.I)), None)


def _rest_of(address: str, below: Sequence[str]) -> str:
    """What follows an address that its cell breaks, at a slash, a hyphen, a point."""
    more = _URL_GOES_ON.fullmatch("".join(below))
    return more[0] if more and (address[-1] in "/-" or more[0][0] in "./?#=&") else ""


def _achievements(piece: Piece) -> int:
    """Rows of the table that bear a period."""
    return sum(bool(read_stay(line).periods) for line in piece.text.splitlines())
