"""A cell beside its candidate's name, box « Absent » and copy: two readings agree, or a person looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from processors.attendance.letters import may_be_name
from processors.attendance.own_ink import EMPTY_BELOW
from processors.attendance.seen import Cell, Seen, Why

_OF_ABSENTS = (Why.STROKES, Why.STRUCK, Why.LETTERS, Why.ABS, Why.STAMP)
OWN_INK = (Why.PEN, Why.OVER, Why.LETTERS)
"""Doubts about ink that is the candidate's, if anybody's: where the copy is here, so were they. None is about
strokes as invigilators make them, a neighbour's ink, a trace, a stain, a stamp, or what says ABS."""


def beside_boxes(cells: Sequence[Cell], ticked: Sequence[bool], bilevel: bool) -> list[Cell]:
    """The cells, with whether the box beside each is ticked.

    Of a pale signature a scan in black and white (`bilevel`) may keep nothing: there an empty cell alone
    makes nobody absent.
    """
    told = [replace(cell, ticked=box) for cell, box in zip(cells, ticked, strict=True)]
    if not bilevel:
        return told
    return [
        replace(cell, seen=Seen.UNSURE, why=Why.UNTICKED)
        if cell.seen is Seen.EMPTY and cell.why is None and not cell.ticked
        else cell
        for cell in told
    ]


def of_candidate(cell: Cell, family_name: str, first_names: str) -> Cell:
    """The same of a candidate's cell, whose name may be like what says that somebody was absent.

    A ticked box makes absent who did not sign: whose cell is empty, crossed or struck out, has a few letters,
    a stamp, or next to no ink of its own. One that is not ticked may be forgotten, and says nothing.
    """
    said = _by_name(cell, family_name, first_names)
    if not cell.ticked or said.seen is Seen.EMPTY:
        return said
    if said.seen is Seen.UNSURE and (said.why in _OF_ABSENTS or said.length < EMPTY_BELOW):
        return replace(said, seen=Seen.EMPTY)
    return replace(said, seen=Seen.UNSURE, why=Why.BOTH)


def _by_name(cell: Cell, family_name: str, first_names: str) -> Cell:
    if cell.why is not Why.LETTERS or cell.line is None:
        return cell
    mine = may_be_name(cell.line, family_name, first_names)
    if cell.seen is Seen.EMPTY and mine is not False:
        return replace(cell, seen=Seen.UNSURE, why=Why.ABS)
    return replace(cell, seen=Seen.SIGNED, why=None) if mine else cell
