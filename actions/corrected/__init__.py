"""What correctors do: lots, copies as they get them, what comes back, marks."""
