"""The words that the register and the people who use it choose among: states, roles, decisions.

They stand apart from their subjects so that the command line can spell them without loading a register.
"""

from __future__ import annotations

from enum import StrEnum

from processors.codes import Coded


class ScanState(StrEnum):
    ARRIVED = "arrived"
    PROCESSING = "processing"
    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


class Life(StrEnum):
    """Which version of a copy counts."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"  # with its whole file


class Decision(StrEnum):
    """What is decided of a copy."""

    ATTRIBUTE = "attribute"  # it is this candidate's
    ACCEPT = "accept"  # it is complete as it is
    SET_ASIDE = "set_aside"  # it does not count


class Trouble(Coded):
    """What a corrector may find wrong with a copy; `said`: how a person reads it."""

    ILLEGIBLE = "illegible", "une page est illisible"
    MISSING_PAGE = "missing_page", "il manque une page"
    NOT_ANONYMOUS = "not_anonymous", "un nom ou un numéro se lit encore"
    WRONG_ORDER = "wrong_order", "les pages ne sont pas dans l'ordre"
    WRONG_EXAM = "wrong_exam", "ce n'est pas une copie de cette épreuve"


class LotState(StrEnum):
    ASSIGNED = "assigned"
    PULLED = "pulled"
    RETURNED = "returned"
    CLOSED = "closed"
    RECALLED = "recalled"  # the service has it, until it gives it to somebody


class Pronounced(StrEnum):
    """What the commission says of a dossier."""

    CONFORM = "conform"
    NON_CONFORM = "non_conform"


class Role(StrEnum):
    """Who somebody is at the desk."""

    CENTRE = "centre"
    SERVICE = "service"
    CORRECTOR = "corrector"
