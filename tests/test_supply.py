"""What massicot is made of: locked, hashed, listed, and under licences that fit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PARTS = tomllib.loads((ROOT / "scripts" / "parts.toml").read_text())["parts"]
ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^ ;\\]+)")


def entries() -> list[tuple[str, str, str]]:
    """Name, version and the lines of each locked package."""
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    found = [(ENTRY.match(block), block) for block in blocks if block.strip()]
    assert all(match for match, _ in found)
    return [(match[1], match[2], block) for match, block in found if match]


def wanted() -> list[Requirement]:
    return [
        Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])
    ]


def test_every_package_is_pinned_and_hashed():
    assert len(entries()) > 200
    assert [name for name, _, block in entries() if "--hash=sha256:" not in block] == []
    assert len(re.findall("==", re.sub(r"[;#].*", "", LOCK))) == len(entries())


def test_the_lock_is_what_the_project_asks_for():
    locked = {name: (version, block) for name, version, block in entries()}
    asked = {canonicalize_name(one.name): one for one in wanted()}
    for name, one in asked.items():
        assert name in locked, f"run `make lock`: {name} is not in it"
        assert one.specifier.contains(locked[name][0], prereleases=True), name
    ours = {name for name, (_, block) in locked.items() if "massicot (pyproject.toml)" in block}
    assert ours <= set(asked), "run `make lock`"


def test_everything_that_others_made_is_listed():
    """Whatever lies where vendored files, fonts and networks lie."""
    listed = {path for part in PARTS for pattern in part["files"] for path in ROOT.glob(pattern)}
    there = [
        *(ROOT / "desk/static/vendor").rglob("*"), *(ROOT / "specimens").rglob("*.woff2"),
        *(ROOT / "processors").rglob("*.onnx"), ROOT / "specimens/digits.png",
    ]  # fmt: skip
    assert [path for path in there if path.is_file() and path not in listed] == []
    assert all(list(ROOT.glob(pattern)) for part in PARTS for pattern in part["files"])


def test_vendored_versions_are_those_that_the_script_fetches():
    script = (ROOT / "scripts" / "vendor").read_text()
    vendored = [part for part in PARTS if any("vendor" in pattern for pattern in part["files"])]
    assert vendored and all(f"{part['name']}@{part['version']}" in script for part in vendored)


@pytest.mark.slow
def test_the_bill_of_materials_holds_every_part_and_no_licence_is_odd(tmp_path):
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "supply", tmp_path], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    told = json.loads((tmp_path / "sbom.json").read_text())
    assert told["bomFormat"] == "CycloneDX"
    names = {component["name"] for component in told["components"]}
    assert names == {name for name, _, _ in entries()} | {part["name"] for part in PARTS}
    packages = [c for c in told["components"] if c.get("purl", "").startswith("pkg:pypi/")]
    assert all(any("hashes" in where for where in c["externalReferences"]) for c in packages)
    assert "| pikepdf |" in (tmp_path / "licences.md").read_text()
