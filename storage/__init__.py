"""What is kept: objects (S3), register (SQL) and audit log.

One module a subject (`copies`, `lots`, `dossiers`, …) holds all there is of it: its events and what each
changes, its rows, its queries. Subjects stand in rooms by who brings them forth: what centres drop, what is
decided of it, what correctors have of it, people, the season. Under them lie buckets, this machine and the
register's ground; over them the log, which vouches for all.
"""
