"""URLs of functions."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "function_urls",
        *(sa.Column(name, _WORD, nullable=False) for name in ("id", "function_id", "qualifier", "auth_type")),
        sa.Column("cors", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("created", "modified")),
        sa.ForeignKeyConstraint(["function_id"], ["functions.id"], name="fk_function_urls_function_id"),
        sa.PrimaryKeyConstraint("id", name="pk_function_urls"),
        sa.UniqueConstraint("function_id", "qualifier", name="uq_function_urls_function_id_qualifier"),
    )
