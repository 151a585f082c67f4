"""The scheme of identity tokens: the body has a JSON Web Token, whose subject is the caller.

1. The token can be read, and its issuer is a provider of the account in the role's ARN. So a token of any
   other issuer costs no connection.
2. The issuer's keys are at hand, or are fetched. On the event loop they are not: a thread starts again. The
   keys of this server's own issuers are never fetched. Their tokens of GetWebIdentityToken aren't taken, as
   at AWS: by them a session could get permissions that it lacks, and outlast itself.
3. Its signature holds. Only then its claims are looked at:
4. the client id that it was issued for, the time, and all else that it says (`identity.token_claims`).

A token of an identity pool of this server needs no provider: roles trust `cognito-identity.amazonaws.com`
(`pool_tokens`).

The real time counts, not that of an ephemeral server whose clock was moved ahead: the issuer has a clock of
its own. AWS's sentences say less than is known. What is meant, for the operator, says which claim, expected
and had.
Source: AWS STS API Reference, AssumeRoleWithWebIdentity.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from watchword.access.caller import Caller, Proven
from watchword.access.schemes import pool_tokens
from watchword.facts.issuers import ISSUER_AT, TOKEN_KEYS
from watchword.facts.providers import OIDC_PROVIDER
from watchword.identity import issuers, token_claims, token_issuers, token_keys
from watchword.identity.arns import role_to_assume
from watchword.identity.token_claims import refused
from watchword.issuer_keys import Issuer, UnreachableError
from watchword.names import AwsError, HttpRequest, HttpResponse, fault, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import WebIdentity
from watchword.proofs import identity_token
from watchword.proofs.identity_token import IdentityToken, UnknownKeyError, WrongTokenError
from watchword.proofs.public_keys import Keys
from watchword.sigv4.replay import Trace
from watchword.store.iam.account_settings import AccountSettings
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.wire import Operation
from watchword.world import World

NOT_A_TOKEN = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"  # noqa: S105
NO_PROVIDER = "No OpenIDConnect provider found in your account for {}"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider, please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
UNREACHABLE = (
    "The identity provider (IDP) that was asked to verify the incoming identity token could not be reached."
)
OF_PRINCIPALS = "Tokens of GetWebIdentityToken can't be used to assume a role."


class WebIdentityToken(Struct, frozen=True):
    """A token as it was sent, with nothing proved."""

    request: HttpRequest
    role_arn: str
    text: str
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        role = role_to_assume(self.role_arn)
        try:
            token = identity_token.read(self.text)
        except WrongTokenError as wrong:
            raise refused(NOT_A_TOKEN, str(wrong)) from None
        if pool := pool_tokens.pool_at(world, token.issuer):
            return Proven(pool_tokens.caller(world, pool, token, self.role_arn), self.request)
        provider = provider_of(world, role.partition, role.account, token.issuer)  # 1.
        client_id = verify(world, provider, token, provider.client_ids)  # 2.  3.  4.
        vouched = token_claims.vouched(token, client_id, self.role_arn)
        principal = WebIdentity(provider.arn, token.subject, client_id)
        return Proven(Caller(principal, vouched=vouched), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """A token counts until it expires, as at AWS: SDKs send the same one again."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response


def read(request: HttpRequest, given: Mapping[str, Any]) -> WebIdentityToken:
    """What the input of AssumeRoleWithWebIdentity presents."""
    if given.get("ProviderId"):
        raise fault(
            "NotImplemented", "ProviderId is not implemented: access tokens of OAuth 2.0 aren't taken."
        )
    return WebIdentityToken(request, given["RoleArn"], given["WebIdentityToken"])


def provider_of(world: World, partition: str, account: str, issuer: str) -> OidcProvider:
    """The provider of the account that has the issuer's URL. Raises InvalidIdentityToken."""
    private = world.settings.private_issuers
    if issuer in private or issuer.startswith(issuers.SCHEME) or _own(world, issuer):
        name = issuers.without_scheme(issuer)
        arn = EntityArn(partition, account, nouns.OIDC_PROVIDER, "/", name)
        if found := world.facts.get(OIDC_PROVIDER, account, str(arn)):
            return found
    raise refused(NO_PROVIDER.format(issuer), f"account {account} has no OIDC provider of {issuer}")


def verify(world: World, provider: OidcProvider, token: IdentityToken, client_ids: Collection[str]) -> str:
    """The client id that a token of the provider was issued for. Raises AwsError: rules 2 to 4."""
    _verify_signature(world, provider, token)
    client_id = token_claims.audience(token, client_ids)
    token_claims.check_time(token, world.clock.wall().timestamp())
    return client_id


def _verify_signature(world: World, provider: OidcProvider, token: IdentityToken) -> None:
    try:
        identity_token.verify(token, _keys(world, provider, token))
    except UnreachableError as failed:
        raise AwsError("IDPCommunicationError", 400, UNREACHABLE, str(failed)) from None
    except UnknownKeyError as wrong:
        raise refused(NO_KEY, str(wrong)) from None
    except WrongTokenError as wrong:
        raise refused(pool_tokens.WRONG_SIGNATURE, str(wrong)) from None


def _own(world: World, issuer: str) -> AccountSettings | None:
    """The account of this server whose issuer that is."""
    return world.facts.get(ISSUER_AT, issuer) if token_issuers.id_in(issuer) else None


def _keys(world: World, provider: OidcProvider, token: IdentityToken) -> Keys:
    own = _own(world, token.issuer)
    if own is None:
        issuer = Issuer(token.issuer, provider.thumbprints, world.settings.private_issuers)
        return world.issuer_keys.of(issuer, token.kid, at_once=world.facts.cached)
    if not own.issues_tokens or token_issuers.OF_PRINCIPALS in token.claims:
        raise refused(
            OF_PRINCIPALS, f"account {own.account}'s own issuer: a token of a principal, or disabled"
        )
    keys = token_keys.published(world.facts.need(TOKEN_KEYS, own.account), world.clock.wall())
    return {key.id: key.verifier for key in keys}
