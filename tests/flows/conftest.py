"""A whole machine, started once for all slow tests as `massicot up` starts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dropping import desk as desk  # a fixture of several modules
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp import collector
from theatre import Memory, Theatre, open_theatre

from actions.site import Site, now, open_site
from cli import demo_dossiers
from cli.demo_session import FORM, write_demo_session
from cli.up import Machine, running
from processors.circular.form import load_form
from specimens.batch import Batch, Kind, roster_csv
from specimens.rehearsal import Rehearsal, attendance_csv, correctors_csv, plan_session
from storage.dropped.scans import all_scans
from storage.machine.weed import Weed
from storage.people.candidates import import_candidates
from storage.people.correctors import all_correctors, import_correctors, issue_token


@dataclass
class Stage:
    """A machine that is up, the people it knows, and what a test does with both."""

    machine: Machine
    site: Site
    plan: Rehearsal
    tokens: dict[str, str]
    spans: list[Span]

    def draw(self, centre: str, exam: str, kinds: tuple[Kind, ...]) -> Batch:
        from dataclasses import replace

        planned = next(b for b in self.plan.batches if (b.centre, b.exam) == (centre, exam))
        return replace(planned, kinds=kinds).draw(load_form(FORM))

    def drop(self, batch: Batch, name: str) -> None:
        self.site.store.inbox.put(f"scans/{batch.centre}/{batch.exam}/{name}", batch.pdf)

    def run(self, name: str) -> str:
        """Runs a deployment now and waits for it; the name of its last state."""
        kind, state = "CANCELLED", ""
        while kind == "CANCELLED":  # by Prefect, for a run that its schedule had begun
            run = self.machine.trigger(name)
            kind, state = self.wait(lambda: self.machine.final_state(run))  # noqa: B023
        return str(state)

    def wait(self, what: Callable[[], Any], seconds: float = 900) -> Any:
        """Until it says something true, tending the machine as `massicot up` does."""
        end = time.monotonic() + seconds
        while not (answer := what()):
            assert time.monotonic() < end, f"not in time; logs in {self.machine.data / 'logs'}"
            self.machine.tend()
            time.sleep(0.3)
        return answer

    def scans_in(self, *states: str, under: str | tuple[str, ...] = "scans/") -> list[Any]:
        """Those that were dropped under these keys."""
        with self.site.register.reading() as connection:
            scans = all_scans(connection)
        return [scan for scan in scans if scan.state in states and scan.inbox_key.startswith(under)]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The one that all tests share that need no machine of their own."""
    with staged(tmp_path_factory.mktemp("massicot")) as stage:
        yield stage


@contextmanager
def staged(data: Path) -> Iterator[Stage]:
    session = data / "session-file.toml"
    write_demo_session(session, now())
    open_site.cache_clear()
    try:
        with collector() as (traces, spans), pytest.MonkeyPatch.context() as environment:
            environment.setenv("MASSICOT_DATA_DIR", str(data))
            environment.setenv("MASSICOT_LOG_FORMAT", "json")
            environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", traces)
            with running(data, session=session) as machine:
                site = open_site()
                form_lots = machine.ask("GET", "/deployments/name/form-lots/form-lots")["id"]
                machine.ask("PATCH", f"/deployments/{form_lots}", {"paused": True})  # tests form them
                plan = plan_session(11, ["0130051K", "0050006E", "0840003X"], ["U4", "U7"], 30)
                at = now()
                for read, content in (
                    (import_candidates, roster_csv(demo_dossiers.enrolled(plan.candidates))),
                    (import_correctors, correctors_csv(plan.correctors)),
                ):
                    assert not read(site.register, content, site.session, actor="service", at=at).problems
                with site.register.reading() as connection:
                    correctors = all_correctors(connection)
                tokens = {c.id: issue_token(site.register, c.id, actor="service", at=at) for c in correctors}
                for planned in plan.batches:
                    key = f"attendance/{planned.centre}/{planned.exam}.csv"
                    site.store.inbox.put(key, attendance_csv(planned.attendance))
                yield Stage(machine, site, plan, tokens, spans)
    finally:
        open_site.cache_clear()


@pytest.fixture(scope="session")
def memory() -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory, weed: Weed, memory: Memory) -> Iterator[Theatre]:
    with open_theatre(tmp_path_factory.mktemp("theatre"), weed, memory) as stage:
        yield stage
