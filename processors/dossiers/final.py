"""The final text of a word processor's file, before it becomes pages: changes accepted, boxes written out.

LibreOffice prints tracked changes with both texts, knows a symbol font's letters only where they are written
as symbols, draws the check boxes of form fields, and takes a field that follows the clock, or names who has
the file open, from the day and the machine that read it. ISO/IEC 29500-1, 17.13.5 (revisions), 17.3.3.30
(symbols) and 17.16 (fields); OpenDocument 1.3 part 3, 5.5 (tracked changes) and 7.3 (fields).
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from processors.dossiers.marks import EMPTY, TICKED, mark_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_GONE = tuple(_W + name for name in ("del", "moveFrom"))
_STAYS = tuple(_W + name for name in ("ins", "moveTo"))
_OF_CHANGES = tuple(
    _W + name
    for name in (
        *(
            "rPrChange",
            "pPrChange",
            "tblPrChange",
            "trPrChange",
            "tcPrChange",
            "sectPrChange",
            "tblGridChange",
        ),
        *("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd", "numberingChange"),
    )
)
_PASSING = re.compile(
    r"\s*(DATE|TIME|CREATEDATE|SAVEDATE|PRINTDATE|EDITTIME|AUTHOR|LASTSAVEDBY|USER(NAME|INITIALS|ADDRESS))\b",
    re.IGNORECASE,
)
_PASSING_ODT = re.compile(
    re.escape(_TEXT) + r"(date|time|author-|sender-|creation-|modification-|print-|editing-)"
)
_WORDS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|content\.xml")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
MAX_SIZE = 200_000_000
"""Of an office file, unpacked, in bytes: what is larger is left as it is."""


def final_text(data: bytes, kind: str) -> tuple[bytes, bool]:
    """A "docx" or "odt" file with its final text, and whether changes were tracked in it.

    It comes back as it is where there is nothing to do. Raises what zipfile does on broken archives.
    """
    accept = {"docx": _accept_word, "odt": _accept_odt}[kind]
    parts: dict[str, bytes] = {}
    tracked = False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MAX_SIZE:
            return data, False
        for info in infos:
            if not _WORDS.fullmatch(info.filename):
                continue
            try:
                root = etree.fromstring(archive.read(info), _PARSER)
            except etree.XMLSyntaxError:
                continue  # who makes pages of it will say so
            changed, revised = accept(root)
            tracked |= revised
            if changed:
                parts[info.filename] = etree.tostring(root, encoding="UTF-8", standalone=True)
        if not parts:
            return data, tracked
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for info in infos:
                part = parts.get(info.filename)
                made.writestr(info, archive.read(info) if part is None else part)
    return out.getvalue(), tracked


def _accept_word(root: Any) -> tuple[bool, bool]:
    tracked = _delete(root)
    for node in list(root.iter(*_STAYS)):
        tracked = True
        _unwrap(node)
    for node in list(root.iter(*_OF_CHANGES)):
        node.getparent().remove(node)
    kept = _keep_shown(root)
    marks = [_write_marks(run) for run in list(root.iter(_W + "r"))]
    return tracked or kept or any(marks), tracked


def _keep_shown(root: Any) -> bool:
    """What a field showed when the file was saved becomes text, where another day would show another."""
    changed = False
    for node in list(root.iter(_W + "fldSimple")):
        if _PASSING.match(node.get(_W + "instr", "")):
            _unwrap(node)
            changed = True
    within: list[list[Any]] = []  # marks and instructions of fields that have not ended, the innermost last
    for node in list(root.iter(_W + "fldChar", _W + "instrText")):
        kind = node.get(_W + "fldCharType")
        if kind == "begin":
            within.append([])
        if not within:
            continue
        within[-1].append(node)
        if kind == "end":
            parts = within.pop()
            instruction = "".join(part.text or "" for part in parts if part.tag == _W + "instrText")
            ticked = _ticked(parts[0]) if "FORMCHECKBOX" in instruction else None
            if ticked is not None:  # LibreOffice draws it, and as no letter
                etree.SubElement(node.getparent(), _W + "t").text = TICKED if ticked else EMPTY
            if ticked is not None or _PASSING.match(instruction):
                changed = True
                for part in parts:
                    part.getparent().remove(part)
    return changed


def _ticked(begin: Any) -> bool | None:
    """Whether the check box of a form field is ticked, by hand or from the first; None where it is none."""
    box = begin.find(f"{_W}ffData/{_W}checkBox")
    if box is None:
        return None
    said = box.find(_W + "checked")
    said = box.find(_W + "default") if said is None else said
    return said is not None and said.get(_W + "val", "1") not in ("0", "false", "off")


def _delete(root: Any) -> bool:
    """Takes out deleted text, rows and paragraph marks: what follows such a mark goes on in its paragraph."""
    tracked = False
    for node in list(root.iter(*_GONE)):
        tracked = True
        above = node.getparent()
        if above is None:
            continue
        if above.tag == _W + "trPr":
            row = above.getparent()
            row.getparent().remove(row)
        elif above.tag == _W + "rPr":
            paragraph = above.getparent().getparent()
            above.remove(node)
            _join(paragraph)
        else:
            above.remove(node)
    return tracked


def _join(paragraph: Any) -> None:
    """A paragraph whose end was deleted goes on with the next."""
    following = paragraph.getnext() if paragraph is not None and paragraph.tag == _W + "p" else None
    if following is None or following.tag != _W + "p":
        return
    properties = following.find(_W + "pPr")
    own = [node for node in paragraph if node.tag != _W + "pPr"]
    for k, node in enumerate(own):
        following.insert(k + (0 if properties is None else 1), node)
    paragraph.getparent().remove(paragraph)


def _unwrap(node: Any) -> None:
    """Puts what it holds in its place."""
    above = node.getparent()
    if above is None:
        return
    if above.tag in (_W + "rPr", _W + "trPr"):
        above.remove(node)
        return
    at = above.index(node)
    above.remove(node)
    for k, child in enumerate(list(node)):
        above.insert(at + k, child)


def _write_marks(run: Any) -> bool:
    """A symbol font's boxes, as symbols or as letters, become letters that every font has."""
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    font = "" if fonts is None else fonts.get(_W + "ascii") or fonts.get(_W + "hAnsi") or ""
    changed = False
    for node in list(run):
        if node.tag == _W + "sym":
            letter = chr(int(node.get(_W + "char", "0"), 16))
            mark = mark_of(letter, node.get(_W + "font", ""))
            if mark is not None:
                node.tag, node.text = _W + "t", mark
                node.attrib.clear()
                changed = True
        elif node.tag == _W + "t" and font and len(text := (node.text or "").strip()) == 1:
            mark = mark_of(text, font)
            if mark is not None:
                changed = changed or mark != text
                node.text = (node.text or "").replace(text, mark)
    if changed and fonts is not None:
        fonts.getparent().remove(fonts)
    return changed


def _accept_odt(root: Any) -> tuple[bool, bool]:
    """Deleted text stands apart from the rest in OpenDocument; what was put in only has marks about it."""
    found = list(root.iter(_TEXT + "tracked-changes"))
    tracked = any(len(node) for node in found)
    for node in found:
        node.getparent().remove(node)
    for node in list(root.iter(_TEXT + "change", _TEXT + "change-start", _TEXT + "change-end")):
        above, before = node.getparent(), node.getprevious()
        if node.tail:
            if before is None:
                above.text = (above.text or "") + node.tail
            else:
                before.tail = (before.tail or "") + node.tail
        above.remove(node)
    shown = [node for node in root.iter() if isinstance(node.tag, str) and _PASSING_ODT.match(node.tag)]
    for node in shown:
        node.tag = _TEXT + "span"
        node.attrib.clear()
    return tracked or bool(shown), tracked
