"""A candidate's dossier as it comes, file by file: taken by whatever door, and told how it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import Connection

from actions.site import Site
from processors.circular.deadlines import Times
from processors.circular.session import Exam
from processors.dossiers.files import MAX_BYTES
from processors.findings import Severity
from storage.bucket.keys import dossier_key, dossier_path, stored_file
from storage.bucket.objects import ObjectInfo
from storage.dropped import deposits
from storage.dropped.deadlines import deposit_rules
from storage.dropped.dossiers import DossierRow, dossiers_of
from storage.people.candidates import EnrolledCandidate, enrolled_in, enrolled_with_number
from storage.refusals import Refusal, Refused

MOST = f"{MAX_BYTES // 10**6} Mo"


@dataclass(frozen=True)
class Came:
    """A file that came; `counts`: whether it is read. If not it is `late`, or one of its name came later."""

    name: str
    at: datetime
    counts: bool
    late: bool


@dataclass(frozen=True)
class Standing:
    """How the dossier of a candidate stands: it names the candidate.

    `rules`: the épreuve with the deadlines of this candidate's school; `wanted`: title of each piece that is
    asked for, by its code; `read`: whether all that came was; `reading`: the key of what was read, in the
    vault; `troubles`: how much of it is to be mended or looked at.
    """

    person: EnrolledCandidate
    rules: Exam
    wanted: Mapping[str, str]
    files: tuple[Came, ...] = ()
    read: bool = False
    reading: str | None = None
    troubles: int = 0

    @property
    def last_at(self) -> datetime | None:
        return max((file.at for file in self.files), default=None)

    @property
    def said(self) -> str:
        """In French, in a word or two."""
        if not self.files:
            return "rien de déposé"
        if not self.read:
            return "en attente de lecture"
        return "lu, à compléter ou à vérifier" if self.troubles else "lu, rien à signaler"


@dataclass(frozen=True)
class Contents:
    """Title and file of each piece that was known; what is to be mended or looked at (French)."""

    pieces: tuple[tuple[str, str], ...] = ()
    messages: tuple[str, ...] = ()


def take(
    site: Site,
    dropped: ObjectInfo,
    data: bytes | Path,
    exam: str,
    number: str,
    name: str,
    times: Times,
    *,
    actor: str,
    at: datetime,
) -> str | None:
    """A file of the dossier of who has this number. The dossier's id, None when this very file is known."""
    with site.register.reading() as connection:
        candidate = enrolled_with_number(connection, exam, number)
    if candidate is None:
        raise Refused(Refusal.NOT_ENROLLED)
    sha256 = _sha256(data)
    site.store.vault.put(stored_file(sha256), data, only_if_absent=True)
    return deposits.note_deposit(
        site.register, dropped, sha256, exam, candidate, name, times=times, actor=actor, at=at
    )


def _sha256(data: bytes | Path) -> str:
    with BytesIO(data) if isinstance(data, bytes) else data.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def drop(
    site: Site,
    exam: str,
    number: str,
    name: str,
    file: Path,
    *,
    begun_at: datetime | None = None,
    centre: str | None = None,
    actor: str,
    at: datetime,
) -> str | None:
    """Takes a file that somebody brings, dated by the store's clock; from `begun_at`, if not long ago.

    `centre`: who is enrolled elsewhere is nobody there.
    """
    key = dossier_key(exam, f"{number}/{name}")
    if exam not in {one.code for one in site.session.with_dossiers}:
        raise Refused(Refusal.NOT_HERE, exam)
    with site.register.reading() as connection:
        here = {who.number for who in enrolled_in(connection, exam, centre)}
    if number not in here:
        raise Refused(Refusal.NOT_ENROLLED)
    if dossier_path(key, site.session) is None:
        raise Refused(Refusal.BAD_NAME)
    if not (size := file.stat().st_size):
        raise Refused(Refusal.EMPTY_FILE)
    if size > MAX_BYTES:
        raise Refused(Refusal.TOO_LARGE, MOST)
    ended = site.store.time()
    times = Times(ended, begun_at).counted(timedelta(minutes=site.session.upload_minutes))
    info = ObjectInfo(key, _sha256(file), size, ended)
    return take(site, info, file, exam, number, name, times, actor=actor, at=at)


def standings(site: Site, exam: str, centre: str | None = None, *, whose: str = "") -> list[Standing]:
    """By name, of all of an épreuve, in this centre if one is given; of who has this number or id alone."""
    rules = site.session.exam(exam)
    if rules is None or rules not in site.session.with_dossiers:
        raise Refused(Refusal.NOT_HERE, exam)
    with site.register.reading() as connection:
        enrolled = enrolled_in(connection, exam, centre)
        people = [who for who in enrolled if not whose or whose in (who.number, who.id)]
        rows = {row.candidate: row for row in dossiers_of(connection, exam, centre)}
        schools = {who.school for who in people}
        of_schools = {school: deposit_rules(connection, rules, school) for school in schools}
        return [
            _standing(site, connection, who, of_schools[who.school], rows.get(who.id))
            for who in sorted(people, key=lambda who: (who.family_name, who.first_names, who.number))
        ]


def contents_of(site: Site, one: Standing) -> Contents:
    """What the last reading of it found."""
    if one.reading is None:
        return Contents()
    read = json.loads(site.store.vault.get(one.reading))
    known = (piece for piece in read["pieces"] if piece["kind"] in one.wanted)
    return Contents(
        tuple((one.wanted[piece["kind"]], piece["file"]) for piece in known),
        tuple(found["message"] for found in read["findings"] if found["severity"] != Severity.INFO),
    )


def _standing(
    site: Site, connection: Connection, who: EnrolledCandidate, rules: Exam, row: DossierRow | None
) -> Standing:
    held = site.session.dossier_rule(rules.code, who.option, who.category)
    wanted = {piece.code: piece.title for piece in held.pieces} if held else {}
    came = deposits.files_of(connection, row.id) if row else []
    if row is None or not came:
        return Standing(who, rules, wanted)
    counting, late = deposits.in_force(came, rules)
    return Standing(
        who,
        rules,
        wanted,
        tuple(Came(file.name, file.at, file in counting, file in late) for file in came),
        row.read_files == len(came),
        row.reading,
        sum(found.severity is not Severity.INFO for found in row.findings),
    )
