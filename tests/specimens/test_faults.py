"""What happens to paper, drawn."""

from pathlib import Path

import numpy as np
import pytest

from processors.circular.form import load_form
from specimens.faults import Fault, damage
from specimens.hand import Hand
from specimens.sheet import Press

FORM = load_form(Path(__file__).parents[2] / "sessions" / "forms" / "ccyc.toml")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_changes_a_copy_of_the_page_and_the_same_one_each_time(fault: Fault) -> None:
    press = Press(FORM, 100)
    hand = Hand(np.random.default_rng(1))
    page = press.page(True, hand)
    press.write_answer(page, hand, np.random.default_rng(2), first=True)
    printed, pen = page.printed.copy(), page.pen.copy()

    done, again = (damage(page, fault, press.px_per_mm, np.random.default_rng(3)) for _ in range(2))

    assert np.array_equal(page.printed, printed) and np.array_equal(page.pen, pen)
    assert np.array_equal(done.printed, again.printed) and np.array_equal(done.pen, again.pen)
    seen, before = np.minimum(done.printed, done.pen), np.minimum(printed, pen)
    assert np.mean(np.abs(seen.astype(int) - before) > 10) > 0.0005


def test_a_folded_corner_hides_what_is_under_it() -> None:
    press = Press(FORM, 100)
    hand = Hand(np.random.default_rng(1))
    page = press.page(False, hand)
    press.write_answer(page, hand, np.random.default_rng(2), first=False)
    done = damage(page, Fault.CORNER, press.px_per_mm, np.random.default_rng(3))
    assert (done.pen < 128).sum() < 0.99 * (page.pen < 128).sum()
