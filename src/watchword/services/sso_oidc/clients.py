"""RegisterClient: an id and a secret for a program. Nothing is stored (`proofs.client_registration`)."""

from dataclasses import replace as for_anybody

from watchword.identity.portal.clients import pack, register
from watchword.identity.portal.errors import refusal
from watchword.proofs import client_registration
from watchword.services.operation import Call, Operation, Output, no_demands, reads
from watchword.services.sso_oidc.places import portal_at

_NONCE_BYTES = 16


def register_client(call: Call) -> Output:
    """RegisterClient."""
    if "entitledApplicationArn" in call.input:
        raise refusal("InvalidRequest", "Applications of IAM Identity Center aren't served.")
    named = call.input.get("issuerUrl")
    directory = portal_at(call, named).instance.directory if named else ""
    made = register(call.input, directory, call.world.randomness(_NONCE_BYTES), call.now)
    client_id, secret = client_registration.issue(pack(made), call.world.root_key.material)
    return {
        "clientId": client_id,
        "clientSecret": secret,
        "clientIdIssuedAt": made.issued,
        "clientSecretExpiresAt": made.expires,
    }


OPERATIONS: dict[str, Operation] = {
    "RegisterClient": for_anybody(reads(register_client, no_demands, mints=True), anonymous=True),
}
