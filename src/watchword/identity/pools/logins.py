"""Logins: what a caller of an identity pool has proved, and whose tokens a pool takes.

A pool takes the tokens of an OpenID Connect provider of its account:
1. that is among its providers by ARN: for all client ids of the provider;
2. that is among its public login providers or its user pools by name: for the client ids given there, as far
   as the provider has them.

It takes the assertions of its SAML providers. A token of the pool itself is a login too: it names an identity
(the enhanced flow of developers).
Source: Amazon Cognito Developer Guide, "Identity pools third-party identity providers".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.cognito_identity.pools import Pool, PoolSettings
from watchword.store.iam.oidc_providers import OidcProvider

COGNITO = "cognito-identity.amazonaws.com"


class OneUse(Struct, frozen=True):
    """An assertion of a SAML provider, which is good for one session."""

    assertion_id: str
    issued: float
    session_ends: float | None
    """When the session at the provider ends, seconds since the epoch; None if it doesn't say."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of a provider, whose token was verified."""

    provider: str
    """The name of the provider, as logins have it."""
    subject: str
    client_id: str = ""
    arn: str = ""
    """The provider's ARN; empty for the pool itself and for developers."""
    claims: Mapping[str, Any] = field(default_factory=dict)
    once: OneUse | None = None
    """Where it is good for one session."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which something can be set for the provider, the most special first."""
        return f"{self.provider}:{self.client_id}", self.provider, self.arn


class VouchedForPool(Struct, frozen=True):
    """What is proved of a caller of a pool: nothing of a guest."""

    pool: Pool
    logins: tuple[Login, ...] = ()

    @property
    def session_ends(self) -> tuple[float | None, ...]:
        """When sessions at SAML providers end."""
        return tuple(each.once.session_ends for each in self.logins if each.once)

    @property
    def own_token(self) -> Mapping[str, Any]:
        """The claims of a token of the pool; empty where none is among the logins."""
        return next((each.claims for each in self.logins if each.provider == COGNITO), {})


def client_ids(settings: PoolSettings, provider: OidcProvider) -> frozenset[str]:
    """The client ids for which the pool takes the provider's tokens; none where it takes no tokens of it."""
    own = frozenset(provider.client_ids)
    if provider.arn in settings.oidc:  # 1.
        return own
    apps = {each.client_id for each in settings.user_pools if each.name == provider.url}  # 2.
    return own & (apps | {settings.logins.get(provider.url, "")})


def provider_names(settings: PoolSettings) -> frozenset[str]:
    """The names of all providers but the developer's, which is another one."""
    by_arn = (arn.name for text in settings.oidc if (arn := EntityArn.parse(text, nouns.OIDC_PROVIDER)))
    return frozenset({COGNITO, *by_arn, *settings.logins, *(each.name for each in settings.user_pools)})
