"""Pictures of findings, kept in the vault for the receipt of the centre that scanned the copies.

They show handwriting, perhaps a name: they go nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from flows.context import Context
from flows.isolation import isolated
from processors.findings import Evidence, Finding
from processors.scans.anonymity import PagePlace
from processors.scans.evidence import pictures
from processors.scans.raster import BadScan
from storage.objects import NotFoundError


def keep_pictures(
    work: Context, scan: str, path: Path, places: Mapping[int, PagePlace], stated: Iterable[Finding]
) -> None:
    """The pictures of these findings; `places`: where each page of the scan lies in the file."""
    made: dict[Evidence, bytes] = {}
    with suppress(BadScan):  # a receipt without pictures is better than none
        made = isolated(pictures, path, dict(places), _seen(stated))
    for region, jpeg in made.items():
        work.store.vault.put(_key(scan, region), jpeg, only_if_absent=True, content_type="image/jpeg")


def pictures_of(work: Context, scan: str, stated: Iterable[Finding]) -> dict[Evidence, bytes]:
    """Those that were kept of these findings."""
    kept: dict[Evidence, bytes] = {}
    for region in _seen(stated):
        with suppress(NotFoundError):
            kept[region] = work.store.vault.get(_key(scan, region))
    return kept


def _seen(stated: Iterable[Finding]) -> set[Evidence]:
    return {region for found in stated for region in found.evidence}


def _key(scan: str, region: Evidence) -> str:
    place = "-".join(map(str, (region.page, *(region.box or ()))))
    return f"evidence/{scan}/{place}.jpg"
