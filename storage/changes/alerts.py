"""Alerts: kept by the log alone, which tells whether one is still open."""

from __future__ import annotations

from storage.changes.base import Change, apply
from storage.standing import AlertCleared, AlertRaised


@apply.register
def alert_raised(facts: AlertRaised, change: Change) -> bool:
    return True


@apply.register
def alert_cleared(facts: AlertCleared, change: Change) -> bool:
    return True
