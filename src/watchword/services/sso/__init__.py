"""The access portal of IAM Identity Center: the accounts and roles of a person, and credentials of a role."""

from watchword.services.operation import Operation
from watchword.services.sso import assigned, credentials, sessions

OPERATIONS: dict[str, Operation] = {**assigned.OPERATIONS, **credentials.OPERATIONS, **sessions.OPERATIONS}
