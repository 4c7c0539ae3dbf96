"""What is kept in buckets: objects, how their keys are spelt, and what a store must hold to."""
