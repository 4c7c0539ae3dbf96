"""A copy as a corrector gets it: what is wiped of each page, and the file that is made of them."""

from __future__ import annotations

import math

from actions.kept_scan import asked_of_scan
from actions.site import Site
from processors.circular.form import Form
from processors.scans.leaving.anonymity import PagePlace, anonymous_pdf, wipe_polygon
from storage.decided.copies import CopyRow, PlacedPage


def seen_by_corrector(site: Site, copy: CopyRow) -> bytes | None:
    """The PDF, made anew and not kept: it may still name somebody. None when it cannot be made."""
    form = site.form_of(copy.exam)
    return asked_of_scan(site, copy.scan, anonymous_pdf, [place_of(page, form) for page in copy.pages])


def place_of(page: PlacedPage, form: Form) -> PagePlace:
    """Where the page lies in its file, and what of it must not be seen."""
    wipe = None
    if page.frame is not None:
        identity = form.of_model(page.model).identity
        pixels_per_mm = math.dist(page.frame[0], page.frame[1]) / identity.frame.width
        wipe = wipe_polygon(page.frame, identity.mask_margin * pixels_per_mm)
    hidden = (*page.labels, *page.masks)
    return PagePlace(page.image, page.half, page.turn, wipe, page.exposed, hidden, page.area, page.accepted)
