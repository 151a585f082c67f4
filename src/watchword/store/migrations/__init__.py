"""Alembic's revisions, as data of the package; `watchword.store.migrate` runs them."""

NEWEST = "0003"
"""The last revision in `versions`."""
