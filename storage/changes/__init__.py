"""What each kind of event does to the register: the same now and when the log is replayed.

A change reads the register, its event and the vault, and nothing else: no clock, no chance. So the same log
always gives the same register. It returns False, having changed nothing, when all was so already.
"""

from storage.changes import (  # noqa: F401 - each teaches `apply` its events
    accounts,
    alerts,
    copies,
    dossiers,
    lots,
    people,
    rulings,
    scans,
)
from storage.changes.base import Change, apply

__all__ = ["Change", "apply"]
