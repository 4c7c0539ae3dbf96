"""Orals: who is heard by which panel and when, the sheets of panels, and what comes back of them."""
