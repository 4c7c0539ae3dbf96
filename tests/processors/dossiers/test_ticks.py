"""Which of two boxes is ticked, whatever way: a file is drawn, read, and asked."""

from functools import cache

import numpy as np
import pytest

from benchmarks.drawn.choices import Variant, variants
from benchmarks.drawn.question import Question
from processors.dossiers.facts import Facts, facts_of
from processors.dossiers.files import unpack
from processors.dossiers.layout import Line, Page
from processors.dossiers.marks import EMPTY, TICKED, mark_of
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from processors.dossiers.ticks import OPTION, TEAM, chosen, option_of
from specimens.dossiers import paper

FIRST, LAST = (True, False), (False, True)
TABLE = "Tableau de synthèse des réalisations professionnelles"
SHEET = "DESCRIPTION D'UNE RÉALISATION PROFESSIONNELLE"


@cache
def ways() -> dict[str, Variant]:
    return {way.name: way for way in variants()}


def facts(data: bytes) -> Facts:
    (file,), _ = unpack([("piece", data)])
    (piece,) = pieces_of(file.name, read_pages(file))
    return facts_of(piece)


def option(way: str, ticked: tuple[bool, bool], seed: int = 3) -> str | None:
    asked = Question(TABLE, "Option", ("SISR", "SLAM"), ticked)
    return facts(ways()[way].draw(np.random.default_rng(seed), asked)).option


DRAWN = [way.name for way in variants() if way.kind == "pdf" and not way.name.endswith((" grid", " stacked"))]
IN_CELLS = [way.name for way in variants() if way.kind == "xlsx"]


@pytest.mark.parametrize("way", [*DRAWN, *IN_CELLS])
def test_the_ticked_option_is_read(way: str) -> None:
    assert (option(way, FIRST), option(way, LAST)) == ("SISR", "SLAM")


@pytest.mark.parametrize(
    "way", ["crossed before", "filled after", "form box", "cells X before", "cells truth after"]
)
@pytest.mark.parametrize("ticked", [(False, False), (True, True)])
def test_none_or_both_is_no_guess(way: str, ticked: tuple[bool, bool]) -> None:
    assert option(way, ticked) is None


@pytest.mark.parametrize("way", ["crossed before", "checked stacked", "line through", "cells X after"])
def test_who_worked_alone_or_in_a_team(way: str) -> None:
    asked = [Question(SHEET, "Modalité", ("Seul(e)", "En équipe"), ticked) for ticked in (FIRST, LAST)]
    said = [facts(ways()[way].draw(np.random.default_rng(5), question)).team for question in asked]
    assert said == ["alone", "team"]


def typed(*rows: str) -> tuple[Page, ...]:
    return (Page(1, 0.0, 0.0, tuple(Line((), row) for row in rows), "cells"),)


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        (["☐ SISR\t☒ SLAM"], "SLAM"),
        (["▢ SISR\tX SLAM"], "SLAM"),
        (["SISR ☒   SLAM ☐"], "SISR"),
        (["Option : ▣ SISR  ▢ SLAM"], "SISR"),
        (["Option\t[ ] SISR\t[x] SLAM"], "SLAM"),
        (["SISR (X)  SLAM ( )"], "SISR"),
        (["✓ SISR  ✗ SLAM"], "SISR"),
        (["● SISR  ○ SLAM"], "SISR"),
        (["☒ A - SISR", "☐ B - SLAM"], "SISR"),
        (["☐ Solutions d'infrastructure, systèmes et réseaux (SISR)", "☑ option SLAM"], "SLAM"),
        (
            [
                "☐ SISR – Solutions d'infrastructure, systèmes et réseaux",
                "☒ SLAM – Solutions logicielles et applications métiers",
            ],
            "SLAM",
        ),
        (["Épreuve ponctuelle ☒  Contrôle en cours de formation ☐  SISR ☐  SLAM ☒"], "SLAM"),
        (["☐ SISR ☒ SLAM ☐ autre"], "SLAM"),
        (["options SISR et SLAM", "Option : SLAM"], "SLAM"),
        (["option SISR"], "SISR"),
        (["■ SISR  ■ SLAM"], None),
        (["☐ SLAM"], None),
        (["SISR / SLAM"], None),
    ],
)
def test_marks_go_before_or_after_their_labels(rows: list[str], right: str | None) -> None:
    assert option_of(typed(*rows)) == right


def test_a_sheet_that_mentions_a_team_ticks_nothing() -> None:
    assert chosen(typed("Travail mené en équipe, puis seul."), TEAM) is None
    assert chosen(typed("Ressources : x serveurs", "SISR", "SLAM"), OPTION) is None


@pytest.mark.parametrize(
    ("letter", "font", "mark"),
    [
        ("\uf0fe", "", TICKED),
        ("\uf0a8", "", EMPTY),
        ("þ", "ABCDEF+Wingdings-Regular", TICKED),
        ("o", "Wingdings", EMPTY),
        ("R", "Wingdings 2", TICKED),
        ("c", "Webdings", EMPTY),
        ("o", "Arial", None),
        ("þ", "Arial", None),
    ],
)
def test_symbol_fonts_have_boxes_where_others_have_letters(letter: str, font: str, mark: str | None) -> None:
    assert mark_of(letter, font) == mark


@pytest.mark.slow
@pytest.mark.parametrize("way", ["crossed before", "filled after"])
def test_boxes_on_paper_are_weighed_against_each_other(way: str) -> None:
    asked = Question(TABLE, "Option", ("SISR", "SLAM"), LAST)
    rng = np.random.default_rng(4)
    assert facts(paper.scanned(rng, ways()[way].draw(rng, asked))).option == "SLAM"
