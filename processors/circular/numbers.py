"""What the numbers of a session look like: patterns of its file, each for a fixed number of digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = re.compile(r"(?:[0-9]|\\d|\[[0-9](?:-?[0-9])*\])(?:\{([1-9]|1[0-9]|20)\})?")


@dataclass(frozen=True)
class Numbers:
    """Regular expressions for the whole of a candidate's number and of a number of registration."""

    candidate: str = "[0-9]{11}"
    registration: str = "[0-9]{3}"

    @property
    def cells(self) -> dict[str, int]:
        """The boxes that a form needs for each."""
        return {
            "candidate_number": digits_in(self.candidate),
            "registration_number": digits_in(self.registration),
        }


USUAL_CODE = "[A-Z]{1,3}[0-9]{1,2}[A-Z]?"
USUAL = Numbers()
"""Of a session that states none."""

ANY = Numbers("[0-9]{1,20}", "[0-9]{1,20}")
"""For lists that were taken once: what they were held to is not asked again."""


def digits_in(pattern: str) -> int:
    r"""How many digits a number of this pattern has.

    It is made of digits, `\d` and classes such as `[02]`, each perhaps `{n}` times. Raises ValueError for any
    other, whose numbers might not fit a form's boxes.
    """
    count = at = 0
    while at < len(pattern):
        found = _DIGITS.match(pattern, at)
        if found is None:
            raise ValueError(
                rf"{pattern} is not so many digits: write digits, \d or [0-9], each perhaps {{n}} times"
            )
        count, at = count + int(found[1] or 1), found.end()
    if count == 0:
        raise ValueError("a number has at least one digit")
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(str(error)) from error
    return count
