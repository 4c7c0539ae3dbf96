"""What people see: the web desk of the centre, the service and the corrector."""
