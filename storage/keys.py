"""Keys of the inbox: what a centre's path says, and where the answers to it go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.findings import Code, Finding, finding
from processors.session import ExamKind, Session

SCANS = "scans/"
ATTENDANCE = "attendance/"
DOSSIERS = "dossiers/"
RECEIPTS = "receipts/"
KNOWN = (SCANS, ATTENDANCE, DOSSIERS, RECEIPTS)
_MAX_NAME = 200  # bytes of UTF-8: stores hold 255, and a receipt's name is longer than its file's


@dataclass(frozen=True)
class ScanPath:
    """`centre` and `exam` are None when they are not of this session; `finding` then says what is wrong."""

    centre: str | None
    exam: str | None
    finding: Finding | None


def scan_path(key: str, session: Session) -> ScanPath:
    """What `scans/<UAI>/<exam>/<name>` says."""
    parts = key.removeprefix(SCANS).split("/")
    if not key.startswith(SCANS) or len(parts) != 3 or not is_plain(parts[2]):
        return ScanPath(None, None, finding(Code.BAD_NAME))
    uai, code, _ = parts
    if session.centre(uai) is None:
        return ScanPath(None, None, finding(Code.UNKNOWN_CENTRE))
    if code not in {exam.code for exam in session.written}:
        return ScanPath(uai, None, finding(Code.UNKNOWN_EXAM))
    return ScanPath(uai, code, None)


def attendance_path(key: str, session: Session) -> tuple[str, str] | None:
    """Centre and épreuve of `attendance/<UAI>/<exam>.csv`, None when they are not of this session."""
    found = re.fullmatch(rf"{ATTENDANCE}([^/]+)/([^/]+)\.csv", key)
    if found and session.centre(found[1]) and found[2] in {exam.code for exam in session.written}:
        return found[1], found[2]
    return None


def dossier_path(key: str, session: Session) -> tuple[str, str, str] | None:
    """Épreuve, candidate number and file of `dossiers/<exam>/<candidate number>/…`, or None.

    The file is known by its path inside the candidate's folder.
    """
    found = re.fullmatch(rf"{DOSSIERS}([^/]+)/([0-9]{{11}})/(.+)", key)
    exam = session.exam(found[1]) if found else None
    if found is None or exam is None or exam.kind is not ExamKind.DOSSIER:
        return None
    return (found[1], found[2], found[3]) if all(map(is_plain, found[3].split("/"))) else None


def manifest_path(key: str, session: Session) -> str | None:
    """The épreuve of `dossiers/<exam>/<name>.csv`, the deposit space's list; None when it is no such path."""
    found = re.fullmatch(rf"{DOSSIERS}([^/]+)/[^/]+\.csv", key)
    exam = session.exam(found[1]) if found else None
    return exam.code if exam is not None and exam.kind is ExamKind.DOSSIER else None


def is_plain(name: str) -> bool:
    """A file name that leads nowhere else and can be printed. Accents are welcome."""
    if not name.isprintable() or set(name) & set("/\\") or name in (".", ".."):
        return False
    return 0 < len(name.encode()) <= _MAX_NAME


def receipt_key(scan_key: str, scan: str) -> str:
    """Without its ending: by the centre's own folder and name, or by the scan's id when these are no good."""
    parts = scan_key.removeprefix(SCANS).split("/")
    if scan_key.startswith(SCANS) and len(parts) == 3 and all(map(is_plain, parts)):
        return RECEIPTS + "/".join(parts)
    return f"{RECEIPTS}{scan}"


def answer_key(key: str, etag: str) -> str:
    """Where the answer to a list or a dossier's file goes: by its path, or its etag when that is no good."""
    if all(map(is_plain, key.split("/"))):
        return f"{RECEIPTS}{key}.json"
    return f"{RECEIPTS}{key.partition('/')[0]}/{etag}.json"
