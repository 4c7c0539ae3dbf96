"""What the session asks for: its rules, duties, orals, attendance lists, and what is told of them."""
