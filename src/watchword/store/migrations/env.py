"""Alembic's environment: the connection is handed in, with a transaction already open on it."""

from alembic import context

import watchword.store
from watchword.store.tables import METADATA

assert watchword.store  # it makes METADATA complete

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
