"""A copy as its corrector gives it back: is it that copy, whole, and what may be kept of the file?

Known by the name of the file, its number of pages, and the pages themselves: programs that annotate leave the
scanner's image as it is, so that the same image stands on the page; where it was encoded anew, the ink that
was handed out must still be there, beside what the corrector added. A page on which next to nothing is
written cannot be told from another, and is not held against the file.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray

from processors.codes import Coded
from processors.layers import as_shown

MAX_BYTES = 50 << 20
"""Of one document."""
MAX_MEMBERS = 200
"""Of an archive."""
_HEAD = 1024


class Fault(Coded):
    """Why a document is not taken: a code, and its French sentence."""

    NOT_A_PDF = "not_a_pdf", "Ce fichier n’est pas un PDF."
    ENCRYPTED = "encrypted", "Ce fichier est protégé : enregistrez-le sans mot de passe ni protection."
    DAMAGED = "damaged", "Ce fichier est abîmé : enregistrez-le de nouveau."
    TOO_LARGE = "too_large", "Ce fichier dépasse 50 Mio : enregistrez-le en plus léger."
    WRONG_PAGES = (
        "wrong_pages",
        "Ce PDF n’a pas le nombre de pages de la copie : rendez-la entière, sans page ajoutée ni retirée.",
    )
    UNCHANGED = (
        "unchanged",
        "Ce fichier est celui du lot, sans annotation : enregistrez les vôtres, puis déposez-le de nouveau. "
        "Une copie que vous n’annotez pas se rend sans document.",
    )
    OTHER_COPY = (
        "other_copy",
        "Une page n’est pas celle qui vous a été remise : vérifiez que ce fichier est bien cette copie, "
        "annotée sur le PDF du lot, sans l’imprimer ni la recadrer.",
    )
    NOT_OF_LOT = (
        "not_of_lot",
        "Aucune copie de ce lot ne porte ce nom : nommez chaque fichier par son numéro d’anonymat.",
    )
    OTHER_LOT = "other_lot", "Cette copie est d’un autre de vos lots : rendez-la avec lui."
    REPORTED = "reported", "Cette copie est signalée : elle se rend quand elle est revenue."
    TWICE = "twice", "Cette copie est plus d’une fois dans l’archive : rien n’en a été pris."
    BAD_PATH = "bad_path", "Ce nom contient un chemin : mettez les PDF à la racine de l’archive."
    BAD_ARCHIVE = "bad_archive", "Cette archive ZIP ne s’ouvre pas : refaites-la, sans mot de passe."
    TOO_MANY = "too_many", "Cette archive contient trop de fichiers."
    ASIDE = "aside", "Laissé de côté, sans être lu : seules les copies se rendent ici, et aucune note."
    UNCHECKED = "unchecked", "Ce fichier n’a pas pu être vérifié : enregistrez-le de nouveau."


@dataclass(frozen=True)
class Document:
    """`pdf`: what is kept; `alike`: pages known to be those that were handed out."""

    pdf: bytes = field(repr=False)
    alike: int


@dataclass(frozen=True)
class Member:
    """A file of an archive: its place in it, its name, and why it is not even looked at."""

    index: int
    name: str
    fault: Fault | None = None


_ASIDE = ("notes.csv", "bordereau.pdf")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


def members(archive: Path, folder: str) -> list[Member] | Fault:
    """The files of an archive, at its root or in the one folder that the lot's own archive has."""
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
    except _BROKEN:
        return Fault.BAD_ARCHIVE
    if len(infos) > MAX_MEMBERS:
        return Fault.TOO_MANY
    return [
        _member(index, info, folder)
        for index, info in enumerate(infos)
        if not info.is_dir() and not _is_clutter(info.filename)
    ]


def _member(index: int, info: zipfile.ZipInfo, folder: str) -> Member:
    name = info.filename.removeprefix(f"{folder}/")
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)[-80:]
    fault = None
    if set(name) & set("/\\:") or name in ("", ".", "..") or info.orig_filename != info.filename:
        fault = Fault.BAD_PATH
    elif name.lower() in _ASIDE:
        fault = Fault.ASIDE
    elif info.flag_bits & 1:
        fault = Fault.ENCRYPTED
    elif info.file_size > MAX_BYTES:
        fault = Fault.TOO_LARGE
    return Member(index, shown, fault)


def _is_clutter(name: str) -> bool:
    """What file managers leave in archives."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    }


def check_member(archive: Path, index: int, handed_out: Path) -> Document | Fault:
    """As `check`, of one file of an archive."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(opened.infolist()[index]) as stream:
            data = stream.read(MAX_BYTES + 1)
    except _BROKEN:
        return Fault.DAMAGED
    return check(data, handed_out)


