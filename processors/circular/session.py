"""An exam session: what its circular says, as data. One TOML file a session: see docs/session-file.md.

The models mirror the file; unknown keys are refused, and a file that contradicts itself is not loaded.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, ValidationError

from processors.circular.calendar import contradictions
from processors.circular.deadlines import PARIS
from processors.circular.duties import Duty, Place, strays
from processors.circular.exam import Exam, ExamKind
from processors.circular.form import Form, FormError, load_form, paper_troubles
from processors.circular.numbers import USUAL_CODE, Numbers, digits_in
from processors.circular.retention import Retention, retention_troubles
from processors.circular.session_parts import (
    Centre,
    Correction,
    DossierRule,
    Ground,
    Invigilation,
    Paper,
    Part,
    Problem,
    Results,
    Span,
)

__all__ = ["Centre", "Exam", "ExamKind", "Problem", "Session", "SessionError"]
__all__ += ["load_session", "parse_session"]


class SessionError(Exception):
    """The session file cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Session(Part):
    """A whole session. Form files are relative to the session file there, resolved once loaded."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    timezone: str = "Europe/Paris"
    form: Path
    exam_code: str = USUAL_CODE
    candidate_number: str = Numbers.candidate
    registration_number: str = Numbers.registration
    label_pattern: str = ""  # of code and number with a hyphen between, where the file does not say
    lot_size: int = Field(ge=1)
    upload_minutes: int = Field(default=120, ge=0, le=24 * 60)  # of an upload that counts from its beginning
    second_person: bool = False  # what one decides of a copy, another confirms
    options: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    span: Span | None = None
    places: tuple[Place, ...] = ()
    centres: tuple[Centre, ...] = Field(min_length=1)
    exams: tuple[Exam, ...] = Field(min_length=1)
    dossier_rules: tuple[DossierRule, ...] = ()
    nonconformity: tuple[Ground, ...] = ()
    correction: Correction = Correction()
    invigilation: Invigilation | None = None
    duties: tuple[Duty, ...] = ()
    results: Results | None = None
    paper: Paper | None = None
    retention: tuple[Retention, ...] = ()

    def form_of(self, exam: str) -> Form:
        """The paper of an épreuve: its sheet, with the annexes that may be handed in with it."""
        stated = self.exam(exam)
        sheet = load_form((stated and stated.form) or self.form, self.numbers)
        annexes = [load_form(path, self.numbers) for path in stated.annexes] if stated else []
        sheet = sheet.with_annexes(annexes)
        return sheet.refusing(self.paper.refused_models) if self.paper else sheet

    @property
    def zone(self) -> ZoneInfo:
        """Its clock: every hour of the file is one of it."""
        return self._zone

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.candidate_number, self.registration_number)

    @property
    def written(self) -> tuple[Exam, ...]:
        """The épreuves whose copies are scanned."""
        return tuple(exam for exam in self.exams if exam.kind is ExamKind.WRITTEN)

    @property
    def with_dossiers(self) -> tuple[Exam, ...]:
        """The épreuves for which candidates deposit a dossier."""
        return tuple(exam for exam in self.exams if exam.kind is ExamKind.DOSSIER)

    def exam(self, code: str) -> Exam | None:
        return next((exam for exam in self.exams if exam.code == code), None)

    def centre(self, uai: str) -> Centre | None:
        return next((centre for centre in self.centres if centre.uai == uai), None)

    def place(self, code: str) -> Place | None:
        return next((place for place in self.places if place.code == code), None)

    def lot_size_of(self, exam: Exam) -> int:
        """Most copies in a lot."""
        return exam.lot_size or self.lot_size

    def dossier_rule(self, exam: str, option: str, category: str) -> DossierRule | None:
        """The one rule for this épreuve, option and candidate category."""
        return next((r for r in self.dossier_rules if (exam, option, category) in _covered(r)), None)

    def troubles(self) -> Iterator[Problem]:
        yield from self._pattern_troubles()
        for what, names in (
            ("centres", [centre.uai for centre in self.centres]),
            ("exams", [exam.code for exam in self.exams]),
            ("places", [place.code for place in self.places]),
            ("duties", [duty.code for duty in self.duties]),
        ):
            for name in _twice(names):
                yield Problem(f"{what}.{name}", "stated twice")
        for title in _twice(exam.title.casefold() for exam in self.exams):
            yield Problem("exams", f"two épreuves bear the title “{title}”: a title must tell them apart")
        yield from self._alias_troubles()
        yield from self._dossier_troubles()
        for code in self.results.control_exams.exams if self.results else ():
            if self.exam(code) is None:
                yield Problem("results.control_exams.exams", f"there is no épreuve {code}")
        codes = [exam.code for exam in self.exams]
        yield from strays(self.duties, codes, [place.code for place in self.places])
        yield from retention_troubles(self.retention, self.results, self.paper)

    def _pattern_troubles(self) -> Iterator[Problem]:
        for key in ("candidate_number", "registration_number"):
            try:
                digits_in(getattr(self, key))
            except ValueError as error:
                yield Problem(key, str(error))
        try:
            codes = re.compile(self.exam_code)
        except re.error as error:
            yield Problem("exam_code", f"it is not a regular expression: {error}")
        else:
            for exam in self.exams:
                if not codes.fullmatch(exam.code):
                    yield Problem(f"exams.{exam.code}.code", f"it is not of the pattern {self.exam_code}")
        try:
            groups = re.compile(self.label_pattern).groupindex
        except re.error as error:
            yield Problem("label_pattern", f"it is not a regular expression: {error}")
            return
        for name in ("exam", "candidate"):
            if name not in groups:
                yield Problem("label_pattern", f"it has no group (?P<{name}>…)")

    def _alias_troubles(self) -> Iterator[Problem]:
        """In one part of the circular a name says one épreuve, not this by its alias and that by its code."""
        named: dict[str, dict[str, list[str]]] = {}  # part of the circular → name → codes
        for exam in self.exams:
            for alias in exam.aliases:
                named.setdefault(alias.used_in, {}).setdefault(alias.name, []).append(exam.code)
        for used_in, names in named.items():
            renamed = {code for codes in names.values() for code in codes}
            for name, codes in names.items():
                place, message = (
                    f"exams.{codes[-1]}.aliases",
                    f"in “{used_in}”, {name} names {' and '.join(codes)}",
                )
                if len(codes) > 1:
                    yield Problem(place, f"{message}: an alias names one épreuve")
                # an épreuve that this part calls otherwise has left its code free for another
                elif self.exam(name) is not None and name not in renamed:
                    message += f", but it is also the code of {name}: add what “{used_in}” calls {name}"
                    yield Problem(place, message)

    def _dossier_troubles(self) -> Iterator[Problem]:
        covered = Counter(triple for rule in self.dossier_rules for triple in _covered(rule))
        for number, rule in enumerate(self.dossier_rules):
            exam = self.exam(rule.exam)
            if exam is None or exam.kind is not ExamKind.DOSSIER:
                yield Problem(f"dossier_rules.{number}.exam", f"{rule.exam} is not a dossier épreuve")
            for key, stated, known in (
                ("options", rule.options, self.options),
                ("categories", rule.categories, self.categories),
            ):
                for name in sorted(set(stated) - set(known)):
                    yield Problem(f"dossier_rules.{number}.{key}", f"{name} is not among the session's {key}")
        if self.with_dossiers and not (self.options and self.categories):
            yield Problem("dossier_rules", "dossiers need options and categories, by which their rules go")
        for exam in self.exams:
            if exam.kind is ExamKind.DOSSIER:
                for triple in product([exam.code], self.options, self.categories):
                    if covered[triple] != 1:
                        rules = "two rules" if covered[triple] else "no rule"
                        yield Problem("dossier_rules", f"{rules} for {' × '.join(triple)}")


def _covered(rule: DossierRule) -> Iterator[tuple[str, str, str]]:
    return product([rule.exam], rule.options, rule.categories)


def _twice(names: Iterator[str] | list[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def load_session(path: Path) -> Session:
    """The session of this TOML file. Raises SessionError with every problem that it has."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SessionError((Problem("", f"the file cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise SessionError((Problem("", "the file is not in UTF-8"),)) from error
    except tomllib.TOMLDecodeError as error:
        raise SessionError((Problem("", f"the file is not TOML: {error}"),)) from error
    return parse_session(data, path.parent)


