"""DeleteObject and DeleteObjects (bulk delete).

1. Without a version, a bucket with versioning gets a delete marker in front of what is there (`commits`).
2. With a version, it is deleted for good, a delete marker as well.
3. It succeeds if there is nothing to delete.
4. DeleteObjects is decided on for each key: keys that are refused come back as errors, the others are
   deleted. What is refused halfway refuses the whole call, since only that undoes the half.

Source: Amazon S3 API Reference, DeleteObject and DeleteObjects; User Guide, "How to perform conditional
deletes" and "Deleting object versions from a versioning-enabled bucket".
"""

from collections.abc import Mapping
from typing import Any

from watchword.access import Demand
from watchword.names import AwsError
from watchword.policy import Decision
from watchword.policy.evaluation.decision import message
from watchword.services.operation import Call, Operation, Output, object_write
from watchword.services.s3.commits import remove_object, remove_version
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.limits import MAX_KEYS, MAX_LIST, key_bytes
from watchword.services.s3.locks.retention import to_bypass
from watchword.services.s3.notifications.notifying import notify
from watchword.services.s3.preconditions import Preconditions
from watchword.services.s3.stored import existing_tags, stored
from watchword.services.s3.versions.ids import is_version
from watchword.services.s3.versions.versions import check_version
from watchword.store.s3.objects import Object

_HALFWAY = "ConditionalRequestConflict"
"""Another write came between check and change: what was replaced may be gone already (`commits`)."""
Entry = Mapping[str, Any]
Outcome = Object | AwsError | None
"""The delete marker that was put, what was deleted, None for nothing, or why neither was possible."""


def delete_object(call: Call) -> Output:
    """DeleteObject."""
    given = call.input
    check_version(given.get("VersionId", ""))
    taken = _delete(call, given["Key"], given.get("VersionId", ""), given.get("IfMatch"))
    _tell(call, given, taken)
    if taken and taken.marker:
        return {"VersionId": taken.version, "DeleteMarker": True}
    return {"VersionId": taken.version} if taken and given.get("VersionId") else _named(given)


def delete_objects(call: Call) -> Output:
    """DeleteObjects. The output lists what was deleted, and why the rest wasn't."""
    check_body(call.request, required=True)
    deleted: list[Entry] = []
    errors: list[Entry] = []
    for entry, outcome in _delete_all(call):
        named = {"Key": entry["Key"], **_named(entry)}
        if isinstance(outcome, AwsError):
            errors.append(named | {"Code": outcome.code, "Message": outcome.said})
        else:
            deleted.append(named | _marker(outcome))
    quiet = call.input["Delete"].get("Quiet", False)
    return {"Deleted": [] if quiet else deleted, "Errors": errors}


def to_delete(call: Call) -> tuple[Demand, ...]:
    """Permission to delete the key."""
    given = call.input
    return _demands(call, given["Key"], given.get("VersionId", ""), given.get("IfMatch"), optional=False)


def to_delete_each(call: Call) -> tuple[Demand, ...]:
    """Permission for each key."""
    return tuple(demand for entry in _entries(call) for demand in _demands_of(call, entry))


def _entries(call: Call) -> list[Entry]:
    entries: list[Entry] = call.input["Delete"]["Objects"]
    if not 1 <= len(entries) <= MAX_KEYS:
        raise s3_error("MalformedXML")
    return entries


def _demands(call: Call, key: str, version: str, match: str | None, *, optional: bool) -> tuple[Demand, ...]:
    """If-Match reveals whether the object has that ETag, so it needs permission to read as well."""
    fact = bucket_of(call)
    deletes = object_demand(
        call,
        fact,
        "s3:DeleteObject",
        key,
        {"s3:if-match": match} if match and not version else {},  # deleting a version doesn't have it
        version=version,
        optional=optional,
    )
    bypass = to_bypass(call, key, optional=optional) if version else ()
    if match is None:
        return (deletes, *bypass)
    tags = existing_tags(stored(call, fact, key, version))
    reads = object_demand(call, fact, "s3:GetObject", key, tags, version=version, optional=optional)
    return (deletes, reads, *bypass)


def _demands_of(call: Call, entry: Entry) -> tuple[Demand, ...]:
    """For one of many keys. A refusal of one doesn't stop the others."""
    return _demands(call, entry["Key"], entry.get("VersionId", ""), entry.get("ETag"), optional=True)


def _delete_all(call: Call) -> list[tuple[Entry, Outcome]]:
    """Each entry and its outcome."""
    entries, decisions = _entries(call), iter(call.decisions)
    decided = [[next(decisions) for _ in _demands_of(call, entry)] for entry in entries]
    outcomes: dict[int, Outcome] = {}
    # Rows are locked in the order of their keys, so that two calls can't deadlock.
    for number in sorted(range(len(entries)), key=lambda number: entries[number]["Key"]):
        outcomes[number] = _delete_entry(call, entries[number], decided[number])
    return [(entry, outcomes[number]) for number, entry in enumerate(entries)]


def _delete_entry(call: Call, entry: Entry, decisions: list[Decision]) -> Outcome:
    """Deletes the entry."""
    version = entry.get("VersionId", "")
    refused = next((decision for decision in decisions if not decision.allowed), None)
    if refused is not None:
        return AwsError("AccessDenied", 403, message(refused))
    if "LastModifiedTime" in entry or "Size" in entry:
        return s3_error("NotImplemented")
    if version and not is_version(version):
        return s3_error("NoSuchVersion")
    try:
        taken = _delete(call, entry["Key"], version, entry.get("ETag"))
    except AwsError as error:
        if error.code == _HALFWAY:
            raise
        return error
    _tell(call, entry, taken)
    return taken


def _delete(call: Call, key: str, version: str, match: str | None) -> Object | None:
    """Rules 1 and 2: the delete marker that was put, or what was deleted; None where there was nothing."""
    bucket = bucket_of(call).bucket
    if version:
        return remove_version(call, bucket.id, key_bytes(key), version, Preconditions(match))
    return remove_object(call, bucket.id, key_bytes(key), match)


def _tell(call: Call, entry: Entry, taken: Object | None) -> None:
    """Tells functions of it, unless there was nothing to delete: nothing happened. Raises SlowDown."""
    if taken is None:
        return
    event = "DeleteMarkerCreated" if taken.marker and not entry.get("VersionId") else "Delete"
    notify(call, bucket_of(call), f"ObjectRemoved:{event}", entry["Key"], taken)


def _named(entry: Entry) -> dict[str, Any]:
    """The version that a request names."""
    return {"VersionId": entry["VersionId"]} if entry.get("VersionId") else {}


def _marker(taken: Object | None) -> dict[str, Any]:
    """What the answer to a bulk delete says of a delete marker that was put or deleted."""
    if taken is None or not taken.marker:
        return {}
    return {"DeleteMarker": True, "DeleteMarkerVersionId": taken.version}


OPERATIONS: dict[str, Operation] = {
    "DeleteObject": object_write(delete_object, to_delete, makes_room=True),
    "DeleteObjects": object_write(delete_objects, to_delete_each, makes_room=True, max_body=MAX_LIST),
}
