"""Sheets of oral panels, scanned: which cells nobody signed, however askew and whatever else is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from benchmarks.drawn.signing import SIGNATURES, draw_mark
from papers.oral_papers import Examined, PanelPaper, panel_sheets
from processors.circular.deadlines import PARIS
from processors.circular.session import load_session
from processors.orals.sheets import sheets_owed
from processors.orals.signatures import unsigned_cells

SESSION = load_session(Path(__file__).parents[2] / "sessions" / "bts-sio-2026-aix-marseille.toml")
BEGINS = datetime(2026, 6, 1, 9, tzinfo=PARIS)
MEMBERS = (("Ursule Bidon", "enseignant"), ("Zoé Postiche", "professionnel"))


def panel(members):
    turns = tuple(
        Examined(f"0220000000{k}", f"INVENTE{k}", "ODILON", "0040538N", BEGINS + timedelta(minutes=40 * k))
        for k in range(3)
    )
    sheets = tuple(sheets_owed("E6", [("a", "b", "c")]))
    exam = SESSION.exam("E6")
    return PanelPaper(exam, 1, "Lycée", BEGINS, BEGINS + timedelta(hours=3), members, turns, sheets)


@pytest.mark.slow
@pytest.mark.parametrize("members", [MEMBERS, MEMBERS[:1]], ids=["two", "one"])
def test_only_cells_that_nobody_signed_are_told(tmp_path, members):
    rng = np.random.default_rng(4)
    printed, columns = panel_sheets([panel(members)], SESSION.title)
    pages, empty = list[Image.Image](), list[tuple[int, ...]]()
    for column in columns:
        fine = pypdfium2.PdfDocument(printed)[column.page].render(scale=600 / 72, grayscale=True)
        paper = cv2.resize(fine.to_numpy().squeeze(), None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
        pen, unsigned = np.full_like(paper, 255), []
        for row, (top, end) in enumerate(zip(column.edges, column.edges[1:], strict=False), 1):
            if (len(pages) + row) % 3 == 0:
                unsigned.append(row)
            else:
                cell = (column.left, top, column.right - column.left, end - top)
                draw_mark(pen, SIGNATURES[rng.integers(len(SIGNATURES))], cell, 200 / 25.4, rng)
        for y in range(700, 1250, 90):
            cv2.putText(
                pen, "Une appreciation du candidat", (180, y), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1, 60, 2
            )
        askew = Image.fromarray(np.minimum(paper, pen)).rotate(rng.uniform(-1.8, 1.8), fillcolor=250)
        noisy = np.asarray(askew, np.float32) * 0.9 + rng.normal(12, 6, paper.shape)
        pages.append(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).rotate(180))
        empty.append(tuple(unsigned))
    path = tmp_path / "rendu.pdf"
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=200, quality=75)
    assert any(empty) and not all(empty)
    found = [unsigned_cells(path, printed, k, 180, column) for k, column in enumerate(columns, 1)]
    assert found == empty


def test_what_cannot_be_laid_over_its_print_accuses_nobody(tmp_path):
    printed, columns = panel_sheets([panel(MEMBERS)], SESSION.title)
    Image.new("L", (1654, 2339), 250).save(tmp_path / "blank.pdf", resolution=200)
    assert unsigned_cells(tmp_path / "blank.pdf", printed, 1, 0, columns[0]) == ()
