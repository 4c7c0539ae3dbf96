"""The dated duties of a season: reminded of, received, late; and those that the circular gives no date."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from actions.people.invigilators import lacking
from actions.season import duties
from actions.season.duties import DutyState
from cli.season.stage import SECOND, SeasonFailed, Stage, must
from processors.circular.deadlines import Rule, instant
from processors.circular.duties import Duty, Owing
from processors.lists.invigilation import INVIGILATOR_COLUMNS
from processors.wording import plural
from storage.people.invigilators import enrolled_by_school, import_invigilators

INVIGILATORS = "surveillants"


def plan(stage: Stage, duty: Duty) -> None:
    """Recalled a week before; all but one party bring it in time; that one is late, then brings it."""
    row, due, last = f"duty/{duty.code}", duty.deadline, duty.last_day
    if due is None or last is None:
        at = _of_no_date(stage)
        stage.plan(row, at, lambda: _all(stage, duty))
        return
    zone = stage.site.session.zone
    in_time = due.at - SECOND if due.rule is Rule.BEFORE else due.at
    remind = instant(last - timedelta(days=duty.remind_days - 1), time(8), zone)
    stage.plan(row, remind, lambda: _remind(stage, duty))
    stage.plan(row, instant(last, time(10), zone), lambda: _received(stage, duty))
    stage.plan(row, in_time, lambda: _still(stage, duty))
    stage.plan(row, in_time + SECOND, lambda: _late(stage, duty))
    stage.plan(row, in_time + timedelta(hours=34), lambda: _at_last(stage, duty))


def gate(duty: Duty) -> str:
    return f"duty/{duty.code}"


def _of_no_date(stage: Stage) -> datetime:
    """Once everything else is over."""
    results = stage.site.session.results
    assert results is not None
    return results.second_jury.starts_at + timedelta(days=7)


def _of(stage: Stage, duty: Duty) -> list[duties.OwedDuty]:
    rows = duties.owed_duties(stage.site, stage.now)
    return [row for row in rows if row.obligation.duty.code == duty.code]


def _state_of_last(stage: Stage, duty: Duty) -> DutyState:
    return _of(stage, duty)[-1].state


def _remind(stage: Stage, duty: Duty) -> str:
    count = duties.remind(stage.site, stage.now)
    must(count >= len(_of(stage, duty)), f"{duty.code}: nobody is reminded")
    must(duties.remind(stage.site, stage.now) == 0, "a second reminder on one day")
    return f"the service is reminded of {plural(count, 'obligation', 'obligations')}: {duty.title}"


def _receive(stage: Stage, row: duties.OwedDuty, by: str) -> None:
    today = stage.now.astimezone(stage.site.session.zone).date()
    duties.receive(stage.site, row.obligation.id, today, by, row.expected, actor="service", at=stage.now)


def _received(stage: Stage, duty: Duty) -> str:
    rows = _of(stage, duty)[:-1]
    if duty.code == INVIGILATORS:
        before = len(lacking(stage.site, stage.now))
        _name_invigilators(stage, [row.obligation.party for row in rows])
        said = f", invigilators named, shortfalls {before} → {len(lacking(stage.site, stage.now))}"
    else:
        said = ""
    for row in rows:
        _receive(stage, row, "par courrier")
    return f"{duty.title}: received of {len(rows)} of {len(rows) + 1}{said}"


def _name_invigilators(stage: Stage, schools: list[str]) -> None:
    """As many as each school owes."""
    site, rule = stage.site, stage.site.session.invigilation
    assert rule is not None
    enrolled = site.register.ask(enrolled_by_school)
    written = {exam.code for exam in site.session.written}
    lines = [
        f"{school};{centre};{exam};Surveillant {k} de {school}\n"
        for (school, centre, exam), number in sorted(enrolled.items())
        if school in schools and exam in written
        for k in range(rule.when_large if number > rule.large else rule.per_exam)
    ]
    table = f"{';'.join(INVIGILATOR_COLUMNS)}\n{''.join(lines)}".encode()
    read = import_invigilators(site.register, table, site.session, actor="service", at=stage.now)
    if read.problems:
        raise SeasonFailed(read.problems[0].message)


def _still(stage: Stage, duty: Duty) -> str:
    must(_state_of_last(stage, duty) is DutyState.DUE, f"{duty.code} is late one second early")
    return stage.note_early(gate(duty), f"{_of(stage, duty)[-1].party}: {duty.title}, {DutyState.DUE}")


def _late(stage: Stage, duty: Duty) -> str:
    must(_state_of_last(stage, duty) is DutyState.LATE, f"{duty.code} is not late on time")
    stage.note_passed(gate(duty))
    return f"{_of(stage, duty)[-1].party}: {duty.title}, {DutyState.LATE} ({duty.until})"


def _at_last(stage: Stage, duty: Duty) -> str:
    if duty.code == INVIGILATORS:
        _name_invigilators(stage, [_of(stage, duty)[-1].obligation.party])
    _receive(stage, _of(stage, duty)[-1], "en main propre")
    states = {row.state for row in _of(stage, duty)}
    late = (
        {DutyState.RECEIVED, DutyState.RECEIVED_LATE}
        if len(_of(stage, duty)) > 1
        else {DutyState.RECEIVED_LATE}
    )
    must(states == late, f"{duty.code}: {states}")
    return f"{_of(stage, duty)[-1].party}: {duty.title}, {DutyState.RECEIVED_LATE}"


def _all(stage: Stage, duty: Duty) -> str:
    rows = _of(stage, duty)
    for row in rows:
        _receive(stage, row, "le service" if duty.each is Owing.SERVICE else duty.owed_by)
    must(all(row.state is DutyState.RECEIVED for row in _of(stage, duty)), f"{duty.code} is not received")
    return f"{duty.title} ({duty.when}): received of {len(rows)} of {len(rows)}"
