"""Identity providers, by account and ARN."""

from dataclasses import dataclass, field

from watchword.facts.fact import Fact, Reading
from watchword.identity import private_keys, providers
from watchword.names import nouns
from watchword.store import Topic, keyring
from watchword.store.iam import saml_private_keys, saml_providers
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.saml_providers import SamlProvider


@dataclass(frozen=True, slots=True)
class SamlTrust:
    """A SAML provider, and what its responses are verified and opened with."""

    provider: SamlProvider
    entity_id: str
    certificates: tuple[bytes, ...]
    """In DER."""
    private_keys: tuple[str, ...] = field(default=(), repr=False)
    """In PEM, opened."""


def _oidc_provider(reading: Reading, account: str, arn: str) -> OidcProvider | None:
    found = providers.oidc_provider(reading.tx, account, arn)
    reading.depends_on(Topic(nouns.OIDC_PROVIDER, found.id if found else ""))
    return found


def _saml_provider(reading: Reading, account: str, arn: str) -> SamlProvider | None:
    found = providers.saml_provider(reading.tx, account, arn)
    reading.depends_on(Topic(nouns.SAML_PROVIDER, found.id if found else ""))
    return found


def _saml_trust(reading: Reading, account: str, arn: str) -> SamlTrust | None:
    """Private keys are opened by the keyring of the same snapshot, as those of callers are."""
    from watchword.identity import saml_metadata  # noqa: PLC0415 9 MB that few servers need

    found = reading.get(SAML_PROVIDER, account, arn)
    if found is None:
        return None
    metadata = saml_metadata.parse(saml_providers.document_of(reading.tx, found), found.valid_until)
    reading.depends_on(keyring.WHOLE)
    ring = reading.root_key.keyring(reading.tx)
    sealed = saml_private_keys.of(reading.tx, found)
    keys = tuple(private_keys.open(key.sealed, key.id, ring) for key in sealed)
    reading.weigh(sum(map(len, (*metadata.certificates, *keys))))
    return SamlTrust(found, metadata.entity_id, metadata.certificates, keys)


OIDC_PROVIDER = Fact(nouns.OIDC_PROVIDER, _oidc_provider)
SAML_PROVIDER = Fact(nouns.SAML_PROVIDER, _saml_provider)
SAML_TRUST = Fact("saml-trust", _saml_trust)
