"""The register's tables of what correction gives, and what follows the jury; see `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.database.instants import Instant
from storage.database.tables import metadata

# The annotated copy that counts; the vault holds it
returned_documents = Table(
    "returned_documents",
    metadata,
    Column("copy", ForeignKey("copies.id"), primary_key=True),
    Column("lot", ForeignKey("lots.id"), nullable=False),
    Column("corrector", ForeignKey("correctors.id"), nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sure", Boolean, nullable=False),  # its pages are known to be those that were handed out
    Index(None, "lot"),
)

# The marks of a lot that count; `file`: their key in the vault
marks = Table(
    "marks",
    metadata,
    Column("lot", ForeignKey("lots.id"), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the event
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),  # of that file, which is salted
    Column("marked", Integer, nullable=False),
    Column("absent", Integer, nullable=False),
    Column("unmarked", Integer, nullable=False),
    Column("author", String, nullable=False),
)

# Marks by candidate, for the service, `seq`: the event's; one that waits for a second person has no file
mark_exports = Table(
    "mark_exports",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("exam", String, nullable=False),
    Column("basis", String, nullable=False),  # digest of the lots' marks
    Column("reason", String),  # key in the vault of why they were corrected; None: the first one
    Column("author", String, nullable=False),
    Column("file", String),  # its key in the vault
    Column("done", Boolean, nullable=False),
    Index(None, "exam"),
)

# Whose averages were told after the jury, and whether they call the candidate to the control épreuves
control_lists = Table(
    "control_lists",
    metadata,
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("called", Boolean, nullable=False),
)

# Which control épreuves a candidate chose; `place`: in the order told
control_choices = Table(
    "control_choices",
    metadata,
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("exam", String, primary_key=True),
    Column("place", Integer, nullable=False),
)

# The marks of the control épreuves that count, one row at most; `file`: their key in the vault
control_marks = Table(
    "control_marks",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the event
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),  # of that file, which is salted
    Column("marks", Integer, nullable=False),
)

# Links to a released copy, each for a request that somebody noted; `words`: key in the vault of who asked
copy_links = Table(
    "copy_links",
    metadata,
    Column("hash", String, primary_key=True),  # of what the link holds
    Column("candidate", ForeignKey("candidates.id"), nullable=False),
    Column("exam", String, nullable=False),
    Column("words", String, nullable=False),
    Column("until", Instant, nullable=False),
    Column("fetched", Boolean, nullable=False),
    Index(None, "candidate"),
)