def parse_session(data: Mapping[str, Any], folder: Path) -> Session:
    """The session of these values; `folder` is where the form file's path starts. Raises SessionError."""
    try:
        zone = _zone(data.get("timezone", PARIS.key))
        session = Session.model_validate(data, context={"zone": zone})
    except ValidationError as error:
        raise SessionError(tuple(_malformed(error, data))) from error
    session = _resolved(session, folder)
    dates = contradictions(session, session.exams, session.duties, session.results, session.span)
    problems = [*_all_troubles(session, ""), *dates, *_paper_troubles(session)]
    if problems:
        raise SessionError(tuple(problems))
    return session


def _zone(name: object) -> ZoneInfo:
    """Raises SessionError for what is no zone of the IANA database."""
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        message = "there is no such time zone: one such as Europe/Paris or Indian/Reunion is wanted"
        raise SessionError((Problem("timezone", message),)) from error


def _resolved(session: Session, folder: Path) -> Session:
    """With the paths of its form files from where this process stands, and the pattern of its labels."""
    exams = tuple(
        exam.model_copy(
            update={
                "form": None if exam.form is None else folder / exam.form,
                "annexes": tuple(folder / path for path in exam.annexes),
            }
        )
        for exam in session.exams
    )
    label = session.label_pattern or (
        f"(?P<exam>{session.exam_code})-(?P<candidate>{session.candidate_number})"
    )
    return session.model_copy(update={"form": folder / session.form, "exams": exams, "label_pattern": label})


