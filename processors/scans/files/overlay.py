"""What a program drew over a scan, taken off: text and notes, which no candidate writes.

A scanner's software stamps file names, a PDF tool adds headers, notes and form fields. Where a page is a
scan, they are lifted from it, so that its image alone is read and passed on. What might hide something of
the scan (filled shapes) stays and is drawn; what might be text and cannot be lifted is told.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

_SCAN = 300_000  # pixels of a page's images: an A4 at 60 dpi has 350,000, a letterhead's logo some 80,000
_MAX_CONTENT = 1 << 20  # bytes of drawing operators that are looked at
_DEPTH = 12  # of forms in forms
_NOTES = {"/Text", "/FreeText", "/Stamp", "/Widget", "/Popup", "/Link", "/Watermark", "/FileAttachment"}
_UNSEEN = {"/Popup", "/Link"}
_SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
_CURVES = {"c", "v", "y", "l"}
_FILLS = {"f", "F", "f*", "B", "B*", "b", "b*"}
_PAINTS = {"f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "INLINE IMAGE", "Do", *_SHOWS_TEXT}
_OUTLINED = (
    40,
    5000,
)  # strokes, curves and filled boxes that may be a name; a whole vectorised page has more
_LAID_OVER = 3  # small images over a scan; more are its own parts
_FINE = 1_800_000  # pixels of an image that is a whole page by itself: A4 at 140 dpi; backgrounds are coarser
_SMALL = 0.1  # of its pixels
_LETTER = 5  # pixels: none is lower, and a dot that some program sets is no name


@dataclass(frozen=True)
class Lifted:
    """`changed`: the page is not what it was; `seen`: something that a viewer showed was taken off.

    `doubtful`: what is left over the scan may be text drawn as lines.
    """

    changed: bool = False
    seen: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class _Text:
    """`mode`: how text is rendered (PDF 32000-1, 9.3.6); `drawn`: its font is made of drawings (type 3)."""

    mode: int = 0
    drawn: bool = False

    @property
    def lifted(self) -> bool:
        return self.mode == 3 or (self.mode < 3 and not self.drawn)


class _Work:
    """What was met in a page's content and the forms that it draws."""

    def __init__(self) -> None:
        self.seen = self.changed = False
        self.curves = self.boxes = 0
        self.images: list[pikepdf.Stream] = []
        self.forms: dict[tuple[int, int], bool] = {}  # whether it still paints


def lift(pdf: pikepdf.Pdf, page: pikepdf.Page) -> Lifted:
    """Takes text and notes off a scanned page, in memory; any other, or a broken one, stays as it is."""
    try:
        return _lift(pdf, page)
    except _MALFORMED:  # a renderer may get more out of it
        return Lifted()


_MALFORMED = (pikepdf.PikepdfError, pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError)


def _lift(pdf: pikepdf.Pdf, page: pikepdf.Page) -> Lifted:
    images = page.get_images().values()
    if sum(int(i.get("/Width", 0)) * int(i.get("/Height", 0)) for i in images) < _SCAN:
        return Lifted()
    content = page.obj.get("/Contents")
    parts = list(content) if isinstance(content, pikepdf.Array) else [content] if content is not None else []
    if sum(len(part.read_bytes()) for part in parts) > _MAX_CONTENT:
        return Lifted()
    work = _Work()
    kept, _ = _without_text(page, page.obj.get("/Resources"), work, 0)
    if work.changed:
        page.obj["/Contents"] = pdf.make_stream(pikepdf.unparse_content_stream(kept))
    _lift_notes(page, work)
    outlined = _OUTLINED[0] <= work.curves < _OUTLINED[1]
    return Lifted(work.changed, work.seen, outlined or _is_laid_over(work.images))


def _is_laid_over(images: list[pikepdf.Stream]) -> bool:
    """Whether small images are drawn over a page's scan, which may show a name: a stamp, a signature."""
    if not 1 < len(images) <= 1 + _LAID_OVER:
        return False
    own = _pixels(images[0])
    over = [one for one in images[1:] if max(map(_least_side, (one, *_masks(one)))) >= _LETTER]
    small = all(max(map(_pixels, (one, *_masks(one)))) < _SMALL * own for one in over)
    return own >= _FINE and bool(over) and small


def _masks(image: pikepdf.Stream) -> list[pikepdf.Stream]:
    """What masks an image, which may be finer than the image."""
    return [one for key in ("/Mask", "/SMask") if isinstance(one := image.get(key), pikepdf.Stream)]


