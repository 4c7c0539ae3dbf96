"""Digital signatures of a PDF: who signed, when, whether what they signed is still as it was."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from processors.findings import Box

_PT = 25.4 / 72
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it would log whose certificate it does not trust


@dataclass(frozen=True)
class Seal:
    """`page` from 1; `box` in mm, None for an invisible one. `intact`: nothing changed since.

    `trusted` needs a chain to a known authority, and none is looked for on a network: it is the commission's
    to weigh who made the certificate.
    """

    field: str
    page: int
    box: Box | None
    who: str
    when: datetime | None
    intact: bool
    trusted: bool


def seals_of(data: bytes) -> tuple[Seal, ...]:
    """The digital signatures of a PDF, in their order; none where the file has no readable one."""
    if b"/ByteRange" not in data:
        return ()
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        found = reader.embedded_signatures
    except (PdfError, SigningError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError):
        return ()
    return tuple(_seal(reader, embedded) for embedded in found)


def _seal(reader: PdfFileReader, embedded: Any) -> Seal:
    page, box = _place(reader, embedded)
    who, when, intact, trusted = "", None, False, False
    try:
        status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[], allow_fetching=False))
        who = str(status.signing_cert.subject.native.get("common_name", ""))
        when = status.signer_reported_dt
        intact, trusted = bool(status.intact and status.valid), bool(status.trusted)
    except Exception:  # whatever is wrong inside a signature makes it one that does not hold
        pass
    return Seal(str(embedded.field_name), page, box, who, when, intact, trusted)


def _place(reader: PdfFileReader, embedded: Any) -> tuple[int, Box | None]:
    """The page that bears the signature's field, else the first, and where on it."""
    field = embedded.sig_field
    try:
        left, bottom, right, top = (float(side) for side in field["/Rect"])
        own = field.raw_get("/P")
        for index in range(int(reader.root["/Pages"]["/Count"])):
            reference, _ = reader.find_page_for_modification(index)  # type: ignore[no-untyped-call]
            page = reference.get_object()
            marks = page.get("/Annots", ())
            if reference.reference == getattr(own, "reference", None) or any(
                mark is field or mark.get_object() == field for mark in marks
            ):
                height = float(page["/MediaBox"][3])
                box = (left * _PT, (height - top) * _PT, (right - left) * _PT, (top - bottom) * _PT)
                return index + 1, box if box[2] > 1 and box[3] > 1 else None
    except Exception:
        pass
    return 1, None
