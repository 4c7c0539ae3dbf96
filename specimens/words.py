"""The words of `words.toml`, by list."""

import tomllib
from pathlib import Path

WORDS = {
    name: tuple(text.split())
    for name, text in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
}
