"""A dropped file where it lies in the inbox, and the bytes of one that cannot be taken, kept in the vault."""

from __future__ import annotations

from pathlib import Path

from actions.site import Site
from storage.bucket.keys import set_aside, stored_scan
from storage.bucket.objects import NotFoundError
from storage.dropped.scans import ScanRow
from storage.machine.scratch import scratch


def fetch_drop(site: Site, scan: ScanRow, path: Path) -> str:
    """The very bytes that were noted, whatever was dropped there since; their SHA-256. NotFoundError."""
    return site.store.inbox.download(scan.inbox_key, path, version=_version_of(site, scan))


def keep_drop(site: Site, scan: ScanRow, path: Path, key: str) -> None:
    """Those bytes into the vault, within the store; from `path`, if they have left the inbox meanwhile."""
    vault, inbox = site.store.vault, site.store.inbox
    if vault.head(key) is not None:
        return
    try:
        vault.copy_from(inbox, scan.inbox_key, key, version=_version_of(site, scan))
    except NotFoundError:
        vault.put(key, path, only_if_absent=True)


def _version_of(site: Site, scan: ScanRow) -> str | None:
    for info in site.store.inbox.versions_of(scan.inbox_key, scan.etag):
        return info.version
    raise NotFoundError("that file has been removed from the inbox")


def clear_drop(site: Site, scan: ScanRow) -> None:
    """Those bytes leave the inbox."""
    for info in list(site.store.inbox.versions_of(scan.inbox_key, scan.etag)):
        site.store.inbox.delete(scan.inbox_key, version=info.version)


def keep_aside(site: Site, scan: ScanRow) -> str | None:
    """Brings the file into `quarantine/`, wherever its run left it. Its SHA-256, None when it is gone."""
    with scratch() as folder:
        path = folder / "scan"
        try:
            if scan.sha256 is not None:
                sha256 = site.store.vault.download(stored_scan(scan.sha256), path)
            else:
                sha256 = fetch_drop(site, scan, path)
        except NotFoundError:
            return scan.sha256
        site.store.vault.put(set_aside(sha256), path, only_if_absent=True)
    return sha256
