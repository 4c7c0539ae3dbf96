"""A new session file, to be filled in: what is known of it, and a mark wherever something is wanted.

The file is TOML at once; `massicot session check` names each place that is not filled in yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.circular.numbers import USUAL_CODE, Numbers

MARK = "# <- fill in"
_DAY, _HOUR = '"YYYY-MM-DD"', '"HH:MM"'


@dataclass(frozen=True)
class Outline:
    """What is asked first. Centres by UAI, épreuves by code.

    `form`: the path of the form file, as the session file will name it.
    """

    name: str
    title: str
    form: str
    centres: Sequence[str]
    written: Sequence[str]
    dossiers: Sequence[str]
    orals: Sequence[str]
    options: Sequence[str]
    categories: Sequence[str]
    timezone: str
    numbers: Numbers

    @property
    def exam_code(self) -> str:
        """The usual pattern, or a wider one where a code is not of it."""
        codes = (*self.written, *self.dossiers, *self.orals)
        usual = all(re.fullmatch(USUAL_CODE, code) for code in codes)
        return USUAL_CODE if usual else "[A-Z0-9]{1,10}"


def new_session(outline: Outline) -> str:
    """The text of the file."""
    return "\n".join(_lines(outline)) + "\n"


def _lines(said: Outline) -> Iterator[str]:
    yield "# docs/session-file.md says what each key means, and which others there are. Fill in each marked"
    yield "# line, then run `massicot session check`: it names what is missing, and what contradicts itself."
    yield from (_line("name", said.name), _line("title", said.title))
    yield "# Every hour of this file is one of this clock."
    yield _line("timezone", said.timezone)
    yield "# The paper: where everything is printed on it, in millimetres (docs/form-file.md)."
    yield _line("form", said.form)
    yield "# Patterns of codes of épreuves, and of numbers of candidates and of registration: so many digits."
    yield _line("exam_code", said.exam_code)
    yield _line("candidate_number", said.numbers.candidate)
    yield _line("registration_number", said.numbers.registration)
    yield "# What the bars of a label say. Left out: the code, a hyphen, the candidate's number."
    yield "# label_pattern = '(?P<exam>…)-(?P<candidate>…)'"
    yield "# Most copies in a lot."
    yield "lot_size = 25"
    yield "# As the roster writes them; none where the exam has none."
    yield from (_line("options", said.options), _line("categories", said.categories))
    for uai in said.centres:
        yield from ("", "[[centres]]", _line("uai", uai), _line("name", "", wanted=True), 'city = ""')
    for code in said.written:
        yield from ("", *_exam(code, "written"))
        yield _table("sitting", f"date = {_DAY}, start = {_HOUR}, end = {_HOUR}")
        yield '# rule: "before" (that second is late) or "until" (it is in time).'
        yield _table("scan_deadline", f'date = {_DAY}, time = {_HOUR}, rule = "before"')
        yield "# The days of correction. Lots open no earlier, nor before the end of the last meeting."
        yield _table("window", f"first = {{ date = {_DAY} }}, last = {{ date = {_DAY} }}")
        yield f'# meetings = [{{ kind = "barème", date = {_DAY}, start = {_HOUR} }}]'
    for code in said.dossiers:
        yield from ("", *_exam(code, "dossier"))
        yield _table("deposit", f'date = {_DAY}, time = {_HOUR}, rule = "before"')
        yield _orals()
    for code in said.orals:
        yield from ("", *_exam(code, "oral"))
        yield _orals()
    for code in said.dossiers:
        yield from (
            "",
            "# What a dossier must hold; another rule for options or categories where it differs.",
        )
        yield from ("[[dossier_rules]]", _line("exam", code))
        yield from (_line("options", said.options), _line("categories", said.categories))
        yield from (
            "[[dossier_rules.pieces]]",
            _line("code", "synthesis_table"),
            _line("title", "Tableau de synthèse"),
        )
    yield from ("", "# Where the exam has juries: gates of marks, and of what follows them.", "# [results]")
    for gate in ("harmonisation", "jury", "second_jury"):
        yield f"# {gate} = {{ date = {_DAY}, start = {_HOUR} }}"
    yield "# [results.control_exams]"
    yield f"# day = {{ date = {_DAY} }}"
    yield f"# choose = 2\n# exams = {json.dumps(list(said.written)[:2])}"
    yield "# average_from = 8.0\n# average_below = 10.0\n# professional_average_from = 10.0"


def _exam(code: str, kind: str) -> Iterator[str]:
    yield from ("[[exams]]", _line("code", code), _line("title", "", wanted=True), _line("kind", kind))


def _orals() -> str:
    days = f"first = {{ date = {_DAY} }}, last = {{ date = {_DAY} }}"
    return f'orals = [{{ {days}, hours = [{{ start = {_HOUR}, end = {_HOUR} }}], place = "" }}]  {MARK}'


def _table(key: str, inside: str) -> str:
    return f"{key} = {{ {inside} }}  {MARK}"


def _line(key: str, value: str | Sequence[str], *, wanted: bool = False) -> str:
    """Of TOML, whose strings and lists are written as those of JSON are."""
    said = json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
    return f"{key} = {said}" + (f"  {MARK}" if wanted else "")
