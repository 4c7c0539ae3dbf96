"""What the documentation says of the code is so."""

from __future__ import annotations

import ast
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


def test_the_table_of_numbers_has_a_row_for_every_module_with_one() -> None:
    table = (ROOT / "docs/architecture.md").read_text().split("<!-- numbers -->")[1].split("<!-- end")[0]
    rows = [re.findall(r"`([\w./*]+)`", row.split("|")[1]) for row in table.splitlines() if "`" in row]
    room = ROOT / "processors"
    numbered = {
        path for path in room.glob("**/*.py") if any(map(_is_number, ast.parse(path.read_text()).body))
    }
    of_rows = [{path for one in row for path in room.glob(_within(one))} & numbered for row in rows]
    assert numbered - set().union(*of_rows) == set()
    own = [mine - set().union(*of_rows[:k]) for k, mine in enumerate(of_rows)]
    assert [row for row, mine in zip(rows, own, strict=True) if not mine] == []


def _is_number(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(one, ast.Constant) and type(one.value) in (int, float) for one in ast.walk(node.value)
    )


def _within(row: str) -> str:
    return row.replace("/*", "/**/*.py")


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_that_a_file_is_said_to_have_is_there(page: Path) -> None:
    named = re.findall(rf"`((?:{ROOMS})/[\w./-]*\.py): (\w+)`", page.read_text())
    missing = [
        (file, name)
        for file, name in named
        if not re.search(rf"^\s*(?:(?:async )?def |class )?{name}\b", (ROOT / file).read_text(), re.M)
    ]
    assert missing == []
