"""Kinds of events: each is known, whatever was imported first."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from storage.events import Facts, kinds_of_events

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", ["storage.log.replay", "storage.events", "storage.bucket.keys"])
def test_whoever_imports_one_module_knows_every_kind_of_event(module):
    stated = re.compile(r'^class \w+\(Facts\):.*?^    action = "([\w.]+)"', re.S | re.M)
    written = {action for path in ROOT.glob("storage/**/*.py") for action in stated.findall(path.read_text())}
    says = f"import {module}; from storage.events import kinds_of_events; print(*kinds_of_events())"
    run = subprocess.run([sys.executable, "-c", says], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(written) > 40 and set(run.stdout.split()) == written


def test_two_kinds_of_one_name_are_a_mistake():
    with pytest.raises(TypeError, match="two kinds"):

        class Another(Facts):
            action = "lot.closed"


@pytest.mark.parametrize("kind", kinds_of_events().values(), ids=kinds_of_events())
def test_people_have_a_word_for_every_kind(kind):
    assert kind.french and "." not in kind.french
