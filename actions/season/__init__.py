"""What the session asks for: duties, orals, attendance lists, notices."""
