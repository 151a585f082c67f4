"""Alembic's revisions, as data of the package; `watchword.store.migrate` runs them."""

NEWEST = "0004"
"""The last revision in `versions`."""
