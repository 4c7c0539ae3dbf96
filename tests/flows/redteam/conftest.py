"""A session's copies in lots, and all that their correctors can reach: gathered once for all attacks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from planted import NAME

from actions.corrected import lots
from actions.dropped import scans
from actions.site import Site, now
from benchmarks.drawn.drawn_over import Way, draw_over
from benchmarks.redteam.loot import Loot, gather
from cli.demo_session import FORM, write_demo_session
from processors.circular.form import load_form
from processors.plain import plain
from specimens.batch import Kind, draw_batch, roster_csv
from specimens.rehearsal import correctors_csv, plan_session
from specimens.scanner import Level, Mode
from specimens.sheet import Spot
from storage.bucket.objects import Store
from storage.database.register import open_register
from storage.dropped.scans import arrive
from storage.machine.settings import Settings
from storage.people.candidates import import_candidates
from storage.people.correctors import import_correctors

PILES = (
    ("0130051K", Mode.GRAY, True, (Kind.OK, Kind.UPSIDE_DOWN, Kind.OK), None),
    ("0050006E", Mode.COLOR, False, (Kind.OK,) * 3, Spot(150, 66)),  # the number hangs below the frame
    ("0840003X", Mode.BW, False, (Kind.OK,) * 3, Spot(160, 78, 180)),
)
_PLAN = plan_session(11, [centre for centre, *_ in PILES], ["U4", "U7"], 30)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[Site]:
    """A session with its people, on the real store."""
    folder = tmp_path_factory.mktemp("session")
    write_demo_session(folder / "session.toml", now())
    settings = Settings(data_dir=folder, session_path=folder / "session.toml")
    site = Site(settings, store, open_register(settings.url, store.vault))
    for read, content in (
        (import_candidates, roster_csv(_PLAN.candidates)),
        (import_correctors, correctors_csv(_PLAN.correctors)),
    ):
        assert not read(site.register, content, site.session, actor="service", at=now()).problems
    yield site
    site.register.engine.dispose()


@pytest.fixture(scope="session")
def loot(site: Site) -> Iterator[Loot]:
    """Three centres' piles, read, dealt into lots together, and all that their correctors can reach."""
    form = load_form(FORM)

    async def step(_name: str, stage: Any, /, *args: Any) -> Any:
        return stage(site, *args)

    for centre, mode, a3, kinds, label_at in PILES:
        planned = next(b for b in _PLAN.batches if (b.centre, b.exam) == (centre, "U4"))
        drawn = draw_batch(
            planned.seed, "U4", centre, planned.roster, kinds, form, level=Level.OFFICE, mode=mode, a3=a3,
            label_at=label_at,
        )  # fmt: skip
        who = plain(planned.roster[0].family_name).upper()
        stamped = draw_over(drawn.pdf, Way.STAMP, f"{who} {planned.roster[0].number}.pdf")
        site.store.inbox.put(f"scans/{centre}/U4/{NAME}", stamped)
        (dropped,) = site.store.inbox.list(f"scans/{centre}/U4/{NAME}")
        scan = arrive(site.register, dropped, "U4", centre, actor="test", at=now())
        assert scan is not None
        asyncio.run(scans.process(scan, step))
    exam = site.session.exam("U4")
    assert exam is not None
    lots.form(site, exam, at=now(), actor="test")
    loot = gather(site)
    assert len(loot.copies) >= 8, "what is drawn sound is not in lots"
    assert all(loot.writers[copy.number].frames for copy in loot.copies)
    yield loot
