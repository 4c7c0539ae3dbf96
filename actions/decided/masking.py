"""The service hides what names somebody on a page of a copy: removed from the pixels, as the frame is."""

from __future__ import annotations

from datetime import datetime

from actions.kept_scan import as_scanned, asked_of_scan
from actions.site import Site
from processors.scans.leaving.anonymity import upright_size
from storage.decided.copies import CopyRow, PlacedPage, copy_by_id
from storage.decided.decisions import CopyMasked
from storage.events import Event
from storage.refusals import Refusal, Refused

Share = tuple[float, float, float, float]
"""Left, top, width and height, as shares of the upright page."""
LEAST = 0.004  # of a side: less was a click, not an area


def hide(site: Site, copy: str, number: int, area: Share | None, *, actor: str, at: datetime) -> Event | None:
    """This area of a page of the copy, beside what is hidden of it already; None: nothing of it any longer.

    The copy is made anonymous again as it then is. What was found of it stays, until somebody who has seen it
    as its corrector gets it decides.
    """
    row = _found(site, copy)
    page = next((one for one in row.pages if one.page == number), None)
    if page is None:
        raise Refused(Refusal.UNKNOWN, f"{copy}, {number}")
    masks = () if area is None else (*page.masks, _corners(area, _size(site, row.scan, page)))
    return site.register.record(CopyMasked(page=number, masks=masks), copy, actor=actor, at=at)


def hidden(site: Site, copy: str) -> dict[int, list[Share]]:
    """What a person hid, by the page of the file on which something is hidden."""
    row = _found(site, copy)
    found = {}
    for page in row.pages:
        if page.masks:
            width, height = _size(site, row.scan, page)
            found[page.page] = [
                (x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height)
                for (x0, y0), _, (x1, y1), _ in page.masks
            ]
    return found


def _found(site: Site, copy: str) -> CopyRow:
    row = site.register.ask(copy_by_id, copy)
    if row is None:
        raise Refused(Refusal.UNKNOWN, copy)
    return row


def _corners(area: Share, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """Clockwise from the top left, as what wipes wants them; what lies beside the page is cut off."""
    left, top, width, height = area
    (x0, x1), (y0, y1) = (_on_page(left, left + width), _on_page(top, top + height))
    if min(x1 - x0, y1 - y0) < LEAST:
        raise Refused(Refusal.NO_AREA)
    x0, x1 = (round(x * size[0], 1) for x in (x0, x1))
    y0, y1 = (round(y * size[1], 1) for y in (y0, y1))
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _on_page(first: float, last: float) -> tuple[float, float]:
    return min(max(first, 0.0), 1.0), min(max(last, 0.0), 1.0)


def _size(site: Site, scan: str, page: PlacedPage) -> tuple[int, int]:
    if (size := asked_of_scan(site, scan, upright_size, as_scanned(page))) is None:
        raise Refused(Refusal.NO_PICTURE)
    return size
