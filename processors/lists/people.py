"""Who may sit, where; who may correct what: rosters, correctors and attendance lists, from CSV files."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from processors.circular.calendar import at_the_same_hour
from processors.circular.deadlines import local_zone
from processors.circular.half_days import Half
from processors.circular.numbers import USUAL, Numbers, digits_in
from processors.circular.oral_parts import JurorRole
from processors.circular.session import Session
from processors.circular.uai import valid_uai
from processors.lists.tables import BadValueError, Cells, Import, read_table
from processors.lists.values import a_centre, a_uai, an_address, several, several_exams, some_text

CANDIDATE_COLUMNS = (
    *("numero_candidat", "numero_inscription", "nom_de_naissance", "prenoms", "date_de_naissance"),
    *("etablissement", "centre", "option", "categorie", "epreuves"),
)
OPTIONAL_CANDIDATE_COLUMNS = ("forme",)
OPTIONAL_CORRECTOR_COLUMNS = ("options", "role", "indisponible")
CORRECTOR_COLUMNS = (
    "identifiant",
    "nom",
    "courriel",
    "etablissements",
    "entreprises",
    "epreuves",
    "quota",
    "jours",
    "jamais_avec",
)
ATTENDANCE_COLUMNS = ("numero_candidat", "present")
DEPOSIT_COLUMNS = ("numero_candidat", "fichier", "depose_le")

_PRESENT = {"oui": True, "o": True, "1": True, "présent": True, "present": True, "présente": True}
_ABSENT = {"non": False, "n": False, "0": False, "absent": False, "absente": False}


class Form(StrEnum):
    """How the épreuves with a dossier are taken: before a jury, or in the course of training."""

    PONCTUELLE = "ponctuelle"
    CCF = "CCF"


@dataclass(frozen=True)
class Person:
    """As a roster names one. `number`, `registration`: digits, leading 0 kept; `school`, `centre`: UAI."""

    number: str
    registration: str
    family_name: str
    first_names: str
    birth_date: date
    school: str
    centre: str
    option: str
    category: str


@dataclass(frozen=True)
class Candidate(Person):
    """A line of a roster. Who is examined in the form CCF owes no dossier (circular, annex 3)."""

    exams: tuple[str, ...]
    form: Form = Form.PONCTUELLE


@dataclass(frozen=True)
class Corrector:
    """`quota`: most copies in all, None for no limit. `never_with`: candidate numbers or UAIs of schools.

    `options`: those whose subject she corrects where an épreuve has one for each; none, all of them.
    `role`: before a jury; `away`: half-days on which she examines nobody.
    """

    id: str
    name: str
    email: str
    schools: tuple[str, ...]
    companies: tuple[str, ...]
    exams: tuple[str, ...]
    quota: int | None
    days: tuple[date, ...]
    never_with: tuple[str, ...]
    options: tuple[str, ...] = ()
    role: JurorRole = JurorRole.TEACHER
    away: tuple[tuple[date, Half], ...] = ()


@dataclass(frozen=True)
class Attendance:
    """A line of an attendance list: the only proof of presence or absence."""

    number: str
    present: bool


@dataclass(frozen=True)
class DepositTime:
    """A line of a deposit space's list. `file`: its path inside the candidate's deposit; an aware instant."""

    number: str
    file: str
    deposited_at: datetime


def read_candidates(
    data: bytes, session: Session | None = None, numbers: Numbers = USUAL
) -> Import[Candidate]:
    """A roster, one line a candidate. With a session, centres, épreuves and numbers must be its own.

    The column `form` may be left out. With a session, who is examined in CCF is `owing_nothing`.
    """
    numbers = session.numbers if session else numbers
    cells: Cells = {
        "numero_candidat": a_number(numbers),
        "numero_inscription": lambda text: _registration(text, numbers),
        "nom_de_naissance": some_text,
        "prenoms": some_text,
        "date_de_naissance": _day,
        "etablissement": a_uai,
        "centre": lambda text: a_centre(text, session),
        "option": lambda text: _stated(text, session.options if session else ()),
        "categorie": lambda text: _stated(text, session.categories if session else ()),
        "epreuves": lambda text: several_exams(text, session),
        "forme": _form,
    }

    def keys(candidate: Candidate) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (candidate.number,), "ce numéro de candidat"
        for exam in candidate.exams:
            what = f"ce numéro d'inscription, pour l'épreuve {exam} et le centre {candidate.centre},"
            yield (candidate.centre, exam, candidate.registration), what

    read = read_table(data, CANDIDATE_COLUMNS, Candidate, cells, keys, OPTIONAL_CANDIDATE_COLUMNS)
    owed = dossier_exams(session) if session else ()
    return replace(read, rows=tuple(owing_nothing(candidate, owed) for candidate in read.rows))


def dossier_exams(session: Session) -> tuple[str, ...]:
    """Codes of the épreuves that ask for a dossier where they are not taken in CCF."""
    return tuple(exam.code for exam in session.with_dossiers)


def owing_nothing(candidate: Candidate, owed: Container[str]) -> Candidate:
    """Who is examined in CCF is not enrolled for these épreuves: nobody waits for a dossier."""
    if candidate.form is not Form.CCF:
        return candidate
    return replace(candidate, exams=tuple(code for code in candidate.exams if code not in owed))


def in_two_places(
    candidates: Iterable[Candidate], session: Session
) -> Iterator[tuple[Candidate, tuple[str, str]]]:
    """Who is enrolled for two épreuves that are sat at the same hour, once for each two."""
    pairs = [(one.code, other.code) for one, other in at_the_same_hour(session.exams)]
    for candidate in candidates:
        yield from ((candidate, pair) for pair in pairs if set(pair) <= set(candidate.exams))


def read_correctors(
    data: bytes, session: Session | None = None, numbers: Numbers = USUAL
) -> Import[Corrector]:
    """The correctors and examiners. `companies`, `quota`, `days` and `never_with` may be empty.

    The columns `options`, `role` and `away` may be left out.
    """
    numbers = session.numbers if session else numbers
    cells: Cells = {
        "identifiant": _identifier,
        "nom": some_text,
        "courriel": an_address,
        "etablissements": _schools,
        "entreprises": lambda text: several(text, r"\s*[|/]\s*"),
        "epreuves": lambda text: several_exams(text, session),
        "quota": _quota,
        "jours": lambda text: tuple(_day(day) for day in several(text, r"[\s|]+")),
        "jamais_avec": lambda text: _never_with(text, numbers),
        "options": lambda text: _options(text, session),
        "role": _role,
        "indisponible": _away,
    }

    def keys(corrector: Corrector) -> Iterator[tuple[tuple[str, ...], str]]:
        yield ("id", corrector.id), "cet identifiant de correcteur"
        yield ("email", corrector.email.lower()), "cette adresse électronique"

    return read_table(data, CORRECTOR_COLUMNS, Corrector, cells, keys, OPTIONAL_CORRECTOR_COLUMNS)


def read_attendance(
    data: bytes, enrolled: Container[str] | None = None, numbers: Numbers = USUAL
) -> Import[Attendance]:
    """An attendance list of one centre and épreuve. `enrolled`: the candidate numbers that it may name."""

    def number(text: str) -> str:
        if enrolled is not None and candidate_number(text, numbers.candidate) not in enrolled:
            raise BadValueError("ce candidat n'est pas inscrit à cette épreuve dans ce centre")
        return candidate_number(text, numbers.candidate)

    cells: Cells = {"numero_candidat": number, "present": _present}
    return read_table(data, ATTENDANCE_COLUMNS, Attendance, cells, once_a_candidate)


def read_deposit_times(
    data: bytes, zone: ZoneInfo | None = None, numbers: Numbers = USUAL
) -> Import[DepositTime]:
    """When each file of each dossier was deposited; a clock without a zone is this one, or that here."""
    cells: Cells = {
        "numero_candidat": a_number(numbers),
        "fichier": some_text,
        "depose_le": lambda text: _instant(text, zone or local_zone()),
    }
    return read_table(
        data, DEPOSIT_COLUMNS, DepositTime, cells, lambda line: [((line.number, line.file), "ce fichier")]
    )


def a_number(numbers: Numbers) -> Callable[[str], str]:
    return lambda text: candidate_number(text, numbers.candidate)


def once_a_candidate(line: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    yield (line.number,), "ce numéro de candidat"


def candidate_number(text: str, pattern: str) -> str:
    """The number, if it is one of this pattern. Raises BadValueError with what to do."""
    if re.fullmatch(pattern, text):
        return text
    digits = digits_in(pattern)
    if re.fullmatch(pattern, f"0{text}"):
        raise BadValueError(
            f"{digits - 1} chiffres au lieu de {digits}, le tableur a sans doute effacé le zéro de tête"
        )
    if re.fullmatch(r"[0-9][0-9.,]*E\+?[0-9]+", text, re.IGNORECASE):
        raise BadValueError("nombre arrondi par le tableur, mettez la colonne au format texte")
    if re.fullmatch(rf"[0-9]{{{digits}}}", text):
        raise BadValueError(f"les numéros de candidat de cette session sont de la forme {pattern}")
    raise BadValueError(f"il faut exactement {digits} chiffres")


def _stated(text: str, known: tuple[str, ...]) -> str:
    """An option or a category: none, where the session has none, or is not asked."""
    return some_text(text) if known else text.strip()


def _registration(text: str, numbers: Numbers) -> str:
    if not re.fullmatch(numbers.registration, text):
        digits = digits_in(numbers.registration)
        raise BadValueError(f"il faut exactement {digits} chiffres, zéros de tête compris")
    return text


def _day(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise BadValueError("date attendue sous la forme aaaa-mm-jj ou jj/mm/aaaa")


def _instant(text: str, zone: ZoneInfo) -> datetime:
    for read in (datetime.fromisoformat, lambda said: datetime.strptime(said, "%d/%m/%Y %H:%M:%S")):  # noqa: DTZ007
        try:
            at = read(text)
            return at if at.tzinfo else at.replace(tzinfo=zone)
        except ValueError:
            continue
    raise BadValueError("instant attendu sous la forme aaaa-mm-jjThh:mm:ss")


def _options(text: str, session: Session | None) -> tuple[str, ...]:
    options = several(text)
    unknown = [option for option in options if session is not None and option not in session.options]
    if unknown:
        raise BadValueError(f"option inconnue de cette session : {', '.join(o[:20] for o in unknown)}")
    return options


def _form(text: str) -> Form:
    known = {form.value.lower(): form for form in Form} | {"": Form.PONCTUELLE}
    if text.lower() not in known:
        raise BadValueError("« ponctuelle » ou « CCF »")
    return known[text.lower()]


def _role(text: str) -> JurorRole:
    known = {role.value: role for role in JurorRole} | {"": JurorRole.TEACHER}
    if text.lower() not in known:
        raise BadValueError("« enseignant » ou « professionnel »")
    return known[text.lower()]


def _away(text: str) -> tuple[tuple[date, Half], ...]:
    halves = list[tuple[date, Half]]()
    known = {"": tuple(Half)} | {one.value: (one,) for one in Half}
    for said in several(text, r"\s*\|\s*"):
        day, _, half = said.partition(" ")
        if half.strip().lower() not in known:
            raise BadValueError("« matin » ou « après-midi » après le jour, ou rien pour le jour entier")
        halves += [(_day(day), one) for one in known[half.strip().lower()]]
    return tuple(halves)


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise BadValueError("lettres sans accent, chiffres, point, tiret ou souligné, 64 au plus")
    return text


def _schools(text: str) -> tuple[str, ...]:
    schools = tuple(a_uai(uai) for uai in several(text))
    if not schools:
        raise BadValueError(
            "aucun établissement : sans lui, un correcteur pourrait recevoir ses propres étudiants"
        )
    return schools


def _quota(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise BadValueError("nombre de copies attendu, ou rien")
    return int(text)


def _never_with(text: str, numbers: Numbers) -> tuple[str, ...]:
    values = several(text)
    if not all(re.fullmatch(numbers.candidate, value) or valid_uai(value) for value in values):
        raise BadValueError(f"numéros de candidat ({digits_in(numbers.candidate)} chiffres) ou UAI attendus")
    return values


def _present(text: str) -> bool:
    present = (_PRESENT | _ABSENT).get(text.lower())
    if present is None:
        raise BadValueError("« oui » ou « non » attendu")
    return present
