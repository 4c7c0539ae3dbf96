"""The circular of a session, as data: épreuves, dates, deadlines, duties, and what follows from them."""
