"""Draws forms, labels and rehearsal batches, for the demo, a centre's rehearsal, tests and benchmarks."""
