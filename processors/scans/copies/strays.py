"""Pages with writing, or with a header, that have no place in a copy: first somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.scans.copies.reunion import likeness
from processors.scans.pages.twice import one_page
from processors.scans.readings import PageKind, PageReading


def doubles(spare: Mapping[int, PageReading], kept: Mapping[int, PageReading]) -> set[int]:
    """Of the pages that are not kept (by page of the file), those that may be left out without a loss.

    `kept`: the page that was kept in the place of each. It is the same one scanned again; or both are empty,
    or one could not be read and bears no other number. Where one is empty and the other is not, they are two
    persons'.
    """
    plain = {k: page for k, page in spare.items() if not page.headed}
    return {
        k
        for k, page in plain.items()
        if likeness(page, kept[k]) > 0
        or one_page(page.imprint, kept[k].imprint)
        or (page.blank and kept[k].blank)
        or ((kept[k].trouble or page.trouble) and page.number in (None, kept[k].number))
    }


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


def may_follow(fragment: Mapping[int, PageReading], last: int) -> bool:
    """Whether pages without a first one go on from page `last`, or come as no side of a leaf does."""
    pages = list(fragment.values())
    if not pages or any(page.kind is PageKind.FIRST for page in pages):
        return False
    numbers = [page.number for page in pages if page.number is not None]
    return min(numbers) == last + 1 if numbers else len(pages) == 1 and not pages[0].blank
