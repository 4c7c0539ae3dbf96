"""Attendance lists that are printed, signed and scanned."""