def check_file(path: Path, handed_out: Path) -> Document | Fault:
    """As `check`, of a file by itself."""
    with path.open("rb") as file:
        return check(file.read(MAX_BYTES + 1), handed_out)


def check(data: bytes, handed_out: Path) -> Document | Fault:
    """What is kept of a document that is given back, `handed_out` being the copy as its corrector got it.

    A layer that is off is not: in a new file it would be on.
    """
    if len(data) > MAX_BYTES:
        return Fault.TOO_LARGE
    if b"%PDF-" not in data[:_HEAD]:
        return Fault.NOT_A_PDF
    if data == handed_out.read_bytes():
        return Fault.UNCHANGED
    try:
        with pikepdf.open(io.BytesIO(data)) as given, pikepdf.open(handed_out) as copy:
            if given.is_encrypted:
                return Fault.ENCRYPTED
            if len(given.pages) != len(copy.pages):
                return Fault.WRONG_PAGES
            pairs = list(zip(_images(copy), _images(given), strict=True))
            cleaned = _cleaned(as_shown(data))
    except pikepdf.PasswordError:
        return Fault.ENCRYPTED
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return Fault.DAMAGED
    if len(cleaned) > MAX_BYTES:
        return Fault.TOO_LARGE
    return Document(cleaned, sum(bool(known & found) for known, found in pairs))


# --- the same pages ---------------------------------------------------------------------------------


def _images(pdf: pikepdf.Pdf) -> list[set[bytes]]:
    """By page, the hashes of its images as they are encoded."""
    return [
        {hashlib.sha256(image.read_raw_bytes()).digest() for image in _images_in(page.obj, 0)}
        for page in pdf.pages
    ]


def _images_in(holder: Any, depth: int) -> Iterator[Any]:
    resources = _inherited(holder, "/Resources")
    found = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for drawn in found.values() if isinstance(found, pikepdf.Dictionary) else ():
        if not isinstance(drawn, pikepdf.Stream):
            continue
        if drawn.get("/Subtype") == "/Image":
            yield drawn
        elif depth < _DEEP:
            yield from _images_in(drawn, depth + 1)


_HIGH = 50  # nodes over a page
_DEEP = 4  # forms in forms, where a program that annotates wraps what was there
_WIDTH = 310  # pixels of a page that is compared
_NEAR = 4  # pixels: how far a stroke may lie from where it was
_SCALES = (1.0, 0.97, 0.94)  # of programs that print to a PDF and leave a margin
_FITS, _CLEARLY = 0.5, 0.12
"""Least fit of a copy's pages to those that come back, and how much better than any other copy's of its lot.
Of 48 copies drawn, annotated and encoded anew (72 to 150 dpi, some with a margin) the least are 0.55 and
0.18; of 144 under another's name, two reach 0.16."""

Strokes = NDArray[np.uint8]
"""Of a page, so wide: 0 to 255, what is written, without long rules."""


