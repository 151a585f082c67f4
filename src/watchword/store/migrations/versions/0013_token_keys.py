"""Keys that sign tokens of accounts' issuers, and the issuers' URLs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table. An issuer that was enabled has neither URL nor keys: it must be enabled again."""
    op.create_table(
        "token_keys",
        sa.Column("id", _WORD, nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in ("account", "algorithm")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_key", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_token_keys"),
    )
    for column in ("account", "sealing_key"):
        op.create_index(f"ix_token_keys_{column}", "token_keys", [column])
    op.add_column("account_settings", sa.Column("issuer_url", _WORD))
    op.execute("UPDATE account_settings SET issues_tokens = false")
