"""What the account of correctors' work may say of each."""

from __future__ import annotations

from enum import StrEnum


class WorkColumn(StrEnum):
    """Of the account of correctors' work."""

    REFERENCE = "reference"
    NAME = "nom"
    EMAIL = "courriel"
    EXAM = "epreuve"
    LOTS = "lots"
    COPIES = "copies"
    ORALS = "oraux"  # candidates examined
    PROOFS = "preuves"
