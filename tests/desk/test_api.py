"""The API against its own description: what fits it is answered as it says, what does not is refused."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from filling import MINE, Filled
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from visitors import Desk

from storage.states import Role

BOUNDED = hypothesis.settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", Role)
def test_schemathesis_finds_nothing(desk: Desk, filled: Filled, role):
    """Each operation, with made-up ids and with those of things that are there, as it asks and otherwise."""
    scope = {Role.CENTRE: MINE, Role.CORRECTOR: filled.corrector}.get(role)
    headers = {"Host": "desk", "Authorization": desk.program(role, scope).headers["authorization"]}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", desk.app, headers={"host": "desk"})
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    statuses = set()
    for operation in operations:
        named = {p.name for p in operation.path_parameters} & filled.values.keys()
        there = {name: filled.values[name] for name in named}
        if "/dossiers" in operation.path:
            there["code"] = "E5"
        for mode, given in (
            (GenerationMode.POSITIVE, there),
            (GenerationMode.POSITIVE, None),
            (GenerationMode.NEGATIVE, there),
        ):

            @BOUNDED
            @hypothesis.given(case=operation.as_strategy(mode, path_parameters=given))
            def tried(case: schemathesis.Case) -> None:
                statuses.add(case.call_and_validate(headers=headers).status_code)

            tried()
    assert len(operations) > 20 and {200, 404, 422} <= statuses
