"""The status of credentials: Active or Inactive."""

from collections.abc import Callable
from functools import partial

from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.store.iam.access_keys import ACTIVE, INACTIVE

Refuse = Callable[[str], AwsError]
_INVALID_INPUT: Refuse = partial(refusal, "InvalidInput")


def wanted_status(call: Call, refuse: Refuse = _INVALID_INPUT) -> str:
    """The status in the input. Raises what `refuse` makes for Expired, which only time sets."""
    status: str = call.input["Status"]
    if status not in (ACTIVE, INACTIVE):
        raise refuse(f"The status can be set to {ACTIVE} or {INACTIVE} only.")
    return status
