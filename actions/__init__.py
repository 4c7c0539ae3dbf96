"""What may be done, by whom, and what follows from it; whoever asks, and by whatever door.

Rooms bear the names of those in `storage`, where what is done in them is kept. What several of them stand on
lies beside: the site, reasons, children that open files, measures.

Every act raises `storage.refusals.Refused` for what the rules forbid, and has then changed nothing.
"""
