"""The Alembic revisions, as data of the package; `watchword.store.migrate` runs them."""

NEWEST = "0035"
"""The last revision in `versions`."""
