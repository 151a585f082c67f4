"""Alembic's revisions, as data of the package; `watchword.store.migrate` runs them."""
