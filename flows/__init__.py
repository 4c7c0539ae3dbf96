"""What happens, in order: Prefect flows and the command line."""
