"""What the documentation says of the code is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ROOMS = (
    "cli|flows|desk|actions|papers|storage|processors|specimens|benchmarks|training|scripts|sessions|findings"
)


def test_the_table_of_events_is_that_of_the_classes() -> None:
    table = subprocess.run(
        [sys.executable, "scripts/events"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert table.stdout.count("\n") > 40
    assert table.stdout in (ROOT / "docs/architecture.md").read_text(), "run: scripts/events --write"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    text = page.read_text()
    named = re.findall(rf"`((?:{ROOMS})/[\w./-]*\w)[`:]", text)
    named += re.findall(r"\btests/[\w./-]*\w", text)
    linked = [
        (page.parent / link).resolve().relative_to(ROOT)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    ]
    missing = [name for name in [*named, *map(str, linked)] if not (ROOT / name).exists()]
    assert missing == []
