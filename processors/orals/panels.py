"""Which candidates are examined by which panel, where and when: one model of a whole oral épreuve.

In this order: nobody before a panel that may not examine them, nobody in two places or outside the hours; as
many candidates as can be; few half-days and few journeys; examiners' loads even.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from processors.circular.half_days import Interval
from processors.circular.oral_parts import JurorRole
from processors.correcting.conflicts import Cause, Marked, Marking, causes
from processors.wording import plural

if TYPE_CHECKING:  # its modellers bring pandas along, and few who know of panels make a plan
    from ortools.sat.python.cp_model import IntVar


@dataclass(frozen=True)
class Sitting:
    """A half-day of interrogations at one place: `turns`, when each candidate begins."""

    place: str
    begins: datetime
    ends: datetime
    turns: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Juror(Marking):
    """An examiner of this épreuve. `away`: when not to be had, for whatever reason."""

    role: JurorRole
    away: tuple[Interval, ...] = ()

    def is_free(self, sitting: Sitting) -> bool:
        return not any(begins < sitting.ends and sitting.begins < ends for begins, ends in self.away)


@dataclass(frozen=True)
class PlannedPanel:
    """`members`: ids, in the order of the roles; `turns`: ids of candidates, and when each begins."""

    sitting: Sitting
    members: tuple[str, ...]
    turns: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True)
class Unplaced:
    """Candidates of one school, at one place, whom no panel can examine, and why (French sentences)."""

    place: str
    school: str
    candidates: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class OralPlan:
    """Each candidate stands either before one panel or in one `Unplaced`."""

    panels: tuple[PlannedPanel, ...]
    unplaced: tuple[Unplaced, ...]


def turns_between(
    begins: datetime, ends: datetime, minutes: int, taken: Iterable[Interval] = ()
) -> tuple[datetime, ...]:
    """When candidates begin who follow each other at once, none of them within what is taken."""
    turns, at, each = list[datetime](), begins, timedelta(minutes=minutes)
    busy = sorted(taken)
    while at + each <= ends:
        stop = next((end for begin, end in busy if begin < at + each and at < end), None)
        if stop is None:
            turns.append(at)
        at = at + each if stop is None else stop
    return tuple(turns)


def plan_panels(
    candidates: Sequence[Marked],
    jurors: Sequence[Juror],
    sittings: Sequence[Sitting],
    roles: Sequence[JurorRole],
) -> OralPlan:
    """The same plan for the same input, whatever its order. Candidates of one school follow each other."""
    candidates = sorted(candidates, key=lambda one: one.id)
    jurors = sorted((one for one in jurors if one.role in roles), key=lambda one: one.id)
    sittings = sorted((one for one in sittings if one.turns), key=lambda one: (one.begins, one.place))
    groups = _groups(candidates, jurors)
    given = _Model(groups, jurors, sittings, roles).solved() if groups and jurors and sittings else []
    waiting = {group: iter(ids) for group, ids in groups.items()}
    panels = []
    for sitting, members, shares in given:
        ids = [next(waiting[group]) for group, share in sorted(shares.items()) for _ in range(share)]
        panels.append(PlannedPanel(sitting, members, tuple(zip(ids, sitting.turns, strict=False))))
    left = [(group, tuple(ids)) for group, ids in waiting.items()]
    return OralPlan(
        tuple(panels),
        tuple(
            Unplaced(
                group.place, group.school, ids, tuple(_reasons(group, len(ids), jurors, sittings, roles))
            )
            for group, ids in sorted(left)
            if ids
        ),
    )


@dataclass(frozen=True, order=True)
class _Group:
    """Candidates of one place whom no rule tells apart; `barred`: who may not examine them, and why."""

    place: str
    school: str
    barred: tuple[tuple[int, tuple[Cause, ...]], ...]

    @property
    def may_not(self) -> set[int]:
        return {k for k, _ in self.barred}


def _groups(candidates: Sequence[Marked], jurors: Sequence[Juror]) -> dict[_Group, list[str]]:
    groups = defaultdict[_Group, list[str]](list)
    for one in candidates:
        found = ((k, tuple(causes(one, juror))) for k, juror in enumerate(jurors))
        groups[_Group(one.place, one.school, tuple((k, why) for k, why in found if why))].append(one.id)
    return dict(groups)


_LEFT, _OPEN, _JOURNEY, _BUSIEST = 100_000, 100, 20, 30
"""What a candidate who is left, a panel's half-day, a person's day at a place, and a half-day of the busiest
cost. Of the last three none was measured: they say that a half-day less is worth some journeys."""
_WORK = 0.0003
"""Of the solver for each seat that somebody may take, in its own measure, which is the same on every machine:
some seconds. 250 candidates of 15 places before 60 examiners, and 300 of one place before 40, came out with
two and with one half-day more than the fewest."""


_SPARE = 2
"""How many times the turns that are needed at a place there are seats for."""


class _Model:
    """A panel is a seat of a sitting: `sits`, who is there; `share`, how many of each group it examines."""

    def __init__(
        self,
        groups: Mapping[_Group, Sequence[str]],
        jurors: Sequence[Juror],
        sittings: Sequence[Sitting],
        roles: Sequence[JurorRole],
    ) -> None:
        from ortools.sat.python.cp_model import CpModel

        self._model = CpModel()
        self._groups, self._jurors, self._roles = groups, jurors, roles
        sittings = [one for one in sittings if all(_has_somebody(role, one, jurors) for role in roles)]
        at = defaultdict[str, int](int)
        for group, ids in groups.items():
            at[group.place] += len(ids)
        most = min(Counter(one.role for one in jurors).get(role, 0) for role in roles)
        room = Counter[str]()
        for sitting in sittings:
            room[sitting.place] += len(sitting.turns)
        self._seats = [
            (sitting, number)
            for sitting in sittings
            for number in range(min(most, -(-_SPARE * at[sitting.place] // room[sitting.place])))
        ]
        self._open = [self._model.new_bool_var("") for _ in self._seats]
        self._sits = {
            (k, seat): self._model.new_bool_var("")
            for seat, (sitting, _) in enumerate(self._seats)
            for k, juror in enumerate(jurors)
            if juror.is_free(sitting)
            and any(group.place == sitting.place and k not in group.may_not for group in groups)
        }
        self._share = {
            (group, seat): self._model.new_int_var(0, min(len(ids), len(sitting.turns)), "")
            for seat, (sitting, _) in enumerate(self._seats)
            for group, ids in groups.items()
            if group.place == sitting.place
        }
        self._rule()
        self._weigh()

    def _rule(self) -> None:
        model = self._model
        for seat, (sitting, number) in enumerate(self._seats):
            for role in self._roles:
                of_role = [
                    v for (k, s), v in self._sits.items() if s == seat and self._jurors[k].role is role
                ]
                model.add(sum(of_role) == self._open[seat])
            shares = [(group, v) for (group, s), v in self._share.items() if s == seat]
            model.add(sum(v for _, v in shares) <= len(sitting.turns) * self._open[seat])
            model.add(sum(v for _, v in shares) >= self._open[seat])
            for group, share in shares:
                for k in group.may_not:
                    if (k, seat) in self._sits:
                        model.add(share == 0).only_enforce_if(self._sits[k, seat])
            if number:  # seats of a sitting are alike: the first ones first
                model.add_implication(self._open[seat], self._open[seat - 1])
        for k in range(len(self._jurors)):
            mine = sorted(seat for j, seat in self._sits if j == k)
            for clash in _clashes([(seat, self._seats[seat][0]) for seat in mine]):
                model.add_at_most_one(self._sits[k, seat] for seat in clash)

    def _weigh(self) -> None:
        model = self._model
        sizes = {group: len(ids) for group, ids in self._groups.items()}
        came: defaultdict[_Group, list[IntVar]] = defaultdict(list)
        for (group, _), share in self._share.items():
            came[group].append(share)
        for group, shares in came.items():
            model.add(sum(shares) <= sizes[group])
        days: defaultdict[tuple[int, str, str], list[IntVar]] = defaultdict(list)
        loads: defaultdict[int, list[IntVar]] = defaultdict(list)
        for (k, seat), sits in self._sits.items():
            sitting = self._seats[seat][0]
            days[k, sitting.place, f"{sitting.begins:%Y-%m-%d}"].append(sits)
            loads[k].append(sits)
        journeys = []
        for there in days.values():
            journey = model.new_bool_var("")
            model.add_max_equality(journey, there)
            journeys.append(journey)
        busiest = model.new_int_var(0, len(self._seats), "")
        for load in loads.values():
            model.add(sum(load) <= busiest)
        examined = sum(self._share.values())
        model.minimize(
            _LEFT * (sum(sizes.values()) - examined)
            + _OPEN * sum(self._open)
            + _JOURNEY * sum(journeys)
            + _BUSIEST * busiest
        )

    def solved(self) -> list[tuple[Sitting, tuple[str, ...], dict[_Group, int]]]:
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        # Interleaved, its searches give the same plan however many processors there are
        solver.parameters.num_workers = 8
        solver.parameters.interleave_search = True
        work, status = 0.1 + _WORK * len(self._sits), cp_model.UNKNOWN
        while status == cp_model.UNKNOWN:  # nobody examined is a plan, too: there always is one
            solver.parameters.max_deterministic_time = work
            status, work = solver.solve(self._model), 2 * work
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise RuntimeError(f"the solver answered {solver.status_name(status)}")
        order = {role: k for k, role in enumerate(self._roles)}
        found = []
        for seat, (sitting, _) in enumerate(self._seats):
            if not solver.value(self._open[seat]):
                continue
            there = [self._jurors[k] for (k, s), v in self._sits.items() if s == seat and solver.value(v)]
            members = tuple(one.id for one in sorted(there, key=lambda one: (order[one.role], one.id)))
            shares = {g: solver.value(v) for (g, s), v in self._share.items() if s == seat}
            found.append((sitting, members, {group: share for group, share in shares.items() if share}))
        return found


def _has_somebody(role: JurorRole, sitting: Sitting, jurors: Sequence[Juror]) -> bool:
    return any(juror.role is role and juror.is_free(sitting) for juror in jurors)


def _clashes(mine: Sequence[tuple[int, Sitting]]) -> Iterator[set[int]]:
    """Seats of which a person can have but one: those under way as another begins."""
    seen = list[set[int]]()
    for _, at in mine:
        clash = {seat for seat, one in mine if one.begins <= at.begins < one.ends}
        if len(clash) > 1 and clash not in seen:
            seen.append(clash)
            yield clash


_OF_JUROR = {
    Cause.OWN_SCHOOL: "le candidat vient de leur établissement",
    Cause.NEVER_WITH: "le candidat ou son établissement est sur leur liste « jamais avec »",
    Cause.SAME_COMPANY: "le candidat a fait son stage dans leur entreprise",
    Cause.OTHER_OPTION: "ils n’examinent pas l’option du candidat",
}


def _reasons(
    group: _Group,
    number: int,
    jurors: Sequence[Juror],
    sittings: Sequence[Sitting],
    roles: Sequence[JurorRole],
) -> Iterator[str]:
    here = [sitting for sitting in sittings if sitting.place == group.place]
    if not here:
        yield "Aucune demi-journée d’interrogation n’est prévue pour ces candidats."
        return
    why = dict(group.barred)
    full = True
    for role in roles:
        of_role = [k for k, juror in enumerate(jurors) if juror.role is role]
        if not of_role:
            yield f"Aucun {role.value} n’est désigné pour cette épreuve."
            full = False
            continue
        counts = Counter(cause for k in of_role for cause in why.get(k, ()))
        for cause in Cause:
            if counts[cause]:
                some = plural(counts[cause], role.value, f"{role.value}s")
                yield f"Pour {some} sur {len(of_role)} : {_OF_JUROR[cause]}."
        possible = [k for k in of_role if k not in why]
        free = any(_has_somebody(role, sitting, [jurors[k] for k in possible]) for sitting in here)
        if possible and not free:
            yield f"Aucun {role.value} possible n’est libre aux heures d’interrogation."
        full = full and free
    if full:
        capacity = max(len(sitting.turns) for sitting in here)
        lacking = plural(
            -(-number // capacity), "demi-journée de jury manque", "demi-journées de jury manquent"
        )
        yield f"Les examinateurs possibles sont tous pris : {lacking}."
