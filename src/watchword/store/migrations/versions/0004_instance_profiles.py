"""Instance profiles, and aliases of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their table, and the column of aliases."""
    words = ("id", "account", "partition", "name", "folded", "path")
    op.create_table(
        "instance_profiles",
        *(sa.Column(name, _WORD, nullable=False) for name in words),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("role_id", _WORD),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_instance_profiles_role_id"),
        sa.PrimaryKeyConstraint("id", name="pk_instance_profiles"),
        sa.UniqueConstraint("account", "folded", name="uq_instance_profiles_account_folded"),
    )
    op.create_index("ix_instance_profiles_role_id", "instance_profiles", ["role_id"])
    op.add_column("accounts", sa.Column("alias", _WORD))
    op.create_index("ix_accounts_alias", "accounts", ["alias"], unique=True)
