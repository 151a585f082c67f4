"""Settings of buckets, and tags of objects."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table and the columns. No object had tags before."""
    op.create_table(
        "bucket_settings",
        sa.Column("bucket_id", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bucket_id"], ["buckets.id"], name="fk_bucket_settings_bucket_id"),
        sa.PrimaryKeyConstraint("bucket_id", "name", name="pk_bucket_settings"),
    )
    for table in ("objects", "uploads"):
        op.add_column(table, sa.Column("tags", sa.Text(), nullable=False, server_default="{}"))
