"""Notifications of buckets."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "bucket_notifications",
        *(sa.Column(name, _WORD, nullable=False) for name in ("id", "account", "bucket", "function")),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bucket_notifications"),
    )
    for column in ("account", "created"):
        op.create_index(f"ix_bucket_notifications_{column}", "bucket_notifications", [column])
