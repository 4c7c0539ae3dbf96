"""The sheet of an attendance list: what is printed where, what its bars say, which list it is of."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from processors.circular.form import Form, FormError, Rectangle


class Rows(BaseModel):
    """The cells to sign, from the top: the first one, and how many; `absent`: its box to tick, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: Rectangle
    absent: Rectangle | None = None
    count: int = Field(gt=0, le=40)

    def cell(self, row: int) -> Rectangle:
        """That of a row, from 0."""
        return self._below(self.first, row)

    def boxes(self) -> list[Rectangle]:
        """Those to tick for who is absent, one a row; none where the sheet has none."""
        return [self._below(self.absent, row) for row in range(self.count)] if self.absent else []

    def _below(self, first: Rectangle, row: int) -> Rectangle:
        return first._replace(y=first.y + row * self.first.height)


class Bars(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    zone: Rectangle


class AttendanceForm(Form):
    """A paper with a heading and a table, each in its frame: see `sessions/forms/emargement.toml`."""

    numbered: ClassVar[bool] = False
    rows: Rows
    bars: Bars

    @model_validator(mode="before")
    @classmethod
    def _rows_are_sought(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each cell is a row of one box, by whose borders a table is told from other frames."""
        if not {"rows", "identity"} <= data.keys() or "fields" in data["identity"]:
            return data
        rows = Rows.model_validate(data["rows"])
        cells = [rows.cell(row) for row in range(rows.count)]
        boxes = {
            f"row_{row}": {"cells": [*cell, cell.width], "count": 1, "alphabet": "letters"}
            for row, cell in enumerate(cells, 1)
        }
        return {**data, "identity": {**data["identity"], "fields": boxes}}

    @property
    def pattern(self) -> str:
        """As `read_label` takes it, to which each text is that of one sheet."""
        return f"(?P<candidate>{self.label.payload})"


def load_attendance_form(path: Path) -> AttendanceForm:
    """Raises FormError."""
    try:
        return AttendanceForm.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise FormError(f"{path}: {error}") from error


@dataclass(frozen=True)
class SheetCode:
    """What the bars of a sheet say. `list`: ten digits, those of the very people that are printed on it.

    `boxed`: it has boxes to tick for who is absent; sheets that were printed before have none.
    """

    exam: str
    centre: str
    sheet: int
    sheets: int
    list: str
    boxed: bool

    @property
    def text(self) -> str:
        kind = "EA" if self.boxed else "EM"
        return f"{kind}-{self.exam}-{self.centre}-{self.sheet:02}-{self.sheets:02}-{self.list}"

    @classmethod
    def of(cls, text: str, form: AttendanceForm) -> SheetCode | None:
        found = re.fullmatch(form.label.payload, text)
        if found is None:
            return None
        sheet, sheets = int(found["sheet"]), int(found["sheets"])
        return cls(found["exam"], found["centre"], sheet, sheets, found["list"], text.startswith("EA"))


def list_number(exam: str, centre: str, candidates: Sequence[str]) -> str:
    """Ten digits for these candidates, by their opaque ids, in this order: another list has others."""
    told = hashlib.sha256("\n".join([exam, centre, *candidates]).encode()).digest()
    return f"{int.from_bytes(told[:8], 'big') % 10**10:010}"


def sheets_of(candidates: Sequence[str], rows: int) -> list[Sequence[str]]:
    """Who is on each sheet, from the first."""
    return [candidates[k : k + rows] for k in range(0, len(candidates), rows)]
