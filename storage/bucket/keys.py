"""Every key of every bucket: how it is spelt, and what a key of the inbox says."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from processors.circular.session import ExamKind, Session
from processors.findings import Code, Finding, finding

SCANS = "scans/"
ATTENDANCE = "attendance/"
DOSSIERS = "dossiers/"
RETURNS = "returns/"
"""Sheets of oral panels: they bear marks, and nothing under it is ever kept."""
RECEIPTS = "receipts/"
QUARANTINE = "quarantine/"
"""Of the vault, as are those that follow; it has scans, dossiers and attendance lists, too."""
ARRIVALS = "arrivals/"
READINGS = "readings/"
PEOPLE = "people/"
REASONS = "reasons/"
EVIDENCE = "evidence/"
ANONYMOUS = "anonymous/"
RETURNED = "returned/"
MARKS = "marks/"
LOG = "log/"
"""Of the audit bucket, as are those that follow."""
SEALS = "seals/"
CERTIFICATES = "certificates/"
KNOWN = (SCANS, ATTENDANCE, DOSSIERS, RETURNS, RECEIPTS)
_SEGMENT = re.compile(rf"{LOG}(\d{{12,}})-(\d{{12,}})\.jsonl")
_SEAL = re.compile(rf"{SEALS}([1-9]\d*)\.json")
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


def signed_list_path(key: str, session: Session) -> tuple[str, str] | None:
    """Centre and épreuve of `attendance/<UAI>/<exam>.pdf` or `…/<exam>/<name>.pdf`, or None."""
    found = re.fullmatch(rf"{ATTENDANCE}([^/]+)/([^/.]+)(?:/[^/]+)?\.(?:pdf|PDF)", key)
    if found and session.centre(found[1]) and found[2] in {exam.code for exam in session.written}:
        return found[1], found[2]
    return None


def dossier_path(key: str, session: Session) -> tuple[str, str, str] | None:
    """Épreuve, candidate number and file of `dossiers/<exam>/<candidate number>/…`, or None.

    The file is known by its path inside the candidate's folder.
    """
    found = re.fullmatch(rf"{DOSSIERS}([^/]+)/([0-9]+)/(.+)", key)
    exam = session.exam(found[1]) if found else None
    if found is None or not re.fullmatch(session.numbers.candidate, found[2]):
        return None
    if exam is None or exam.kind is not ExamKind.DOSSIER:
        return None
    return (found[1], found[2], found[3]) if all(map(is_plain, found[3].split("/"))) else None


def manifest_path(key: str, session: Session) -> str | None:
    """The épreuve of `dossiers/<exam>/<name>.csv`, the deposit space's list; None when it is no such path."""
    found = re.fullmatch(rf"{DOSSIERS}([^/]+)/[^/]+\.csv", key)
    exam = session.exam(found[1]) if found else None
    return exam.code if exam is not None and exam.kind is ExamKind.DOSSIER else None


def returns_path(key: str) -> str | None:
    """The place of `returns/<place>/<name>`, as it is called there; None when it is no such path."""
    found = re.fullmatch(rf"{RETURNS}([^/]+)/[^/]+", key)
    return found[1] if found else None


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


def scan_key(centre: str, exam: str, name: str) -> str:
    """Of the inbox: where a centre drops a file."""
    return f"{SCANS}{centre}/{exam}/{name}"


def attendance_key(centre: str, exam: str) -> str:
    return f"{ATTENDANCE}{centre}/{exam}.csv"


def dossier_key(exam: str, name: str) -> str:
    """`name`: `<candidate number>/<file>`, or that of the deposit space's list."""
    return f"{DOSSIERS}{exam}/{name}"


def stored_attendance(exam: str, sha256: str) -> str:
    """Of the vault: a signed list, as scanned."""
    return f"{ATTENDANCE}{exam}/{sha256}.pdf"


