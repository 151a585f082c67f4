"""Clusters and their pod identity associations."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "clusters",
        *_words("id", "account", "partition", "region", "name", "issuer", "provider", "connector_role"),
        *_times("created"),
        sa.PrimaryKeyConstraint("id", name="pk_clusters"),
        sa.UniqueConstraint("account", "region", "name", name="uq_clusters_account_region_name"),
    )
    op.create_table(
        "pod_associations",
        *_words("id", "cluster_id", "namespace", "service_account", "role_arn"),
        sa.Column("tagged", sa.Boolean(), nullable=False),
        *_times("created", "modified"),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name="fk_pod_associations_cluster_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pod_associations"),
        sa.UniqueConstraint(
            "cluster_id",
            "namespace",
            "service_account",
            name="uq_pod_associations_cluster_id_namespace_service_account",
        ),
    )


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def _times(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
