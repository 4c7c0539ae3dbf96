"""What is true of a document or a plan: pure functions; no network, no clock, no environment."""
