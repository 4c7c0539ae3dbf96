#!/bin/sh
# s3fs 2026.9.0 takes the key of one object for a pattern where it holds brackets, though there is an object of just that key:
# "copie[1].pdf", as a browser or a mail program names a second download, is then "copie1.pdf". cat gives the other object's bytes,
# rm deletes the other object and leaves the one that was named, mv moves the other one, to "x.pdf/copie1.pdf"; none says a word.
# exists, open, info and cat_file of the same file system take the key as it stands, so who looks first whether the
# object is there hears yes. Where nothing matches, they raise FileNotFoundError. It lies in fsspec's AbstractFileSystem: its file
# system in memory does the same; of files on a disk rm takes the name as it is, and cat does not. The documentation says that
# get expands patterns, and of rm "files or directories to delete". glob's own escape, "copie[[]1].pdf", helps.
#
# Seen on 2026-11-30, Python 3.11, s3fs and fsspec 2026.9.0, S3 by moto 5.2.5; copie[1].pdf holds "Durand", copie1.pdf "Martin":
#             exists   cat_file   cat      left after rm   left after mv to x.pdf
#   s3        True     Durand     Martin   copie[1].pdf    copie[1].pdf x.pdf/copie1.pdf
#   memory    True     Durand     Martin   copie[1].pdf    copie[1].pdf x.pdf/copie1.pdf
#   file      True     Durand     Martin   copie1.pdf      copie1.pdf x.pdf
#   escaped cat of s3: Durand
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check s3fs==2026.9.0 fsspec==2026.9.0 'moto[server]==5.2.5'
"$place/venv/bin/python" - "$place" <<'PYTHON' 2> "$place/requests.log" || { tail -n 20 "$place/requests.log"; exit 1; }
import sys

import fsspec
from moto.server import ThreadedMotoServer

NAMED, OTHER = "copie[1].pdf", "copie1.pdf"


def filled(system, folder):
    system.mkdir(folder)
    for name, content in ((NAMED, b"Durand"), (OTHER, b"Martin")):
        system.pipe_file(f"{folder}/{name}", content)
    system.invalidate_cache()


def left(system, folder):
    system.invalidate_cache()
    return " ".join(sorted(path.partition(f"{folder}/")[2] for path in system.find(folder)))


def read(system, path):
    found = system.cat(path)
    return (b"".join(found.values()) if isinstance(found, dict) else found).decode()


def tried(system, folder):
    filled(system, folder)
    path = f"{folder}/{NAMED}"
    answers = [system.exists(path), system.cat_file(path).decode(), read(system, path)]
    system.rm(path)
    answers.append(left(system, folder))
    filled(system, folder + "-mv")
    system.mv(f"{folder}-mv/{NAMED}", f"{folder}-mv/x.pdf")
    return [*answers, left(system, folder + "-mv")]


server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://{}:{}".format(*server.get_host_and_port())
s3 = fsspec.filesystem("s3", key="a", secret="b", endpoint_url=endpoint)
systems = {
    "s3": (s3, "scans"), "memory": (fsspec.filesystem("memory"), "/scans"),
    "file": (fsspec.filesystem("file"), f"{sys.argv[1]}/scans"),
}
seen = {}
print(f"{'':9} {'exists':8} {'cat_file':10} {'cat':8} {'left after rm':15} left after mv to x.pdf")
for name, (system, folder) in systems.items():
    seen[name] = tried(system, folder)
    print("{:9} {!s:8} {:10} {:8} {:15} {}".format(name, *seen[name]))
filled(s3, "scans-escaped")
escaped = read(s3, "scans-escaped/" + NAMED.replace("[", "[[]"))
print(f"escaped cat of s3: {escaped}")
server.stop()
abstract = [True, "Durand", "Martin", NAMED, f"{NAMED} x.pdf/{OTHER}"]
sys.exit(0 if seen == {
    "s3": abstract, "memory": abstract, "file": [True, "Durand", "Martin", OTHER, f"{OTHER} x.pdf"],
} and escaped == "Durand" else 1)
PYTHON
