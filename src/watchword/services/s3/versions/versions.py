"""Which version of an object a call reads: the current one, or the one that it names.

1. A version id that can't be one is InvalidArgument.
2. No such version is NoSuchVersion, and no current version NoSuchKey. Only callers who may list versions, or
   keys, learn that (`demands`, rule 4).
3. A delete marker as the current version is NoSuchKey as well; the headers tell that there is a marker.
4. A delete marker that is named is MethodNotAllowed: all that can be done with it is to delete it.

Sources: Amazon S3 API Reference, GetObject and HeadObject, "Versioning"; User Guide, "Working with delete
markers".
"""

from collections.abc import Callable
from email.utils import format_datetime

from watchword.facts.buckets import BucketFact
from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.services.s3.demands import bucket_of, no_such_key, no_such_version
from watchword.services.s3.described import second
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.stored import stored
from watchword.services.s3.versions.ids import is_version
from watchword.store.s3.objects import Object

Members = dict[str, object]


Look = Callable[[Call, BucketFact, str, str], Object | None]
"""How a row is looked for: `stored`, or `stored_now`."""


def version_of(call: Call, look: Look = stored) -> Object:
    """The version that the call is about: of its Key, with its VersionId if it has one."""
    return version_at(call, bucket_of(call), call.input["Key"], call.input.get("VersionId", ""), look)


def version_at(call: Call, fact: BucketFact, key: str, version: str = "", look: Look = stored) -> Object:
    """That version, or the current one. Raises rules 1 to 4."""
    check_version(version)
    row = look(call, fact, key, version)
    if row is None:
        raise no_such_version(call, fact, key, version) if version else no_such_key(call, fact, key)
    if row.marker:
        raise _marked(call, row) if version else no_such_key(call, fact, key, _marker_headers(row))
    return row


def check_version(version: str) -> None:
    """Rule 1."""
    if version and not is_version(version):
        raise invalid_argument("Invalid version id specified", "versionId", version)


def version_id(call: Call, row: Object) -> Members:
    """The member that names a version. A bucket that never had versioning names none by itself."""
    told = bucket_of(call).bucket.versioning or "VersionId" in call.input
    return {"VersionId": row.version} if told else {}


def _marked(call: Call, row: Object) -> AwsError:
    """Rule 4."""
    modified = format_datetime(second(row.modified), usegmt=True)
    headers = {**_marker_headers(row), "last-modified": modified, "allow": "DELETE"}
    error = s3_error("MethodNotAllowed", Method=call.request.method, ResourceType="DeleteMarker")
    return error.with_headers(headers)


def _marker_headers(row: Object) -> dict[str, str]:
    return {"x-amz-delete-marker": "true", "x-amz-version-id": row.version}
