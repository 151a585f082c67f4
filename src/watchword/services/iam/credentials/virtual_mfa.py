"""Virtual MFA devices: an authenticator app's seed, made here, shown once, kept sealed.

Source: IAM API Reference, CreateVirtualMFADevice, VirtualMFADevice (what the QR code says),
ListVirtualMFADevices ("doesn't return tags").
What doesn't belong here: whose a device is (mfa_devices), its tags (tags), and its codes (access.mfa_codes).
"""

import base64
import io
import re
from typing import NamedTuple
from urllib.parse import quote

from watchword.facts.credentials import KEYRING
from watchword.identity import attempts, seeds
from watchword.identity.refusals import device_in_use, refusal, taken_device
from watchword.names.entity_arn import EntityArn
from watchword.proofs.mfa import SEED_BYTES
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.entity_types import MFA
from watchword.services.iam.shapes import Shape
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import Transaction, accounts, tags
from watchword.store.iam import mfa_devices, users
from watchword.store.iam.mfa_devices import MfaDevice

_SERIAL = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
"""serialNumberType: no operation could name a device with another one. Paths may have more characters."""
DOTS = 5
"""Pixels of a module, the QR code's smallest square."""
_ASSIGNED = {"Assigned": True, "Unassigned": False, "Any": None}


class Enrolment(NamedTuple):
    """What an authenticator app is told: the seed in base32, and the picture of a QR code."""

    seed: bytes
    base32: bytes
    picture: bytes


def create_virtual_mfa_device(call: Call) -> Output:
    """CreateVirtualMFADevice."""
    path, name = call.input.get("Path", "/"), call.input["VirtualMFADeviceName"]
    if mfa_devices.named(call.tx, call.account, path, name):
        raise taken_device()
    serial = str(EntityArn(call.partition, call.account, MFA.noun, path, name))
    if not _SERIAL.fullmatch(serial) or EntityArn.parse(serial) is None:
        raise refusal("InvalidInput", f"The path and name of the device make no serial number: {serial}")
    made: Enrolment = call.prepared
    device_id = MFA.new_id(call)
    sealed = seeds.seal(made.seed, device_id, call.world.facts.need(KEYRING))
    device = MfaDevice(
        id=device_id,
        account=call.account,
        name=name,
        path=path,
        created=call.now,
        seed=sealed.secret,
        sealing_key=sealed.sealing_key,
        partition=call.partition,
    )
    mfa_devices.insert(call.tx, device)
    given = put_given(MFA, call, device)
    shown = {"SerialNumber": device.arn, "Base32StringSeed": made.base32, "QRCodePNG": made.picture}
    return {"VirtualMFADevice": {**shown, **shapes.tagged(given)}}


def list_virtual_mfa_devices(call: Call) -> Output:
    """ListVirtualMFADevices. Seeds are never shown again."""
    found, more = mfa_devices.page(
        call.tx,
        call.account,
        assigned=_ASSIGNED[call.input.get("AssignmentStatus", "Any")],
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    end = pages.end(found[-1].whole_name if found else "", more=more)
    return {"VirtualMFADevices": [_listed(call.tx, device) for device in found], **end}


def delete_virtual_mfa_device(call: Call) -> Output:
    """DeleteVirtualMFADevice."""
    device = MFA.of(call)
    if device.user_id is not None:
        raise device_in_use()
    tags.remove_all(call.tx, MFA.noun, device.id)
    attempts.forget(call.tx, "mfa", device.id)
    mfa_devices.remove(call.tx, device)
    return {}


def enrolment(call: Call) -> Enrolment:
    """A new seed, and how an authenticator app learns it. Drawing the picture takes some milliseconds."""
    with call.world.database.read() as tx:
        account = accounts.by_id(tx, call.account)
    seed = call.world.randomness(SEED_BYTES)
    base32 = base64.b32encode(seed)
    named = account.alias or account.id if account else call.account
    label = quote(f"{call.input['VirtualMFADeviceName']}@{named}", safe="@")
    return Enrolment(seed, base32, _qr_code(f"otpauth://totp/{label}?secret={base32.decode('ascii')}"))


def _qr_code(text: str) -> bytes:
    import segno  # noqa: PLC0415 few processes ever draw one

    picture = io.BytesIO()
    segno.make_qr(text).save(picture, kind="png", scale=DOTS)
    return picture.getvalue()


def _listed(tx: Transaction, device: MfaDevice) -> Shape:
    user = users.by_id(tx, device.user_id) if device.user_id else None
    return {
        "SerialNumber": device.arn,
        **shapes.present("User", user and shapes.user(user)),
        **shapes.present("EnableDate", shapes.second(device.enabled)),
    }


OPERATIONS: dict[str, Operation] = {
    "CreateVirtualMFADevice": writes(
        create_virtual_mfa_device, demands.on_new_device, mints=True, prepare=enrolment
    ),
    "ListVirtualMFADevices": reads(list_virtual_mfa_devices, demands.on_account),
    "DeleteVirtualMFADevice": writes(delete_virtual_mfa_device, demands.on_device),
}
