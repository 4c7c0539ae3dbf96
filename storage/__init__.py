"""What is kept: objects (S3), register (SQL) and audit log.

One module a subject (`copies`, `lots`, `dossiers`, …) holds all there is of it: its events and what each
changes, its rows, its queries.
"""
