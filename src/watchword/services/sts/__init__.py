"""AWS Security Token Service."""

from watchword.services.operation import Operation
from watchword.services.sts import credentials, identity, roles

OPERATIONS: dict[str, Operation] = {
    **identity.OPERATIONS,
    **credentials.OPERATIONS,
    **roles.OPERATIONS,
}
