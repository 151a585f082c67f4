"""Credential reports of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their table."""
    op.create_table(
        "credential_reports",
        sa.Column("account", _WORD, nullable=False),
        sa.Column("generated", sa.BigInteger(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_credential_reports_account"),
        sa.PrimaryKeyConstraint("account", name="pk_credential_reports"),
    )
