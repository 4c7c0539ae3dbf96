"""Hostile bytes for every parser of what comes from outside."""
