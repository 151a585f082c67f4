"""Identity pools, their identities and logins."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "identity_pools",
        *_words("id", "account", "partition", "region"),
        sa.Column("name", sa.Text(), nullable=False),
        *_words("issuer"),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_pools"),
    )
    op.create_index("ix_identity_pools_account_region", "identity_pools", ["account", "region", "id"])
    op.create_table(
        "pool_identities",
        *_words("id", "pool_id"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("created", "modified")),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["identity_pools.id"], name="fk_pool_identities_pool_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pool_identities"),
    )
    op.create_index("ix_pool_identities_pool_id", "pool_identities", ["pool_id", "id"])
    op.create_table(
        "pool_logins",
        *_words("pool_id", "provider", "subject", "identity_id"),
        sa.ForeignKeyConstraint(["identity_id"], ["pool_identities.id"], name="fk_pool_logins_identity_id"),
        sa.PrimaryKeyConstraint("pool_id", "provider", "subject", name="pk_pool_logins"),
    )
    op.create_index("ix_pool_logins_identity_id", "pool_logins", ["identity_id"])
