"""Refusals of OAuth: exceptions of the model, with what is said in OAuth's member too.

The word of OAuth is put beside it by the service's dialect (`wire.sso_oidc`).
"""

from watchword.names import AwsError


def refusal(name: str, said: str, meant: str = "") -> AwsError:
    """`name` without `Exception`. The status is the model's."""
    return AwsError(f"{name}Exception", 400, said, meant, {"error_description": said})
