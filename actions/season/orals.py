"""Oral épreuves: who examines whom is planned, and kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from actions.site import Site
from papers.oral_papers import Examined, PanelPaper, convocations, convocations_table, panel_sheets, summonses
from processors.circular.exam import Exam
from processors.circular.half_days import Interval, half_day, whole_day
from processors.circular.oral_parts import Orals
from processors.circular.session import Session
from processors.circular.uai import valid_uai
from processors.correcting.conflicts import Marked, causes
from processors.dossiers.holidays import public_holidays
from processors.orals.panels import Juror, OralPlan, Sitting, plan_panels, turns_between
from processors.orals.sheets import sheets_owed
from storage.dropped.dossiers import companies_of
from storage.people.candidates import EnrolledCandidate, enrolled_in
from storage.people.correctors import CorrectorRow, all_correctors
from storage.refusals import Refusal, Refused
from storage.season.orals import (
    Heard,
    OralMoved,
    OralsPlanned,
    Panel,
    heard_in,
    panels_elsewhere,
    panels_of,
    plan_of,
)


def plan_for(site: Site, code: str) -> OralPlan:
    """What `form` would do now."""
    exam = oral(site, code)
    if exam.panel is None:
        raise Refused(Refusal.NO_PANEL)
    with site.register.reading() as connection:
        enrolled = enrolled_in(connection, code)
        companies = companies_of(connection)
        jurors = list(_jurors(site, connection, exam))
    candidates = [_candidate(exam, one, companies) for one in enrolled]
    places = {one.place for one in candidates}
    sittings = list(_sittings(exam, places, exam.panel.minutes))
    return plan_panels(candidates, jurors, sittings, exam.panel.roles)


def form(site: Site, code: str, *, actor: str, at: datetime) -> OralPlan:
    """Plans, and keeps the plan in place of the former one, as long as nobody has been examined."""
    plan = plan_for(site, code)
    former = site.register.ask(panels_of, code)
    if any(panel.begins <= at for panel in former):
        raise Refused(Refusal.ORALS_BEGUN)
    kept = tuple(
        Panel(
            place=panel.sitting.place,
            begins=panel.sitting.begins,
            ends=panel.sitting.ends,
            members=panel.members,
            turns=panel.turns,
        )
        for panel in plan.panels
    )
    site.register.record(OralsPlanned(panels=kept), code, actor=actor, at=at)
    return plan


def move(site: Site, code: str, number: str, panel: int, *, actor: str, at: datetime) -> datetime | None:
    """Before that panel, at its first free turn, which is given; None where the candidate is there already.

    By the rules of the plan: whoever may not examine the candidate, an hour that has come, another place.
    `number`: the candidate's; `panel`: from 1.
    """
    exam = oral(site, code)
    if exam.panel is None:
        raise Refused(Refusal.NO_PANEL)
    with site.register.reading() as connection:
        panels = panels_of(connection, code)
        one = next((one for one in enrolled_in(connection, code) if one.number == number.strip()), None)
        companies = companies_of(connection)
        jurors = {juror.id: juror for juror in _jurors(site, connection, exam)}
    if one is None:
        raise Refused(Refusal.NOT_ENROLLED)
    before = next((k for k, had in enumerate(panels, 1) if one.id in dict(had.turns)), None)
    if before is None:
        raise Refused(Refusal.NO_TURN)
    if before == panel:
        return None
    if not 1 <= panel <= len(panels):
        raise Refused(Refusal.NO_SUCH_PANEL)
    wanted = panels[panel - 1]
    if min(wanted.begins, panels[before - 1].begins) <= at:
        raise Refused(Refusal.ORALS_BEGUN)
    if wanted.place != panels[before - 1].place:
        raise Refused(Refusal.OTHER_PLACE)
    candidate = _candidate(exam, one, companies)
    why = {cause.value for who in wanted.members if who in jurors for cause in causes(candidate, jurors[who])}
    if why:
        raise Refused(Refusal.MAY_NOT_EXAMINE, " ; ".join(sorted(why)))
    taken = {turn for _, turn in wanted.turns}
    turns = turns_between(wanted.begins, wanted.ends, exam.panel.minutes, _meetings(exam))
    free = next((turn for turn in turns if turn not in taken), None)
    if free is None:
        raise Refused(Refusal.TURN_TAKEN)
    site.register.record(OralMoved(candidate=one.id, panel=panel, turn_at=free), code, actor=actor, at=at)
    return free


@dataclass(frozen=True)
class OralProgress:
    """How far an oral épreuve is planned; `begins`: its first panel."""

    exam: Exam
    enrolled: int
    placed: int
    panels: int
    begins: datetime | None


@dataclass(frozen=True)
class NamedPanel:
    """`members`: names of the examiners; `candidates`: how many."""

    place: str
    begins: datetime
    members: tuple[str, ...]
    candidates: int


def progress(site: Site, code: str) -> OralProgress:
    exam = oral(site, code)
    with site.register.reading() as connection:
        panels, enrolled = panels_of(connection, code), enrolled_in(connection, code)
    placed = sum(len(panel.turns) for panel in panels)
    begins = min((panel.begins for panel in panels), default=None)
    return OralProgress(exam, len(enrolled), placed, len(panels), begins)


def progress_of_all(site: Site) -> list[OralProgress]:
    return [progress(site, exam.code) for exam in site.session.exams if exam.orals]


def panels_with_names(site: Site, code: str) -> list[NamedPanel]:
    with site.register.reading() as connection:
        names = {one.id: one.name for one in all_correctors(connection)}
        return [
            NamedPanel(
                panel.place, panel.begins, tuple(names[one] for one in panel.members), len(panel.turns)
            )
            for panel in panels_of(connection, code)
        ]


def papers_of(site: Site, code: str) -> list[PanelPaper]:
    """What the papers of an épreuve say, panel by panel. They name people."""
    exam = oral(site, code)
    with site.register.reading() as connection:
        panels = panels_of(connection, code)
        people = heard_in(connection, code)
        jurors = {one.id: one for one in all_correctors(connection)}
    if not panels:
        raise Refused(Refusal.NO_PLAN)
    sheets = sheets_owed(code, plan_of(panels))
    return [
        PanelPaper(
            exam,
            number,
            place_called(site.session, panel.place),
            panel.begins,
            panel.ends,
            tuple((jurors[one].name, jurors[one].role.value) for one in panel.members),
            tuple(_examined(people[candidate], at) for candidate, at in panel.turns),
            tuple(sheet for sheet in sheets if sheet.panel == number),
        )
        for number, panel in enumerate(panels, start=1)
    ]


def all_papers(site: Site, code: str) -> dict[str, bytes]:
    """By the name of its file."""
    panels, title = papers_of(site, code), site.session.title
    return {
        f"convocations-{code}.pdf": convocations(panels, title),
        f"convocations-{code}.csv": convocations_table(panels),
        f"examinateurs-{code}.pdf": summonses(panels, title),
        f"feuilles-{code}.pdf": panel_sheets(panels, title)[0],
    }


def place_called(session: Session, place: str) -> str:
    """In French. `place`: as the session calls it, its code there, or the UAI of a school."""
    centre, coded = session.centre(place), session.place(place)
    if coded is not None:
        return coded.name
    if centre is not None:
        return f"{centre.name}, {centre.city}"
    return f"Établissement {place}" if valid_uai(place) else place


def places_called(session: Session, word: str) -> set[str]:
    """What panels' places may be, of which a folder of the inbox bears the UAI, the code or the name.

    A name that two centres bear, or a centre and another place, is not told by the centre's UAI.
    """
    place, centre = session.place(word), session.centre(word)
    called = {word} | ({place.name} if place else set())
    if centre is not None:
        names = [one.name for one in session.centres] + [one.name for one in session.places]
        called |= {centre.name} if names.count(centre.name) == 1 else set()
    return called


def words_for(session: Session, places: Collection[str]) -> set[str]:
    """All that a folder may be called that is one of these places'."""
    words = {*places, *(one.uai for one in session.centres), *(one.code for one in session.places)}
    return {word for word in words if places_called(session, word) & set(places)}


