"""Look-up of identity providers by ARN, every part of which must match."""

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store import Transaction
from watchword.store.iam import oidc_providers, saml_providers
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.saml_providers import SamlProvider


def oidc_provider(tx: Transaction, account: str, text: str) -> OidcProvider | None:
    """The account's OIDC provider of exactly that ARN."""
    arn = EntityArn.parse(text, nouns.OIDC_PROVIDER)
    found = oidc_providers.of_url(tx, account, arn.name) if arn else None
    return found if found and found.arn == text else None


def saml_provider(tx: Transaction, account: str, text: str) -> SamlProvider | None:
    """The account's SAML provider of exactly that ARN."""
    arn = EntityArn.parse(text, nouns.SAML_PROVIDER)
    found = saml_providers.named(tx, account, arn.name) if arn else None
    return found if found and found.arn == text else None
