"""An office file that reaches for what is not its own."""

from __future__ import annotations

import io
import shutil
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import docx
import numpy as np
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from processes import has_ended

from actions import office
from actions.office import as_readable
from processors.dossiers.files import DepositedFile, FileKind, unpack
from processors.dossiers.pages import read_pages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here"),
]
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in {
        "office": "office", "text": "text", "draw": "drawing", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and what it was asked for."""
    paths: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()


def linking(*pictures: str) -> DepositedFile:
    """A text of one line, with pictures that it only links to."""
    frames = "".join(
        '<draw:frame text:anchor-type="as-char" svg:width="5cm" svg:height="5cm">'
        f'<draw:image xlink:href="{picture}" xlink:type="simple" xlink:actuate="onLoad"/></draw:frame>'
        for picture in pictures
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        made.writestr(
            "content.xml",
            f'<office:document-content {SPACES} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body>'
            f"<office:text><text:p>Attestation {frames}</text:p></office:text></office:body>"
            "</office:document-content>",
        )
    return DepositedFile("attestation.odt", FileKind.ODT, out.getvalue())


def dated() -> list[tuple[str, bytes]]:
    """Two attestations that were dated, and signed, by fields when they were saved."""
    word, text = io.BytesIO(), zipfile.ZipFile(io.BytesIO(linking().data))
    document = docx.Document()
    fields = "".join(
        f'<w:fldSimple w:instr=" {instruction} "><w:r><w:t>{value}</w:t></w:r></w:fldSimple>'
        for instruction, value in (("DATE", "15 juin 2026"), ("USERNAME", "Anne Kerbrat"))
    )
    for part in parse_xml(f"<w:p {nsdecls('w')}>{fields}</w:p>"):
        document.add_paragraph()._p.append(part)
    document.save(word)
    odt = io.BytesIO()
    with zipfile.ZipFile(odt, "w") as made:
        for name in text.namelist():
            made.writestr(
                name,
                text.read(name).replace(
                    b"Attestation ",
                    b"<text:date>15 juin 2026</text:date> "
                    b"<text:sender-lastname>Kerbrat</text:sender-lastname>",
                ),
            )
    return [("lettre.docx", word.getvalue()), ("lettre.odt", odt.getvalue())]


def shown(file: DepositedFile) -> tuple[str, int]:
    """Its text, and how many of its pixels are red."""
    assert file.kind is FileKind.PDF
    page = pypdfium2.PdfDocument(file.data)[0]
    pixels = page.render(scale=0.5).to_numpy().astype(int)
    return page.get_textpage().get_text_bounded(), int((pixels[:, :, 2] - pixels[:, :, 0] > 100).sum())


@pytest.mark.parametrize("guarded", [True, False])
def test_what_a_document_links_to_is_not_fetched(asked, guarded, tmp_path: Path, monkeypatch) -> None:
    """Not guarded, it is: else this would test nothing."""
    if not guarded:
        empty = '<oor:items xmlns:oor="http://openoffice.org/2001/registry"/>'
        monkeypatch.setattr(office, "_PROFILE", empty)
    address, paths = asked
    own = tmp_path / "own.png"
    cv2.imwrite(str(own), np.full((50, 50, 3), (0, 0, 255), np.uint8))
    text, red = shown(*as_readable([linking(f"{address}/picture.png", own.as_uri())]))
    assert "Attestation" in text
    assert (bool(paths), red > 1000) == (not guarded, not guarded)


def test_what_fields_showed_is_read_whatever_the_day_and_the_machine() -> None:
    for file in as_readable(unpack(dated())[0]):
        text, _ = shown(file)
        assert "15 juin 2026" in text and "Kerbrat" in text


def test_a_conversion_that_does_not_end_is_ended_whole(tmp_path: Path, monkeypatch) -> None:
    script, pid = tmp_path / "soffice", tmp_path / "pid"
    script.write_text(f"#!/bin/sh\nsleep 3600 &\necho $! > {pid}\nwait\n")
    script.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(script))
    monkeypatch.setattr(office, "_SECONDS", 5.0)
    (file,) = as_readable([linking()])
    assert file.kind is FileKind.ODT
    end = time.monotonic() + 60
    while not has_ended(int(pid.read_text())):
        assert time.monotonic() < end, "what it had started goes on"
        time.sleep(0.1)


def test_an_ods_is_read_from_its_cells_which_a_page_cuts_off_whatever_it_pictures() -> None:
    spaces = SPACES + ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{said}</text:p></table:table-cell>'
        for said in ("NOM et prénom : QUÉMÉNEUR-CHASTEL Marie-Ange", "N° candidat : 02500000011")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("Pictures/logo.png", b"")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table>"
            f"<table:table-row>{cells}</table:table-row>"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    (file,) = as_readable([DepositedFile("t.ods", FileKind.ODS, out.getvalue())])
    (page,) = read_pages(file)
    assert "QUÉMÉNEUR-CHASTEL Marie-Ange" in page.text


def test_an_older_programs_text_is_read_as_it_stands_at_last() -> None:
    letter = (
        rb"{\rtf1\ansi{\*\revtbl{Unknown;}{A;}}Du 5 janvier au {\deleted\revauthdel1 30}{\revised 31} mars}"
    )
    (file,) = as_readable(unpack([("lettre.rtf", letter)])[0])
    assert shown(file)[0].split() == ["Du", "5", "janvier", "au", "31", "mars"]
