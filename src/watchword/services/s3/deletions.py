"""DeleteObject and DeleteObjects (bulk delete).

DeleteObjects is decided on for each key: keys that are refused come back as errors, the others are deleted.
It succeeds if there is no object.
Source: Amazon S3 API Reference, DeleteObject and DeleteObjects; User Guide, "How to perform conditional
deletes".
"""

from collections.abc import Mapping
from typing import Any

from watchword.access import Demand
from watchword.names import AwsError
from watchword.policy import Decision
from watchword.policy.evaluation.decision import message
from watchword.services.operation import Call, Operation, Output, object_write
from watchword.services.s3.commits import remove_object
from watchword.services.s3.demands import bucket_of, object_demand
from watchword.services.s3.errors import s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.limits import MAX_KEYS, MAX_LIST, key_bytes
from watchword.services.s3.stored import existing_tags, stored
from watchword.store.s3.objects import UNVERSIONED

Entry = Mapping[str, Any]


def delete_object(call: Call) -> Output:
    """DeleteObject."""
    version = call.input.get("VersionId")
    _delete(call, call.input["Key"], version, call.input.get("IfMatch"))
    return {} if version is None else {"VersionId": version}


def delete_objects(call: Call) -> Output:
    """DeleteObjects. The output lists what was deleted, and why the rest wasn't."""
    check_body(call.request, required=True)
    deleted: list[Entry] = []
    errors: list[Entry] = []
    for entry, error in _delete_all(call):
        named = {name: entry[name] for name in ("Key", "VersionId") if name in entry}
        if error is None:
            deleted.append(named)
        else:
            errors.append(named | {"Code": error.code, "Message": error.said})
    quiet = call.input["Delete"].get("Quiet", False)
    return {"Deleted": [] if quiet else deleted, "Errors": errors}


def to_delete(call: Call) -> tuple[Demand, ...]:
    """Permission to delete the key."""
    given = call.input
    return _demands(call, given["Key"], given.get("VersionId", ""), given.get("IfMatch"), optional=False)


def to_delete_each(call: Call) -> tuple[Demand, ...]:
    """Permission for each key. A refusal of one doesn't stop the others."""
    return tuple(
        demand
        for entry in _entries(call)
        for demand in _demands(
            call, entry["Key"], entry.get("VersionId", ""), entry.get("ETag"), optional=True
        )
    )


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
    if match is None:
        return (deletes,)
    tags = existing_tags(stored(call, fact, key))
    return deletes, object_demand(call, fact, "s3:GetObject", key, tags, version=version, optional=optional)


def _delete_all(call: Call) -> list[tuple[Entry, AwsError | None]]:
    """Each entry, and why it wasn't deleted; None if it was."""
    entries, decisions = _entries(call), iter(call.decisions)
    decided = [[next(decisions) for _ in range(1 + ("ETag" in entry))] for entry in entries]
    errors: dict[int, AwsError | None] = {}
    # Rows are locked in the order of their keys, so that two calls can't deadlock.
    for number in sorted(range(len(entries)), key=lambda number: entries[number]["Key"]):
        errors[number] = _delete_entry(call, entries[number], decided[number])
    return [(entry, errors[number]) for number, entry in enumerate(entries)]


def _delete_entry(call: Call, entry: Entry, decisions: list[Decision]) -> AwsError | None:
    """Deletes the entry. Returns the error if that isn't possible."""
    refused = next((decision for decision in decisions if not decision.allowed), None)
    if refused is not None:
        return AwsError("AccessDenied", 403, message(refused))
    if "LastModifiedTime" in entry or "Size" in entry:
        return s3_error("NotImplemented")
    try:
        _delete(call, entry["Key"], entry.get("VersionId"), entry.get("ETag"))
    except AwsError as error:
        return error
    return None


def _delete(call: Call, key: str, version: str | None, match: str | None) -> None:
    if version not in (None, UNVERSIONED):
        raise s3_error("NoSuchVersion", Key=key, VersionId=version or "")
    remove_object(call, bucket_of(call).bucket.id, key_bytes(key), match)


OPERATIONS: dict[str, Operation] = {
    "DeleteObject": object_write(delete_object, to_delete, makes_room=True),
    "DeleteObjects": object_write(delete_objects, to_delete_each, makes_room=True, max_body=MAX_LIST),
}
