"""What the dates of a session say of each other: what cannot be (refused), and what collides (told).

The first stops a session file; the second may be so meant, and is for people to arrange.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from processors.circular.duties import Duty
from processors.circular.exam import Exam
from processors.circular.session_parts import Day, Problem, Results, Span


def contradictions(
    session: BaseModel,
    exams: Sequence[Exam],
    duties: Sequence[Duty],
    results: Results | None,
    span: Span | None,
) -> Iterator[Problem]:
    """Dates of the session outside its span, work that ends after what it is needed for."""
    if span is not None:
        yield from _outside(session, span)
    if results is None:
        return
    gates = {"harmonisation": results.harmonisation, "jury": results.jury}
    for duty in duties:
        gate = gates.get(duty.needed_for or "")
        if gate and duty.deadline and duty.deadline.at.timestamp() > gate.starts_at.timestamp():
            message = f"{duty.deadline.at:%Y-%m-%d} is after the {duty.needed_for} begins, on {gate.date}"
            yield Problem(f"duties.{duty.code}.due", message)
    for exam in exams:
        window, starts = exam.window, results.harmonisation.starts_at
        if window is not None and window.closes.timestamp() >= starts.timestamp():
            message = (
                f"it closes on {window.last.date}, when the harmonisation of {starts:%Y-%m-%d} has begun"
            )
            yield Problem(f"exams.{exam.code}.window.last", message)


def _outside(session: BaseModel, span: Span) -> Iterator[Problem]:
    for place, day in _days(session, ""):
        if not span.first.date <= day.date <= span.last.date:
            message = f"{day.date} is outside the session, {span.first.date} to {span.last.date}"
            yield Problem(place, message)


def _days(value: Any, place: str) -> Iterator[tuple[str, Day]]:
    """Every day that the file states, with its place."""
    if isinstance(value, Day):
        yield place.rstrip("."), value
    elif isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _days(getattr(value, key), f"{place}{key}.")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _days(item, f"{place}{getattr(item, 'code', number)}.")


def collisions(exams: Sequence[Exam]) -> Iterator[Problem]:
    """What some people cannot attend both of: English sentences."""
    for one, other in at_the_same_hour(exams):
        yield Problem(
            f"exams.{other.code}.sitting",
            f"it is sat while {one.code} is: tell the candidates who are enrolled in both",
        )
    for exam in exams:
        for number, meeting in enumerate(exam.concertations):
            place = f"exams.{exam.code}.concertations.{number}"
            hours = [some for orals in exam.orals for some in orals.on(meeting.date)]
            if hours and meeting.start is None:
                yield Problem(place, f"no hour is stated, and candidates are heard on {meeting.date}")
            elif meeting.start and any(
                some.start < (meeting.end or meeting.start) and meeting.start < some.end for some in hours
            ):
                yield Problem(place, f"candidates are heard at the same hours on {meeting.date}")


def at_the_same_hour(exams: Sequence[Exam]) -> Iterator[tuple[Exam, Exam]]:
    """Written épreuves whose hours overlap, two by two."""
    for one, other in combinations(exams, 2):
        mine, its = one.sitting, other.sitting
        if mine and its and max(mine.starts_at, its.starts_at) < min(mine.ends_at, its.ends_at):
            yield one, other
