"""Alembic's environment: the connection is handed in, with a transaction already open on it."""

from alembic import context

from watchword.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
