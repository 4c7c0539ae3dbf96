"""A commission that sits in a training centre gets its own candidates, whatever their written centre."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from actions.dropped.commission import Commission, write_notices, write_report
from actions.site import Site
from cli.demo_session import write_demo_session
from processors.circular.session import load_session
from specimens.batch import roster_csv
from specimens.people import invent_candidates, invent_schools
from storage.bucket.objects import Store
from storage.database.register import open_register
from storage.machine.settings import Settings
from storage.people.candidates import import_candidates

SESSION_FILE = Path("sessions/bts-sio-2026-aix-marseille.toml").resolve()
E6 = load_session(SESSION_FILE).exam("E6")
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
_RNG = np.random.default_rng(5)
PEOPLE = invent_candidates(_RNG, 12, "0130051K", ["E5", "E6"], invent_schools(_RNG, 2))


@pytest.mark.slow
def test_the_list_and_the_notices_of_a_school_are_its_own_candidates(tmp_path: Path, store: Store) -> None:
    write_demo_session(tmp_path / "session.toml", AT)
    settings = Settings(data_dir=tmp_path)
    site = Site(settings, store, open_register(settings.url, store.vault))
    assert not import_candidates(site.register, roster_csv(PEOPLE), None, actor="t", at=AT).problems
    schools = {person.school for person in PEOPLE}
    assert len(schools) == 2 and E6 is not None
    for school in schools:
        mine = {person.number for person in PEOPLE if person.school == school}
        pdf, table = write_report(site, "E6", Commission(None, school), tmp_path, at=AT)
        rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig")), delimiter=";"))
        assert {row["numero_candidat"] for row in rows} == mine
        assert pdf.stem.endswith(school)
        sent = write_notices(site, E6, Commission(None, school), tmp_path / school, at=AT, actor="service")
        assert {path.stem.split()[-1] for path in sent} == mine  # nobody has deposited yet
    site.register.engine.dispose()
