"""A JPEG cut, and wiped, block by block: every other block keeps its coefficients (ITU-T T.81).

libjpeg-turbo's own transform does it, without ever making pixels; its Python packages do not show the filter
that it offers for coefficients, so it is called directly.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from processors.scans.files.jpeg import jpeg_segments

_BLOCK = 8
_WHITE = 8 * 127  # the DC coefficient of a white block, before its quantisation
_COPY_NONE, _CROP = 64, 4


class _Region(ctypes.Structure):
    _fields_: ClassVar[Any] = [(side, ctypes.c_int) for side in ("x", "y", "w", "h")]


_Coefficients = ctypes.POINTER(ctypes.c_short)
_Filter = ctypes.CFUNCTYPE(
    ctypes.c_int, _Coefficients, _Region, _Region, ctypes.c_int, ctypes.c_int, ctypes.c_void_p
)


class _Transform(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("region", _Region),
        ("operation", ctypes.c_int),
        ("options", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("filter", _Filter),
    ]


@dataclass(frozen=True)
class Crop:
    """Pixels; `x` and `y` are multiples of 16."""

    x: int
    y: int
    width: int
    height: int


def redacted(data: bytes, crop: Crop | None, wiped: NDArray[np.bool_] | None) -> bytes | None:
    """The stream cut to `crop`, white in its `wiped` blocks, without comments or any other marker.

    `wiped`: rows × columns of 8 × 8 pixels of what is left after the crop. None if the stream is not one that
    the library transforms, or if its colours are not luminance and chrominance.
    """
    steps = _dc_steps(data)
    if steps is None:
        return None

    # chrominance has a block for each one, two or four of luminance
    of_plane = cache(partial(_coarser, wiped))

    def wipe(
        coefficients: Any, part: _Region, plane: _Region, component: int, _number: int, _transform: Any
    ) -> int:
        rows, columns = part.h // _BLOCK, part.w // _BLOCK
        top, left = part.y // _BLOCK, part.x // _BLOCK
        whole = of_plane(-(-plane.h // _BLOCK), -(-plane.w // _BLOCK))
        chosen = whole[top : top + rows, left : left + columns]
        if not chosen.any():  # as in most rows
            return 0
        blocks = np.ctypeslib.as_array(coefficients, shape=(rows, columns, _BLOCK * _BLOCK))
        inside = blocks[: chosen.shape[0], : chosen.shape[1]]
        inside[chosen] = 0
        if component == 0:
            inside[chosen, 0] = -(-_WHITE // steps[0])
        return 0

    region = _Region(crop.x, crop.y, crop.width, crop.height) if crop else _Region(0, 0, 0, 0)
    transform = _Transform(region, 0, _COPY_NONE | (_CROP if crop else 0), None, _Filter(wipe))
    library = _library()
    handle = library.tjInitTransform()
    made, size = ctypes.c_void_p(), ctypes.c_ulong()
    try:
        failed = library.tjTransform(
            handle, data, len(data), 1, ctypes.byref(made), ctypes.byref(size), ctypes.byref(transform), 0
        )
        return None if failed else ctypes.string_at(made, size.value)
    finally:
        library.tjFree(made)
        library.tjDestroy(handle)


def _coarser(blocks: NDArray[np.bool_] | None, rows: int, columns: int) -> NDArray[np.bool_]:
    """The same map with fewer blocks: one is wiped if any of those that it stands for is. None has none."""
    if blocks is None:
        return np.zeros((rows, columns), bool)
    down, across = (
        max(1, round(have / want)) for have, want in zip(blocks.shape, (rows, columns), strict=True)
    )
    coarse = np.zeros((rows, columns), bool)
    for y in range(down):
        for x in range(across):
            part = blocks[y::down, x::across][:rows, :columns]
            coarse[: part.shape[0], : part.shape[1]] |= part
    return coarse


def _dc_steps(data: bytes) -> list[int] | None:
    """The quantisation step of each component's DC coefficient; None if the first is not luminance."""
    tables: dict[int, int] = {}
    used: list[int] = []
    for marker, start, end in jpeg_segments(data):
        body = data[start + 4 : end]
        if marker == 0xDB:
            at = 0
            while at < len(body):
                wide = body[at] >> 4
                tables[body[at] & 15] = int.from_bytes(body[at + 1 : at + 2 + wide], "big")
                at += 1 + 64 * (1 + wide)
        elif 0xC0 <= marker <= 0xC2:
            used = [body[6 + 3 * k + 2] for k in range(body[5])]
            if [body[6 + 3 * k] for k in range(body[5])] == list(b"RGB"):
                return None
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12 and body[11] != 1:
            return None
    if len(used) not in (1, 3) or any(tables.get(table, 0) == 0 for table in used):
        return None
    return [tables[table] for table in used]


@cache
def _library() -> Any:
    library: Any = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitTransform.restype = ctypes.c_void_p
    library.tjTransform.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(ctypes.c_ulong), ctypes.POINTER(_Transform), ctypes.c_int,
    ]  # fmt: skip
    library.tjFree.argtypes = [ctypes.c_void_p]
    library.tjDestroy.argtypes = [ctypes.c_void_p]
    return library
