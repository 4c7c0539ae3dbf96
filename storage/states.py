"""The states that the register knows, and the roles of those who come to the desk."""

from __future__ import annotations

from enum import StrEnum


class ScanState(StrEnum):
    ARRIVED = "arrived"
    PROCESSING = "processing"
    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Life(StrEnum):
    """Which version of a copy counts."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    SET_ASIDE = "set_aside"


class LotState(StrEnum):
    ASSIGNED = "assigned"
    PULLED = "pulled"
    RETURNED = "returned"
    CLOSED = "closed"


class Role(StrEnum):
    """Who somebody is at the desk."""

    CENTRE = "centre"
    SERVICE = "service"
    CORRECTOR = "corrector"
