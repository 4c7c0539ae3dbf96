"""What is known of copies: their pages, what is wrong with them, and what people decide."""
