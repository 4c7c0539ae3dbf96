"""A dropped file where it lies in the inbox, and what cannot be taken, kept in the vault and told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions.site import Site
from storage.bucket.keys import answer_key, set_aside, set_aside_from, stored_scan
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


@dataclass(frozen=True)
class Untaken:
    """A list or a dossier's file that was not taken: where it was dropped, and why not. Personal data."""

    key: str
    why: str


def untaken(site: Site, most: int) -> list[Untaken]:
    """The last of them, of which nothing was taken under the same name since."""
    kept = sorted(site.store.vault.list(set_aside_from("")), key=lambda one: one.last_modified)
    found = []
    for info in kept[: -most - 1 : -1]:
        key = json.loads(site.store.vault.get(info.key))["key"]
        answer = _answered(site, key, info.key.rpartition("/")[2])
        if not answer.get("taken"):
            lines = (f"ligne {one['line']} : {one['message']}" for one in answer.get("lines", ()))
            found.append(Untaken(key, answer.get("message") or next(lines, "")))
    return found


def _answered(site: Site, key: str, etag: str) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(site.store.inbox.get(answer_key(key, etag)))
    except NotFoundError:
        return {}
    return said