def strokes(pdf: Path | bytes) -> list[Strokes]:
    """Of each page."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [_strokes(page) for page in opened]


def _strokes(page: Any) -> Strokes:
    scale = 2 * _WIDTH / max(1.0, page.get_width())
    drawn = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_numpy()
    gray = np.ascontiguousarray(drawn.reshape(drawn.shape[:2]))
    ink = (cv2.medianBlur(gray, 31).astype(np.int16) - gray > 24).astype(np.uint8)
    lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, 40), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((40, 1), np.uint8))
    rules = cv2.dilate(cv2.max(lines, upright), np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(np.where(rules > 0, 0, 255 * ink).astype(np.uint8), (0, 0), sigmaX=2)
    half = (_WIDTH, max(1, round(_WIDTH * gray.shape[0] / gray.shape[1])))
    return np.asarray(cv2.resize(soft, half, interpolation=cv2.INTER_AREA), np.uint8)


def is_this(
    given: Sequence[Strokes], copy: Sequence[Strokes], others: Iterable[Sequence[Strokes]]
) -> bool | None:
    """Whether pages that were encoded anew are this copy's, and no other's of its lot; None if none can tell.

    False where another fits better, or none fits.
    """
    if not any(page.any() for page in copy):
        return None
    fit = fit_of(copy, given)
    best = max((fit_of(other, given) for other in others if len(other) == len(given)), default=0.0)
    if fit < _FITS or best > fit:
        return False
    return True if fit - best >= _CLEARLY else None


def fit_of(copy: Sequence[Strokes], given: Sequence[Strokes]) -> float:
    """How well the strokes of a copy fit pages that come back, -1 to 1, each wherever it was moved to."""
    pairs = [pair for pair in zip(copy, given, strict=True) if pair[0].any()]
    return float(np.mean([_fit(*pair) for pair in pairs])) if pairs else 0.0


def _fit(page: Strokes, given: Strokes) -> float:
    room = cv2.copyMakeBorder(given, _NEAR, _NEAR, _NEAR, _NEAR, cv2.BORDER_CONSTANT, value=0)
    best = 0.0
    for scale in _SCALES:
        size = (round(given.shape[1] * scale), round(given.shape[0] * scale))
        smaller = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
        if smaller.std() > 0 and given.std() > 0:
            best = max(best, float(cv2.matchTemplate(room, smaller, cv2.TM_CCOEFF_NORMED).max()))
    return best


# --- nothing that acts ------------------------------------------------------------------------------

_OF_PAGE = ("/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit", "/Group")
_NOTES = {
    *("/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"),
    *("/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink"),
}
"""Kinds of annotations that are words and strokes: no links, forms, files, sounds or films."""
_OF_NOTE = {
    *("/Type", "/Subtype", "/Rect", "/Contents", "/AP", "/AS", "/F", "/C", "/IC", "/CA", "/ca", "/BS", "/BE"),
    *("/Border", "/QuadPoints", "/InkList", "/Vertices", "/L", "/LE", "/DA", "/DS", "/Q", "/Name", "/RD"),
    *("/Sy", "/IT", "/LL", "/LLE", "/LLO", "/CL", "/Cap", "/CP", "/CO", "/BM"),
}
"""Without the author's name and the times, which would tell who annotated and how long it took."""
_NEVER = {
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/URI", "/Launch", "/Ref"),
    *("/OPI", "/PieceInfo", "/Metadata", "/Alternates", "/LastModified", "/StructParent", "/StructParents"),
    *("/RichMediaContent", "/XFA", "/AcroForm", "/Movie", "/Rendition", "/Thumb", "/Action"),
}
_OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")  # of a stream whose bytes would lie in another file


def _cleaned(data: bytes) -> bytes:
    """Its pages and what is drawn and noted on them, in a new file: no action, script, link, form or file."""
    made = pikepdf.new()
    with pikepdf.open(io.BytesIO(data)) as given:
        for page in given.pages:
            kept = {name: value for name in _OF_PAGE if (value := _inherited(page.obj, name)) is not None}
            notes = [_note(note) for note in _array(page.obj.get("/Annots")) if _is_note(note)]
            made.pages.append(_page_of(made, given, kept, notes))
        for one in list(made.objects):
            _strip(one)
        made.remove_unreferenced_resources()
        made.save(out := io.BytesIO(), deterministic_id=True)
    return out.getvalue()


def _page_of(
    made: pikepdf.Pdf, given: pikepdf.Pdf, kept: Mapping[str, Any], notes: Iterable[pikepdf.Dictionary]
) -> pikepdf.Page:
    """Copied into the new file by way of the old one, which owns what it refers to."""
    whole = pikepdf.Dictionary(Type=pikepdf.Name.Page, **{name[1:]: value for name, value in kept.items()})
    if notes := list(notes):
        whole.Annots = pikepdf.Array(notes)
    return pikepdf.Page(made.copy_foreign(given.make_indirect(whole)))


def _is_note(note: Any) -> bool:
    return isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype")) in _NOTES


def _note(note: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary({name: note[name] for name in note.keys() if name in _OF_NOTE})  # noqa: SIM118


def _array(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array) else []


def _inherited(holder: Any, name: str) -> Any:
    above = holder
    for _ in range(_HIGH):
        if (value := above.get(name)) is not None:
            return value
        above = above.get("/Parent")
        if not isinstance(above, pikepdf.Dictionary):
            return None
    return None


def _strip(one: Any) -> None:
    """Takes out what acts or leads out of the file, however deep; each object of the file once."""
    if isinstance(one, pikepdf.Array):
        for item in one:
            _strip_inner(item)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        outside = _OUTSIDE if isinstance(one, pikepdf.Stream) else ()
        for name in list(one.keys()):
            value = one.get(name)
            if name in _NEVER or name in outside or _is_postscript(value):
                del one[name]
            else:
                _strip_inner(value)


def _strip_inner(value: Any) -> None:
    if not (isinstance(value, pikepdf.Object) and value.is_indirect):  # those are gone through by themselves
        _strip(value)


def _is_postscript(value: Any) -> bool:
    return isinstance(value, pikepdf.Stream) and value.get("/Subtype") == "/PS"
