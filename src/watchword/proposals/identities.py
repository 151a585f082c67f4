"""Who asked, as an audit event has it: the element userIdentity, and the principal that it stands for.

The other side is `access.record`. Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from functools import cached_property

import msgspec
from msgspec import Struct

from watchword.names import Arn, Principal
from watchword.names.entity_arn import EntityArn
from watchword.names.principal import (
    PRINCIPAL_TYPES,
    Anonymous,
    FederatedUser,
    RoleSession,
    Root,
    Saml,
    Service,
    User,
    WebIdentity,
)

_KINDS: dict[str, type] = {
    **{name: kind for kind, name in PRINCIPAL_TYPES.items()},
    "Root": Root,
    "IAMUser": User,
    "AWSService": Service,
}
"""By the type that a record gives."""


class Attributes(Struct, frozen=True, rename="camel"):
    """Of a session."""

    creation_date: str
    mfa_authenticated: str


class Issuer(Struct, frozen=True, rename="camel"):
    """Whose session it is: a role, or the user who asked for it."""

    arn: str
    principal_id: str


class Federation(Struct, frozen=True, rename="camel"):
    """Which identity provider vouched for the session."""

    federated_provider: str


class SessionContext(Struct, frozen=True, rename="camel"):
    """What is recorded of a session."""

    attributes: Attributes
    session_issuer: Issuer | None = None
    assumed_root: str = ""
    source_identity: str = ""
    web_id_federation_data: Federation | None = None


class Identity(Struct, frozen=True, rename="camel", dict=True):
    """Who asked, as an event has it."""

    type: str
    principal_id: str = ""
    arn: str = ""
    account_id: str = ""
    user_name: str = ""
    identity_provider: str = ""
    invoked_by: str = ""
    """The service that made the call."""
    session_context: SessionContext | None = None

    @cached_property
    def principal(self) -> Principal | None:
        """None for a caller who proved nothing. Raises ValueError for what no server wrote."""
        kind = _KINDS.get(self.type)
        if kind is Service:
            return Service(self.invoked_by)
        if kind is WebIdentity:
            rest = self.principal_id.removeprefix(f"{self.identity_provider}:")
            return WebIdentity(self.identity_provider, self.user_name, rest[: -len(self.user_name) - 1])
        if kind is Saml:  # whose provider isn't recorded
            return Saml("", self.user_name, self.identity_provider)
        if kind is Anonymous:
            return Anonymous()
        return None if kind is None else _of_account(self, kind)


read = msgspec.json.Decoder(Identity).decode
"""An identity of its JSON. Raises ValueError."""


def _of_account(identity: Identity, kind: type) -> Principal:
    arn = Arn.parse(identity.arn)
    if kind is Root:
        return Root(identity.account_id, arn.partition)
    if kind is User:
        user = _entity(identity.arn)
        return User(identity.account_id, user.name, identity.principal_id, user.path, arn.partition)
    issuer = identity.session_context and identity.session_context.session_issuer
    if not issuer:
        raise ValueError(f"a session that nobody asked for: {arn}")
    name = arn.resource.rpartition("/")[2]
    if kind is FederatedUser:
        return FederatedUser(identity.account_id, name, issuer.arn, arn.partition, issuer.principal_id)
    role = _entity(issuer.arn)
    return RoleSession(identity.account_id, role.name, issuer.principal_id, name, role.path, arn.partition)


def _entity(arn: str) -> EntityArn:
    found = EntityArn.parse(arn)
    if found is None:
        raise ValueError(f"no ARN of a user or role: {arn}")
    return found
