"""A CSV table that people keep: taken whole or not at all, with a sentence about each line to mend.

One bad line keeps the rest back until it is mended. The sentences are in French and quote no name, candidate
number or birth date.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from processors.plain import plain

T = TypeVar("T")

_FORMER = dict(
    pair.split("=")
    for pair in (
        *("candidate_number=numero_candidat", "registration_number=numero_inscription"),
        *("family_name=nom_de_naissance", "first_names=prenoms", "birth_date=date_de_naissance"),
        *("school=etablissement", "schools=etablissements", "companies=entreprises"),
        *("category=categorie", "form=forme", "exam=epreuve", "exams=epreuves"),
        *("id=identifiant", "name=nom", "email=courriel", "days=jours"),
        *("never_with=jamais_avec", "away=indisponible"),
        *("file=fichier", "deposited_at=depose_le"),
    )
)
"""How columns were called at first: lists in the log have them, and people keep theirs."""


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


class BadValueError(Exception):
    """Carries the French sentence about one value."""


Cells = Mapping[str, Callable[[str], object]]
"""What is read in each column."""


def read_table(
    data: bytes,
    columns: Sequence[str],
    make: Callable[..., T],
    cells: Cells,
    keys: Callable[[T], Iterable[tuple[tuple[str, ...], str]]],
    optional: Sequence[str] = (),
) -> Import[T]:
    """The table under a header with these columns, in any order; comma or semicolon, UTF-8 or Windows-1252.

    `make` makes a row of its `cells`, in their order; `keys`: what no two rows may share, with its French
    name; `optional`: columns that may be left out, as if they were empty.
    """
    rows: list[T] = []
    problems: list[LineProblem] = []
    first_lines: dict[tuple[str, ...], int] = {}
    for line, values, trouble in _lines(data, columns, optional):
        if trouble:
            problems.append(LineProblem(line, trouble))
            continue
        found, troubles = list[object](), list[str]()
        for column, convert in cells.items():
            try:
                found.append(convert(values.get(column, "")))
            except BadValueError as bad:
                troubles.append(f"« {column} » : {bad}")
        if not troubles:
            row = make(*found)
            firsts = ((first_lines.setdefault(key, line), called) for key, called in keys(row))
            troubles = [f"{what} figure déjà à la ligne {first}" for first, what in firsts if first != line]
        if troubles:
            problems.append(LineProblem(line, _sentence(" ; ".join(troubles))))
        else:
            rows.append(row)
    if not rows and not problems:
        problems.append(LineProblem(1, "Le fichier ne contient aucune ligne après l'en-tête."))
    if problems:
        return Import((), tuple(problems), kept_back=len(rows))
    return Import(tuple(rows), ())


def _lines(
    data: bytes, columns: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, dict[str, str], str]]:
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
                header = [_column(cell) for cell in cells]
                trouble = _header_trouble(header, columns, optional)
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


def _header_trouble(header: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> str:
    missing = [name for name in columns if name not in header]
    if len(missing) == len(columns):  # not a header: what it holds is not to be quoted
        return f"La première ligne doit nommer les colonnes : {', '.join(columns)}."
    unknown = [name for name in header if name not in (*columns, *optional)]
    doubled = sorted({name for name in header if header.count(name) > 1 and name in columns})
    parts = [
        f"{what} : {', '.join(names)}"
        for what, names in (
            ("colonnes absentes de l'en-tête", missing),
            ("colonnes inconnues", [name[:40] or "(sans nom)" for name in unknown]),
            ("colonnes en double", doubled),
        )
        if names
    ]
    return _sentence(" ; ".join(parts)) if parts else ""


def _column(title: str) -> str:
    """Accents, capitals and blanks make no other column, nor does its former name."""
    name = plain(title).replace(" ", "_")
    return _FORMER.get(name, name)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # the five bytes that Windows-1252 leaves undefined are kept as a visible mark
        return data.decode("cp1252", errors="replace")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
