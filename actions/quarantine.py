"""The bytes of a file that cannot be taken: kept in the vault, for whoever must look at it."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from actions.context import Context
from storage.keys import set_aside, stored_scan
from storage.objects import NotFoundError
from storage.scans import ScanRow


def keep_aside(work: Context, scan: ScanRow) -> str | None:
    """Brings the file into `quarantine/`, wherever its run left it. Its SHA-256, None when it is gone."""
    with tempfile.TemporaryDirectory(prefix="massicot-") as folder:
        path = Path(folder) / "scan"
        try:
            if scan.sha256 is not None:
                work.store.vault.download(stored_scan(scan.sha256), path)
            else:
                work.store.inbox.download(scan.inbox_key, path, etag=scan.etag)
        except NotFoundError:
            return scan.sha256
        sha256 = sha256_of(path)
        work.store.vault.put(set_aside(sha256), path, only_if_absent=True)
    return sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
