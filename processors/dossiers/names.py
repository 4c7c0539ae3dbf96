"""Who is named on a piece? Known people, looked for anywhere; else whom a field or a sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from processors.lists.people import Candidate
from processors.plain import plain

_TYPED, _READ = 86.0, 80.0  # of 100: what typing, and what optical reading leave of a name
_SHORT = 4  # letters: of so few, none may differ
_APART = 3  # other words between the two names of one person
_ADDRESS = re.compile(r"\S+@\S+|\S+://\S+|\bwww\.\S+|\S+\.(?:fr|com|io|dev|net|org|me|eu|app)\b\S*", re.I)
_TITLES = r"(?:m|mr|mrs|ms|mme|mlle|monsieur|madame|mademoiselle)"
# stand between names, and are none
_BETWEEN = frozenset(
    [
        "nom",
        "prenom",
        "prenoms",
        "s",
        "de",
        "d",
        "du",
        "la",
        "le",
        "l",
        "ou",
        "et",
        "n",
        "no",
        "num",
        "numero",
        "candidat",
        "candidate",
        "e",
        "naissance",
        "usage",
        "famille",
        "m",
        "mr",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "mademoiselle",
        "stagiaire",
        "etudiant",
        "etudiante",
        "apprenti",
        "apprentie",
    ]
)
_NO_NAME = _BETWEEN | frozenset(
    [
        "sexe",
        "adresse",
        "date",
        "lieu",
        "fonction",
        "signature",
        "cachet",
        "tel",
        "telephone",
        "mel",
        "mail",
        "email",
        "courriel",
        "option",
        "session",
        "centre",
        "formation",
        "epreuve",
        "organisme",
        "accueil",
        "entreprise",
        "societe",
        "en",
        "a",
        "au",
        "aux",
        "par",
        "pour",
        "sur",
        "dans",
        "est",
        "qui",
        "que",
        "un",
        "une",
        "bts",
        "sio",
        "sisr",
        "slam",
        "services",
        "informatiques",
        "lycee",
        "etablissement",
        "certifie",
        "atteste",
        "identification",
        "representant",
        "responsable",
        "tuteur",
        "tutrice",
        "intitule",
        "titre",
        "academie",
        "examen",
        "nature",
        "qualite",
        "the",
    ]
)
_PERSON = r"(?:candidate?|etudiante?|stagiaire|salariee?|apprentie?|alternante?)(?:\(e\)|[.·]e\b)?"
_OF = rf"(?: d(?:u|e(?: la)?|e l'|u \(de la\)|u ou de la) ?{_PERSON})?"
_LABELS = tuple(
    re.compile(rf"(?:^|\| |[.;/] ){label}\s*(?P<sep>[:*]|\||$)")
    for label in (
        r"(?:votre )?nom ?(?:de naissance )?(?:et|,|/)? ?prenoms?(?:\(s\))?"
        rf"(?: d[ue](?: la| l')?\s?{_PERSON})?",
        rf"prenoms?(?:\(s\))? (?:et|,|/)? ?nom(?: d[ue](?: la| l')?\s?{_PERSON})?",
        rf"(?:nom|identite) d[ue](?: la| l')? ?{_PERSON}",
        rf"(?:(?:le|la|l') ?)?(?:{_PERSON}|beneficiaire)",
        r"monsieur|madame",
    )
)
_FAMILY = re.compile(rf"(?:^|\| |[.;/] )nom(?: de (?:famille|naissance))?{_OF}\s*(?P<sep>[:*]|\||$)")
_FIRST = re.compile(rf"(?:^|\| |[.;] |\s)prenoms?(?:\(s\))?{_OF}\s*(?P<sep>[:*]|\||$)")
_NEXT_LABEL = re.compile(
    r"\s(?:prenoms?|nom|n[.°]? ?(?:de )?candidate?|[a-z'()]+)\s*:|"
    r"\s(?:n[.°]?|no|numero) ?(?:de |du )?candidat|\sne\(?e?\)? le\b"
)
_LABELS_VALUE = re.compile(r"(?:[a-z'()°]+ ){0,4}[a-z'()°]+ ?: ?\w")
_NO_PERSON = re.compile(
    r"(?:l'|(?:la|les?|une?|des|ces?|cett?e|son|sa|ses|leurs?|tou\w+|nous|ils?|elles?)\b)"
)
"""How what is certified begins where it is no person; a name may begin so after a title."""
_CALLED = re.compile(
    r"(?:certif[iy]\w*|attest\w+)[^.]{0,80}?\b(?:que|that)\s*[:,]?\s+"
    rf"(?P<who>(?:(?:l'|le |la )?{_PERSON}\s+)?(?:{_TITLES}\b[./ ]*(?:{_TITLES}\b)?\.?\s*[:|,]?\s*)?)"
    r"(?P<name>(?:[a-z][a-z'\-]+[\s|]+){1,4}?[a-z][a-z'\-]+)"
    r"(?=\s*[,.(]|\s+(?:ne|nee|a|ait|est|etudiante?|stagiaire|demeurant|n°|no|numero|inscrite?|"
    r"de nationalite|travaille|fait|eleve|en|titulaire|apprentie?|has|was|is|did|completed|from)\b|\s\(|\s*$)"
)


@dataclass(frozen=True)
class Mention:
    """A person found on a piece: the names as they stand there, plain, and how well they fit, of 0 to 100."""

    written: str
    fits: float


def mention(text: str, person: Candidate, *, optical: bool = False) -> Mention | None:
    """Where the text names this person best: family name and a first name close together, in either order."""
    family, first = (_words(person.family_name), _words(person.first_names))
    if not family or not first:
        return None
    words = _tokens(text, frozenset((*family, *first)))
    least = _READ if optical else _TYPED
    each = [tuple(_words(name)) for name in person.first_names.split()]  # one may be called by any of them
    # Jean-Baptiste, of whom others write Jean; of names that fit as well the first counts
    spellings = filter(None, dict.fromkeys((tuple(first[:1]), *each, tuple(first))))
    firsts = [found for spelling in spellings for found in _seen(words, spelling, least)]
    best: Mention | None = None
    for begin, end, like in _seen(words, family, least):
        for begun, ended, alike in firsts:
            if max(begin - ended, begun - end) > _APART or (begin < ended and begun < end):
                continue
            fits = (like * len("".join(family)) + alike * len(first[0])) / len("".join(family) + first[0])
            names = [words[begin:end], words[begun:ended]]
            if begun < begin:
                names.reverse()
            said = Mention(" ".join(word for part in names for word in part), round(fits, 1))
            if best is None or (said.fits, len(said.written)) > (best.fits, len(best.written)):
                best = said  # with all first names, where they are written
    return best


def among(text: str, people: Sequence[Candidate]) -> Iterator[tuple[Candidate, Mention]]:
    """Those of these people whom the text names letter by letter."""
    words = set(_words(_ADDRESS.sub(" ", text)))
    for person in people:
        if words.issuperset((*_words(person.family_name), *_words(person.first_names)[:1])):
            found = mention(text, person)
            if found is not None and found.fits == 100:
                yield person, found


def declared(lines: Sequence[str], text: str) -> str | None:
    """The name that a field for it or a sentence gives, plain, if it can be one; else None.

    `lines`: plain, columns set apart by ` | `; `text`: plain.
    """
    for line in lines:
        both = re.search(r"\bnom[^:|]{0,25}[:|]\s*([^:|]+?)[\s|]+prenoms?(?:\(s\))?\s*[:|]\s*([^:|]+)", line)
        if both and (said := can_be_name(f"{both[1]} {_NEXT_LABEL.split(both[2])[0]}")):
            return said
    family, first = _field(lines, _FAMILY), _field(lines, _FIRST)
    if family and first and family != first and (said := can_be_name(f"{family} {first}")):
        return said
    called = _CALLED.search(re.sub(r"\s[,.](?=\s)", " ", text))
    person = called and (called["who"] or not _NO_PERSON.match(called["name"]))
    if called and person and (said := can_be_name(called["name"])):
        return said
    for label in _LABELS:
        said = can_be_name(_field(lines, label) or "")
        if said:
            return said
    return None


def likeness(name: str, person: Candidate) -> float:
    """Of 0 to 100; the order of the names and further first names do not count."""
    said = " ".join(_words(name))
    family = " ".join(_words(person.family_name))
    first = _words(person.first_names)
    full = f"{family} {' '.join(first)}"
    return max(
        fuzz.token_sort_ratio(said, full),
        fuzz.token_sort_ratio(said, f"{family} {first[0] if first else ''}"),
        fuzz.token_set_ratio(said, full) if len(said) > len(full) else 0.0,
    )


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", plain(name).replace("-", " ").replace("'", " "))


def _tokens(text: str, wanted: frozenset[str]) -> list[str]:
    """The words of the text without addresses and the labels that stand between names."""
    return [w for w in _words(_ADDRESS.sub(" ", text)) if w in wanted or (w not in _BETWEEN)]


def _seen(words: Sequence[str], name: Sequence[str], least: float) -> list[tuple[int, int, float]]:
    """Where a name of one or more words stands, by slips of letters and of the blanks between its words."""
    whole = "".join(name)
    found = []
    for size in range(max(1, len(name) - 1), len(name) + 2):
        for begin in range(len(words) - size + 1):
            said = "".join(words[begin : begin + size])
            if abs(len(said) - len(whole)) > 2:
                continue
            like = fuzz.ratio(said, whole)
            if like >= (100 if len(whole) <= _SHORT else least) and (size == len(name) or like == 100):
                found.append((begin, begin + size, like))
    return found


def beside(lines: Sequence[str], k: int, end: int) -> str | None:
    """What stands after the label that ends there in line `k`: on it, in the next column, or below."""
    after = [part.strip(" .:_|") for part in lines[k][end:].split("|")]
    said = next((part for part in after if part), None)
    if said is not None and after[0] == "" and _LABELS_VALUE.match(said):
        said = None  # the next column has a label of its own
    if said is None and k + 1 < len(lines):
        below, column = lines[k + 1].split("|"), lines[k][:end].rstrip("| ").count("|")
        cell = below[column if len(below) == lines[k].count("|") + 1 else 0]
        said = None if ":" in cell else cell.strip(" .:_|") or None
    return said


def _field(lines: Sequence[str], label: re.Pattern[str]) -> str | None:
    """What stands after the first such label: on its line, else in the next column, else below."""
    for k, line in enumerate(lines):
        match = label.search(line)
        if match is None:
            continue
        said = beside(lines, k, match.end("sep"))
        said = said and _NEXT_LABEL.split(f" {said}")[0].strip(" .:_|")
        if said:
            return said
    return None


def can_be_name(said: str) -> str | None:
    """What is said, if it can be a person's name: a few words, none of a label."""
    said = re.sub(rf"^(?:{_TITLES}\b[. ]*)+", "", " ".join(re.sub(r"[._|]{1,}", " ", said).split()))
    words = _words(said)
    if not 2 <= len(words) <= 6 or re.search(r"\d", said) or max(map(len, words)) < 3:
        return None
    particles = {"de", "d", "du", "la", "le", "l", "et"}
    return None if any(word in _NO_NAME - particles for word in words) or set(words) <= particles else said
