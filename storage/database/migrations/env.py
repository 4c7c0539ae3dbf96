"""Run by storage.database.register.upgrade, inside its transaction."""

from alembic import context

import storage.database.schema  # noqa: F401 - the tables of the metadata
from storage.database.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
