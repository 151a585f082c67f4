"""Versions of objects and their locks, and which of both a bucket has."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Every object that is there is the only version of its key, and not locked."""
    op.add_column("buckets", sa.Column("versioning", _WORD, nullable=False, server_default=""))
    op.add_column("buckets", sa.Column("object_lock", sa.Text()))
    op.add_column("objects", sa.Column("rank", sa.BigInteger(), nullable=False, server_default="-1"))
    op.add_column("objects", sa.Column("marker", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_objects_rank", "objects", ["bucket_id", "key", "rank"], unique=True)
    for table in ("objects", "uploads"):
        op.add_column(table, sa.Column("lock_mode", _WORD))
        op.add_column(table, sa.Column("retain_until", sa.BigInteger()))
        op.add_column(table, sa.Column("legal_hold", sa.Boolean()))
