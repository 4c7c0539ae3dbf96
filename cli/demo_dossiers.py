"""The demonstration's dossiers: deposited with every kind of trouble, read by the flows, reported on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from actions.site import Site
from cli.demo_session import CENTRES
from papers.tables import csv_of
from processors.dossiers.findings import GROUNDS
from processors.lists.people import DEPOSIT_COLUMNS, Candidate
from specimens.dossiers.deposit import Deposit, Medium, Trouble, draw_deposit
from storage.bucket.keys import DOSSIERS, dossier_key
from storage.dropped.dossiers import dossiers_of, dossiers_to_read
from storage.people.candidates import enrolled_with_number

CENTRE = next(iter(CENTRES))
EXAMS = ("E5", "E6")
"""The first is deposited in time; the deadline of the second has just passed, and a list says when."""
_TROUBLES = (
    (Trouble.NONE, Medium.FORM),
    (Trouble.NONE, Medium.SCAN),
    (Trouble.SHORT, Medium.PRINT),
    (Trouble.UNSIGNED, Medium.PRINT),
    (Trouble.OTHER_PERSON, Medium.PRINT),
    (Trouble.ABSENT, Medium.PRINT),
)
_E6 = {Trouble.SHORT: Trouble.LATE}


def enrolled(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same candidates; the first of one centre also have dossiers to deposit."""
    chosen = [c for c in candidates if c.centre == CENTRE][: len(_TROUBLES)]
    return [replace(c, exams=(*c.exams, *EXAMS)) if c in chosen else c for c in candidates]


def draw(site: Site, candidates: Sequence[Candidate]) -> list[Deposit]:
    """A dossier of each candidate who owes one, for each épreuve."""
    owing = [c for c in candidates if "E5" in c.exams]
    drawn = []
    for code in EXAMS:
        rules = site.session.exam(code)
        assert rules is not None and rules.deposit is not None
        due = rules.deposit.deadline.at
        for k, (candidate, (trouble, medium)) in enumerate(zip(owing, _TROUBLES, strict=True)):
            rng = np.random.default_rng((k, EXAMS.index(code)))
            wanted = _E6.get(trouble, trouble) if code == "E6" else trouble
            drawn.append(draw_deposit(rng, candidate, owing[k - 1], code, due, wanted, medium))
    return drawn


def drop(site: Site, drawn: Sequence[Deposit]) -> None:
    """As the deposit space exports them: a folder a candidate, and a list of times for the second épreuve."""
    for deposit in drawn:
        for name, data in deposit.files:
            site.store.inbox.put(dossier_key(deposit.exam, f"{deposit.candidate.number}/{name}"), data)
    times = [
        (deposit.candidate.number, name, deposit.at.replace(microsecond=0).isoformat())
        for deposit in drawn
        if deposit.exam == EXAMS[1]
        for name, _ in deposit.files
    ]
    site.store.inbox.put(dossier_key(EXAMS[1], "depots.csv"), csv_of(DEPOSIT_COLUMNS, times))


def all_read(site: Site, drawn: Sequence[Deposit]) -> bool:
    with site.register.reading() as connection:
        known = dossiers_of(connection)
        waiting = dossiers_to_read(connection)
    expected = sum(bool(deposit.files) for deposit in drawn)
    left = any(True for _ in site.store.inbox.list(DOSSIERS))
    return not waiting and not left and len(known) >= expected


def not_as_drawn(site: Site, drawn: Sequence[Deposit]) -> list[str]:
    """What came out otherwise than it was drawn, by opaque ids."""
    wrong = []
    for deposit in drawn:
        if not deposit.files and deposit.exam == EXAMS[0]:
            continue  # not due yet
        with site.register.reading() as connection:
            candidate = enrolled_with_number(connection, deposit.exam, deposit.candidate.number)
            rows = dossiers_of(connection, deposit.exam)
        row = next((row for row in rows if row.candidate == candidate), None)
        found = {stated.code.value for stated in row.findings} if row else set()
        proposed = {code for code in found if code in GROUNDS}
        if proposed != ({deposit.ground} if deposit.ground else set()) or (
            deposit.said and deposit.said not in found
        ):
            wrong.append(f"{row.id if row else deposit.exam}: drawn {deposit.trouble}, found {sorted(found)}")
    return wrong
