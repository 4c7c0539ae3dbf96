"""The measure of attribution draws, reads and judges copies as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import sheets
from benchmarks.attribution import by_kind, by_pile


@pytest.mark.slow
def test_a_few_sheets_are_drawn_once_and_attributed_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_CHUNK", 9)
    people = sheets.enrolled(5)
    drawn = list(sheets.sheets(5, 18, tmp_path))
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(kept) == 2
    assert [s.owner for s in sheets.sheets(5, 18, tmp_path)] == [s.owner for s in drawn]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept
    counts = by_kind(drawn, people, 5) | by_pile(drawn, people, 5, 3)
    assert counts["whole", "label and all rows", "30"]["right"] > 5
    for (part, kind, _), found in counts.items():
        assert part == "contrary" or not found["WRONG"], kind
        assert part not in ("contrary", "one or none") or not found["right"], kind
