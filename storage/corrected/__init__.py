"""What leaves for correctors and comes back: lots, marks, returned documents."""
