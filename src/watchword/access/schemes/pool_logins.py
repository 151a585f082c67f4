"""The scheme of identity pools: the body names a pool or an identity, and has the tokens of its logins.

1. The pool is there: the one that is named, or that of the identity.
2. Without logins the caller is a guest, and the pool has guests.
3. Each login is a token or an assertion of a provider that the pool takes, or a token of the pool itself for
   somebody who logged in. They are verified as for AssumeRoleWithWebIdentity and AssumeRoleWithSAML
   (`web_identity`, `saml`). One that doesn't hold ends the request.

Whose identity it is isn't known yet: logins are compared with those that are linked to it in the transaction
of the operation. The caller in records is the first login, or the guest's identity.
Source: Amazon Cognito Identity API Reference, GetId, GetOpenIdToken, GetCredentialsForIdentity,
UnlinkIdentity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchword.access.caller import Caller, Proven
from watchword.access.schemes import pool_tokens, saml, web_identity
from watchword.facts.pools import IDENTITY_POOL
from watchword.facts.providers import OIDC_PROVIDER
from watchword.identity.pools.errors import NO_GUESTS, UNSUPPORTED, error, no_identity, no_pool, wrong_login
from watchword.identity.pools.logins import COGNITO, Login, OneUse, VouchedForPool, client_ids
from watchword.identity.pools.roles import AUTHENTICATED, LISTED, texts
from watchword.identity.saml_attributes import roles_for
from watchword.names import AwsError, HttpRequest, HttpResponse, fault, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import Saml, WebIdentity
from watchword.names.would_block import WouldBlock
from watchword.proofs import identity_token
from watchword.proofs.identity_token import LONGEST_SUBJECT, WrongTokenError
from watchword.sigv4.replay import Trace
from watchword.store.cognito_identity import identities
from watchword.store.cognito_identity.pools import Pool
from watchword.wire import Operation
from watchword.world import World

NOT_A_TOKEN = "Not a valid OpenId Connect identity token."  # noqa: S105 a sentence
OTHER_ISSUER = "Issuer doesn't match providerName"
OF_A_GUEST = "The token is one of a guest."
NOT_AN_ASSERTION = "Not a valid SAML assertion."
UNREACHABLE = "IDPCommunicationError"


@dataclass(frozen=True, slots=True)
class PoolLogins:
    """Logins as they were sent, with nothing proved."""

    request: HttpRequest
    pool_id: str
    identity_id: str
    logins: Mapping[str, str]
    service: str | None = None
    region: str = ""
    access_key_id: str = ""
    version: str = ""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:  # noqa: ARG002 the face
        pool = self._pool(world)  # 1.
        if not self.logins and not pool.settings.guests:  # 2.
            raise error("NotAuthorized", NO_GUESTS)
        logins = verify(world, pool, self.logins)  # 3.
        vouched = VouchedForPool(pool, logins)
        return Proven(Caller(self._principal(pool, logins), vouched=vouched), self.request)

    def admit(self, world: World, operation: Operation) -> Proven:  # noqa: ARG002 the face
        raise fault("MissingAuthenticationToken")

    def trace(self, service: str) -> Trace | None:  # noqa: ARG002 the face
        """Clients send the same logins again and again."""
        return None

    def answer(self, response: HttpResponse) -> HttpResponse:
        return response

    def _pool(self, world: World) -> Pool:
        pool_id = self.pool_id or self._pool_of_identity(world)
        found = world.facts.get(IDENTITY_POOL, pool_id)
        if found is None:
            raise no_pool(pool_id) if self.pool_id else no_identity(self.identity_id)
        return found.pool

    def _pool_of_identity(self, world: World) -> str:
        if world.facts.cached:
            raise WouldBlock
        with world.database.read() as tx:
            found = identities.by_id(tx, self.identity_id)
        if found is None:
            raise no_identity(self.identity_id)
        return found.pool_id

    def _principal(self, pool: Pool, logins: tuple[Login, ...]) -> WebIdentity | Saml:
        for login in logins[:1]:
            if login.once:
                return Saml(login.arn, login.subject)
            return WebIdentity(login.arn or login.provider, login.subject, login.client_id)
        return WebIdentity(COGNITO, self.identity_id, pool.id)


def read(request: HttpRequest, given: Mapping[str, Any]) -> PoolLogins:
    """What the input of an operation presents, of those that need no signature."""
    pool_id, identity_id = given.get("IdentityPoolId", ""), given.get("IdentityId", "")
    return PoolLogins(request, pool_id, identity_id, given.get("Logins", {}))


def verify(world: World, pool: Pool, logins: Mapping[str, str]) -> tuple[Login, ...]:
    """Provider -> token, verified. Raises NotAuthorized and ExternalService."""
    try:
        return tuple([_login(world, pool, name, text) for name, text in logins.items()])
    except AwsError as wrong:
        if wrong.code == UNREACHABLE:
            raise error("ExternalService", wrong.said, wrong.meant) from None
        if wrong.code.startswith("NotAuthorized"):
            raise
        raise wrong_login(wrong.said, wrong.meant) from None


def _login(world: World, pool: Pool, name: str, text: str) -> Login:
    if name in pool.settings.saml:
        return _by_saml(world, pool, name, text)
    arn = str(EntityArn(pool.partition, pool.account, nouns.OIDC_PROVIDER, "/", name))
    provider = None if name == COGNITO else world.facts.get(OIDC_PROVIDER, pool.account, arn)
    allowed = client_ids(pool.settings, provider) if provider else frozenset()
    if name != COGNITO and not allowed:
        raise error("NotAuthorized", UNSUPPORTED, f"pool {pool.id} takes no tokens of {name}")
    try:
        token = identity_token.read(text)
    except WrongTokenError as wrong:
        raise wrong_login(NOT_A_TOKEN, str(wrong)) from None
    if provider is None:
        issuing = pool_tokens.pool_at(world, token.issuer)
        if issuing is None or issuing.id != pool.id:
            raise wrong_login(OTHER_ISSUER, f"{token.issuer} isn't the issuer of pool {pool.id}")
        pool_tokens.verify(world, pool, token)
        if AUTHENTICATED not in texts(token.claims.get("amr")):
            raise wrong_login(OF_A_GUEST, f"claim amr: expected {AUTHENTICATED}")
        return Login(COGNITO, token.subject, pool.id, claims=token.claims)
    if web_identity.provider_of(world, pool.partition, pool.account, token.issuer).arn != provider.arn:
        raise wrong_login(OTHER_ISSUER, f"claim iss: expected {name}, had {token.issuer}")
    client_id = web_identity.verify(world, provider, token, allowed)
    return Login(name, token.subject, client_id, provider.arn, token.claims)


def _by_saml(world: World, pool: Pool, provider: str, text: str) -> Login:
    """The attributes are its claims; the roles that it has are as a token lists them."""
    assertion = saml.proved(world, saml.trust_of(world, pool.account, provider), text)
    if len(assertion.subject) > LONGEST_SUBJECT:
        raise wrong_login(NOT_AN_ASSERTION, "its subject is too long")
    attributes: dict[str, Any] = {name: list(values) for name, values in assertion.attributes.items()}
    claims = attributes | {LISTED: list(roles_for(assertion, provider))}
    once = OneUse(assertion.id, assertion.issued, assertion.session_ends)
    return Login(provider, assertion.subject, "", provider, claims, once)
