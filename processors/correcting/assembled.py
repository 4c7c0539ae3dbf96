"""Several PDFs put together as one, each with its bookmark, and nothing said of who made them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter


def assemble(parts: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
    """The file and its number of pages. `parts`: title and PDF, of our own making."""
    writer = PdfWriter()
    for title, data in parts:
        writer.append(PdfReader(io.BytesIO(data)), outline_item=title, import_outline=False)
    writer.metadata = None
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue(), len(writer.pages)
