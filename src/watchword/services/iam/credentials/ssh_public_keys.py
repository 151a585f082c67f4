"""SSH public keys of users. Nothing here is proved with them.

Source: IAM API Reference, UploadSSHPublicKey and its siblings.
"""

from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing_ssh_key, refusal
from watchword.names.ids import Prefix, new_access_key_id
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.credentials.status import wanted_status
from watchword.services.iam.entity_types import USER
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import ssh_public_keys
from watchword.store.iam.ssh_public_keys import SshPublicKey
from watchword.store.iam.users import User


def upload_ssh_public_key(call: Call) -> Output:
    """UploadSSHPublicKey."""
    from watchword.identity import ssh_keys  # noqa: PLC0415 9 MB that few servers need

    user, body = USER.of(call), call.input["SSHPublicKeyBody"].strip()
    read = ssh_keys.read(body)
    held, digest = ssh_public_keys.of_user(call.tx, user.id), ssh_keys.digest(read)
    if any(each.digest == digest for each in held):
        raise refusal("DuplicateSSHPublicKey", f"The user {user.name} already has this public key.")
    check_quota("SSHPublicKeysPerUser", len(held) + 1)
    key = SshPublicKey(
        id=new_access_key_id(Prefix.PUBLIC_KEY, call.account, call.world.randomness),
        account=call.account,
        user_id=user.id,
        body=body,
        fingerprint=ssh_keys.fingerprint(read),
        digest=digest,
        created=call.now,
    )
    ssh_public_keys.insert(call.tx, key)
    return {"SSHPublicKey": _shape(key, user, body)}


def get_ssh_public_key(call: Call) -> Output:
    """GetSSHPublicKey, in the encoding that is asked for."""
    from watchword.identity import ssh_keys  # noqa: PLC0415 as above

    key = _key_named(call)
    written = ssh_keys.in_ssh if call.input["Encoding"] == "SSH" else ssh_keys.in_pem
    return {"SSHPublicKey": _shape(key, USER.of(call), written(ssh_keys.read(key.body)))}


def list_ssh_public_keys(call: Call) -> Output:
    """ListSSHPublicKeys. The root user has none."""
    user = user_or_root(call)
    held = ssh_public_keys.of_user(call.tx, user.id) if user else []
    shown, end = pages.page(call, held, lambda each: each.id)
    return {"SSHPublicKeys": [_in_list(each, user) for each in shown if user], **end}


def update_ssh_public_key(call: Call) -> Output:
    """UpdateSSHPublicKey."""
    status = wanted_status(call)
    ssh_public_keys.set_status(call.tx, _key_named(call), status)
    return {}


def delete_ssh_public_key(call: Call) -> Output:
    """DeleteSSHPublicKey."""
    ssh_public_keys.remove(call.tx, _key_named(call))
    return {}


def _key_named(call: Call) -> SshPublicKey:
    named = call.input["SSHPublicKeyId"]
    held = ssh_public_keys.of_user(call.tx, USER.of(call).id)
    found = next((each for each in held if each.id == named), None)
    if found is None:
        raise missing_ssh_key(named)
    return found


def _shape(key: SshPublicKey, user: User, body: str) -> shapes.Shape:
    return {
        "UserName": user.name,
        "SSHPublicKeyId": key.id,
        "Fingerprint": key.fingerprint,
        "SSHPublicKeyBody": body,
        "Status": key.status,
        "UploadDate": shapes.second(key.created),
    }


def _in_list(key: SshPublicKey, user: User) -> shapes.Shape:
    return {
        "UserName": user.name,
        "SSHPublicKeyId": key.id,
        "Status": key.status,
        "UploadDate": shapes.second(key.created),
    }


OPERATIONS: dict[str, Operation] = {
    "UploadSSHPublicKey": writes(upload_ssh_public_key, demands.on(USER)),
    "GetSSHPublicKey": reads(get_ssh_public_key, demands.on(USER)),
    "ListSSHPublicKeys": reads(list_ssh_public_keys, demands.on_user_or_caller),
    "UpdateSSHPublicKey": writes(update_ssh_public_key, demands.on(USER)),
    "DeleteSSHPublicKey": writes(delete_ssh_public_key, demands.on(USER)),
}
