"""The service hides a part of a page: it is gone from what the corrector gets, and comes back on demand."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pypdfium2
import pytest
from filling import Filled
from PIL import Image
from visitors import Browser, Desk

from actions.corrected.corrector_view import seen_by_corrector
from actions.site import now
from processors.findings import Code, finding
from processors.scans.readings import CopyStatus, Turn
from storage.bucket.keys import stored_scan
from storage.database.schema import copies, scans
from storage.decided.copies import CopyNotAnonymous, CopyRow, PlacedPage, copy_by_id
from storage.states import Role

AREA = {"page": "1", "left": "25", "top": "50", "width": "50", "height": "10"}


def the_copy(desk: Desk, filled: Filled) -> CopyRow:
    with desk.site.register.reading() as connection:
        found = copy_by_id(connection, filled.values["subject"])
    assert found is not None
    return found


@pytest.fixture(params=[Turn.NONE, Turn.LEFT])
def service(request, desk: Desk, filled: Filled) -> Browser:
    """At a copy in no lot, of one black page, on which something may name the candidate."""
    tall, turn = (420, 594), request.param
    page = Image.new("L", tall if turn is Turn.NONE else tall[::-1], 0)
    page.save(out := io.BytesIO(), "PDF", resolution=50)
    placed = PlacedPage(page=1, image=1, half=None, turn=turn, exposed=True).model_dump(mode="json")
    of_it, sha256 = copies.c.id == filled.values["subject"], hashlib.sha256(out.getvalue()).hexdigest()
    with desk.site.register.engine.begin() as connection:
        connection.execute(copies.update().where(of_it).values(lot=None, order_in_lot=None, pages=[placed]))
        connection.execute(scans.update().where(scans.c.id == filled.values["scan"]).values(sha256=sha256))
    desk.site.store.vault.put(stored_scan(sha256), out.getvalue())
    told = CopyNotAnonymous(findings=(finding(Code.NOT_ANONYMOUS, [1], what="un nom"),))
    desk.site.register.record(told, filled.values["subject"], actor="t", at=now())
    return desk.signed_in(Role.SERVICE)


def light(desk: Desk, filled: Filled) -> np.ndarray:
    """Where the page as its corrector gets it is paper, as it is shown."""
    pdf = seen_by_corrector(desk.site, the_copy(desk, filled))
    return np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")) > 200


def test_what_is_hidden_is_gone_from_the_pixels_and_may_come_back(desk: Desk, filled: Filled, service):
    here = f"/coordination/decisions/{filled.values['subject']}"
    assert "Cacher un endroit de la page 1" in service.get(f"{here}?cacher=1").text
    assert not light(desk, filled).any()
    assert service.post(f"{here}/caches", AREA | {"width": "0"}).status_code == 409
    assert service.post(f"{here}/caches", AREA | {"page": "9"}).status_code == 404
    assert service.post(f"{here}/caches", AREA).status_code == 303

    gone = light(desk, filled)
    height, width = gone.shape
    assert height > width  # upright
    inside = gone[round(0.52 * height) : round(0.58 * height), round(0.28 * width) : round(0.72 * width)]
    assert inside.all() and 0.04 < gone.mean() < 0.06
    assert "un endroit de cette page" not in service.get(here).text
    assert "1 endroit de cette page est caché" in service.get(f"{here}?cacher=1").text
    assert the_copy(desk, filled).status is CopyStatus.TO_DECIDE  # nothing is let go by it
    answer = {"decision": "accept", "reason": "Le nom est caché.", "let_go": ["1"]}
    assert service.post(here, answer).status_code == 303
    assert the_copy(desk, filled).pages[0].masks and light(desk, filled).any()

    desk.program(Role.SERVICE).post(
        f"/api{here.removeprefix('/coordination')}/masks", json={"page": 1, "area": None}
    )
    assert not light(desk, filled).any()
    told = service.get(f"/coordination/historique/{filled.values['subject']}").text
    assert told.count("endroits cachés sur une page") == 2


def test_pages_put_in_order_keep_what_is_hidden(desk: Desk, filled: Filled, service):
    here = f"/coordination/decisions/{filled.values['subject']}"
    desk.site.store.vault.put(
        f"readings/{filled.values['scan']}-1.json",
        b'{"scan": {"images": 1, "pages": 2}, "pages": [{"page": 1, "image": 1, "turn": 0, "half": null},'
        b'{"page": 5, "image": 1, "turn": 0, "half": null}]}',
    )
    service.get(here)
    assert service.post(f"{here}/caches", AREA).status_code == 303
    assert (
        service.post(f"{here}/pages", {"page": ["5", "1"], "reason": "Une page manquait."}).status_code == 303
    )
    assert [bool(page.masks) for page in the_copy(desk, filled).pages] == [False, True]
