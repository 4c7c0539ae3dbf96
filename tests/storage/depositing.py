"""A file of a dossier as it is taken in: into the vault, then noted."""

import hashlib
from datetime import datetime

from storage.bucket.keys import stored_file
from storage.bucket.objects import ObjectInfo
from storage.database.register import Register
from storage.dropped.deposits import note_deposit


def deposit(
    register: Register,
    dropped: ObjectInfo,
    data: bytes,
    exam: str,
    candidate: str,
    name: str,
    *,
    actor: str,
    at: datetime,
) -> str | None:
    sha256 = hashlib.sha256(data).hexdigest()
    register.vault.put(stored_file(sha256), data, only_if_absent=True)
    return note_deposit(register, dropped, sha256, exam, candidate, name, actor=actor, at=at)
