"""What several files of these tests share."""

from pathlib import Path

import pytest

from processors.circular.form import Form, load_form


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")
