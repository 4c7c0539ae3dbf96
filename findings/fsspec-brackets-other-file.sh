#!/bin/sh
# fsspec 2026.9.0 takes the name of one file for a pattern where it holds brackets, though there is a file of just that name:
# "copie[1].pdf", as a browser or a mail program names a second download, is then "copie1.pdf". cat gives the other file's
# bytes, get brings the other file, rm deletes the other file and leaves the one that was named, all
# without an error. exists, open, info and cat_file of the same file system take the name as it stands, so whoever looks first
# whether the file is there hears yes. Where nothing matches cat and rm raise FileNotFoundError. It is the same on a disk and in
# memory, as it lies in AbstractFileSystem, which s3fs and others build on. The documentation says that get expands patterns; of rm
# it says "files or directories to delete", of cat "potentially multiple paths". glob's own escape, "copie[[]1].pdf", helps.
#
# Seen on 2026-11-30, Python 3.11, fsspec 2026.9.0; copie[1].pdf holds "Durand", copie1.pdf "Martin":
#             exists   cat_file   cat      get          left after rm        left after rm, escaped
#   file      True     Durand     Martin   copie1.pdf   copie[1].pdf         copie1.pdf
#   memory    True     Durand     Martin   copie1.pdf   copie[1].pdf         copie1.pdf
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check fsspec==2026.9.0
mkdir "$place/scans"
"$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec

NAMED, OTHER = "copie[1].pdf", "copie1.pdf"


def left_after(system, folder, removed):
    for name, content in ((NAMED, b"Durand"), (OTHER, b"Martin")):
        system.pipe_file(f"{folder}/{name}", content)
    system.rm(f"{folder}/{removed}")
    return [path.rsplit("/", 1)[1] for path in system.ls(folder, detail=False)]


def tried(system, folder):
    for name, content in ((NAMED, b"Durand"), (OTHER, b"Martin")):
        system.pipe_file(f"{folder}/{name}", content)
    path = f"{folder}/{NAMED}"
    with TemporaryDirectory(dir=sys.argv[1]) as here:
        system.get(path, f"{here}/")
        (brought,) = (file.name for file in Path(here).iterdir())
    (read,) = system.cat(path).values()
    exact = system.cat_file(path).decode()
    return [
        system.exists(path), exact, read.decode(), brought,
        left_after(system, folder, NAMED), left_after(system, folder, NAMED.replace("[", "[[]")),
    ]


seen = []
print(f"{'':9} {'exists':8} {'cat_file':10} {'cat':8} {'get':12} {'left after rm':20} left after rm, escaped")
for protocol, folder in (("file", f"{sys.argv[1]}/scans"), ("memory", "/scans")):
    system = fsspec.filesystem(protocol)
    system.makedirs(folder, exist_ok=True)
    seen.append(tried(system, folder))
    exists, exact, read, got, left, escaped = seen[-1]
    print(f"{protocol:9} {exists!s:8} {exact:10} {read:8} {got:12} {' '.join(left):20} {' '.join(escaped)}")
sys.exit(0 if seen == [[True, "Durand", "Martin", OTHER, [NAMED], [OTHER]]] * 2 else 1)
PYTHON
