"""What is wrong with the values of a session file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from processors.circular.session import Problem, SessionError, parse_session


def check_session(data: Mapping[str, Any], folder: Path) -> tuple[Problem, ...]:
    """Nothing where they make a session; `folder`: where paths of form files start."""
    try:
        parse_session(data, folder)
    except SessionError as error:
        return error.problems
    return ()
