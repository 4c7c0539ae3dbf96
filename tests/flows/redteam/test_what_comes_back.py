"""What correctors give back: nothing in it acts, and a mark is nowhere but in the vault."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from fastapi.testclient import TestClient
from planted import first
from sqlalchemy import select

from actions.corrected import marks, returned
from actions.site import Site, now
from benchmarks.redteam.loot import Loot
from desk.app import create_app
from flows import artifacts
from storage.corrected.lots import all_lots
from storage.database.tables import metadata
from storage.events import canonical
from storage.season.alerts import AlertRaised
from storage.states import LotState

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("redteam")]

MARK = "17.25"
SAID = re.compile(r"(?<!\d)17[.,]25(?!\d)")  # and no second of an instant, which has more digits


@pytest.fixture(scope="module")
def given_back(site: Site, loot: Loot) -> dict[str, bytes]:
    """Each copy, annotated by a program that adds what acts; then, after the harmonisation, every mark."""
    with site.register.reading() as connection:
        held = {lot.name: lot for lot in all_lots(connection)}
    for copy in loot.copies:
        lot = replace(held[copy.lot], state=LotState.PULLED)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "given"
            path.write_bytes(acting(copy.pdf))
            (found,) = returned.take(site, lot, f"{copy.number}.pdf", path, at=now())
        assert found.fault is None and found.sure, found
    results = site.session.results
    assert results is not None
    site.__dict__["session"] = site.session.model_copy(
        update={"results": results.model_copy(update={"step": Decimal("0.25")})}
    )
    site.store.__dict__["time"] = lambda: results.harmonisation.starts_at
    for name in {copy.lot for copy in loot.copies}:
        lines = [f"{copy.number};{MARK}" for copy in loot.copies if copy.lot == name]
        lot = replace(held[name], state=LotState.PULLED)
        read = marks.take(site, lot, "\n".join(["numero;note", *lines]).encode(), actor="service", at=now())
        assert read.rows, read.problems
    exam = site.session.exam("U4")
    assert exam is not None
    table = marks.export(site, exam, actor="service", at=now())
    assert table is not None and table.decode().count("17,25") == len(loot.copies)
    del site.store.__dict__["time"]
    return {info.key: site.store.vault.get(info.key) for info in site.store.vault.list("returned/")}


def acting(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert()")
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://evil.exemple")
        opened.Root.OpenAction = script
        opened.pages[0].obj["/AA"] = pikepdf.Dictionary(O=script)
        opened.pages[-1].Annots = pikepdf.Array(
            [
                opened.make_indirect(
                    pikepdf.Dictionary(Subtype=pikepdf.Name(f"/{kind}"), Rect=[0, 0, 9, 9], A=link)
                )
                for kind in ("Link", "Stamp")
            ]
        )
        opened.attachments["a.txt"] = pikepdf.AttachedFileSpec(opened, b"evil", filename="a.txt")
        opened.save(out := io.BytesIO())
    return out.getvalue()


def test_nothing_acts_in_what_was_given_back(given_back: dict[str, bytes], loot: Loot) -> None:
    words = (b"/JS", b"/JavaScript", b"/URI", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/Link", b"evil")
    assert len(given_back) == len(loot.copies)
    for data in given_back.values():
        assert not [word for word in words if word in unpacked(data)]
        assert b"/Stamp" in unpacked(data)
    assert [word for word in words if word in unpacked(acting(first(loot).pdf))]


def unpacked(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            out := io.BytesIO(),
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return out.getvalue()


def test_no_mark_is_in_the_log_the_metrics_or_what_prefect_is_given(
    site: Site, given_back: dict[str, bytes], loot: Loot
) -> None:
    """Nor anything that a mark could be tried against: what was hashed is salted."""

    def told() -> list[str]:
        with site.register.reading() as connection:
            rows = [repr(tuple(row)) for t in metadata.sorted_tables for row in connection.execute(select(t))]
        client = TestClient(create_app(site), base_url="http://localhost")
        return [
            *rows,
            client.get("/metrics").text,
            repr(artifacts._state(site)),
            artifacts.countdown(site, now()),
        ]

    assert not [text for text in told() if SAID.search(text)]
    stated = [text for text in told() if "marks.kept" in text]
    assert stated
    for name in {copy.lot for copy in loot.copies}:
        tried = {copy.number: MARK for copy in loot.copies if copy.lot == name}
        for guess in ({"marks": tried}, tried):
            digest = hashlib.sha256(canonical(guess).encode()).hexdigest()
            assert not [text for text in stated if digest in text]
    site.register.record(AlertRaised(), f"planted/{MARK}", actor="t", at=now())
    assert [text for text in told() if SAID.search(text)]
