"""What is put on paper, in French: laid out from facts, with no store, register, clock or network."""
