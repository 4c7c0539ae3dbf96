"""A form file that cannot be read by is refused before anything is read by it."""

from pathlib import Path

import pytest

from processors.scans.form import FormError, load_form

CCYC = Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml"


@pytest.mark.parametrize("cells", ["188.0, 274.0, 5.5, 7.0, 6.0", "188.0, 284.0, 6.5, 7.0, 6.0"])
def test_page_boxes_apart_or_of_two_sizes_are_refused(tmp_path: Path, cells: str) -> None:
    file = tmp_path / "form.toml"
    file.write_text(CCYC.read_text(encoding="utf-8").replace("188.0, 284.0, 5.5, 7.0, 6.0", cells))
    with pytest.raises(FormError, match="on one line"):
        load_form(file)
