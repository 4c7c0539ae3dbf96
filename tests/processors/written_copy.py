"""A copy of four pages as its candidate writes it, before it is scanned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from processors.lists.people import Candidate
from specimens.hand import Hand
from specimens.sheet import Label, Page, Press


def pages_of(
    who: Candidate, press: Press, hand: Hand, rng: np.random.Generator, exam: str, lines: int
) -> Iterator[tuple[int, Page]]:
    """Each page with its number: identity and label on the first, answers of so many lines on each."""
    for k in range(1, 5):
        page = press.page(k == 1, hand)
        if k == 1:
            press.write_identity(page, hand, who)
            press.stick(page, Label(f"{exam}-{who.number}"), rng)
        press.write_numbers(page, hand, k, 4)
        press.write_answer(page, hand, rng, k == 1, lines)
        yield k, page
