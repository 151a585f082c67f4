"""Uploads in parts, and of which parts an object was made."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their tables."""
    op.create_table(
        "uploads",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("bucket_id", _WORD, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("algorithm", _WORD, nullable=False),
        sa.Column("checksum_type", _WORD, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bucket_id"], ["buckets.id"], name="fk_uploads_bucket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_bucket_id", "uploads", ["bucket_id", "key", "id"])
    op.create_table(
        "parts",
        sa.Column("upload_id", _WORD, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("blob", _WORD, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", _WORD, nullable=False),
        sa.Column("checksum", _WORD, nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name="fk_parts_upload_id"),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_parts"),
    )
    op.create_index("ix_parts_blob", "parts", ["blob"])
    op.add_column("objects", sa.Column("parts", sa.Text()))
