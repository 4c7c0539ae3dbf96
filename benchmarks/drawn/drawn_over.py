"""What programs draw over the pages of a scan: the name of its file, a header, a note, a field."""

from __future__ import annotations

import io
from enum import StrEnum

import pikepdf


def _helvetica() -> pikepdf.Dictionary:
    name = pikepdf.Name
    return pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica)


class Way(StrEnum):
    """How it is drawn. `SHUFFLED`: its codes are not those of its letters; `DRAWN`: letters are little
    drawings; `SHRUNK`: the scan is made smaller to leave room for a header; `BOXES`: of filled rectangles;
    `PICTURE`: a small image lies over the scan; `LAYER_OFF`: one over all of it that no viewer shows."""

    STAMP = "stamp"
    HEADER = "header"
    WATERMARK = "watermark"
    SIDEWAYS = "sideways"
    SHUFFLED = "shuffled"
    OCR = "ocr"
    NOTE = "note"
    RUBBER_STAMP = "rubber_stamp"
    FIELD = "field"
    SHRUNK = "shrunk"
    DRAWN = "drawn"
    OUTLINES = "outlines"
    BOXES = "boxes"
    PICTURE = "picture"
    LAYER_OFF = "layer_off"


_NOTES = {Way.NOTE: "/FreeText", Way.RUBBER_STAMP: "/Stamp", Way.FIELD: "/Widget"}


