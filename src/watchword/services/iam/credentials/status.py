"""The status of credentials: Active or Inactive."""

from watchword.identity.refusals import refusal
from watchword.services.operation import Call
from watchword.store.iam.access_keys import ACTIVE, INACTIVE


def wanted_status(call: Call) -> str:
    """The status in the input. Raises InvalidInput for Expired, which the model has too."""
    status: str = call.input["Status"]
    if status not in (ACTIVE, INACTIVE):
        raise refusal("InvalidInput", f"The status can be set to {ACTIVE} or {INACTIVE} only.")
    return status
