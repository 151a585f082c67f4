"""AWS Security Token Service."""

from watchword.services.operation import Operation
from watchword.services.sts import (
    credentials,
    federation,
    identity,
    messages,
    outbound,
    roles,
    saml,
    web_identity,
)

OPERATIONS: dict[str, Operation] = {
    **identity.OPERATIONS,
    **credentials.OPERATIONS,
    **federation.OPERATIONS,
    **messages.OPERATIONS,
    **outbound.OPERATIONS,
    **roles.OPERATIONS,
    **saml.OPERATIONS,
    **web_identity.OPERATIONS,
}