def draw_over(scan: bytes, way: Way, text: str) -> bytes:
    """The same scan, with `text` (ASCII) drawn over each of its pages."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scan)) as pdf:
        for page in pdf.pages:
            _draw(pdf, page, way, text)
        pdf.save(out, static_id=True)
    return out.getvalue()


def _draw(pdf: pikepdf.Pdf, page: pikepdf.Page, way: Way, text: str) -> None:
    width, height = (float(page.mediabox[k]) - float(page.mediabox[k - 2]) for k in (2, 3))
    page.add_resource(_font(pdf, way, text), pikepdf.Name.Font, pikepdf.Name.Stamped)
    shown = pikepdf.unparse_content_stream([([pikepdf.String(_codes(way, text))], pikepdf.Operator("Tj"))])

    def line(matrix: bytes) -> bytes:
        return b"BT /Stamped 9 Tf " + matrix + b" Tm " + shown + b" ET"

    at_top = b"1 0 0 1 20 %.1f" % (height - 10)
    if way in _NOTES:
        _note(pdf, page, _NOTES[way], line(b"1 0 0 1 5 8"), text)
        return
    match way:
        case Way.HEADER:
            form = _form(pdf, line(at_top), (0, 0, width, height))
            name = page.add_resource(form, pikepdf.Name.XObject)
            drawn = b"/Artifact <</Type /Pagination>> BDC q %s Do Q EMC" % str(name).encode()
        case Way.WATERMARK:
            faint = page.add_resource(pikepdf.Dictionary(ca=0.4), pikepdf.Name.ExtGState)
            turned = b"4 4 -4 4 %.1f %.1f" % (width / 4, height / 3)
            drawn = b"%s gs 0.5 g " % str(faint).encode() + line(turned)
        case Way.SIDEWAYS:
            drawn = line(b"0 1 -1 0 %.1f 300" % (width - 6))
        case Way.OCR:
            drawn = b"3 Tr " + line(at_top)
        case Way.OUTLINES:
            y = height - 14
            drawn = b" ".join(b"%d %d m %d %d l S" % (20 + 4 * k, y, 22 + 4 * k, y + 8) for k in range(60))
        case Way.BOXES:
            drawn = b" ".join(b"%d 14 %d 9 re f" % (20 + 5 * k, 2 + k % 3) for k in range(50))
        case Way.PICTURE:
            name = page.add_resource(_picture(pdf, 320, 32), pikepdf.Name.XObject)
            drawn = b"160 0 0 16 20 14 cm %s Do" % str(name).encode()
        case Way.LAYER_OFF:
            layer = _layer_off(pdf)
            name = page.add_resource(_picture(pdf, 1240, 1754), pikepdf.Name.XObject)
            mark = page.add_resource(layer, pikepdf.Name.Properties)
            named = str(mark).encode(), width, height, str(name).encode()
            drawn = b"/OC %s BDC %.2f 0 0 %.2f 0 0 cm %s Do EMC" % named
        case _:
            drawn = line(at_top)
    if way is Way.SHRUNK:
        page.contents_add(b"q 0.94 0 0 0.94 %.2f 0 cm" % (0.03 * width), prepend=True)
        drawn = b"Q " + drawn
    page.contents_add(b"q " + drawn + b" Q")


def _picture(pdf: pikepdf.Pdf, width: int, height: int) -> pikepdf.Stream:
    """An image of bars."""
    picture = pdf.make_stream((b"\0" * 4 + b"\xff" * 4) * (width * height // 8))
    picture["/Type"], picture["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    picture["/Width"], picture["/Height"], picture["/BitsPerComponent"] = width, height, 8
    picture["/ColorSpace"] = pikepdf.Name.DeviceGray
    return picture


def _layer_off(pdf: pikepdf.Pdf) -> pikepdf.Object:
    layers = pdf.Root.get("/OCProperties")
    if layers is not None:
        return layers.OCGs[0]
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Original"))
    off = pikepdf.Dictionary(OFF=[layer])
    pdf.Root["/OCProperties"] = pikepdf.Dictionary(OCGs=[layer], D=off)
    return layer


def _codes(way: Way, text: str) -> bytes:
    shift = 5 if way is Way.SHUFFLED else 0
    return bytes((code - 32 + shift) % 95 + 32 for code in text.encode())


def _font(pdf: pikepdf.Pdf, way: Way, text: str) -> pikepdf.Object:
    font = _helvetica()
    if way is Way.SHUFFLED:  # code 37 is a space, 38 an exclamation mark, and so on
        names = {" ": "space", ".": "period", "_": "underscore", "-": "hyphen"}
        names |= {str(k): name for k, name in enumerate(_DIGITS)}
        codes: list[pikepdf.Object | int] = []
        for sign in sorted(set(text)):
            codes += [_codes(way, sign)[0], pikepdf.Name("/" + names.get(sign, sign))]
        font["/Encoding"] = pikepdf.Dictionary(Differences=pikepdf.Array(codes))
    if way is Way.DRAWN:
        glyph = pdf.make_stream(b"600 0 0 0 500 700 d1 0 0 500 700 re f")
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type3,
            FontBBox=[0, 0, 600, 700],
            FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
            CharProcs=pikepdf.Dictionary(a=glyph),
            Encoding=pikepdf.Dictionary(
                Differences=pikepdf.Array([32, *[pikepdf.Name.a for _ in range(95)]])
            ),
            FirstChar=32,
            LastChar=126,
            Widths=[600] * 95,
            Resources=pikepdf.Dictionary(),
        )
    return pdf.make_indirect(font)


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _form(pdf: pikepdf.Pdf, content: bytes, box: tuple[float, float, float, float]) -> pikepdf.Stream:
    form = pdf.make_stream(content)
    form["/Type"], form["/Subtype"], form["/BBox"] = pikepdf.Name.XObject, pikepdf.Name.Form, list(box)
    form["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(Stamped=_helvetica()))
    return form


def _note(pdf: pikepdf.Pdf, page: pikepdf.Page, kind: str, content: bytes, text: str) -> None:
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name(kind),
        Rect=[100, 300, 400, 325],
        Contents=text,
        F=4,
        AP=pikepdf.Dictionary(N=_form(pdf, content, (0, 0, 300, 25))),
    )
    note = pdf.make_indirect(note)
    page.obj["/Annots"] = pikepdf.Array([note])
    if kind == "/Widget":
        fields = pdf.Root.get("/AcroForm", pikepdf.Dictionary(Fields=[])).Fields
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[*fields, note])