def _pixels(image: pikepdf.Stream) -> int:
    return int(image.get("/Width", 0)) * int(image.get("/Height", 0))


def _least_side(image: pikepdf.Stream) -> int:
    return min(int(image.get("/Width", 0)), int(image.get("/Height", 0)))


def alone(of: pikepdf.Pdf, page: pikepdf.Page) -> io.BytesIO:
    """A file of this page, whose layers are on or off as in the file that it is of."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.pages.append(page)
        layers = of.Root.get("/OCProperties")
        if isinstance(layers, pikepdf.Dictionary):
            indirect = layers if layers.is_indirect else of.make_indirect(layers)
            pdf.Root.OCProperties = pdf.copy_foreign(indirect)
        pdf.save(out)
    return out


def _without_text(source: Any, resources: Any, work: _Work, depth: int) -> tuple[list[Any], bool]:
    """The instructions that are left of a content stream, and whether they paint anything."""
    resources = resources if isinstance(resources, pikepdf.Dictionary) else pikepdf.Dictionary()
    fonts, drawn = (resources.get(key, pikepdf.Dictionary()) for key in ("/Font", "/XObject"))
    kept: list[Any] = []
    paints = False
    text, stack = _Text(), list[_Text]()
    for step in pikepdf.parse_content_stream(source):
        operator, operands = str(step.operator), step.operands
        if operator == "q":
            stack.append(text)
        elif operator == "Q":
            text = stack.pop() if stack else text
        elif operator == "Tr":
            text = replace(text, mode=int(operands[0]))
        elif operator == "Tf":
            font = fonts.get(str(operands[0]))
            text = replace(text, drawn=font is not None and str(font.get("/Subtype")) == "/Type3")
        elif operator in _SHOWS_TEXT and text.lifted:
            work.changed = True
            work.seen |= text.mode != 3 and _says_something(operands)
            continue
        elif operator == "Do" and _is_empty_form(drawn.get(str(operands[0])), resources, work, depth):
            work.changed = True
            continue
        work.curves += operator in _CURVES
        if operator == "re":
            work.boxes += 1
        elif operator in _PAINTS or operator == "n":
            work.curves += work.boxes if operator in _FILLS else 0
            work.boxes = 0
        if operator == "Do" and _is_image(drawn.get(str(operands[0]))):
            work.images.append(drawn[str(operands[0])])
        paints |= operator in _PAINTS
        kept.append(step)
    return kept, paints


def _is_image(drawn: Any) -> bool:
    return isinstance(drawn, pikepdf.Stream) and str(drawn.get("/Subtype")) == "/Image"


def _says_something(operands: Any) -> bool:
    strings = operands[-1] if isinstance(operands[-1], pikepdf.Array) else [operands[-1]]
    return any(bytes(part).strip(b"\0 ") for part in strings if isinstance(part, pikepdf.String))


def _is_empty_form(form: Any, resources: Any, work: _Work, depth: int) -> bool:
    """Whether nothing is left of a form once its text is lifted, in place."""
    if not isinstance(form, pikepdf.Stream) or str(form.get("/Subtype")) != "/Form":
        return False
    if form.objgen not in work.forms:
        work.forms[form.objgen] = True  # a form that draws itself
        if depth >= _DEPTH or len(form.read_bytes()) > _MAX_CONTENT:
            return False
        before, work.changed = work.changed, False
        kept, paints = _without_text(form, form.get("/Resources", resources), work, depth + 1)
        if work.changed:
            form.write(pikepdf.unparse_content_stream(kept))
        work.changed |= before
        work.forms[form.objgen] = paints
    return not work.forms[form.objgen]


def _lift_notes(page: pikepdf.Page, work: _Work) -> None:
    notes = page.obj.get("/Annots")
    if not isinstance(notes, pikepdf.Array) or len(notes) == 0:
        return
    kept = []
    for note in notes:
        kind = str(note.get("/Subtype"))
        if kind in _NOTES:
            work.seen |= kind not in _UNSEEN and "/AP" in note
            continue
        kept.append(note)
        for look in _appearances(note):
            _is_empty_form(look, None, work, 0)
    work.changed = True
    if kept:
        page.obj["/Annots"] = pikepdf.Array(kept)
    else:
        del page.obj["/Annots"]


def _appearances(note: Any) -> list[Any]:
    look = note.get("/AP", pikepdf.Dictionary()).get("/N")
    if isinstance(look, pikepdf.Stream):
        return [look]
    return [look[key] for key in look.keys()] if isinstance(look, pikepdf.Dictionary) else []  # noqa: SIM118
