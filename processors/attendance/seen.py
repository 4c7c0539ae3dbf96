"""What a cell of a signed list says, and why a person is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from processors.codes import Coded
from processors.scans.readings import Line


class Seen(StrEnum):
    """What a cell says."""

    SIGNED = "signed"
    EMPTY = "empty"
    UNSURE = "unsure"


class Why(Coded):
    """Why a person is asked; `said`: in French."""

    LITTLE = "little", "Trop peu d’encre pour une signature, trop pour une case vide."
    PEN = "pen", "Quelques traits de plume, trop courts pour une signature."
    STROKES = "strokes", "Un trait ou une croix, et rien d’autre."
    STRUCK = "struck", "Un trait barre ce qui est écrit."
    SHARED = "shared", "L’encre est à cheval sur plusieurs cases."
    OVER = "over", "La case porte de l’encre à elle, mêlée à celle d’une case voisine."
    BLOT = "blot", "Une tache ou un aplat, et non une signature."
    STAMP = "stamp", "Un tampon, et non une signature."
    FAINT = "faint", "De l’encre pâle, peut-être celle de l’autre face."
    LETTERS = "letters", "Quelques lettres, comme « ABS », et non une signature."
    ABS = "abs", "« ABS », à moins que ce ne soient le nom ou les initiales du candidat."
    DIFFERENT = "different", "Deux numérisations, ou la liste déposée, disent autre chose."
    BOTH = "both", "La case « Absent » est cochée, et la case de signature porte de l’encre."
    UNTICKED = (
        "unticked",
        "La case est vide, mais « Absent » n’est pas coché, et le noir et blanc peut perdre une encre pâle.",
    )
    COPY_HERE = "copy_here", "La case ne porte pas de signature, mais une copie de ce candidat est arrivée."


@dataclass(frozen=True)
class Cell:
    """`length`: mm of strokes that are of this cell; `why`: where it is unsure, or empty in spite of ink.

    `line`: what is written, where it may say that somebody was absent; `ticked`: the box beside it is.
    """

    seen: Seen
    length: float
    why: Why | None = None
    line: Line | None = field(default=None, repr=False, compare=False)
    ticked: bool = False
