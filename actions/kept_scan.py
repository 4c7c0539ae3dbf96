"""What is asked of a scan that lies in the vault: a child answers, which has its file and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from actions.isolation import isolated
from actions.site import Site
from processors.scans.files.raster import BadScan
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf
from processors.scans.readings import PageReading
from storage.bucket.keys import stored_scan
from storage.bucket.objects import NotFoundError, StoreError
from storage.decided.copies import CopyRow, PlacedPage
from storage.dropped.scans import scan_by_id
from storage.machine.scratch import scratch

T = TypeVar("T")


def as_scanned(page: PlacedPage | PageReading) -> PagePlace:
    """Where the page lies in its file; nothing of it is hidden."""
    return PagePlace(page.image, page.half, page.turn, area=page.area)


def copy_as_scanned(site: Site, copy: CopyRow) -> bytes | None:
    """A PDF of its pages, upright and in order. None when it cannot be made."""
    return asked_of_scan(site, copy.scan, anonymous_pdf, [as_scanned(page) for page in copy.pages])


def asked_of_scan(site: Site, scan_id: str, question: Callable[..., T], *args: Any) -> T | None:
    """`question(path, *args)`, a function of `processors`.

    None when there is no such scan, when it cannot be read, was destroyed at its term, or has other bytes
    than those that were kept.
    """
    scan = site.register.ask(scan_by_id, scan_id)
    if scan is None or scan.sha256 is None:
        return None
    with scratch() as folder:
        path = folder / "scan.pdf"
        try:
            site.store.vault.download(stored_scan(scan.sha256), path, sha256=scan.sha256)
            return isolated(question, path, *args)
        except (BadScan, NotFoundError, StoreError):
            return None
