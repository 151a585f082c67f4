"""The Alembic revisions, as data of the package; `watchword.store.migrate` runs them."""

NEWEST = "0033"
"""The last revision in `versions`."""
