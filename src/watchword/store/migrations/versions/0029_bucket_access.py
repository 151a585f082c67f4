"""Public access blocks of accounts, and owners and ACLs of objects and uploads.

What is there belongs to the account of its bucket. Buckets that exist already block no public access.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table and adds the columns."""
    op.create_table(
        "account_public_access_blocks",
        sa.Column("account", _WORD, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_account_public_access_blocks_account"),
        sa.PrimaryKeyConstraint("account", name="pk_account_public_access_blocks"),
    )
    for table in ("objects", "uploads"):
        for column in ("owner", "acl"):
            op.add_column(table, sa.Column(column, _WORD))
