"""AWS Security Token Service."""

from watchword.services.operation import Operation
from watchword.services.sts import (
    credentials,
    delegated,
    federation,
    identity,
    messages,
    outbound,
    roles,
    root,
    saml,
    web_identity,
)

OPERATIONS: dict[str, Operation] = {
    **identity.OPERATIONS,
    **credentials.OPERATIONS,
    **delegated.OPERATIONS,
    **federation.OPERATIONS,
    **messages.OPERATIONS,
    **outbound.OPERATIONS,
    **roles.OPERATIONS,
    **root.OPERATIONS,
    **saml.OPERATIONS,
    **web_identity.OPERATIONS,
}
