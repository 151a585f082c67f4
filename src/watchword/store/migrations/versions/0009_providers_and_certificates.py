"""Identity providers, certificates, SSH keys, service-specific credentials, and settings of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates their tables."""
    _account_settings()
    _providers()
    _server_certificates()
    _signing_certificates()
    _ssh_public_keys()
    _service_credentials()


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _account_settings() -> None:
    op.create_table(
        "account_settings",
        *_words("account"),
        sa.Column("token_version", sa.Integer()),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("issuer_id", _WORD),
        sa.Column("issues_tokens", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_account_settings"),
        sa.UniqueConstraint("issuer_id", name="uq_account_settings_issuer_id"),
    )


def _providers() -> None:
    op.create_table(
        "oidc_providers",
        *_words("id", "account", "partition", "url"),
        sa.Column("client_ids", sa.Text(), nullable=False),
        sa.Column("thumbprints", sa.Text(), nullable=False),
        _moment("created"),
        sa.PrimaryKeyConstraint("id", name="pk_oidc_providers"),
        sa.UniqueConstraint("account", "url", name="uq_oidc_providers_account_url"),
    )
    op.create_table(
        "saml_providers",
        *_words("id", "account", "partition", "name", "folded", "path"),
        _moment("created"),
        _moment("valid_until"),
        sa.Column("encryption_mode", _WORD),
        sa.PrimaryKeyConstraint("id", name="pk_saml_providers"),
        sa.UniqueConstraint("account", "folded", name="uq_saml_providers_account_folded"),
    )
    op.create_table(
        "saml_metadata",
        *_words("provider_id"),
        sa.Column("document", sa.Text(), nullable=False),
        _refers("saml_metadata", "provider_id", "saml_providers"),
        sa.PrimaryKeyConstraint("provider_id", name="pk_saml_metadata"),
    )
    op.create_table(
        "saml_private_keys",
        *_words("id", "provider_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        *_words("sealing_key"),
        _moment("created"),
        _refers("saml_private_keys", "provider_id", "saml_providers"),
        sa.PrimaryKeyConstraint("id", name="pk_saml_private_keys"),
    )
    op.create_index("ix_saml_private_keys_provider_id", "saml_private_keys", ["provider_id"])
    op.create_index("ix_saml_private_keys_sealing_key", "saml_private_keys", ["sealing_key"])


def _server_certificates() -> None:
    op.create_table(
        "server_certificates",
        *_words("id", "account", "partition", "name", "folded", "path"),
        _moment("created"),
        _moment("expires"),
        sa.PrimaryKeyConstraint("id", name="pk_server_certificates"),
        sa.UniqueConstraint("account", "folded", name="uq_server_certificates_account_folded"),
    )
    op.create_table(
        "server_certificate_material",
        *_words("certificate_id"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text()),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        *_words("sealing_key"),
        _refers("server_certificate_material", "certificate_id", "server_certificates"),
        sa.PrimaryKeyConstraint("certificate_id", name="pk_server_certificate_material"),
    )
    op.create_index(
        "ix_server_certificate_material_sealing_key", "server_certificate_material", ["sealing_key"]
    )


def _signing_certificates() -> None:
    op.create_table(
        "signing_certificates",
        *_words("id", "account"),
        sa.Column("user_id", _WORD),
        sa.Column("body", sa.Text(), nullable=False),
        *_words("fingerprint", "status"),
        _moment("created"),
        _refers("signing_certificates", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_signing_certificates"),
        sa.UniqueConstraint("account", "fingerprint", name="uq_signing_certificates_account_fingerprint"),
    )
    op.create_index("ix_signing_certificates_user_id", "signing_certificates", ["user_id"])


def _ssh_public_keys() -> None:
    op.create_table(
        "ssh_public_keys",
        *_words("id", "account", "user_id"),
        sa.Column("body", sa.Text(), nullable=False),
        *_words("fingerprint", "digest", "status"),
        _moment("created"),
        _refers("ssh_public_keys", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_ssh_public_keys"),
        sa.UniqueConstraint("user_id", "digest", name="uq_ssh_public_keys_user_id_digest"),
    )


def _service_credentials() -> None:
    op.create_table(
        "service_credentials",
        *_words("id", "account", "user_id", "service", "name"),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        *_words("status"),
        _moment("created"),
        sa.Column("expires", sa.BigInteger()),
        _refers("service_credentials", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_service_credentials"),
        sa.UniqueConstraint("account", "service", "name", name="uq_service_credentials_account_service_name"),
    )
    op.create_index("ix_service_credentials_user_id", "service_credentials", ["user_id"])
