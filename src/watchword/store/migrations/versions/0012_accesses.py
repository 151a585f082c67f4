"""When users and roles last used services and their operations."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "accesses",
        *(sa.Column(name, _WORD, nullable=False) for name in ("principal_id", "service", "operation")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("region", _WORD, nullable=False),
        sa.PrimaryKeyConstraint("principal_id", "service", "operation", name="pk_accesses"),
    )