def _examined(one: Heard, at: datetime) -> Examined:
    return Examined(one.number, one.family_name, one.first_names, one.school, at)


def oral(site: Site, code: str) -> Exam:
    exam = site.session.exam(code)
    if exam is None or not exam.orals:
        raise Refused(Refusal.NOT_HERE, code)
    return exam


def _place_of(exam: Exam, one: EnrolledCandidate) -> str:
    """Nowhere, where the session foresees nothing for such a candidate."""
    orals = next((orals for orals in exam.orals if orals.concerns(one.option, one.category)), None)
    return "" if orals is None else one.school if orals.each_school else orals.place


def _candidate(exam: Exam, one: EnrolledCandidate, companies: Mapping[str, tuple[str, ...]]) -> Marked:
    by_option = bool(exam.by_option or exam.option_titles)
    return Marked(
        one.id,
        one.school,
        _place_of(exam, one),
        one.number,
        companies.get(one.id, ()),
        one.option if by_option else "",
    )


def _meetings(exam: Exam) -> list[Interval]:
    """Of the épreuve's own concertations, those whose hours are stated."""
    return [
        (one.instant(one.date, one.start), one.instant(one.date, one.end))
        for one in exam.concertations
        if one.start is not None and one.end is not None
    ]


def _sittings(exam: Exam, places: set[str], minutes: int) -> Iterator[Sitting]:
    """On working days, outside the épreuve's own concertations as far as their hours are stated."""
    named = {orals.place for orals in exam.orals if not orals.each_school}
    meetings = _meetings(exam)
    for orals in exam.orals:
        used = places - named - {""} if orals.each_school else {orals.place} & places
        for place in sorted(used):
            for day in (orals.first.date + timedelta(k) for k in range(_days(orals))):
                if day.weekday() >= _SATURDAY or day in public_holidays(day.year):
                    continue
                for hours in orals.hours:
                    begins, ends = exam.instant(day, hours.start), exam.instant(day, hours.end)
                    turns = turns_between(begins, ends, minutes, meetings)
                    yield Sitting(place, begins, ends, turns)


_SATURDAY = 5


def _days(orals: Orals) -> int:
    return (orals.last.date - orals.first.date).days + 1


def _jurors(site: Site, connection: Connection, exam: Exam) -> Iterator[Juror]:
    elsewhere = panels_elsewhere(connection, exam.code)
    for one in all_correctors(connection, exam.code):
        away = [half_day(day, half, site.session.zone) for day, half in one.away]
        away += _busy(site.session, one)
        away += [(panel.begins, panel.ends) for panel in elsewhere if one.id in panel.members]
        yield Juror(
            *(one.id, one.schools, one.companies, one.never_with, one.options),
            role=one.role,
            away=tuple(away),
        )


def _busy(session: Session, one: CorrectorRow) -> Iterator[Interval]:
    """Days of correction, and meetings of her written épreuves, to the end of the day if none is stated."""
    yield from (whole_day(day, session.zone) for day in one.days)
    for exam in session.exams:
        if exam.code in one.exams:
            for meeting in exam.meetings:
                yield (
                    meeting.starts_at,
                    meeting.ends_at if meeting.end else whole_day(meeting.date, session.zone)[1],
                )
