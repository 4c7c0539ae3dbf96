"""How numbers of things are said in French."""

from __future__ import annotations


def plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count < 2 else many}"
