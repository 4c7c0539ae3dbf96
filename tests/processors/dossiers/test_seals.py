"""Digital signatures: valid, altered, and a field that waits for one."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.files import unpack
from processors.dossiers.pages import read_pages
from processors.dossiers.pieces import pieces_of
from processors.dossiers.seals import seals_of
from processors.dossiers.signatures import State, signatures_of, state_of
from specimens.dossiers import seals

BOX = (80, 300, 280, 380)  # points


def letter() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for k, line in enumerate(
        ("ATTESTATION DE STAGE", "certifie que Zoé MARTIN a été stagiaire", "Fait à Apt")
    ):
        canvas.drawString(25 * mm, (270 - 9 * k) * mm, line)
    canvas.drawString(BOX[0], BOX[3] + 6, "Signature de l'employeur")
    canvas.save()
    return out.getvalue()


def sealed() -> bytes:
    return seals.sealed(letter(), "Signature1", BOX)


def states(data: bytes) -> tuple[State, str]:
    (file,), _ = unpack([("attestation.pdf", data)])
    (piece,) = pieces_of(file.name, read_pages(file))
    state, telling = state_of(signatures_of(piece, seals_of(data)), ("organisme d'accueil", "employeur"))
    return state, telling[0].by


def test_a_digital_signature_says_who_and_when() -> None:
    data = sealed()
    (seal,) = seals_of(data)
    assert (seal.who, seal.intact, seal.trusted, seal.page) == (seals.SIGNER, True, False, 1)
    assert seal.when is not None and seal.box is not None
    assert states(data) == (State.SIGNED, "digital")


def test_a_page_whose_box_begins_at_its_top_has_its_signature_in_its_place() -> None:
    """A box is given by any two corners that lie opposite one another (ISO 32000-2, 7.9.5)."""
    with pikepdf.open(io.BytesIO(letter())) as pdf:
        x0, y0, x1, y1 = pdf.pages[0].mediabox
        pdf.pages[0].mediabox = pikepdf.Array([x0, y1, x1, y0])
        pdf.save(turned := io.BytesIO())
    boxes = [seals_of(seals.sealed(data, "Signature1", BOX))[0].box for data in (letter(), turned.getvalue())]
    assert boxes[0] is not None and boxes[0] == pytest.approx(boxes[1])


def test_what_was_changed_after_signing_is_doubtful() -> None:
    data = sealed()
    altered = data.replace(b"/CreationDate", b"/CreationDatE", 1)
    assert altered != data
    (seal,) = seals_of(altered)
    assert not seal.intact
    assert states(altered)[0] is State.DOUBTFUL


def revised(data: bytes, change: Callable[[IncrementalPdfFileWriter, Any], None]) -> bytes:
    """With a revision added after the signature, as an editor saves one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.find_page_for_modification(0)[0].get_object()
    change(writer, page)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def write_over(writer: IncrementalPdfFileWriter, page: Any) -> None:
    more = generic.StreamObject(stream_data=b"1 0 0 rg 100 500 200 40 re f")
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), writer.add_object(more)])


def leave_as_it_looks(writer: IncrementalPdfFileWriter, page: Any) -> None:
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents")])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (write_over, "document modifié après la signature (page 1)"),
        (leave_as_it_looks, "document modifié après la signature (aspect des pages inchangé)"),
    ],
)
def test_a_revision_after_signing_is_doubtful_and_named(change: Any, what: str) -> None:
    data = revised(sealed(), change)
    (seal,) = seals_of(data)
    assert (seal.intact, seal.changed) == (True, what)
    assert states(data)[0] is State.DOUBTFUL


def test_a_second_signature_changes_nothing() -> None:
    data = seals.sealed(sealed(), "Signature2", (80, 100, 280, 180))
    assert [seal.changed for seal in seals_of(data)] == ["", ""]
    assert states(data)[0] is State.SIGNED


def test_an_empty_field_is_no_signature() -> None:
    data = seals.with_empty_field(letter(), "Signature1", BOX)
    assert seals_of(data) == ()
    assert states(data)[0] is State.ABSENT


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_broken_file_has_no_signature(cut: float) -> None:
    data = sealed()
    assert all(not seal.intact for seal in seals_of(data[: int(len(data) * cut)]))


def test_any_other_file_has_none() -> None:
    assert seals_of(b"/ByteRange " + Path(__file__).read_bytes()) == ()
