"""What a machine writes that has nothing to do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

from flows import tidy
from flows.recurring import FOUND_NOTHING
from flows.worker import FLOWS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]

TIMES = 4
MOST = 20e6  # bytes a day


def runs_a_day(schedule: dict[str, Any]) -> int:
    begin = datetime(2026, 5, 20, tzinfo=UTC)
    made: Any = (
        IntervalSchedule(interval=timedelta(seconds=schedule["interval"]), anchor_date=begin)
        if "interval" in schedule
        else CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
    )
    return len(asyncio.run(made.get_dates(2000, start=begin, end=begin + timedelta(days=1))))


def size(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        pages, free, each = (
            connection.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * each


def test_a_day_at_rest_adds_little_to_the_engines_database(stage):
    """Its growth by some runs that find nothing to do, times the runs of a day: nothing else writes."""
    deployments = yaml.safe_load(Path("prefect.yaml").read_text())["deployments"]
    daily = {
        one["name"]: sum(map(runs_a_day, one["schedules"])) for one in deployments if one.get("schedules")
    }
    assert sum(daily.values()) > 600

    def ends(names: Collection[str]) -> list[str]:
        """Of a run of each; CANCELLED where its schedule had begun one: Prefect lets no second begin."""
        runs = [stage.machine.trigger(name) for name in names]
        return [stage.wait(lambda: stage.machine.final_state(run))[0] for run in runs]  # noqa: B023

    left = list(daily)
    while left:  # until whatever there is to do is done
        left = [name for name, end in zip(left, ends(left), strict=True) if end == "CANCELLED"]
    database = stage.machine.data / "prefect" / "prefect.db"
    before, completed = size(database), 0
    for _ in range(TIMES):
        completed += ends(daily).count("COMPLETED")
    assert completed > 2 * TIMES
    each = (size(database) - before) / completed
    assert 0 < each * sum(daily.values()) < MOST


def test_runs_are_called_in_plain_words_and_those_that_found_nothing_make_room(stage):
    for _ in range(3):
        run = stage.machine.trigger("remind-duties")
        stage.wait(lambda: stage.machine.final_state(run))  # noqa: B023

    async def tidied() -> tuple[set[str], Counter[str]]:
        async with PrefectClient(stage.machine.api) as client:

            async def flow_of(run: FlowRun) -> Flow[..., Any]:
                return FLOWS[(await client.read_flow(run.flow_id)).name]

            await tidy.name_what_is_to_come(client, flow_of)
            await tidy.forget_what_found_nothing(client, timedelta(0))
            runs = await client.read_flow_runs(limit=200)
        to_come = {run.name for run in runs if run.state_name == "Scheduled"}
        return to_come, Counter(run.name for run in runs if run.state_name in FOUND_NOTHING)

    def named() -> Counter[str] | None:
        """Once the engine has planned some, and none since they were named."""
        to_come, found_nothing = asyncio.run(tidied())
        return (
            found_nothing if to_come and to_come <= {flow.flow_run_name for flow in FLOWS.values()} else None
        )

    found_nothing = stage.wait(named, seconds=120)
    assert found_nothing["rappels"] == 1 == max(found_nothing.values())


def test_the_engine_forgets_what_ended_more_than_14_days_ago(stage):
    """Its server looks when it starts, and every hour: here it is started again."""
    old, young = (stage.machine.trigger("ship-audit") for _ in range(2))
    for run in (old, young):
        assert stage.wait(lambda: stage.machine.final_state(run))  # noqa: B023
    database = stage.machine.data / "prefect" / "prefect.db"
    with sqlite3.connect(database, timeout=60) as connection:
        for run, days in ((old, 14.1), (young, 13.9)):
            ended = (datetime.now(UTC) - timedelta(days=days)).replace(tzinfo=None)
            changed = connection.execute(
                "UPDATE flow_run SET end_time = ? WHERE replace(id, '-', '') = ?",
                (ended.isoformat(" "), run.replace("-", "")),
            )
            assert changed.rowcount == 1

    def there(run: str) -> bool:
        which = {"flow_runs": {"id": {"any_": [run]}}}
        return bool(stage.machine.ask("POST", "/flow_runs/filter", which))

    assert there(old) and there(young)
    stage.machine.server.stop()
    stage.machine.server.start()
    stage.machine.server.wait_ready()
    stage.wait(lambda: not there(old))
    assert there(young)
