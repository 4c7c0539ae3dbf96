"""What leaves for a corrector: what is hidden, what shows all the same, and the evidence of it."""
