"""Looks at the inbox and carries out runs, in one process that stays: `python -m flows.worker [--alone]`.

Prefect's own workers start a process for each run, which imports for longer than most files take to read.
Here a run costs what it does; Prefect hands it out, keeps its state and shows it as any other. A process that
dies takes its runs with it: they are told to have crashed, and their files are taken up again. With `--alone`
nobody else carries out runs, so that all which are under way and not here are lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import Abort
from prefect.flow_engine import run_flow_async
from prefect.logging import get_logger
from prefect.states import Pending
from prefect.utilities.engine import propose_state

from flows import dropped, lost_runs, recurring, tidy, watch
from flows.deploy import POOL, SCANS, STEADY

FLOWS: dict[str, Flow[..., Any]] = {
    flow.name: flow
    for flow in (
        *(dropped.process_scan, dropped.process_dossier),
        *(recurring.form_lots, recurring.sweep_deadlines, recurring.ship_audit, recurring.raise_alerts),
        recurring.remind_duties,
    )
}
RUNS = 4
"""Files at once: while pages of one are read, another is fetched, understood or answered."""
_FLEET = 40  # files that are handed out before there is a place for them
_LOOK = 2.0  # seconds between two looks at the inbox
_ASK = 10.0  # seconds between two questions to Prefect, for what its schedules and people started
_GREET = 30.0  # seconds
_BURY = 60.0  # seconds
_TIDY = 60.0  # seconds
_AFTER_TROUBLE = 10.0  # seconds

_log = get_logger("massicot")


class Worker:
    def __init__(self, client: PrefectClient, runs: int, *, alone: bool) -> None:
        self._client, self._places, self._is_alone = client, runs, alone
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._under_way: dict[UUID, tuple[FlowRun, asyncio.Task[None]]] = {}
        self._flows: dict[UUID, str] = {}
        self._called = asyncio.Event()
        self._freed = asyncio.Event()  # the places that an earlier worker held when it died
        if not alone:
            self._freed.set()
        self._watch = watch.Watch(client, ahead=2 * runs if alone else _FLEET)

    async def stay(self) -> None:
        turns = [
            self._every(self._take, _ASK, self._until_called),
            self._every(self._look, _LOOK),
            self._every(self._greet, _GREET),
            self._every(self._tidy, _TIDY),
        ]
        if self._is_alone:
            turns.append(self._every(self._bury, _BURY))
        await asyncio.gather(*turns)

    async def _every(
        self,
        turn: Callable[[], Awaitable[None]],
        seconds: float,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        while True:
            try:
                await turn()
            except Exception as error:  # server or store is away, or it is a bug: the runs go on in any case
                _log.warning("%s: %s", turn.__name__, type(error).__name__)
                await asyncio.sleep(_AFTER_TROUBLE)
            await wait(seconds)

    async def _until_called(self, seconds: float) -> None:
        """Until there is something to take, or a place for it; so long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._called.wait()
        self._called.clear()

    async def _look(self) -> None:
        if await self._watch.look(set(self._about())):
            self._called.set()

    async def _greet(self) -> None:
        await self._client.send_worker_heartbeat(POOL, self._name, heartbeat_interval_seconds=_GREET)

    async def _tidy(self) -> None:
        await tidy.name_what_is_to_come(self._client, self._flow_of)
        await tidy.forget_what_found_nothing(self._client)

    async def _bury(self) -> None:
        await lost_runs.bury(self._client, self._under_way)
        self._freed.set()

    async def _take(self) -> None:
        await self._freed.wait()
        room = self._places - len(self._about())
        queues = [STEADY, SCANS] if room > 0 else [STEADY]
        found = await self._client.get_scheduled_flow_runs_for_work_pool(
            POOL, work_queue_names=queues, scheduled_before=datetime.now(UTC)
        )
        for run in (one.flow_run for one in found if one.flow_run.id not in self._under_way):
            if run.parameters and (room := room - 1) < 0:
                continue
            self._under_way[run.id] = run, asyncio.create_task(self._carry_out(run))

    def _about(self) -> list[str]:
        """Ids of the scans and dossiers that runs are about; what is done by the clock is about none."""
        return [str(about) for run, _ in self._under_way.values() for about in run.parameters.values()]

    async def _carry_out(self, run: FlowRun) -> None:
        try:
            run.state = await propose_state(self._client, Pending(), flow_run_id=run.id)
            if run.state.is_pending():  # else another worker was first, or Prefect lets it not begin
                flow = await self._flow_of(run)
                # Of a deployment's run the engine watches, too, whether somebody suspends it: a thread, a
                # socket and up to 0.3 s for which the loop waits, and all other runs with it
                unwatched = run.model_copy(update={"deployment_id": None})
                await run_flow_async(flow, unwatched, parameters=run.parameters, return_type="state")
                self._called.set()
        except Abort:
            pass
        except Exception as error:  # told to Prefect, or it is away: whoever finds the run lost tells it
            _log.warning("run %s: %s", run.id, type(error).__name__)
        finally:
            del self._under_way[run.id]

    async def _flow_of(self, run: FlowRun) -> Flow[..., Any]:
        if run.flow_id not in self._flows:
            self._flows[run.flow_id] = (await self._client.read_flow(run.flow_id)).name
        return FLOWS[self._flows[run.flow_id]]


async def main(runs: int, *, alone: bool) -> None:
    # A thread for the stage of each run, and some for the watch and for what is done by the clock
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(runs + len(FLOWS)))
    # Every run finds these two clients: one that it made would connect, and ask what the server can, anew
    with SyncClientContext():
        async with AsyncClientContext() as shared:
            await Worker(shared.client, runs, alone=alone).stay()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="files at once")
    parser.add_argument("--alone", action="store_true", help="nobody else carries out runs")
    asked = parser.parse_args()
    asyncio.run(main(asked.runs, alone=asked.alone))
