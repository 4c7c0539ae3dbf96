"""prefect.yaml: what is declared exists, binds and parses."""

import inspect
import re
from pathlib import Path

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.schedules import construct_schedule
from prefect.utilities.importtools import import_object

from flows.deploy import POOL, SCANS, STEADY
from flows.worker import FLOWS

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "prefect.yaml").read_text())
DEPLOYMENTS = {deployment["name"]: deployment for deployment in CONFIG["deployments"]}
each = pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)


def flow_of(deployment):
    return import_object(deployment["entrypoint"])


def test_everything_the_design_asks_for_is_deployed():
    wanted = {"process-scan", "process-dossier", "form-lots", "sweep-deadlines"}
    wanted |= {"ship-audit", "raise-alerts", "remind-duties"}
    assert set(DEPLOYMENTS) == wanted == set(FLOWS)


@each
def test_the_entry_point_is_an_asynchronous_flow_of_the_same_name(deployment):
    flow = flow_of(deployment)
    assert isinstance(flow, Flow)
    assert flow.isasync
    assert flow.name == deployment["name"]
    assert flow is FLOWS[flow.name]


@each
def test_parameters_bind_to_the_signature(deployment):
    signature = inspect.signature(flow_of(deployment).fn)
    defaults = deployment.get("parameters", {})
    for schedule in deployment.get("schedules", []):
        signature.bind(**{**defaults, **schedule.get("parameters", {})})


@each
def test_schedules_parse(deployment):
    for schedule in deployment.get("schedules", []):
        known = {key: schedule.get(key) for key in ("interval", "cron", "rrule", "timezone")}
        assert construct_schedule(**known) is not None
        assert "cron" not in schedule or schedule["timezone"] == "Europe/Paris"


@each
def test_pool_and_queue_are_those_that_up_makes(deployment):
    assert deployment["work_pool"]["name"] == POOL
    assert deployment["work_pool"]["work_queue_name"] in (SCANS, STEADY)


@each
def test_whatever_is_scheduled_runs_one_at_a_time(deployment):
    if deployment.get("schedules"):
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


def test_the_graph_of_a_run_shows_every_letter_of_its_stages():
    called = re.compile(r"(?:run_stage|step)\(\s*(?:name, stage|\"([^\"]+)\")")
    files = [ROOT / "actions" / "dropped" / "scans.py", *(ROOT / "flows").glob("*.py")]
    names = [name for file in files for name in called.findall(file.read_text()) if name]
    assert len(names) >= 12 and all(name.isascii() for name in names), names


def test_the_version_is_the_one_that_is_installed():
    from prefect import __version__

    assert CONFIG["prefect-version"] == __version__
