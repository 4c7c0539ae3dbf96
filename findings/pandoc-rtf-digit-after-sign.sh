#!/bin/sh
# pandoc 3.9 loses the character behind a sign of an RTF file that is written as \uN? : « moyenne ≥ 10 » set as \u8805?10 becomes "≥0",
# 12−5 is "12−", "métier" is "méier" with m\u233?tier. RTF has \uN followed immediately by its stand-in in the file's code page, which
# the reader leaves out, one character where \uc says nothing else (RTF specification, Unicode RTF): here the question mark.
# pandoc leaves out one more. With \'3f or with a blank between it is right, so that files of Word and of LibreOffice, which write \'3f, pass. The form
# with ? is valid, and what rtfunicode 2.3, a library for just that, writes of any letter with an accent. The exit code is 0,
# nothing is said. striprtf 0.0.35 has all.
#
# Seen on 2026-11-30, Python 3.11, pypandoc_binary 1.17 (pandoc 3.9), striprtf 0.0.35:
#   in the file             pandoc         striprtf
#   moyenne \u8805?10       moyenne ≥0     moyenne ≥10
#   12\u8722?5              12−            12−5
#   m\u233?tier             méier          métier
#   moyenne \u8805\'3f10    moyenne ≥10    moyenne ≥10
#   moyenne \u8805 ?10      moyenne ≥10    moyenne ≥10
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pypandoc_binary==1.17 striprtf==0.0.35 rtfunicode==2.3
"$place/venv/bin/python" - <<'PYTHON'
import subprocess
import sys

import pypandoc
import rtfunicode  # noqa: F401, a codec
from striprtf.striprtf import rtf_to_text

PANDOC = pypandoc.get_pandoc_path()


def document(text):
    return r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0 " + text + r"\par}"


def by_pandoc(text):
    done = subprocess.run(
        [PANDOC, "--verbose", "--from=rtf", "--to=plain"], input=document(text), capture_output=True, text=True, check=True,
    )
    assert "WARNING" not in done.stderr, done.stderr
    return done.stdout.strip()


FILES = {
    r"moyenne \u8805?10": ("moyenne ≥0", "moyenne ≥10"),
    r"12\u8722?5": ("12−", "12−5"),
    r"m\u233?tier": ("méier", "métier"),
    r"moyenne \u8805\'3f10": ("moyenne ≥10", "moyenne ≥10"),
    r"moyenne \u8805 ?10": ("moyenne ≥10", "moyenne ≥10"),
}
print(subprocess.run([PANDOC, "--version"], capture_output=True, text=True).stdout.splitlines()[0])
seen = {text: (by_pandoc(text), rtf_to_text(document(text)).strip()) for text in FILES}
for text, found in seen.items():
    print(f"{text:23} {found[0]:14} {found[1]}")
written = "métier".encode("rtfunicode").decode("ascii")
print("rtfunicode writes", written)
sys.exit(0 if seen == FILES and written == r"m\u233?tier" else 1)
PYTHON
