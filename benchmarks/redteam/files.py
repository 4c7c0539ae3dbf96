"""What files say beside their pixels: texts in them and about them, traces of what they were made from."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pikepdf
import pypdfium2

from benchmarks.redteam.loot import Loot

_RAW = 6  # letters: a shorter word stands in compressed data by chance
_READ = 4


def texts(loot: Loot) -> Iterator[str]:
    """A name, number, date, place or file name, in any file, archive, name, address or header."""
    raw, read = (sorted(word for word in loot.secrets if len(word) >= least) for least in (_RAW, _READ))
    for name, data in _everything(loot):
        if _holds(data, raw):
            yield f"{name}: in its bytes"
        if any(_holds(text, read) for text in _opened(data)):
            yield f"{name}: once opened"
        if _holds(name.encode(), read):
            yield "the name of a file"
    for copy in loot.copies:
        if _holds(f"{copy.path}\n{copy.headers}".encode(), read):
            yield f"{copy.number}: its address or the answer's headers"


def _everything(loot: Loot) -> Iterator[tuple[str, bytes]]:
    for copy in loot.copies:
        yield f"{copy.lot}/{copy.number}.pdf", copy.pdf
    for name, data in loot.others.items():
        yield name, data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield f"{name} comment", archive.comment
                for info in archive.infolist():
                    yield f"{name}!{info.filename}", archive.read(info)
                    yield f"{name} entry", info.extra + info.comment + repr(info.date_time).encode()


def _holds(data: bytes, words: list[str]) -> bool:
    lowered = data.lower()
    return any(spelt in lowered for word in words for spelt in _spellings(word.lower()))


def _spellings(word: str) -> Iterator[bytes]:
    yield word.encode()
    yield word.encode("latin-1", "replace")
    yield word.encode("utf-16-le")[:-1]  # the other byte order has the same in it
    yield word.encode().hex().encode()


def _opened(data: bytes) -> Iterator[bytes]:
    """The objects, the unpacked streams and the text of a PDF."""
    if not data.startswith(b"%PDF-"):
        yield data
        return
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield pdf.trailer.unparse()
        for item in pdf.objects:
            if not isinstance(item, pikepdf.Stream):
                yield item.unparse(resolved=True)
            elif item.get("/Subtype") != "/Image":
                yield pikepdf.Dictionary(item.stream_dict).unparse() + item.read_bytes()
    document = pypdfium2.PdfDocument(data)
    yield " ".join(page.get_textpage().get_text_bounded() for page in document).encode()
    yield repr(document.get_metadata_dict()).encode()


_CARRIERS = re.compile(
    r"/(Metadata|Info|PieceInfo|LastModified|Thumb|Annots|Names|PageLabels|AcroForm|OpenAction|AA|EF|AF|"
    r"StructTreeRoot|Outlines|Dests|OCProperties|ViewerPreferences|SpiderInfo|Prev|XRefStm|Encrypt|ObjStm|"
    r"Title|Author|Subject|Keywords|Creator|Producer|CreationDate|ModDate|Alternates|SMask|Mask|OPI|ID)\b"
)
_DRAWING = {
    0xD8,
    0xD9,
    0xDA,
    0xDB,
    0xC4,
    0xDD,
    0xDC,
    *range(0xC0, 0xC4),
    *range(0xC5, 0xC8),
    *range(0xC9, 0xD0),
}
_ICC = {"/DeviceGray", "/DeviceRGB"}


def traces(loot: Loot) -> Iterator[str]:
    """Anything in a copy's PDF but its pages: revisions, loose objects, dictionaries, markers, profiles."""
    for copy in loot.copies:
        for what in _traces(copy.pdf):
            yield f"{copy.number}: {what}"


def _traces(data: bytes) -> Iterator[str]:
    if data.count(b"startxref") != 1 or data.count(b"%%EOF") != 1 or not data.rstrip().endswith(b"%%EOF"):
        yield "more than one revision"
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if set(pdf.trailer) - {"/Root", "/Size"}:
            yield "a trailer that says more"
        reached: set[tuple[int, int]] = set()
        _walk(pdf.Root, reached)
        loose = [item for item in pdf.objects if item is not None and item.objgen not in reached]
        if loose:
            yield "an object that no page uses"
        for item in pdf.objects:
            dictionary = item.stream_dict if isinstance(item, pikepdf.Stream) else item
            if _CARRIERS.search(dictionary.unparse(resolved=True).decode("latin-1")):
                yield "a dictionary that says more than how to draw"
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image":
                yield from _image_traces(item)
        if any(len(page.Resources.get("/XObject", ())) != 1 for page in pdf.pages):
            yield "a page with other than one image"


def _walk(item: pikepdf.Object, reached: set[tuple[int, int]]) -> None:
    if item.is_indirect:
        if item.objgen in reached:
            return
        reached.add(item.objgen)
    if isinstance(item, pikepdf.Array):
        children = list(item)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        children = list(item.values())
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object):
            _walk(child, reached)


def _image_traces(image: pikepdf.Stream) -> Iterator[str]:
    if str(image.ColorSpace) not in _ICC:
        yield "a colour profile"
    data = image.read_raw_bytes()
    if str(image.Filter) == "/CCITTFaxDecode":
        bits = "".join(f"{byte:08b}" for byte in data)
        end = bits.find("000000000001" * 2)
        if end >= 0 and len(bits) - end - 24 >= 8:
            yield "bytes after the end of a G4 stream"
    if str(image.Filter) == "/DCTDecode":
        yield from jpeg_traces(data)


def jpeg_traces(data: bytes) -> Iterator[str]:
    """Every marker from the first to the last, between scans too."""
    at = 0
    while (at := data.find(b"\xff", at)) >= 0:
        marker = data[at + 1]
        if marker in (0x00, 0xFF, *range(0xD0, 0xD8)):
            at += 1
            continue
        if marker == 0xD9:
            if data[at + 2 :]:
                yield "bytes after the end of a JPEG"
            return
        size = 0 if marker == 0xD8 else int.from_bytes(data[at + 2 : at + 4], "big")
        if marker not in _DRAWING and (marker, size) not in ((0xE0, 16), (0xEE, 14)):
            yield f"a JPEG marker that does not draw, {marker:#x}"
        at += 2 + size
