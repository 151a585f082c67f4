"""StartDeviceAuthorization: a program asks for a device code, and shows a person the user code.

Anybody can register a client, so anybody can ask. A device authorization is a row for VALID, so there are at
most MOST of them, and MOST_OF_SOURCE that one address has asked for. Who gets none is told to slow down.
Source: IAM Identity Center OIDC API Reference, StartDeviceAuthorization; RFC 8628, sections 3.1 and 3.2.
"""

from dataclasses import replace as for_anybody
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from watchword.access.portal_clients import digest_of, proved
from watchword.access.schemes.portal_grant import INTERVAL
from watchword.access.sign_ins import digest, new_secret
from watchword.identity.portal.clients import DEVICE_CODE
from watchword.identity.portal.errors import refusal
from watchword.identity.portal.start_url import DEVICE
from watchword.names.network import network
from watchword.proofs import user_code
from watchword.services.operation import Call, Operation, Output, no_demands, writes
from watchword.services.sso_oidc.places import portal_at
from watchword.store.portal import device_authorizations
from watchword.store.portal.device_authorizations import DeviceAuthorization

VALID: Final = timedelta(minutes=10)
MOST: Final = 10_000
MOST_OF_SOURCE: Final = 100


def start_device_authorization(call: Call) -> Output:
    """StartDeviceAuthorization."""
    client = proved(call.world, call.input)
    if DEVICE_CODE not in client.grants:
        raise refusal("UnauthorizedClient", f"The client isn't registered for the grant {DEVICE_CODE}.")
    portal = portal_at(call, call.input["startUrl"])
    source = network(call.request.peer)
    _check_room(call, source)
    device_code, shown = new_secret(call.world.randomness), _free_code(call)
    device_authorizations.insert(
        call.tx,
        DeviceAuthorization(
            digest(device_code),
            user_code.digest(shown, call.world.root_key.material),
            digest_of(call.input["clientId"]),
            client.name,
            portal.instance.directory,
            source,
            call.now,
            call.now + VALID,
        ),
    )
    return {
        "deviceCode": device_code,
        "userCode": shown,
        "verificationUri": portal.origin + DEVICE,
        "verificationUriComplete": f"{portal.origin}{DEVICE}?{urlencode({'user_code': shown})}",
        "expiresIn": int(VALID.total_seconds()),
        "interval": int(INTERVAL.total_seconds()),
    }


def _check_room(call: Call, source: str) -> None:
    device_authorizations.forget_expired(call.tx, call.now)
    asked = device_authorizations.count_of(call.tx, source)
    if asked >= MOST_OF_SOURCE or device_authorizations.count(call.tx) >= MOST:
        raise refusal("SlowDown", "Too many programs are waiting for an answer now.")


def _free_code(call: Call) -> str:
    """A user code that no other device authorization has."""
    while True:
        code = user_code.new_code(call.world.randomness)
        taken = user_code.digest(code, call.world.root_key.material)
        if device_authorizations.of_user_code(call.tx, taken) is None:
            return code


OPERATIONS: dict[str, Operation] = {
    "StartDeviceAuthorization": for_anybody(
        writes(start_device_authorization, no_demands, mints=True), anonymous=True
    ),
}
