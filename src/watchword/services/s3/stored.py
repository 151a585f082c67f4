"""The version that a call names: its row, read once. What is decided on is what the call works with.

Conditions on its tags (s3:ExistingObjectTag) need the row before the decision. Every caller's request reads
it, also of those who are refused then, so the time of an answer doesn't tell whether there is such an object.
"""

from functools import partial

from watchword.access.demand import ContextValue
from watchword.facts.buckets import BucketFact
from watchword.identity.tags import as_condition_keys
from watchword.names import fault
from watchword.services.operation import Call
from watchword.services.s3.limits import key_bytes
from watchword.services.s3.versions.ids import is_version
from watchword.store.s3.objects import Object

_KIND = "object"


def stored(call: Call, fact: BucketFact, key: str, version: str = "") -> Object | None:
    """That version, or the current one; None when there is none. It may be a delete marker."""
    if version and not is_version(version):
        return None
    look = partial(call.world.facts.object_at, fact.bucket.id, key_bytes(key), version)
    return call.resolve(_KIND, f"{version}/{fact.bucket.name}/{key}", look)


def stored_now(call: Call, fact: BucketFact, key: str, version: str = "") -> Object | None:
    """The same, read again because its bytes were replaced meanwhile.

    Raises ServiceUnavailable if its tags, its owner or its ACL have changed, since the decision can depend on
    them.
    """
    decided = stored(call, fact, key, version)
    row = call.world.facts.object_at(fact.bucket.id, key_bytes(key), version)
    if decided and row and _decisive(row) != _decisive(decided):
        raise fault("ServiceUnavailable", meant="tags, owner or ACL of the object changed after the decision")
    return row


def _decisive(row: Object) -> tuple[object, ...]:
    return row.tags, row.owner, row.acl


def existing_tags(row: Object | None) -> dict[str, ContextValue]:
    """The condition keys s3:ExistingObjectTag/<key>."""
    return as_condition_keys("s3:ExistingObjectTag", row.tags.items()) if row and row.tags else {}
