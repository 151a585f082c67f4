"""Trust anchors, profiles and revocation lists of Roles Anywhere, and who came with a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "trust_anchors",
        *_words("id", "account", "partition", "region", "name"),
        sa.Column("alias", _WORD),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("certificates", "notifications")),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_times("created", "updated"),
        sa.PrimaryKeyConstraint("id", name="pk_trust_anchors"),
        sa.UniqueConstraint("account", "region", "alias", name="uq_trust_anchors_account_region_alias"),
    )
    op.create_table(
        "rolesanywhere_profiles",
        *_words("id", "account", "partition", "region", "name"),
        sa.Column("alias", _WORD),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("role_arns", "policy_arns", "policy", "mappings")
        ),
        sa.Column("duration", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("enabled", "takes_session_names", "needs_properties")
        ),
        *_times("created", "updated"),
        sa.PrimaryKeyConstraint("id", name="pk_rolesanywhere_profiles"),
        sa.UniqueConstraint(
            "account", "region", "alias", name="uq_rolesanywhere_profiles_account_region_alias"
        ),
    )
    op.create_table(
        "crls",
        *_words("id", "account", "partition", "region", "name"),
        sa.Column("alias", _WORD),
        sa.Column("anchor_id", _WORD, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("given", "der")),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_times("created", "updated"),
        sa.ForeignKeyConstraint(["anchor_id"], ["trust_anchors.id"], name="fk_crls_anchor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_crls"),
        sa.UniqueConstraint("account", "region", "alias", name="uq_crls_account_region_alias"),
    )
    op.create_index("ix_crls_anchor_id", "crls", ["anchor_id"])
    op.create_table(
        "subjects",
        *_words("id", "account", "partition", "region", "x509_subject"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_times("created", "seen"),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.UniqueConstraint(
            "account", "region", "x509_subject", name="uq_subjects_account_region_x509_subject"
        ),
    )
    op.create_table(
        "subject_uses",
        *_words("subject_id", "issuer", "serial"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("certificate", "properties")),
        *_times("seen"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_uses_subject_id"),
        sa.PrimaryKeyConstraint("subject_id", "issuer", "serial", name="pk_subject_uses"),
    )


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def _times(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
