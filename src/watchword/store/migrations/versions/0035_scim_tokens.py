"""Tokens for provisioning people by SCIM."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """There are none."""
    op.create_table(
        "scim_tokens",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("directory", _WORD, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_tokens"),
        sa.UniqueConstraint("digest", name="uq_scim_tokens_digest"),
    )
    op.create_index("ix_scim_tokens_directory", "scim_tokens", ["directory"])
