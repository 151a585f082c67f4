"""Hosts that an operator enrolled, and the authorities that certify them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "hosts",
        *(
            sa.Column(name, _WORD, nullable=False)
            for name in ("id", "account", "partition", "region", "name", "anchor_id")
        ),
        sa.Column("role_arns", sa.Text(), nullable=False),
        sa.Column("token", _WORD),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("token_expires", "created")),
        *(sa.Column(name, sa.BigInteger()) for name in ("joined", "certified_until", "revoked")),
        sa.PrimaryKeyConstraint("id", name="pk_hosts"),
        sa.UniqueConstraint("token", name="uq_hosts_token"),
        sa.UniqueConstraint("account", "name", name="uq_hosts_account_name"),
    )
    op.create_table(
        "host_authorities",
        *(sa.Column(name, _WORD, nullable=False) for name in ("anchor_id", "account", "sealing_key")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("anchor_id", name="pk_host_authorities"),
    )
    op.create_index("ix_host_authorities_account", "host_authorities", ["account"])
