"""S3's sub-resources (`?acl`, `?uploadId=...`), and what is said of a request that no operation has.

A sub-resource chooses the operation; one that isn't understood is never ignored. Of several errors, the first
in this order is reported:

1. OPTIONS asks for CORS, which is off on every bucket. POST to a bucket without a form's media type;
2. more than one sub-resource. `partNumber` with `uploadId` is one: a part;
3. `versionId`, `partNumber` or `annotationName` alone, where the operation can't have it;
4. a sub-resource that has other methods here: MethodNotAllowed, with those in Allow;
5. a sub-resource of objects at a bucket, or of buckets at an object.

Where S3 ignores a sub-resource, or answers it at an object with the bucket's, it is refused (5.).
Sources: Amazon S3 API Reference, the operations and "List of error codes"; Amazon S3 User Guide, "Amazon S3
server access log format", whose operations (REST.PUT.ACL) have the names of the resource types; RFC 9110,
section 15.5.6.
What doesn't belong here: choosing the operation (routes).
"""

import re
from collections.abc import Sequence
from types import MappingProxyType

from watchword.names import AwsError, HttpRequest
from watchword.wire.dialect import Unmatched

CHOOSING = frozenset({"annotationName", "partNumber", "uploadId", "versionId"})
"""Parameters that choose an operation, though no URI of the model has them."""

_SERVICE, _BUCKET, _OBJECT = "SERVICE", "BUCKET", "OBJECT"
_TOGETHER = (frozenset({"partNumber", "uploadId"}), frozenset({"annotation", "annotationName"}))
"""Sub-resources that belong together."""
_TYPES = MappingProxyType(
    {
        "abac": "BUCKET_ABAC",
        "delete": "MULTI_OBJECT_DELETE",
        "logging": "LOGGING_STATUS",
        "metadataAnnotationTable": "BUCKET_METADATA_ANNOTATION_TABLE_CONFIGURATION",
        "metadataConfiguration": "BUCKET_METADATA_CONFIGURATION",
        "metadataInventoryTable": "BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION",
        "metadataJournalTable": "BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION",
        "metadataTable": "BUCKET_METADATA_TABLE_CONFIGURATION",
        "object-lock": "OBJECT_LOCK_CONFIGURATION",
        "policy": "BUCKETPOLICY",
        "uploadId": "UPLOAD",
        "versions": "BUCKETVERSIONS",
    }
)
_TYPES_OF_OBJECTS = MappingProxyType(
    {
        "annotation": "OBJECT_ANNOTATIONS",
        "attributes": "OBJECT_ATTRIBUTES",
        "encryption": "OBJECT_ENCRYPTION",
        "legal-hold": "OBJECT_LOCK_LEGALHOLD",
        "retention": "OBJECT_LOCK_RETENTION",
        "tagging": "OBJECT_TAGGING",
    }
)
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_METHOD, _LONGEST_VALUE = 20, 1024


def refusal(unmatched: Unmatched) -> AwsError:
    """The error for a request to S3 that no operation has."""
    bucket, _, key = unmatched.path.removeprefix("/").partition("/")
    kind = _OBJECT if key else _BUCKET if bucket else _SERVICE
    return (
        _of_method(unmatched, kind)  # 1.
        or _of_several(unmatched)  # 2.
        or _of_parameter(unmatched, kind)  # 3.
        or _of_resource(unmatched, kind)  # 4. 5.
    )


def _of_method(unmatched: Unmatched, kind: str) -> AwsError | None:
    request = unmatched.request
    if request.method not in _METHODS:
        return AwsError("BadRequest", 400, "An error occurred when parsing the HTTP request.")
    if request.method == "OPTIONS":
        return _of_preflight(request)
    if request.method == "POST" and kind == _BUCKET and not unmatched.sub_resources:
        condition = "Bucket POST must be of the enclosure-type multipart/form-data"
        said = "At least one of the pre-conditions you specified did not hold"
        return AwsError("PreconditionFailed", 412, said, fields={"Condition": condition})
    return None


def _of_preflight(request: HttpRequest) -> AwsError:
    if not request.header("origin"):
        return AwsError("BadRequest", 400, "Insufficient information. Origin request header needed.")
    asked = request.header("access-control-request-method") or request.method
    said = "CORSResponse: CORS is not enabled for this bucket."
    fields = {"Method": asked[:_LONGEST_METHOD], "ResourceType": _BUCKET}
    return AwsError("AccessForbidden", 403, said, fields=fields)


def _of_several(unmatched: Unmatched) -> AwsError | None:
    several = [name for name in unmatched.sub_resources if name != "versionId"]
    if len(several) == 1 or any(pair.issuperset(several) for pair in _TOGETHER):
        return None
    return _argument(f"Conflicting query string parameters: {', '.join(several)}", "ResourceType", several[0])


def _of_parameter(unmatched: Unmatched, kind: str) -> AwsError | None:
    names = unmatched.sub_resources
    if names == ("versionId",) or ("versionId" in names and not unmatched.methods):
        said = "This operation does not accept a version-id."
        return _argument(said, "versionId", unmatched.query["versionId"][0])
    if names == ("annotationName",):
        return _argument("Unexpected query string parameter", "ResourceType", "annotationName")
    if names == ("partNumber",) and kind == _BUCKET:
        return AwsError("InvalidRequest", 400, "Object must have a valid key name.")
    if names == ("partNumber",):
        said = "This operation does not accept partNumber without uploadId"
        return _argument(said, "partNumber", "partNumber")
    return None


def _of_resource(unmatched: Unmatched, kind: str) -> AwsError:
    names = [name for name in unmatched.sub_resources if name not in {"annotationName", "versionId"}]
    method = unmatched.request.method
    if kind == _SERVICE and (method != "GET" or not names):
        return _method_not_allowed(method, kind, ("GET",))
    if not names or names == ["partNumber"]:
        of_forms = ("POST",) if kind == _BUCKET else ()
        return _method_not_allowed(method, kind, (*unmatched.methods, *of_forms))
    if unmatched.methods:
        return _method_not_allowed(method, _resource_type(names, kind), unmatched.methods)
    if kind == _OBJECT:
        code = "NoLoggingStatusForKey" if names == ["logging"] else "InvalidRequest"
        return AwsError(code, 400, f"There is no such thing as the ?{names[0]} sub-resource for a key")
    return AwsError("InvalidRequest", 400, f"A {'key' if kind == _BUCKET else 'bucket'} must be specified")


def _method_not_allowed(method: str, resource_type: str, methods: Sequence[str]) -> AwsError:
    fields = {"Method": method, "ResourceType": resource_type}
    return AwsError("InvalidAction", 0, "", fields=fields, headers={"allow": ", ".join(sorted(methods))})


def _argument(said: str, name: str, value: str) -> AwsError:
    fields = {"ArgumentName": name, "ArgumentValue": value[:_LONGEST_VALUE]}
    return AwsError("InvalidArgument", 400, said, fields=fields)


def _resource_type(names: Sequence[str], kind: str) -> str:
    if len(names) > 1:
        return "PART"
    special = (_TYPES_OF_OBJECTS if kind == _OBJECT else {}).get(names[0]) or _TYPES.get(names[0])
    return special or _WORD.sub("_", names[0]).replace("-", "_").upper()
