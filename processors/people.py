"""Who may sit, where; who may correct what: rosters, correctors and attendance lists, from CSV files.

A file is taken whole or not at all: one bad line keeps the rest back until it is mended. The sentences about
a line are in French and quote no name, candidate number or birth date.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from processors.session import Session
from processors.uai import valid_uai

T = TypeVar("T")

CANDIDATE_COLUMNS = (
    *("candidate_number", "registration_number", "family_name", "first_names", "birth_date"),
    *("school", "centre", "option", "category", "exams"),
)
CORRECTOR_COLUMNS = ("id", "name", "email", "schools", "companies", "exams", "quota", "days", "never_with")
ATTENDANCE_COLUMNS = ("candidate_number", "present")

_PRESENT = {"oui": True, "o": True, "1": True, "présent": True, "present": True, "présente": True}
_ABSENT = {"non": False, "n": False, "0": False, "absent": False, "absente": False}


@dataclass(frozen=True)
class Candidate:
    """A line of a roster. `number`: 11 digits, leading 0 kept; `registration`: 3; `school`, `centre`: UAI."""

    number: str
    registration: str
    family_name: str
    first_names: str
    birth_date: date
    school: str
    centre: str
    option: str
    category: str
    exams: tuple[str, ...]


@dataclass(frozen=True)
class Corrector:
    """`quota`: most copies in all, None for no limit. `never_with`: candidate numbers or UAIs of schools."""

    id: str
    name: str
    email: str
    schools: tuple[str, ...]
    companies: tuple[str, ...]
    exams: tuple[str, ...]
    quota: int | None
    days: tuple[date, ...]
    never_with: tuple[str, ...]


@dataclass(frozen=True)
class Attendance:
    """A line of an attendance list: the only proof of presence or absence."""

    number: str
    present: bool


@dataclass(frozen=True)
class LineProblem:
    """`line` counts from 1, the header being line 1; `message`: a French sentence that says what to mend."""

    line: int
    message: str


@dataclass(frozen=True)
class Import(Generic[T]):
    """`rows` is empty as long as there is a problem; `kept_back` counts the good lines that wait."""

    rows: tuple[T, ...]
    problems: tuple[LineProblem, ...]
    kept_back: int = 0


class _BadValueError(Exception):
    """Carries the French sentence about one value."""


def read_candidates(data: bytes, session: Session | None = None) -> Import[Candidate]:
    """A roster, one line a candidate. With a session, centres and épreuves must be among its own."""

    def parse(row: _Row) -> Candidate:
        return Candidate(
            number=row.take("candidate_number", _candidate_number),
            registration=row.take("registration_number", _registration),
            family_name=row.take("family_name", _text),
            first_names=row.take("first_names", _text),
            birth_date=row.take("birth_date", _day),
            school=row.take("school", _uai),
            centre=row.take("centre", lambda text: _centre(text, session)),
            option=row.take("option", _text),
            category=row.take("category", _text),
            exams=row.take("exams", lambda text: _exams(text, session)),
        )

    def keys(candidate: Candidate) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (candidate.number,), "ce numéro de candidat"
        for exam in candidate.exams:
            told = f"ce numéro d'inscription, pour l'épreuve {exam} et le centre {candidate.centre},"
            yield (candidate.centre, exam, candidate.registration), told

    return _read(data, CANDIDATE_COLUMNS, parse, keys)


def read_correctors(data: bytes, session: Session | None = None) -> Import[Corrector]:
    """The correctors. `companies`, `quota`, `days` and `never_with` may be empty."""

    def parse(row: _Row) -> Corrector:
        return Corrector(
            id=row.take("id", _identifier),
            name=row.take("name", _text),
            email=row.take("email", _email),
            schools=row.take("schools", _schools),
            companies=row.take("companies", lambda text: _several(text, r"\s*[|/]\s*")),
            exams=row.take("exams", lambda text: _exams(text, session)),
            quota=row.take("quota", _quota),
            days=row.take("days", lambda text: tuple(_day(day) for day in _several(text, r"[\s|]+"))),
            never_with=row.take("never_with", _never_with),
        )

    def keys(corrector: Corrector) -> Iterator[tuple[tuple[str, ...], str]]:
        yield ("id", corrector.id), "cet identifiant de correcteur"
        yield ("email", corrector.email.lower()), "cette adresse électronique"

    return _read(data, CORRECTOR_COLUMNS, parse, keys)


def read_attendance(data: bytes, enrolled: Container[str] | None = None) -> Import[Attendance]:
    """An attendance list of one centre and épreuve. `enrolled`: the candidate numbers that it may name."""

    def number(text: str) -> str:
        if enrolled is not None and _candidate_number(text) not in enrolled:
            raise _BadValueError("ce candidat n'est pas inscrit à cette épreuve dans ce centre")
        return _candidate_number(text)

    def parse(row: _Row) -> Attendance:
        return Attendance(number=row.take("candidate_number", number), present=row.take("present", _present))

    def keys(line: Attendance) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (line.number,), "ce numéro de candidat"

    return _read(data, ATTENDANCE_COLUMNS, parse, keys)


class _Row:
    """One line's values by column; collects what is wrong with each."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values
        self.troubles: list[str] = []

    def take(self, column: str, convert: Callable[[str], T]) -> T:
        try:
            return convert(self._values[column])
        except _BadValueError as bad:
            self.troubles.append(f"« {column} » : {bad}")
            # never seen: a row with troubles is dropped whole
            return None  # type: ignore[return-value]


