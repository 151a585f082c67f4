"""Signatures that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Creates their table."""
    op.create_table(
        "used_signatures",
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_used_signatures"),
    )
    op.create_index("ix_used_signatures_until", "used_signatures", ["until"])
