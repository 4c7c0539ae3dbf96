"""The coordination service's pages: what waits, what was decided, who may come, what is owed."""