def _read(
    data: bytes,
    columns: Sequence[str],
    parse: Callable[[_Row], T],
    keys: Callable[[T], Iterator[tuple[tuple[str, ...], str]]],
) -> Import[T]:
    rows: list[T] = []
    problems: list[LineProblem] = []
    first_lines: dict[tuple[str, ...], int] = {}
    for line, values, trouble in _lines(data, columns):
        if trouble:
            problems.append(LineProblem(line, trouble))
            continue
        row = _Row(values)
        parsed = parse(row)
        if not row.troubles:
            for key, told in keys(parsed):
                first = first_lines.setdefault(key, line)
                if first != line:
                    row.troubles.append(f"{told} figure déjà à la ligne {first}")
        if row.troubles:
            problems.append(LineProblem(line, _sentence(" ; ".join(row.troubles))))
        else:
            rows.append(parsed)
    if not rows and not problems:
        problems.append(LineProblem(1, "Le fichier ne contient aucune ligne après l'en-tête."))
    if problems:
        return Import((), tuple(problems), kept_back=len(rows))
    return Import(tuple(rows), ())


def _lines(data: bytes, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str], str]]:
    """Each line that is not blank as (number in the file, values by column, trouble or "")."""
    if b"\0" in data:
        yield 1, {}, "Ce fichier n'est pas un CSV : enregistrez le tableau au format CSV (UTF-8)."
        return
    text = _decode(data)
    if not text.strip():
        yield 1, {}, "Le fichier est vide."
        return
    header_line = text.partition("\n")[0]
    delimiter = ";" if header_line.count(";") >= header_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if header is None:
                header = cells
                trouble = _header_trouble(header, columns)
                if trouble:
                    yield 1, {}, trouble
                    return
            elif any(cells):
                wrong = len(cells) != len(header)
                count = f"Cette ligne a {len(cells)} colonnes, l'en-tête en a {len(header)}."
                yield line, dict(zip(header, cells, strict=False)), count if wrong else ""
            line = reader.line_num + 1
    except csv.Error:
        yield line, {}, "Guillemets mal fermés à partir de cette ligne : le reste n'a pas pu être lu."


