"""Virtual MFA devices."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their table."""
    op.create_table(
        "mfa_devices",
        *(sa.Column(name, _WORD, nullable=False) for name in ("id", "account", "partition", "path", "name")),
        sa.Column("folded", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_key", _WORD, nullable=False),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.BigInteger()),
        sa.Column("user_id", _WORD),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mfa_devices_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mfa_devices"),
        sa.UniqueConstraint("account", "folded", name="uq_mfa_devices_account_folded"),
    )
    op.create_index("ix_mfa_devices_sealing_key", "mfa_devices", ["sealing_key"])
    op.create_index("ix_mfa_devices_user_id", "mfa_devices", ["user_id"])
