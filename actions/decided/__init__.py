"""What people decide of copies, what follows from it, and how it is told."""
