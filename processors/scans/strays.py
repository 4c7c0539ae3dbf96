"""Pages with writing, or with a header, that have no place in a copy: first somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.scans.readings import PageKind, PageReading
from processors.scans.reunion import likeness


def is_double(page: PageReading, kept: PageReading) -> bool:
    """Whether leaving this page out loses nothing: it is empty, or the page that was kept is the same one.

    Two pages with next to nothing on them look alike whatever they are: their numbers tell, then.
    """
    if page.headed:
        return False
    if page.blank or kept.trouble is not None or page.trouble is not None:
        return True
    alike = likeness(page, kept)
    return alike > 0 or (alike == 0 and not kept.blank and page.number == kept.number)


def headed_strays(
    order: Sequence[PageReading], copy_of: Mapping[int, int], lengths: Sequence[int]
) -> dict[int, list[PageReading]]:
    """By copy, the pages with a header, or a table, of no known paper that lie in it, or beside it.

    `order`: all pages of the file; `copy_of`: of each page that was kept as a copy's own, which; `lengths`:
    of the copies. A page that bears the number after a copy's last one lies in that copy.
    """
    found: dict[int, list[PageReading]] = {}
    for k, page in enumerate(order):
        if not page.undeclared or page.kind not in (PageKind.FOREIGN, PageKind.INSIDE, PageKind.UNREADABLE):
            continue
        if page.page in copy_of:
            concerned = {copy_of[page.page]}
        else:
            before = next((copy_of[p.page] for p in order[:k][::-1] if p.page in copy_of), None)
            after = next((copy_of[p.page] for p in order[k + 1 :] if p.page in copy_of), None)
            if before is not None and page.number == lengths[before] + 1:
                after = None
            concerned = {copy for copy in (before, after) if copy is not None}
        for copy in concerned:
            found.setdefault(copy, []).append(page)
    return found
