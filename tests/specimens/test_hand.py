"""A person's writing."""

import numpy as np
import pytest

from specimens.hand import Hand
from specimens.words import WORDS


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("px_per_mm", [7.9, 11.8])
def test_an_answer_is_written_as_any_line_is(seed: int, px_per_mm: float) -> None:
    """To the pixel, whatever words meet; empty columns at a line's end are nothing."""
    rng = np.random.default_rng(seed)
    hand = Hand(rng)
    for words in (*WORDS["answers"], " ".join(rng.choice(WORDS["answers"], 12))):
        (line, baseline), (answer, row) = (write(words, px_per_mm) for write in (hand.text, hand.answer))
        width = min(line.shape[1], answer.shape[1])
        assert row == baseline and (answer[:, :width] == line[:, :width]).all()
        assert not line[:, width:].any() and not answer[:, width:].any()
