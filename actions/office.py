"""Office files become PDFs, by LibreOffice where it is installed, in a directory of their own.

Workbooks become .xlsx: on paper, narrow columns cut their text off.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from actions.isolation import Limits, end_group, isolated
from processors.dossiers.files import OFFICE, DepositedFile, FileKind, final
from processors.scans.files.raster import BadScan
from storage.machine.scratch import scratch

_SECONDS = 180.0
_MEMORY = 4 << 30  # bytes of address space
_ITEM = (
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
    '<prop oor:name="{}" oor:op="fuse"><value>true</value></prop></item>'
)
# a linked picture would be fetched, from the network or from this machine's own files
_STRICT = map(_ITEM.format, ("BlockUntrustedRefererLinks", "DisableMacrosExecution"))
_STEPS = (
    # those of older programs first become what their text can be made final in
    ((FileKind.DOC, FileKind.RTF), FileKind.DOCX),
    ((FileKind.DOCX, FileKind.ODT), FileKind.PDF),
    ((FileKind.ODS, FileKind.XLS), FileKind.XLSX),
)
_PROFILE = f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{"".join(_STRICT)}</oor:items>'


def as_readable(files: Sequence[DepositedFile]) -> tuple[DepositedFile, ...]:
    """The same files, those of an office program as PDFs or .xlsx under their own names where that can be.

    All at once, since LibreOffice takes long to start; then each alone that was not converted among others.
    Macros do not run, and what a file only links to is not fetched.
    """
    office = shutil.which("soffice")
    made = {file: file for file in files if file.kind in OFFICE}
    if office is None or not made:
        return tuple(files)
    for kinds, kind in _STEPS:
        these = {was: now for was, now in made.items() if now.kind in kinds}
        done = _converted(office, list(these.values()), kind) if these else {}
        for now in these.values() if len(these) > 1 else ():
            if now not in done:
                done |= _converted(office, [now], kind)
        if kind is FileKind.DOCX:
            done = dict(_final(done))
        made |= {was: done[now] for was, now in these.items() if now in done}
    return tuple(made.get(file, file) for file in files)


def _final(made: dict[DepositedFile, DepositedFile]) -> Iterator[tuple[DepositedFile, DepositedFile]]:
    """With the text that counts; without those of which it is not known."""
    for was, file in made.items():
        with contextlib.suppress(BadScan):
            yield was, isolated(final, file)[0]


def _converted(
    office: str, files: Sequence[DepositedFile], kind: FileKind
) -> dict[DepositedFile, DepositedFile]:
    """What LibreOffice makes of these; nothing of those that it cannot read."""
    with scratch() as place:
        sources = [place / f"{k}.{file.kind.value}" for k, file in enumerate(files)]
        for source, file in zip(sources, files, strict=True):
            source.write_bytes(file.data)
        profile = place / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE)
        argv = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
        argv += ["--convert-to", kind.value, "--outdir", str(place), *map(str, sources)]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            _run(argv, {"PATH": os.environ.get("PATH", ""), "HOME": str(place), "TMPDIR": str(place)})
        return {
            file: DepositedFile(file.name, kind, made.read_bytes())
            for source, file in zip(sources, files, strict=True)
            if (made := source.with_suffix(f".{kind.value}")).exists()
        }


def _run(argv: list[str], env: dict[str, str]) -> None:
    """Raises when it takes too long; nothing of it goes on then."""
    process = subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=Limits(_SECONDS, _MEMORY).keep,
    )
    try:
        process.wait(_SECONDS)
    finally:
        end_group(process.pid)
        process.wait()
