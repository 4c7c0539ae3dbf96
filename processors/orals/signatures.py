"""Are the sheets of oral panels signed? Each is laid over what was printed, and its cells to sign are read.

The cells are read as those of attendance lists (`attendance/cells.py`): only what is surely empty is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from processors.attendance.cells import read_cells
from processors.attendance.lines import PX
from processors.attendance.seen import Seen
from processors.scans.files.image import BadImage
from processors.scans.files.raster import images_at
from processors.scans.readings import Gray

Warp = NDArray[np.float32]
_ABOUT = 3.0  # mm around the column that is read
_COARSE, _FINE = 25, 75  # dpi at which a scan is laid over its print: one after the other
_ENOUGH = 0.6  # correlation of the two: the least of drawn sheets that were written on was 0.81
_STOP = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 60, 1e-4)


@dataclass(frozen=True)
class ToSign:
    """The cells of a printed sheet in which its examiners sign, in mm from the page's top left corner.

    `code`: the sheet's; `page`: of the printed PDF, from 0; `edges`: level lines, the first cell's top first.
    """

    code: str
    page: int
    left: float
    right: float
    edges: tuple[float, ...]


def unsigned_cells(path: Path, printed: bytes, page: int, turn: int, column: ToSign) -> tuple[int, ...]:
    """Which cells (from 1) of a scanned page are surely empty; none where it cannot be laid over its print.

    `page`: of the scan, from 1; `turn`: degrees clockwise that put it upright.
    """
    (image,) = images_at(path, [page - 1])
    shrink = max((k for k in (1, 2, 4) if image.dpi / k >= 190), default=1)
    try:
        gray = np.ascontiguousarray(np.rot90(image.darkest(shrink), -turn // 90))
    except BadImage:
        return ()
    with pypdfium2.PdfDocument(printed) as pages:
        sheet = pages[column.page].render(scale=_FINE / 72, grayscale=True).to_numpy().squeeze()
    laid = _laid_over(sheet, gray, image.dpi / shrink)
    if laid is None:
        return ()
    edges = _with_another(column.edges)
    left, top = column.left - _ABOUT, edges[0] - _ABOUT
    size = (round((column.right - left + _ABOUT) * PX), round((edges[-1] - top + _ABOUT) * PX))
    table = _part(gray, image.dpi / shrink, laid, (left, top), size)
    table[: round((column.edges[0] - top - 1) * PX)] = 255  # its heading is print
    down = [edge - top for edge in edges]
    cells = read_cells(table, down, (_ABOUT, column.right - left))[len(edges) - len(column.edges) :]
    return tuple(k for k, cell in enumerate(cells, 1) if cell.seen is Seen.EMPTY)


def _with_another(edges: Sequence[float]) -> list[float]:
    """Lines are told from ink by several of them: above a single cell, the heading's is another."""
    return [2 * edges[0] - edges[1], *edges] if len(edges) == 2 else list(edges)


def _laid_over(sheet: Gray, scan: Gray, dpi: float) -> Warp | None:
    """From mm of the print to mm of the scan, 2 × 3; None where they are not alike."""
    warp = np.eye(2, 3, dtype=np.float32)
    found = 0.0
    for fine in (_COARSE, _FINE):
        wanted, given = _dark(sheet, fine / _FINE), _dark(scan, fine / dpi)
        warp[:, 2] *= fine / 25.4
        try:
            found, warp = cv2.findTransformECC(wanted, given, warp, cv2.MOTION_AFFINE, _STOP, None, 5)  # type: ignore[call-overload]
        except cv2.error:
            return None
        warp[:, 2] *= 25.4 / fine
    return warp if found >= _ENOUGH else None


def _dark(gray: Gray, scale: float) -> Warp:
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(255 - small.astype(np.float32), (0, 0), 1.2), np.float32)


def _part(gray: Gray, dpi: float, laid: Warp, corner: tuple[float, float], size: tuple[int, int]) -> Gray:
    """A part of the print as the scan has it, straightened, at `PX`; `corner` in mm."""
    matrix = laid.astype(np.float64)
    matrix[:, 2] += matrix[:, :2] @ np.array(corner)
    matrix[:, :2] /= PX
    matrix *= dpi / 25.4
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(gray, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=255.0)
    return np.asarray(made, np.uint8)