def kept_cell(exam: str, sha256: str, page: int, row: int) -> str:
    """Of the vault: the picture of a row of it."""
    return f"{ATTENDANCE}{exam}/{sha256}/{page:03}-{row:02}.jpg"


def folder_of(key: str) -> str:
    """Its first part, as the names above are spelt."""
    return key[: key.find("/") + 1]


def stored_scan(sha256: str) -> str:
    """Of the vault, as are those that follow: a scan's bytes."""
    return f"{SCANS}{sha256}.pdf"


def stored_file(sha256: str) -> str:
    """A file of a dossier."""
    return f"{DOSSIERS}{sha256}"


def set_aside(name: str) -> str:
    """A file that cannot be taken, by its SHA-256; a list or a dossier's, by its kind and ETag."""
    return f"{QUARANTINE}{name}"


def set_aside_from(name: str) -> str:
    """Where a list or a dossier's file that was not taken had been dropped; `name` as for `set_aside`."""
    return f"{QUARANTINE}from/{name}"


def arrival(id_: str) -> str:
    """Where a drop lay and how it was called: names of files may name people."""
    return f"{ARRIVALS}{id_}.json"


def kept_reading(name: str) -> str:
    return f"{READINGS}{name}.json"


def kept_list(sha256: str) -> str:
    """A list that somebody brought."""
    return f"{PEOPLE}{sha256}.csv"


def kept_person(name: str) -> str:
    """Of an account or a token: what names somebody."""
    return f"{PEOPLE}{name}.json"


def kept_words(subject: str, ending: str) -> str:
    """What somebody wrote about something, each time under another key."""
    return f"{REASONS}{subject.replace('/', '-')}-{secrets.token_hex(8)}.{ending}"


def kept_picture(scan: str, place: str) -> str:
    """Of a finding."""
    return f"{EVIDENCE}{scan}/{place}.jpg"


def anonymous_copy(exam: str, number: str) -> str:
    return f"{ANONYMOUS}{exam}/{number}.pdf"


def returned_document(lot: str, number: str, sha256: str) -> str:
    """A copy as its corrector gave it back."""
    return f"{RETURNED}{lot}/{number}/{sha256}.pdf"


def private_notes(lot: str, copy: str, corrector: str) -> str:
    """What a corrector notes of a copy for himself or herself, beside what comes back."""
    return f"{private_notes_on(lot, copy)}{corrector}.json"


def private_notes_on(lot: str, copy: str) -> str:
    """Before the keys of the notes of each corrector who had this lot."""
    return f"{RETURNED}{lot}/{copy}/"


def kept_marks(of: str) -> str:
    """Marks of a lot, or those of an épreuve by candidate, each time under another key."""
    return f"{MARKS}{of}/{secrets.token_hex(8)}.json"


def purge_list(purge: str) -> str:
    """What is to be destroyed, until it is."""
    return f"purges/{purge}.list.json"


def tombstone(purge: str) -> str:
    """What stands for it afterwards, and names nobody."""
    return f"purges/{purge}.tombstone.json"


def certificate_key(purge: str) -> str:
    """Of the audit bucket: that it is destroyed."""
    return f"{CERTIFICATES}{purge}.json"


BACKUP_SECRET = ".backup/secret"
"""Of the vault: what hashes of a backup's outline are made with."""

WATCHED = ".watch/inbox"
"""Of the vault: written each time the inbox has been looked through."""


def segment_key(first: int, last: int) -> str:
    """Of the audit bucket, as is a seal's."""
    return f"{LOG}{first:012}-{last:012}.jsonl"


def segment_range(key: str) -> tuple[int, int] | None:
    """First and last seq that a segment's key promises, None for a key that is no segment's."""
    match = _SEGMENT.fullmatch(key)
    return (int(match[1]), int(match[2])) if match else None


def seal_key(n: int) -> str:
    return f"{SEALS}{n}.json"


def seal_number(key: str) -> int | None:
    match = _SEAL.fullmatch(key)
    return int(match[1]) if match else None
