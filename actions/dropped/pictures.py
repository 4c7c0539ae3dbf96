"""Pictures of findings, kept in the vault for the receipt of the centre that scanned the copies.

They show handwriting, perhaps a name: they go nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from actions.isolation import isolated
from actions.kept_scan import as_scanned, asked_of_scan
from actions.site import Site
from processors.findings import Evidence, Finding
from processors.scans.files.raster import BadScan
from processors.scans.leaving.anonymity import PagePlace
from processors.scans.leaving.evidence import pictures
from storage.bucket.keys import kept_picture
from storage.bucket.objects import NotFoundError
from storage.decided.copies import CopyRow, PlacedPage


def keep_pictures(
    site: Site, scan: str, path: Path, places: Mapping[int, PagePlace], stated: Iterable[Finding]
) -> None:
    """The pictures of these findings; `places`: where each page of the scan lies in the file."""
    made: dict[Evidence, bytes] = {}
    if seen := _seen(stated):
        with suppress(BadScan):  # a receipt without pictures is better than none
            made = isolated(pictures, path, dict(places), seen)
    for region, jpeg in made.items():
        site.store.vault.put(_key(scan, region), jpeg, only_if_absent=True, content_type="image/jpeg")


def pictures_of(site: Site, scan: str, stated: Iterable[Finding]) -> dict[Evidence, bytes]:
    """Those that were kept of these findings."""
    kept: dict[Evidence, bytes] = {}
    for region in _seen(stated):
        with suppress(NotFoundError):
            kept[region] = site.store.vault.get(_key(scan, region))
    return kept


def picture_of(site: Site, scan: str, region: Evidence) -> bytes | None:
    """The one that was kept of this region."""
    with suppress(NotFoundError):
        return site.store.vault.get(_key(scan, region))
    return None


def picture_of_page(site: Site, scan_id: str, page: PlacedPage, region: Evidence) -> bytes | None:
    """A picture of a region of this page, made at the first time; None when it cannot be made."""
    with suppress(NotFoundError):
        return site.store.vault.get(_key(scan_id, region))
    places = {page.page: as_scanned(page)}
    jpeg = (asked_of_scan(site, scan_id, pictures, places, [region]) or {}).get(region)
    if jpeg is not None:
        site.store.vault.put(_key(scan_id, region), jpeg, only_if_absent=True, content_type="image/jpeg")
    return jpeg


def header_of(site: Site, copy: CopyRow) -> Evidence | None:
    """Where the copy names somebody: its identity frame, or the top of its first page."""
    framed = next((page for page in copy.pages if page.frame is not None), None)
    if framed is None or framed.frame is None:
        return Evidence(copy.pages[0].page, (0.0, 0.0, 210.0, 80.0)) if copy.pages else None
    wide = site.form_of(copy.exam).of_model(framed.model).identity.frame.width
    a_mm = math.dist(framed.frame[0], framed.frame[1]) / wide
    xs, ys = [x / a_mm for x, _ in framed.frame], [y / a_mm for _, y in framed.frame]
    x, y = max(min(xs) - 3, 0), max(min(ys) - 3, 0)
    sides = (x, y, max(xs) + 3 - x, max(ys) + 3 - y)
    left, top, width, height = (round(side, 1) for side in sides)
    return Evidence(framed.page, (left, top, width, height))


def _seen(stated: Iterable[Finding]) -> set[Evidence]:
    return {region for found in stated for region in found.evidence}


def _key(scan: str, region: Evidence) -> str:
    place = "-".join((str(region.page), *(f"{side:.1f}" for side in region.box or ())))
    return kept_picture(scan, place)
