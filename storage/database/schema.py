"""The register's tables: who, what, and in which state. Never an image; uniqueness is by constraint.

Changes to a table come with a migration beside; a test holds the two against each other.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

import storage.database.schema_results
import storage.database.schema_season  # noqa: F401 - more of the register's tables
from storage.database.instants import Instant
from storage.database.tables import metadata, unique_where, where

# What the session file in force was, one row
session = Table(
    "session",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="one"), primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("loaded_at", Instant, nullable=False),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", String, nullable=False, unique=True),
    Column("family_name", String, nullable=False),
    Column("first_names", String, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("school", String, nullable=False),
    Column("option", String, nullable=False),
    Column("category", String, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("exam", String, primary_key=True),
    Column("centre", String, nullable=False),
    Column("registration", String, nullable=False),
    Index(None, "centre"),
    Index(None, "exam", "centre"),
)

correctors = Table(
    "correctors",
    metadata,
    Column("id", String, primary_key=True),
    Column("reference", String, nullable=False, unique=True),  # the id of the imported file
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("schools", JSON, nullable=False),
    Column("companies", JSON, nullable=False),
    Column("exams", JSON, nullable=False),
    Column("quota", Integer),
    Column("days", JSON, nullable=False),
    Column("never_with", JSON, nullable=False),
    Column("options", JSON, nullable=False, server_default="[]"),
    Column("role", String, nullable=False, server_default="enseignant"),
    Column("away", JSON, nullable=False, server_default="[]"),
    Column("token_hash", String, unique=True),
)

# Who may sign in at the desk. `scope`: the centre's UAI or the corrector's id; the service sees all.
accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("scope", String),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("invitation", String, unique=True),  # SHA-256 of its token, while it may be used
    Column("invited_until", Instant),
    Column("password", String),  # argon2id; None: not opened yet
    Column("totp", String),  # the second factor's secret
    Column("totp_step", Integer),  # of the last code taken: none is taken twice
    Column("epoch", Integer, nullable=False),  # what was signed in before it changed is signed out
    Column("failures", Integer, nullable=False),  # in a row
    Column("locked_until", Instant),
    Column("closed", Boolean, nullable=False),
    Column("recovery", JSON(none_as_null=True)),  # SHA-256 of the codes that stand in for the second factor
    Column("link_seen_by", String),  # who else saw the link that it was opened with
    Column("notices_off", JSON(none_as_null=True)),  # those that it does not want
)

# Bearer tokens of the API: a role and a scope as an account has them, and no way to sign in
tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("scope", String),
    Column("label", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),  # SHA-256
    Column("until", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
)

attendance = Table(
    "attendance",
    metadata,
    Column("exam", String, primary_key=True),
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("centre", String, nullable=False),
    Column("present", Boolean, nullable=False),
)

# Uploads through the desk, by the store's clock
uploads = Table(
    "uploads",
    metadata,
    Column("id", String, primary_key=True),
    Column("inbox_key", String, nullable=False, unique=True),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("etag", String),  # of what it made
    Column("again_for", String),  # the copy that it scans again
)

scans = Table(
    "scans",
    metadata,
    Column("id", String, primary_key=True),
    Column("exam", String),  # None: the key names no épreuve of the session
    Column("centre", String),
    Column("n", Integer, nullable=False),  # counts the scans of an épreuve in a centre, for people
    Column("inbox_key", String, nullable=False),
    Column("etag", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("begun_at", Instant),  # None: not known
    Column("deposited_at", Instant, nullable=False),  # when it was there, whole
    Column("counted_at", Instant),  # what deadlines are judged by; None: `deposited_at`
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False),  # 0 until first claimed
    Column("claimed_at", Instant),
    Column("sha256", String),
    Column("duplicate_of", ForeignKey("scans.id")),
    Column("read_attempt", Integer),  # the attempt whose reading is in force
    Column("reading", String),  # its key in the vault
    Column("paper", String),  # the key of where its paper lies
    UniqueConstraint("inbox_key", "etag"),
    UniqueConstraint("exam", "centre", "n"),
    unique_where(
        "uq_scans_live_content",
        "state IN ('arrived', 'processing', 'processed')",
        *("exam", "centre", "sha256"),
    ),
    Index(None, "state"),
    Index(None, "duplicate_of"),
)

lots = Table(
    "lots",
    metadata,
    Column("id", String, primary_key=True),
    Column("exam", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("corrector", ForeignKey("correctors.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("complementary", Boolean, nullable=False),
    Column("formed_at", Instant, nullable=False),
    Column("recalled_for", String),  # key of the reason in the vault, while it is recalled
    Column("offline_until", Date),  # read from its archive, as its corrector said
    UniqueConstraint("exam", "number"),
    Index(None, "corrector"),
)

copies = Table(
    "copies",
    metadata,
    Column("id", String, primary_key=True),
    Column("scan", ForeignKey("scans.id"), nullable=False),
    Column("attempt", Integer, nullable=False),  # the reading of the scan that found it
    Column("position", Integer, nullable=False),  # in the pile, from 1
    Column("exam", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("candidate", ForeignKey("candidates.id")),
    Column("attributed_by", JSON, nullable=False),
    Column("status", String, nullable=False),
    Column("life", String, nullable=False),
    Column("pages", JSON, nullable=False),  # as facts.PlacedPage, in reading order
    Column("missing", JSON, nullable=False),
    Column("guesses", JSON, nullable=False),
    Column("decision", String),
    Column("decided_by", String),
    Column("decided_at", Instant),
    Column("reason", String),  # key of the text in the vault
    Column("anonymous_number", String),
    Column("anonymous_sha256", String),
    Column("lot", ForeignKey("lots.id")),
    Column("order_in_lot", Integer),
    Column("returned", Boolean, nullable=False, server_default=false()),  # marked, by the corrector
    UniqueConstraint("scan", "attempt", "position"),
    UniqueConstraint("exam", "anonymous_number"),
    UniqueConstraint("lot", "order_in_lot"),
    unique_where(
        "uq_copies_one_current",
        "life = 'current' AND status = 'complete'",
        *("exam", "candidate"),
    ),
    Index(None, "exam", "centre"),
    Index(None, "life", "status", "exam"),
    Index(None, "exam", "candidate", "life", "status"),
    Index(None, "life", "status", "anonymous_sha256"),
    Index(None, "scan", "life"),
    Index(None, "decided_at"),
)

# What one person would decide, where another must confirm it; `seq` is the event's
proposals = Table(
    "proposals",
    metadata,
    Column("copy", ForeignKey("copies.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("decision", String, nullable=False),
    Column("candidate", ForeignKey("candidates.id")),
    Column("reason", String, nullable=False),  # key of the text in the vault
    Column("author", String, nullable=False),
)

# The k-th thing that an event stated
findings = Table(
    "findings",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("k", Integer, primary_key=True, autoincrement=False),
    Column("exam", String),
    Column("centre", String),
    Column("scan", ForeignKey("scans.id")),
    Column("copy", ForeignKey("copies.id")),
    Column("candidate", ForeignKey("candidates.id")),
    Column("code", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("pages", JSON, nullable=False),
    Column("evidence", JSON, nullable=False, server_default="[]"),
    Column("resolved_by", Integer),  # seq of the event that settled it
    Index(None, "scan"),
    Index(None, "copy"),
    Index(None, "candidate"),
    where("ix_findings_open", "resolved_by IS NULL", "exam", "centre"),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("exam", String, primary_key=True),
    Column("centre", String, primary_key=True),
    Column("swept_at", Instant, nullable=False),
)

# Scan deadlines that take the place of the session's
extensions = Table(
    "extensions",
    metadata,
    Column("exam", String, primary_key=True),
    Column("centre", String, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("rule", String, nullable=False),
    Column("reason", String, nullable=False),  # key of the text in the vault
    Column("author", String, nullable=False),
)

# What must not be destroyed while the row stands; `reason`: key in the vault
holds = Table(
    "holds",
    metadata,
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("exam", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("placed_at", Instant, nullable=False),
)

# Purges, `id`: SHA-256 of the tombstone, in the vault, which says what each destroys
purges = Table(
    "purges",
    metadata,
    Column("id", String, primary_key=True),
    Column("planned_by", String, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("confirmed_by", String),
    Column("confirmed_at", Instant),
    Column("begun_at", Instant),
    Column("certificate", String),  # SHA-256 of it, once all is done
)

# A candidate's dossier for an épreuve; `verdict` and `findings` are those of the last reading
dossiers = Table(
    "dossiers",
    metadata,
    Column("id", String, primary_key=True),
    Column("exam", String, nullable=False),
    Column("candidate", ForeignKey("candidates.id"), nullable=False),
    Column("read_files", Integer),  # how many files that reading had; None: never read
    Column("reading", String),  # its key in the vault
    Column("verdict", String),
    Column("findings", JSON, nullable=False),  # as facts.StatedOfDossier
    Column("companies", JSON, nullable=False),  # where the candidate was a trainee, or works
    UniqueConstraint("exam", "candidate"),
)

# Every file ever deposited, in the order of their arrival
dossier_files = Table(
    "dossier_files",
    metadata,
    Column("dossier", ForeignKey("dossiers.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("name", String, nullable=False),
    Column("inbox_key", String, nullable=False),
    Column("etag", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("deposited_at", Instant, nullable=False),  # as the store knows it
    UniqueConstraint("inbox_key", "etag", "deposited_at"),
)

# When a file was deposited, as the deposit space knows it
dossier_times = Table(
    "dossier_times",
    metadata,
    Column("exam", String, primary_key=True),
    Column("candidate", ForeignKey("candidates.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("deposited_at", Instant, nullable=False),
)

# What commissions pronounced; `seq` is the event's
dossier_decisions = Table(
    "dossier_decisions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("dossier", ForeignKey("dossiers.id"), nullable=False),
    Column("decision", String, nullable=False),
    Column("grounds", JSON, nullable=False),
    Column("reason", String, nullable=False),  # key of the text in the vault
    Column("author", String, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Index(None, "dossier"),
)

# The outbox: every event, byte for byte as it stands in the log
events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)

event_subjects = Table(
    "event_subjects",
    metadata,
    Column("subject", String, primary_key=True),
    Column("seq", ForeignKey("events.seq"), primary_key=True),
)

chain = Table(
    "chain",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="one"), primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
)

# Segments cut from the outbox for the log; `seal` is the SHA-256 of the seal, None until it is written
segments = Table(
    "segments",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False, unique=True),
    Column("last", Integer, nullable=False, unique=True),
    Column("cut_at", Instant, nullable=False),
    Column("seal", String),
)
