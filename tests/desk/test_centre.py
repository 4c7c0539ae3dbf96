"""What a centre sees of its files while they wait."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from visitors import Desk

from actions.context import now
from storage.ids import new_id
from storage.objects import ObjectInfo
from storage.scans import ScanClaimed, ScanProcessed, ScanStored, arrive
from storage.states import Role

CENTRE, OTHER = "0130051K", "0050006E"


def test_a_centre_sees_its_place_in_the_line_and_about_how_long(desk: Desk):
    """The line is that of all centres; the pace that of the last minutes."""
    begun = now()

    def drop(centre: str, minute: float) -> str:
        at = begun + timedelta(minutes=minute)
        info = ObjectInfo(f"scans/{centre}/U4/{new_id('scan')}.pdf", new_id("scan"), 10, at)
        scan = arrive(desk.work.register, info, "U4", centre, actor="t", at=at)
        assert scan is not None
        return scan

    def record(facts: object, scan: str) -> None:
        desk.work.register.record(facts, scan, actor="t", at=begun + timedelta(minutes=1))

    def said(minute: float) -> str:
        with time_machine.travel(begun + timedelta(minutes=minute)):
            text = browser.get(f"/centre/{CENTRE}/U4/etat").text
        return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text))

    browser = desk.signed_in(Role.CENTRE, CENTRE)
    first = drop(OTHER, 0)
    for k in range(4):
        drop(OTHER, 0.1 + k / 100)
    drop(CENTRE, 0.5)
    assert "5 fichiers passent avant. Rien n’est à faire" in said(1)
    record(ScanClaimed(attempt=1), first)
    record(ScanStored(sha256="0" * 64), first)
    record(ScanProcessed(), first)
    assert "4 fichiers passent avant : environ 50 minutes" in said(2)
    assert "plus long que d’habitude" not in said(5)
    assert "plus long que d’habitude" in said(6)
    assert "environ" not in said(15)
