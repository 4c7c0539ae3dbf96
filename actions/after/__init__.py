"""After the jury: copies for their candidates, and the control épreuves."""
