"""What is kept of the keys that customers encrypt objects with. Those that are there have none."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the columns."""
    for table in ("objects", "uploads"):
        op.add_column(table, sa.Column("customer_key", _WORD))
