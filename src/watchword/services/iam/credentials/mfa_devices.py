"""Which MFA devices users have. A device is proved by two codes in a row before a user has it.

The codes are looked at before the transaction begins (`prepare`), since an attempt counts whatever comes of
the call. The checks of EnableMFADevice, in their order:

1. the user and the device exist;
2. the device is unassigned;
3. the codes are the device's;
4. the user has no more devices than the quota allows.

The root user has no MFA device here: these operations name a user, or mean the one who calls.
Source: IAM API Reference, EnableMFADevice, DeactivateMFADevice, ResyncMFADevice, GetMFADevice; IAM's answers,
as users of terraform and aws-nuke report them.
"""

from watchword.access.mfa_codes import try_codes
from watchword.identity import attempts
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import (
    assigned_device,
    device_of_another,
    locked_device,
    missing,
    wrong_codes,
)
from watchword.names import nouns
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import USER
from watchword.services.iam.shapes import Shape
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Transaction
from watchword.store.iam import mfa_devices, users
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.users import User


def enable_mfa_device(call: Call) -> Output:
    """EnableMFADevice."""
    user, device = USER.of(call), _unassigned(call, call.tx)
    if device.id != call.prepared:  # replaced by another of its name, since the codes were looked at
        raise wrong_codes()
    check_quota("MFADevicesPerUser", len(mfa_devices.of_user(call.tx, user.id)) + 1)
    mfa_devices.assign(call.tx, device, user.id)
    return {}


def resync_mfa_device(call: Call) -> Output:
    """ResyncMFADevice: the codes have set what is known of the device's clock."""
    _device_of(call, call.tx, USER.of(call))
    return {}


def deactivate_mfa_device(call: Call) -> Output:
    """DeactivateMFADevice: the device stays, without a user."""
    device = _device_of(call, call.tx, user_or_root(call))
    mfa_devices.unassign(call.tx, device)
    attempts.forget(call.tx, "mfa", device.id)
    return {}


def list_mfa_devices(call: Call) -> Output:
    """ListMFADevices."""
    user = user_or_root(call)
    held = mfa_devices.of_user(call.tx, user.id) if user else []
    shown, end = pages.page(call, held, lambda device: device.whole_name)
    return {"MFADevices": [_shape(device, user) for device in shown], **end}


def get_mfa_device(call: Call) -> Output:
    """GetMFADevice."""
    user = user_or_root(call)
    return _shape(_device_of(call, call.tx, user), user)


def proved_to_enable(call: Call) -> str | None:
    """The id of the device that the codes are of; None without a user, which the operation tells."""
    with call.world.database.read() as tx:
        if _user_decided_on(call, tx) is None:
            return None
        device = _unassigned(call, tx)
    _prove(call, device)
    return device.id


def proved_to_resync(call: Call) -> None:
    """Checks the codes, if the device is the user's."""
    with call.world.database.read() as tx:
        user = _user_decided_on(call, tx)
        if user is None:
            return
        device = _device_of(call, tx, user)
    _prove(call, device)


def _prove(call: Call, device: MfaDevice) -> None:
    codes = call.input["AuthenticationCode1"], call.input["AuthenticationCode2"]
    tried = try_codes(call.world, device.id, call.now, *codes)
    if tried.blocked_until is not None:
        raise locked_device(tried.blocked_until)
    if not tried.right:
        raise wrong_codes()


def _user_decided_on(call: Call, tx: Transaction) -> User | None:
    """The user that the input names, if it is there and still the one that was decided on."""
    resolved: User | None = call.resolved[USER.noun, call.input["UserName"]]
    return users.by_id(tx, resolved.id) if resolved else None


def _unassigned(call: Call, tx: Transaction) -> MfaDevice:
    serial = call.input["SerialNumber"]
    device = mfa_devices.by_serial(tx, call.account, serial)
    if device is None:
        raise missing(nouns.MFA, serial)
    if device.user_id is not None:
        raise assigned_device(serial)
    return device


def _device_of(call: Call, tx: Transaction, user: User | None) -> MfaDevice:
    device = mfa_devices.by_serial(tx, call.account, call.input["SerialNumber"])
    if device is None or user is None or device.user_id != user.id:
        raise device_of_another()
    return device


def _shape(device: MfaDevice, user: User | None) -> Shape:
    return {
        **shapes.present("UserName", user and user.name),
        "SerialNumber": device.arn,
        "EnableDate": shapes.second(device.enabled),
    }


OPERATIONS: dict[str, Operation] = {
    "EnableMFADevice": writes(enable_mfa_device, demands.on(USER), prepare=proved_to_enable),
    "ResyncMFADevice": writes(resync_mfa_device, demands.on(USER), prepare=proved_to_resync),
    "DeactivateMFADevice": writes(deactivate_mfa_device, demands.on_user_or_caller),
    "ListMFADevices": reads(list_mfa_devices, demands.on_user_or_caller),
    "GetMFADevice": reads(get_mfa_device, demands.on_user_or_caller),
}
