"""Layers of a PDF that are off say nothing: an example to follow, another variant, a note to oneself."""

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from processors.dossiers.files import DepositedFile, FileKind
from processors.dossiers.pages import read_pages

SHOWN, LAYER = "a effectué un stage du 19/05/2025 au 20/06/2025", "du 06/01/2025 au 30/05/2025"


def drawn(*lines: str) -> pikepdf.Pdf:
    out = io.BytesIO()
    canvas = Canvas(out)
    for k, line in enumerate(lines):
        canvas.drawString(60, 700 - 40 * k, line)
    canvas.save()
    return pikepdf.open(io.BytesIO(out.getvalue()))


def with_layer(how: str, *, on: bool) -> str:
    """The text of a page over which a layer lies."""
    pdf = drawn(SHOWN, "Fait à Apt, le 20/06/2025")
    page, layer = pdf.pages[0], pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Exemple"))
    usual = {
        "base": Dictionary(BaseState=Name.OFF, ON=Array([layer] if on else [])),
    }.get(how, Dictionary(OFF=Array([] if on else [layer])))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=usual)
    other = drawn("", "", LAYER)
    form = pdf.copy_foreign(other.pages[0].as_form_xobject())
    said = {
        "member": Dictionary(Type=Name.OCMD, OCGs=layer),
        "not": Dictionary(Type=Name.OCMD, VE=Array([Name.Not, Array([Name.And, layer, layer])])),
    }
    belongs = pdf.make_indirect(said[how]) if how in said else layer
    if how == "form":
        form.OC = belongs
    name = page.add_resource(form, Name.XObject)
    if how == "form":
        page.contents_add(f"q {name} Do Q".encode())
    else:
        mark = page.add_resource(belongs, Name.Properties)
        page.contents_add(f"/OC {mark} BDC q {name} Do Q EMC".encode())
    out = io.BytesIO()
    pdf.save(out)
    (page_read,) = read_pages(DepositedFile("stage.pdf", FileKind.PDF, out.getvalue()))
    return page_read.text


@pytest.mark.parametrize("how", ["marked", "form", "member", "base"])
def test_a_layer_is_read_where_it_is_on_alone(how: str) -> None:
    assert LAYER in with_layer(how, on=True)
    hidden = with_layer(how, on=False)
    assert LAYER not in hidden and SHOWN in hidden


def test_a_layer_of_an_expression_is_read_where_it_holds_alone() -> None:
    assert LAYER in with_layer("not", on=False)
    hidden = with_layer("not", on=True)
    assert LAYER not in hidden and SHOWN in hidden
