"""The centre's pages: what it dropped, what must be scanned again, who is on its list."""
