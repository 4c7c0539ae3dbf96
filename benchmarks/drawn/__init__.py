"""Scans and dossiers in states that are tried and measured, and that no demonstration shows."""
