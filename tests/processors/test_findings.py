"""What is said of pages, in French."""

from __future__ import annotations

import pytest

from processors.findings import Code, Severity, finding, french, french_pages


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([3], "page 3"),
        ([3, 4], "pages 3 et 4"),
        ([5, 6, 7, 8], "pages 5 à 8"),
        ([1, 2, 5, 6, 7, 8], "pages 1, 2 et 5 à 8"),
        ([1, 4, 9], "pages 1, 4 et 9"),
        (list(range(2, 51, 2)), "25 pages, de la page 2 à la page 50"),
    ],
)
def test_pages_are_named_as_one_says_them(pages: list[int], said: str) -> None:
    assert french_pages(pages) == said


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_and_a_severity(code: Code) -> None:
    found = finding(code, [3, 4], what="x", n=2)
    assert found.severity in Severity
    assert found.message[0].isupper()
    assert found.message.endswith(".")
    assert "{" not in found.message
    assert french(code)
    assert french(found.severity)
