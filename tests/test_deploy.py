"""The files of deploy/: schemas hold, and whoever joins a fleet so is told all that it needs."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import check_jsonschema
import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft7Validator
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

from cli.fleet import lacking
from storage.machine.settings import Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = [
    manifest
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
]


def test_the_compose_file_holds_to_the_compose_specification():
    vendored = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    errors = list(Draft7Validator(json.loads(vendored.read_text())).iter_errors(COMPOSE))
    assert not errors, errors[0].message


def test_the_command_of_a_machine_works_on_what_its_service_does():
    command, unit = ((DEPLOY / name).read_text() for name in ("massicot", "massicot.service"))
    settings = dict(re.findall(r"^(\w+)=(.+)$", unit, re.MULTILINE))
    assert f"exec {settings['ExecStart'].removesuffix(' up')} " in command
    assert settings["Environment"] in command and settings["EnvironmentFile"].lstrip("-") in command
    assert f"sudo -u {settings['User']} " in command
    subprocess.run(["sh", "-n", DEPLOY / "massicot"], check=True)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
def test_each_manifest_holds_to_kubernetes_schema(manifest):
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_what_compose_gives_a_worker_is_all_that_it_needs(tmp_path, monkeypatch):
    given = {name: str(value) for name, value in COMPOSE["services"]["worker"]["environment"].items()}
    for name in ("MASSICOT_SESSION_PATH", "MASSICOT_AUDIT_KEY_PATH"):
        (tmp_path / name).write_text("")
        given[name] = str(tmp_path / name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert lacking(Settings(), given) == []
    monkeypatch.delenv("MASSICOT_REGISTER_URL")
    (tmp_path / "MASSICOT_AUDIT_KEY_PATH").unlink()
    del given["PREFECT_API_URL"]
    lost = ["PREFECT_API_URL", "MASSICOT_REGISTER_URL", "MASSICOT_AUDIT_KEY_PATH"]
    assert lacking(Settings(), given) == lost


def test_the_engine_of_a_fleet_forgets_runs_after_14_days(monkeypatch):
    (server,) = (
        one for one in MANIFESTS if one["kind"] == "Deployment" and one["metadata"]["name"] == "prefect"
    )
    (container,) = server["spec"]["template"]["spec"]["containers"]
    for given in (
        COMPOSE["services"]["prefect"]["environment"],
        {one["name"]: one["value"] for one in container["env"]},
    ):
        with monkeypatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            kept = ServerServicesDBVacuumSettings()
        assert {"flow_runs", "events"} <= kept.enabled_vacuum_types
        assert kept.retention_period == timedelta(days=14)


def test_a_worker_that_is_told_nothing_makes_nothing_up(tmp_path):
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [str(Path(sys.executable).parent / "massicot"), "worker"]
    ended = subprocess.run(command, env=clean, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "MASSICOT_AUDIT_KEY_PATH" in ended.stderr + ended.stdout
    assert not list(tmp_path.rglob("audit.key"))


def test_images_are_called_by_plain_names():
    images = [service["image"] for service in COMPOSE["services"].values()]
    images += [
        container["image"]
        for manifest in MANIFESTS
        for container in manifest["spec"].get("template", {}).get("spec", {}).get("containers", [])
    ]
    assert {image.partition(":")[0] for image in images} == {"massicot", "postgres"}
