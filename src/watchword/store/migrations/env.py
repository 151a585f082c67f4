"""Alembic's environment: `migrate` passes the connection, with an open transaction."""

from alembic import context

from watchword.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
