"""Tags of objects: put, get, delete.

1. Conditions see the tags that the object has (s3:ExistingObjectTag), and those that it is to get.
2. The tags are changed only if they are still those that were decided on. Otherwise: OperationAborted.

Tags that come with a put or a copy are in `new_tags`.
Source: Amazon S3 API Reference, PutObjectTagging, GetObjectTagging, DeleteObjectTagging; User Guide, "Object
tagging and access control policies".
"""

from collections.abc import Mapping

from watchword.access import Demand
from watchword.access.demand import ContextValue
from watchword.services.operation import Call, Demands, Operation, Output, object_write, reads
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.notifications.notifying import notify
from watchword.services.s3.stored import existing_tags, stored
from watchword.services.s3.tags.new_tags import request_tags
from watchword.services.s3.tags.tag_sets import Tags, tag_set, tags_of_document
from watchword.services.s3.versions.versions import version_id, version_of
from watchword.store.s3 import objects


def put_object_tagging(call: Call) -> Output:
    """PutObjectTagging."""
    check_body(call.request, required=True)
    return _retag(call, _given(call))


def get_object_tagging(call: Call) -> Output:
    """GetObjectTagging. The tag set can be empty."""
    row = version_of(call)
    return tag_set(row.tags) | version_id(call, row)


def delete_object_tagging(call: Call) -> Output:
    """DeleteObjectTagging. It succeeds if there are no tags."""
    return _retag(call, {})


def on_tags(action: str) -> Demands:
    """For operations on the tags of an object: rule 1."""

    def demands(call: Call) -> tuple[Demand, ...]:
        fact, key, version = bucket_of(call), call.input["Key"], call.input.get("VersionId", "")
        context: Mapping[str, ContextValue] = {
            **existing_tags(stored(call, fact, key, version)),
            **request_tags(_given(call) if "Tagging" in call.input else {}),
        }
        return (object_demand(call, fact, action, key, context, version=version),)

    return demands


def _given(call: Call) -> Tags:
    return tags_of_document(call.input["Tagging"], "Object")


def _retag(call: Call, tags: Tags) -> Output:
    """Rule 2."""
    row = version_of(call)
    if not objects.set_tags(call.change.begin(), row, tags):
        raise s3_error("OperationAborted")
    event = f"ObjectTagging:{'Put' if tags else 'Delete'}"
    notify(call, bucket_of(call), event, call.input["Key"], row)
    return version_id(call, row)


OPERATIONS: dict[str, Operation] = {
    "PutObjectTagging": object_write(put_object_tagging, on_tags("s3:PutObjectTagging")),
    "GetObjectTagging": reads(get_object_tagging, on_tags("s3:GetObjectTagging"), data_event=True),
    "DeleteObjectTagging": object_write(
        delete_object_tagging, on_tags("s3:DeleteObjectTagging"), makes_room=True
    ),
}
