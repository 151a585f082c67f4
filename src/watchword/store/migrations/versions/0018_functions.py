"""Functions and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "functions",
        sa.Column("id", _WORD, nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in ("account", "partition", "region", "name")),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_functions"),
        sa.UniqueConstraint("account", "region", "name", name="uq_functions_account_region_name"),
    )
    op.create_table(
        "function_versions",
        sa.Column("function_id", _WORD, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in ("role", "runtime")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("handler", "description")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("timeout", "memory", "storage")),
        sa.Column("architecture", _WORD, nullable=False),
        sa.Column("environment", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_key", _WORD, nullable=False),
        sa.Column("dead_letters", sa.Text(), nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in ("blob", "code_sha256")),
        sa.Column("code_size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("revision", _WORD, nullable=False),
        sa.ForeignKeyConstraint(["function_id"], ["functions.id"], name="fk_function_versions_function_id"),
        sa.PrimaryKeyConstraint("function_id", "number", name="pk_function_versions"),
    )
    op.create_index("ix_function_versions_blob", "function_versions", ["blob"])
    op.create_index("ix_function_versions_sealing_key", "function_versions", ["sealing_key"])
