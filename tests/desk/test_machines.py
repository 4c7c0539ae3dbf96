"""What machines ask the desk: is it alive, is it ready, how does everything stand?"""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from visitors import Desk

from actions.measures import note_watched
from actions.site import Site, now
from desk.app import create_app
from specimens.batch import roster_csv
from specimens.rehearsal import plan_session
from storage.bucket.objects import ObjectInfo, Store, s3_client
from storage.database.register import Register, make_engine
from storage.dropped.scans import arrive
from storage.log.segments import ship
from storage.people.candidates import import_candidates

CENTRE = "0130051K"


def machine(site: Site, host: str = "127.0.0.1") -> TestClient:
    return TestClient(create_app(site), base_url="http://127.0.0.1", client=(host, 50000))


@pytest.fixture
def people(desk: Desk):
    plan = plan_session(3, [CENTRE], ["U4"], 6)
    assert not import_candidates(
        desk.site.register, roster_csv(plan.candidates), None, actor="t", at=now()
    ).problems
    info = ObjectInfo(f"scans/{CENTRE}/U4/pile.pdf", secrets.token_hex(4), 10, now())
    arrive(desk.site.register, info, "U4", CENTRE, actor="t", at=now())
    return plan.candidates


class Sink:
    """Where the log goes in tests that look at something else."""

    def put(self, key, data, **how):
        return True


def counted(client: TestClient, **how) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics", **how)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_are_what_the_register_says(desk: Desk, people):
    told = counted(machine(desk.site))
    assert told["massicot_copies", "U4", "expected"] == len(people)
    assert told["massicot_scans", "arrived"] == 1 and told["massicot_scans", "processed"] == 0
    assert told["massicot_outbox_events",] == 2
    assert told["massicot_outbox_age_seconds",] > 0 and told["massicot_scan_age_seconds",] > 0
    due = desk.site.session.exam("U4").scan_deadline.at
    assert abs(told["massicot_deadline_seconds", "U4", "scans"] - (due - now()).total_seconds()) < 60
    ship(desk.site.register, Sink(), Ed25519PrivateKey.generate(), at=now())
    assert counted(machine(desk.site))["massicot_outbox_events",] == 0


def test_metrics_and_health_name_nobody(desk: Desk, people):
    said = "".join(machine(desk.site).get(path).text for path in ("/metrics", "/pret", "/sante"))
    assert "U4" in said
    assert not [c for c in people if c.number in said or c.family_name in said]


def test_metrics_are_for_this_machine_or_whoever_has_the_token(desk: Desk):
    assert machine(desk.site, "192.0.2.7").get("/metrics").status_code == 404
    proxied = {"x-forwarded-for": "192.0.2.7"}
    assert machine(desk.site).get("/metrics", headers=proxied).status_code == 404
    settings = desk.site.settings.model_copy(update={"metrics_token": SecretStr("jeton")})
    site = replace(desk.site, settings=settings)
    assert machine(site).get("/metrics").status_code == 404
    assert machine(site, "192.0.2.7").get("/metrics", headers={"authorization": "Bearer jeton"}).is_success


def test_ready_tells_what_is_amiss_and_alive_asks_nobody(desk: Desk, monkeypatch, tmp_path):
    note_watched(desk.site)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    told = machine(desk.site).get("/pret")
    assert told.status_code == 200, "without Prefect, centres still drop"
    assert (told.json()["prefect"], told.json()["well"], told.json()["register"]) == (False, False, True)
    assert told.json()["inbox_watched_seconds"] < 300
    monkeypatch.delenv("PREFECT_API_URL")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 50, "total": 100}))
    assert machine(desk.site).get("/pret").json()["well"] is True

    gone = Store(s3_client("http://127.0.0.1:9", "a", "b", "x"), inbox="i", vault="v", audit="a")
    without_store = machine(replace(desk.site, store=gone))
    assert without_store.get("/pret").status_code == 503
    assert without_store.get("/sante").text == "ok\n"
    empty = Register(make_engine(f"sqlite:///{tmp_path / 'no tables.sqlite'}"), desk.site.store.vault)
    told = machine(replace(desk.site, register=empty)).get("/pret")
    assert (told.status_code, told.json()["register"]) == (503, False)
    empty.engine.dispose()
