"""Identity providers, by account and ARN."""

from watchword.facts.fact import Fact, Reading
from watchword.identity import providers
from watchword.names import nouns
from watchword.store import Topic
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.saml_providers import SamlProvider


def _oidc_provider(reading: Reading, account: str, arn: str) -> OidcProvider | None:
    found = providers.oidc_provider(reading.tx, account, arn)
    reading.depends_on(Topic(nouns.OIDC_PROVIDER, found.id if found else ""))
    return found


def _saml_provider(reading: Reading, account: str, arn: str) -> SamlProvider | None:
    found = providers.saml_provider(reading.tx, account, arn)
    reading.depends_on(Topic(nouns.SAML_PROVIDER, found.id if found else ""))
    return found


OIDC_PROVIDER = Fact(nouns.OIDC_PROVIDER, _oidc_provider)
SAML_PROVIDER = Fact(nouns.SAML_PROVIDER, _saml_provider)