def _paper_troubles(session: Session) -> Iterator[Problem]:
    """Form files that are not there or cannot be read by, and papers that would be taken for each other."""
    for place, code in (("form", None), *((f"exams.{exam.code}", exam.code) for exam in session.written)):
        exam = session.exam(code) if code is not None else None
        if exam is not None and exam.form is None and not exam.annexes:
            continue
        try:
            form = session.form_of(code or "")
        except FormError as error:
            yield Problem(place, str(error))
        except ValueError:  # of numbers, whose trouble is told already
            continue
        else:
            yield from (Problem(place, trouble) for trouble in paper_troubles(form))


def _all_troubles(value: Any, place: str) -> Iterator[Problem]:
    """The troubles of a part and of every part within it, each with its whole place in the file."""
    if isinstance(value, Part):
        for problem in value.troubles():
            yield Problem(f"{place}{problem.place}".rstrip("."), problem.message)
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _all_troubles(getattr(value, key), f"{place}{key}.")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            name = next((getattr(item, k) for k in _NAMES if hasattr(item, k)), number)
            yield from _all_troubles(item, f"{place}{name}.")


_NAMES = ("code", "uai")
"""The keys by which a table in a list is called in a problem's place; others go by their index, from 0."""


def _malformed(error: ValidationError, data: Mapping[str, Any]) -> Iterator[Problem]:
    """What pydantic refuses: a wrong type, a missing or an unknown key."""
    words = {"missing": "this key is missing", "extra_forbidden": "there is no such key"}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        place: list[str] = []
        value: Any = data
        for step in detail["loc"]:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = None
            names = [value.get(key) for key in _NAMES] if isinstance(value, Mapping) else []
            name = next((n for n in names if isinstance(n, str) and n), None)
            place.append(name if isinstance(step, int) and name else str(step))
        yield Problem(".".join(place), words.get(detail["type"], detail["msg"]))
