"""What people sign in with: password policies, passwords, and failed attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their tables."""
    must = ("symbols", "numbers", "uppercase", "lowercase", "users_may_change", "hard_expiry")
    op.create_table(
        "password_policies",
        sa.Column("account", _WORD, nullable=False),
        sa.Column("minimum_length", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in must),
        sa.Column("max_age", sa.Integer()),
        sa.Column("reuse_prevention", sa.Integer()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_password_policies_account"),
        sa.PrimaryKeyConstraint("account", name="pk_password_policies"),
    )
    op.create_table(
        "login_profiles",
        sa.Column("user_id", _WORD, nullable=False),
        sa.Column("hash", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("reset_required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_login_profiles_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_login_profiles"),
    )
    op.create_table(
        "old_passwords",
        sa.Column("user_id", _WORD, nullable=False),
        sa.Column("hash", _WORD, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["login_profiles.user_id"], name="fk_old_passwords_user_id"),
        sa.PrimaryKeyConstraint("user_id", "hash", name="pk_old_passwords"),
    )
    op.create_table(
        "failed_attempts",
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("subject", _WORD, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_failed_attempts"),
    )
