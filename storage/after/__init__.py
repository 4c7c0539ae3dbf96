"""What is kept after the jury: released copies, links to them, control épreuves."""
