"""`massicot up --session FILE`: the folder remembers the file, and loses none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.children import ChildError
from cli.up import link_session


def test_a_session_is_remembered_and_another_takes_its_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("first", "second"):
        (tmp_path / name).write_text(name)
        link_session(data, tmp_path / name)
        link_session(data, None)
        assert (data / "session.toml").read_text() == name


@pytest.mark.parametrize("linked", [False, True])
def test_the_file_of_the_folder_itself_may_be_given(tmp_path: Path, linked: bool) -> None:
    (tmp_path / "session.toml").write_text("mine")
    data = tmp_path / "data" if linked else tmp_path
    data.mkdir(exist_ok=True)
    for _ in range(2):
        link_session(data, tmp_path / "session.toml")
        link_session(data, data / "session.toml")
    assert (data / "session.toml").read_text() == (tmp_path / "session.toml").read_text() == "mine"


def test_a_file_that_somebody_put_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text("mine")
    (tmp_path / "another").write_text("another")
    with pytest.raises(ChildError, match="move it away"):
        link_session(tmp_path, tmp_path / "another")
    assert (tmp_path / "session.toml").read_text() == "mine"


def test_without_any_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match="--session FILE"):
        link_session(tmp_path, None)
