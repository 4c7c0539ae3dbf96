"""The command line, and what it starts on one machine: servers, workers, the demonstration."""
