"""Digital signatures of a PDF: who signed, when, whether what they signed is still as it was."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pypdfium2
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from processors.findings import Box

_PT = 25.4 / 72
_ALTERED = "ce qui a été signé n'est plus intact"
_LOOK = 50.0  # dpi at which pages are compared
_MAX_PAGES = 200
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it would log whose certificate it does not trust


@dataclass(frozen=True)
class Seal:
    """`page` from 1; `box` in mm, None for an invisible one. `intact`: what was signed is as it was.

    `changed`: what was done to the file after it was signed, in French; nothing where nothing was, or others
    have only signed too.

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
    changed: str = ""

    @property
    def holds(self) -> bool:
        return self.intact and not self.changed


def seals_of(data: bytes) -> tuple[Seal, ...]:
    """The digital signatures of a PDF, in their order; none where the file has no readable one."""
    if b"/ByteRange" not in data:
        return ()
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        found = reader.embedded_signatures
    except (PdfError, SigningError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError):
        return ()
    return tuple(_seal(data, reader, embedded) for embedded in found)


def _seal(data: bytes, reader: PdfFileReader, embedded: Any) -> Seal:
    page, box = _place(reader, embedded)
    who, when, intact, trusted = "", None, False, False
    changed = ""
    try:
        status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[], allow_fetching=False))
        who = str(status.signing_cert.subject.native.get("common_name", ""))
        when = status.signer_reported_dt
        intact, trusted = bool(status.intact and status.valid), bool(status.trusted)
        changed = _changes(data, reader, embedded, status.modification_level) if intact else _ALTERED
    except Exception:  # whatever is wrong inside a signature makes it one that does not hold
        intact, changed = False, _ALTERED
    return Seal(str(embedded.field_name), page, box, who, when, intact, trusted, changed)


def _changes(data: bytes, reader: PdfFileReader, embedded: Any, level: ModificationLevel | None) -> str:
    """What later revisions did, by pyHanko's level of modification and by how the pages look."""
    if level is None or level <= ModificationLevel.LTA_UPDATES:
        return ""
    if level is ModificationLevel.FORM_FILLING:
        signed = {str(other.field_name) for other in reader.embedded_signatures}
        filled = sorted(set(getattr(embedded.diff_result, "changed_form_fields", ())) - signed)
        return f"champs remplis après la signature : {', '.join(filled)}" if filled else ""
    start, length = embedded.byte_range[2], embedded.byte_range[3]
    pages = _unlike(data[: start + length], data)
    what = "annotations ajoutées" if level is ModificationLevel.ANNOTATIONS else "document modifié"
    where = (
        " (aspect des pages inchangé)"
        if not pages
        else f" (page{'s' * (len(pages) > 1)} {', '.join(map(str, pages))})"
    )
    return f"{what} après la signature{where}"


def _unlike(before: bytes, after: bytes) -> list[int]:
    """The pages, from 1, that do not look the same; those that only one of the two has are among them."""
    try:
        old, new = (_looks(data) for data in (before, after))
    except pypdfium2.PdfiumError:
        return []
    last = max(len(old), len(new))
    return [k + 1 for k in range(last) if k >= len(old) or k >= len(new) or old[k] != new[k]]


def _looks(data: bytes) -> list[bytes]:
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    pages = [document[k] for k in range(min(len(document), _MAX_PAGES))]
    return [page.render(scale=_LOOK / 72, grayscale=True).to_numpy().tobytes() for page in pages]


def _place(reader: PdfFileReader, embedded: Any) -> tuple[int, Box | None]:
    """The page that bears the signature's field, else the first, and where on it."""
    field = embedded.sig_field
    try:
        x0, y0, x1, y1 = (float(side) for side in field["/Rect"])
        (left, right), (bottom, top) = sorted((x0, x1)), sorted((y0, y1))
        own = field.raw_get("/P")
        for index in range(int(reader.root["/Pages"]["/Count"])):
            reference, _ = reader.find_page_for_modification(index)  # type: ignore[no-untyped-call]
            page = reference.get_object()
            marks = page.get("/Annots", ())
            if reference.reference == getattr(own, "reference", None) or any(
                mark is field or mark.get_object() == field for mark in marks
            ):
                _, one, _, other = (float(side) for side in page["/MediaBox"])
                height = max(one, other)
                box = (left * _PT, (height - top) * _PT, (right - left) * _PT, (top - bottom) * _PT)
                return index + 1, box if box[2] > 1 and box[3] > 1 else None
    except Exception:  # in a broken file any of these may be anything: the signature just has no place then
        pass
    return 1, None
