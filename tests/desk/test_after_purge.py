"""After a purge every page still answers whoever may see it, and names nobody who is gone."""

from __future__ import annotations

import pytest
from test_access import MATRIX, ORDER, PICTURE, Asker, own_scope, text_of
from test_purge import KEY, Kept, kept, own_store  # noqa: F401 - fixtures

from actions.people import purge
from storage.states import Role


@pytest.mark.parametrize("role", Role)
def test_each_page_answers_and_names_nobody(kept: Kept, role: Role):  # noqa: F811
    made = kept.planned_by_two()
    purge.carry_out(kept.site, made.id, KEY)
    picture = PICTURE.name if PICTURE else "desk-none.png"
    values = kept.filled.values | {"upload": "upld_0123456789abcdef", "name": picture}
    asker = Asker(kept.desk, role, own_scope(role, kept.filled))
    asked = [route for route in ORDER if role in MATRIX[route].who and route.startswith("GET")]
    assert len(asked) > 10
    for route in asked:
        answer = asker.ask(route, values)
        assert answer.status_code < 500, route
        text = text_of(answer)
        assert not any(one.number in text or one.family_name in text for one in kept.filled.people), route
