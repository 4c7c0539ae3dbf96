"""One page: where its frame lies, which way up, and what is written and stuck on it."""