def _header_trouble(header: Sequence[str], columns: Sequence[str]) -> str:
    missing = [name for name in columns if name not in header]
    if len(missing) == len(columns):  # not a header: what it holds is not to be quoted
        return f"La première ligne doit nommer les colonnes : {', '.join(columns)}."
    unknown = [name for name in header if name not in columns]
    doubled = sorted({name for name in header if header.count(name) > 1 and name in columns})
    told = [
        f"{what} : {', '.join(names)}"
        for what, names in (
            ("colonnes absentes de l'en-tête", missing),
            ("colonnes inconnues", [name[:40] or "(sans nom)" for name in unknown]),
            ("colonnes en double", doubled),
        )
        if names
    ]
    return _sentence(" ; ".join(told)) if told else ""


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # the five bytes that Windows-1252 leaves undefined are kept as a visible mark
        return data.decode("cp1252", errors="replace")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _several(text: str, separator: str = r"[\s|/]+") -> tuple[str, ...]:
    """The values of a cell, each once, in their order."""
    return tuple(dict.fromkeys(value for value in re.split(separator, text.strip()) if value))


def _text(text: str) -> str:
    if not text:
        raise _BadValueError("valeur absente")
    if "\N{REPLACEMENT CHARACTER}" in text or not text.isprintable():
        raise _BadValueError("caractères illisibles, enregistrez le fichier en UTF-8")
    return text


def _candidate_number(text: str) -> str:
    if re.fullmatch(r"[0-9]{11}", text):
        return text
    if re.fullmatch(r"[0-9]{10}", text):
        raise _BadValueError("10 chiffres au lieu de 11, le tableur a sans doute effacé le zéro de tête")
    if re.fullmatch(r"[0-9][0-9.,]*E\+?[0-9]+", text, re.IGNORECASE):
        raise _BadValueError("nombre arrondi par le tableur, mettez la colonne au format texte")
    raise _BadValueError("il faut exactement 11 chiffres")


def _registration(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3}", text):
        raise _BadValueError("il faut exactement 3 chiffres, zéros de tête compris")
    return text


def _day(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise _BadValueError("date attendue sous la forme aaaa-mm-jj ou jj/mm/aaaa")


def _uai(text: str) -> str:
    if not valid_uai(text):
        raise _BadValueError(f"« {text[:20]} » n'est pas un UAI (7 chiffres et leur lettre de contrôle)")
    return text


def _centre(text: str, session: Session | None) -> str:
    uai = _uai(text)
    if session is not None and session.centre(uai) is None:
        raise _BadValueError(f"{uai} n'est pas un centre de cette session")
    return uai


def _exams(text: str, session: Session | None) -> tuple[str, ...]:
    codes = _several(text)
    if not codes:
        raise _BadValueError("aucune épreuve")
    if session is not None:
        unknown = [code for code in codes if session.exam(code) is None]
        if unknown:
            raise _BadValueError(f"épreuve inconnue de cette session : {', '.join(c[:20] for c in unknown)}")
    return codes


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise _BadValueError("lettres sans accent, chiffres, point, tiret ou souligné, 64 au plus")
    return text


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise _BadValueError("adresse électronique attendue")
    return text


def _schools(text: str) -> tuple[str, ...]:
    schools = tuple(_uai(uai) for uai in _several(text))
    if not schools:
        raise _BadValueError(
            "aucun établissement : sans lui, un correcteur pourrait recevoir ses propres étudiants"
        )
    return schools


def _quota(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise _BadValueError("nombre de copies attendu, ou rien")
    return int(text)


def _never_with(text: str) -> tuple[str, ...]:
    values = _several(text)
    if not all(re.fullmatch(r"[0-9]{11}", value) or valid_uai(value) for value in values):
        raise _BadValueError("numéros de candidat (11 chiffres) ou UAI attendus")
    return values


def _present(text: str) -> bool:
    present = (_PRESENT | _ABSENT).get(text.lower())
    if present is None:
        raise _BadValueError("« oui » ou « non » attendu")
    return present
