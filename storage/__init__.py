"""What is kept: objects (S3), register (SQL), audit log."""
