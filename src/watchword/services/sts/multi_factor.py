"""Codes of MFA devices that come with AssumeRole and GetSessionToken.

1. Serial number and code come together, or not at all.
2. The device is one of the user who calls. Roles and root users have none.
3. The code is the device's, and wasn't used before (`access.mfa_codes`).

A code is used up whatever comes of the call. It proves the second factor for this decision, and for all calls
with a session from GetSessionToken. The session of a role doesn't carry it.
Source: AWS STS API Reference, AssumeRole, GetSessionToken; IAM User Guide, "Configuring MFA-protected API
access"; STS's answers, as users of the aws CLI report them.
"""

from watchword.access.mfa_codes import try_codes
from watchword.names import AwsError
from watchword.names.moment import iso
from watchword.names.principal import User
from watchword.names.would_block import WouldBlock
from watchword.services.operation import Call
from watchword.store.iam import mfa_devices
from watchword.store.iam.mfa_devices import MfaDevice

INCOMPLETE = "must provide both MFA serial number and one time pass code."
UNKNOWN = (
    "unable to validate MFA code. Please verify your MFA serial number is valid and associated with this "
    "user."
)
WRONG = "with invalid MFA one time pass code."
LOCKED = "too many wrong codes were given. No code is looked at until {}."


def second_factor(call: Call) -> bool:
    """Whether the call brings a code, which is right. Raises AccessDenied for a wrong one."""
    serial, code = call.input.get("SerialNumber"), call.input.get("TokenCode")
    if serial is None and code is None:
        return False
    if serial is None or code is None:  # 1.
        raise _failed(f", {INCOMPLETE}")
    if call.world.facts.cached:
        raise WouldBlock
    device = _own_device(call, serial)
    if device is None:  # 2.
        raise _failed(f", {UNKNOWN}")
    tried = try_codes(call.world, device.id, call.now, code)
    if tried.blocked_until is not None:
        raise _failed(f", {LOCKED.format(iso(tried.blocked_until))}")
    if not tried.right:  # 3.
        raise _failed(f" {WRONG}")
    return True


def _own_device(call: Call, serial: str) -> MfaDevice | None:
    user = call.caller.principal
    if not isinstance(user, User):
        return None
    with call.world.database.read() as tx:
        own = mfa_devices.of_user(tx, user.unique_id)
    return next((device for device in own if device.arn == serial), None)


def _failed(how: str) -> AwsError:
    return AwsError("AccessDenied", 403, f"MultiFactorAuthentication failed{how}")
