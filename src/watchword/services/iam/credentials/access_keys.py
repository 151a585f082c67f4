"""Long-term access keys of users, and of the root user when it calls for itself.

A secret is shown once, in the answer to CreateAccessKey. It is stored sealed.
"""

from watchword.facts.credentials import KEYRING
from watchword.identity import secrets
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing_key
from watchword.names.ids import Prefix, new_access_key_id, new_secret
from watchword.services.iam import demands, pages, shapes
from watchword.services.iam.credentials.status import wanted_status
from watchword.services.iam.users import user_or_root
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import access_keys, users
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.users import User

NEVER_USED = {"ServiceName": "N/A", "Region": "N/A"}


def create_access_key(call: Call) -> Output:
    """CreateAccessKey."""
    user = user_or_root(call)
    check_quota("AccessKeysPerUser", len(_keys_of(call, user)) + 1)
    key_id = new_access_key_id(Prefix.ACCESS_KEY, call.account, call.world.randomness)
    secret = new_secret(call.world.randomness)
    sealed = secrets.seal(secret, key_id, call.world.facts.need(KEYRING))
    key = AccessKey(
        id=key_id,
        account=call.account,
        user_id=user.id if user else None,
        secret=sealed.secret,
        sealing_key=sealed.sealing_key,
        created=call.now,
        partition=call.partition,
    )
    access_keys.insert(call.tx, key)
    return {"AccessKey": {**_shape(key, user), "SecretAccessKey": secret}}


def list_access_keys(call: Call) -> Output:
    """ListAccessKeys."""
    user = user_or_root(call)
    shown, end = pages.page(call, _keys_of(call, user), lambda key: key.id)
    return {"AccessKeyMetadata": [_shape(key, user) for key in shown], **end}


def update_access_key(call: Call) -> Output:
    """UpdateAccessKey."""
    status = wanted_status(call)
    access_keys.set_status(call.tx, _key_named(call), status)
    return {}


def delete_access_key(call: Call) -> Output:
    """DeleteAccessKey."""
    access_keys.remove(call.tx, _key_named(call))
    return {}


def get_access_key_last_used(call: Call) -> Output:
    """GetAccessKeyLastUsed: for any key of the account."""
    key = access_keys.by_id(call.tx, call.input["AccessKeyId"])
    if key is None or key.account != call.account:
        raise missing_key(call.input["AccessKeyId"])
    user = users.by_id(call.tx, key.user_id) if key.user_id else None
    return {**_whose(user), "AccessKeyLastUsed": _last_use(key)}


def _key_named(call: Call) -> AccessKey:
    user = user_or_root(call)
    named = call.input["AccessKeyId"]
    found = next((key for key in _keys_of(call, user) if key.id == named), None)
    if found is None:
        raise missing_key(named)
    return found


def _keys_of(call: Call, user: User | None) -> list[AccessKey]:
    return access_keys.of_user(call.tx, user.id) if user else access_keys.of_root(call.tx, call.account)


def _shape(key: AccessKey, user: User | None) -> shapes.Shape:
    return {
        **_whose(user),
        "AccessKeyId": key.id,
        "Status": key.status,
        "CreateDate": shapes.second(key.created),
    }


def _whose(user: User | None) -> shapes.Shape:
    return {"UserName": user.name} if user else {}


def _last_use(key: AccessKey) -> shapes.Shape:
    if key.last_used is None:
        return NEVER_USED
    return {
        "LastUsedDate": shapes.second(key.last_used),
        "ServiceName": key.last_used_service or "N/A",
        "Region": key.last_used_region or "N/A",
    }


OPERATIONS: dict[str, Operation] = {
    "CreateAccessKey": writes(create_access_key, demands.on_user_or_caller, mints=True),
    "ListAccessKeys": reads(list_access_keys, demands.on_user_or_caller),
    "UpdateAccessKey": writes(update_access_key, demands.on_user_or_caller),
    "DeleteAccessKey": writes(delete_access_key, demands.on_user_or_caller),
    "GetAccessKeyLastUsed": reads(get_access_key_last_used, demands.on_key),
}
