"""An office file saved as « Strict Open XML », put into the names that its readers know.

openpyxl finds no sheet in such a workbook, and says nothing. ISO/IEC 29500-4, annex A, gives the transitional
name of each strict namespace: they differ by a year after the kind of file.
"""

from __future__ import annotations

import io
import re
import zipfile

from processors.dossiers.final import MAX_SIZE

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"


def transitional(data: bytes) -> bytes:
    """A "docx" or "xlsx" file, as it is unless it is strict. Raises what zipfile does on broken archives."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if not _STRICT.search(archive.read("_rels/.rels")) or sum(i.file_size for i in infos) > MAX_SIZE:
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for info in infos:
                part = archive.read(info)
                if info.filename.endswith((".xml", ".rels")):
                    part = _STRICT.sub(_TRANSITIONAL, part)
                made.writestr(info.filename, part)
    return out.getvalue()
