"""A PDF without its layers that are off: pdfium draws none of them, but gives their words with the others.

ISO 32000-2, 8.11 (optional content). What only the event of viewing turns off stays.
"""

from __future__ import annotations

import io
from typing import Any

import pikepdf

_SHOW_TEXT = {"Tj": None, "TJ": None, "'": "T*", '"': "T*"}
_FILL_OR_STROKE = dict.fromkeys(("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"), "n")
_PAINTS = _SHOW_TEXT | _FILL_OR_STROKE | {"Do": None, "sh": None, "INLINE IMAGE": None}
"""What puts something on the page, and what is left of it where its layer is off."""

_BROKEN = (
    *(pikepdf.PdfError, pikepdf.PasswordError, RecursionError),
    *(AttributeError, LookupError, TypeError, ValueError),
)

Off = frozenset[tuple[int, int]]
"""Layers that are off, by the numbers of their objects."""


def as_shown(data: bytes) -> bytes:
    """The file as it is where it has no layers, or where it is broken: who reads it will say so."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if "/OCProperties" not in pdf.Root:
                return data
            off = _off(pdf.Root.OCProperties)
            forms: set[tuple[int, int]] = set()
            for page in pdf.pages:
                page.Contents = pdf.make_stream(_shown(page, page.resources, off, forms))
                if "/Annots" in page:
                    laid: Any = page.Annots
                    page.Annots = pikepdf.Array([one for one in laid if not _hidden(one.get("/OC"), off)])
            out = io.BytesIO()
            pdf.save(out)
            return out.getvalue()
    except _BROKEN:
        return data


def _off(layers: Any) -> Off:
    """Those that the file's own configuration turns off."""
    usual = layers.get("/D", pikepdf.Dictionary())
    off = set()
    if usual.get("/BaseState") == "/OFF":
        off = {one.objgen for one in layers.get("/OCGs", [])} - {one.objgen for one in usual.get("/ON", [])}
    return frozenset(off | {one.objgen for one in usual.get("/OFF", [])})


def _hidden(layer: Any, off: Off) -> bool:
    """Whether what belongs to this layer, or to several of them together, is not shown."""
    if not isinstance(layer, pikepdf.Dictionary):
        return False
    if layer.get("/Type") != "/OCMD":
        return layer.objgen in off
    if "/VE" in layer:
        return not _holds(layer.VE, off)
    said: Any = layer.get("/OCGs", [])
    members = [said] if isinstance(said, pikepdf.Dictionary) else said
    shown = [one.objgen not in off for one in members if isinstance(one, pikepdf.Dictionary)]
    if not shown:
        return False
    return not {
        "/AllOn": all(shown),
        "/AnyOff": not all(shown),
        "/AllOff": not any(shown),
    }.get(str(layer.get("/P", "")), any(shown))


def _holds(expression: Any, off: Off) -> bool:
    """Whether an expression of layers is true: a layer that is on, or /And, /Or, /Not with what follows."""
    if isinstance(expression, pikepdf.Dictionary):
        return expression.objgen not in off
    operator, *said = expression
    held = [_holds(one, off) for one in said]
    return {"/And": all(held), "/Or": any(held), "/Not": not any(held)}[str(operator)]


def _shown(content: Any, resources: Any, off: Off, done: set[tuple[int, int]]) -> bytes:
    """A page's content, or a form's, without what is hidden; its forms are mended, unless `done`."""
    properties = resources.get("/Properties", pikepdf.Dictionary())
    drawn = resources.get("/XObject", pikepdf.Dictionary())
    kept: list[Any] = []
    marked: list[bool] = []
    for instruction in pikepdf.parse_content_stream(content):
        operands: Any = instruction.operands
        name = str(instruction.operator)
        if name == "BDC":
            named = operands[0] == "/OC" and isinstance(operands[1], pikepdf.Name)
            marked.append(named and _hidden(properties.get(operands[1]), off))
        elif name == "BMC":
            marked.append(False)
        elif name == "EMC" and marked:
            marked.pop()
        hidden = any(marked) or (name == "Do" and _hidden(drawn.get(operands[0], {}).get("/OC"), off))
        if not hidden or name not in _PAINTS:
            kept.append(instruction)
        elif (left := _PAINTS[name]) is not None:
            kept.append(([], pikepdf.Operator(left)))
    for form in drawn.values():
        if form.get("/Subtype") == "/Form" and form.objgen not in done:
            done.add(form.objgen)
            form.write(_shown(form, form.get("/Resources", resources), off, done))
    return pikepdf.unparse_content_stream(kept)
