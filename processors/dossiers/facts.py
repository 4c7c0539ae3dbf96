"""What does a piece state? Found by its labels, wherever they stand: before, above or beside their value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.dossiers.periods import Stay, find_dates, read_stay
from processors.dossiers.pieces import ACHIEVEMENT, INTERNSHIP, SYNTHESIS, WORK, Piece
from processors.dossiers.ticks import TEAM, chosen, option_of
from processors.plain import plain

_NAME_LABELS = (
    r"nom ?(?:de naissance )?(?:et|,|/)? ?prenoms?(?:\(s\))?"
    r"(?: d[ue](?: la| l')?\s?(?:candidate?|etudiante?|stagiaire|salarie)(?:\(e\))?)?",
    r"(?:nom|identite) d[ue](?: la| l')? ?(?:candidate?|etudiante?|stagiaire|salariee?)(?:\(e\))?",
    r"(?:candidate?|etudiante?|stagiaire|salariee?|beneficiaire)(?:\(e\))?",
    r"(?:nom|prenoms?)",
)
_COMPANY_LABELS = (
    r"(?:nom ou |raison ou )?denomination sociale",
    r"(?:nom|raison sociale|denomination)(?: sociale)? (?:de |du )?(?:l')?"
    r"(?:entreprise|organisme|societe|employeur)(?: d'accueil)?",
    r"organisme d'accueil",
    r"raison sociale",
    r"entreprise(?: d'accueil)?",
    r"employeur",
    r"societe",
)
_CENTRE_LABELS = (
    r"(?:nom du )?(?:centre de formation|etablissement(?: de formation)?|centre d'examen)(?: \([^)]*\))?",
)
_TITLE_LABELS = (r"intitule(?: de la realisation(?: professionnelle)?)?", r"titre de la realisation")
_CALLED = re.compile(
    r"(?:certifi\w+|attest\w+)[^.]{0,80}?\bque\s+(?:(?:m\.|mr|mme|mlle|monsieur|madame|mademoiselle)\s+)?"
    r"(?P<name>(?:[a-z][a-z'\-]+\s?){2,5}?)(?=,|\s(?:ne|nee|a|est|etudiant|stagiaire|demeurant|n°|no|numero|inscrit)\b|\s\()"
)
_URL = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'|]+|\b[\w-]+(?:\.[\w-]+)*\.(?:fr|com|io|dev|net|org|me|eu)(?:/[^\s]*)?\b",
    re.I,
)
NO_STAY = Stay(())
_NEXT_LABEL = re.compile(r"\s(?:prenoms?|nom|n[.°]? ?(?:de )?candidate?|[a-z'()]+)\s*:|\sn[.°]? ?candidat")
_LEAST_ADDRESS = 10  # characters


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


def facts_of(piece: Piece) -> Facts:
    lines = [plain(line) for page in piece.pages for line in _rows(page.text)]
    text = plain(piece.text)
    session = re.search(r"session\s*:?\s*(?:de |d')?(?:\w+ )?(20\d\d)", text)
    certificate = piece.kind in (INTERNSHIP, WORK)
    return Facts(
        numbers=_numbers(text),
        name=_name(lines, text),
        session=int(session[1]) if session else None,
        option=option_of(piece.pages),
        centre=_value(lines, _CENTRE_LABELS),
        portfolio=_portfolio(piece) if piece.kind == SYNTHESIS else None,
        company=_value(lines, _COMPANY_LABELS) if certificate else None,
        title=_value(lines, _TITLE_LABELS) if piece.kind == ACHIEVEMENT else None,
        team=chosen(piece.pages, TEAM) if piece.kind == ACHIEVEMENT else None,
        achievements=_achievements(piece) if piece.kind == SYNTHESIS else 0,
        stay=read_stay(piece.text) if certificate else NO_STAY,
        dated=bool(find_dates(piece.text)),
    )


def _rows(text: str) -> list[str]:
    """Lines with their columns apart: plain() would melt the tabs."""
    return [line.replace("\t", " | ") for line in text.splitlines()]


def _numbers(text: str) -> tuple[str, ...]:
    """Candidate numbers: eleven digits, a leading 0 that a spreadsheet dropped given back."""
    found = re.findall(r"(?<![\d/])(\d(?:[ .]?\d){9,10})(?![\d/])", text)
    labelled = re.findall(r"candidate?[^\d\n]{0,25}(\d(?:[ .]?\d){6,10})", text)
    plainly = [re.sub(r"\D", "", n) for n in (*labelled, *found)]
    numbers = [n.zfill(11) for n in plainly if len(n) == 11 or (len(n) == 10 and not n.startswith("0"))]
    return tuple(dict.fromkeys(n for n in numbers if n.startswith("0")))


def _value(lines: list[str], labels: tuple[str, ...]) -> str | None:
    """What stands after the first of these labels: on its line, else in the next column, else below."""
    for label in labels:
        for k, line in enumerate(lines):
            match = re.search(rf"(?:^|\| |[.;] ){label}(?:\([a-z]+\))?\s*(?P<sep>[:*]|\||$)", line)
            if match is None:
                continue
            after = [part.strip(" .:_|") for part in line[match.end("sep") :].split("|")]
            said = next((part for part in after if part), None)
            if said is None and k + 1 < len(lines) and ":" not in lines[k + 1]:
                said = lines[k + 1].split("|")[0].strip(" .:_|") or None
            said = said and _NEXT_LABEL.split(said)[0].strip(" .:_|")
            if said and not re.match(r"(?:n°|no |numero|prenom|signature|date|adresse|cachet)", said):
                return said
    return None


def _name(lines: list[str], text: str) -> str | None:
    called = _CALLED.search(text)
    if called:
        return called["name"].strip()
    for line in lines:
        both = re.search(r"\bnom[^:|]{0,25}[:|]\s*([^:|]+?)[\s|]+prenoms?(?:\(s\))?\s*[:|]\s*([^:|]+)", line)
        if both:
            return f"{both[1]} {_NEXT_LABEL.split(both[2])[0]}".strip()
    family, first = (
        _value(lines, (r"nom(?: de (?:famille|naissance))?",)),
        _value(lines, (r"prenoms?(?:\(s\))?",)),
    )
    if family and first and family != first:
        return f"{family} {first}"
    return _value(lines, _NAME_LABELS)


def _portfolio(piece: Piece) -> str | None:
    """The address written after the portfolio's label, or any address of the table; its syntax alone."""
    lines = piece.text.splitlines()
    for k, line in enumerate(lines):
        if re.search(r"portfolio|portefolio|url", plain(line)):
            found = _URL.search(line) or (_URL.search(lines[k + 1]) if k + 1 < len(lines) else None)
            if found:
                return found[0].rstrip(".,;)")
            written = re.sub(r".*(?:portfolio|portefolio|url)\W*", "", line, flags=re.I).strip()
            if piece.read_optically and len(written) >= _LEAST_ADDRESS:
                return written  # optical reading spares no address
    found = re.search(r"https?://[^\s<>\"']+", piece.text)
    return found[0].rstrip(".,;)") if found else None


def _achievements(piece: Piece) -> int:
    """Rows of the table that bear a period."""
    return sum(bool(read_stay(line).periods) for line in piece.text.splitlines())
