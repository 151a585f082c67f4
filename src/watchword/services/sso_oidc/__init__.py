"""IAM Identity Center OIDC: tokens of the access portal, for programs that people sign in for."""

from watchword.services.operation import Operation
from watchword.services.sso_oidc import clients, device_authorizations, tokens

OPERATIONS: dict[str, Operation] = {
    **clients.OPERATIONS,
    **device_authorizations.OPERATIONS,
    **tokens.OPERATIONS,
}
