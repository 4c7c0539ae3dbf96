"""Draws candidates' dossiers with their truth: what they raise, on which medium, by which layout."""
