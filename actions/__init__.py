"""What may be done, by whom, and what follows from it; whoever asks, and by whatever door.

Every act raises `storage.refusals.Refused` for what the rules forbid, and has then changed nothing.
"""
