"""How Amazon S3 departs from its protocol (rest-xml).

* the root element of an answer has the API's name, not the model's; the answer of GetBucketLocation is its
  root element with a text inside;
* invalid values have S3's own error codes, never the validation message of other services; some values may be
  spelt in other ways than the model's;
* timestamps in XML have milliseconds; dates of conditions that can't be read are ignored (RFC 9110, section
  13.1.3);
* GetObject answers 206 when the output has a ContentRange;
* errors are `<Error>` documents with S3's codes; two headers hold request ids; the host may name the bucket.

Source: Amazon S3 API Reference: "Response Syntax" of each operation, "Error responses"; RFC 9110,
section 15.3.7.
What doesn't belong here: how a host names a bucket (addressing), requests that no operation has
(s3_sub_resources).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from watchword.names import AwsError, fault
from watchword.wire import addressing, s3_sub_resources, values
from watchword.wire.answers import request_and_host_id_headers
from watchword.wire.dialect import Dialect
from watchword.wire.form import FormError
from watchword.wire.shapes import Shape
from watchword.wire.validate import Violation
from watchword.wire.values import UnreadableError

ROOTS = MappingProxyType(
    {
        "CompleteMultipartUpload": "CompleteMultipartUploadResult",
        "CreateMultipartUpload": "InitiateMultipartUploadResult",
        "CreateSession": "CreateSessionResult",
        "DeleteObjects": "DeleteResult",
        "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
        "GetBucketAcl": "AccessControlPolicy",
        "GetBucketCors": "CORSConfiguration",
        "GetBucketLifecycle": "LifecycleConfiguration",
        "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
        "GetBucketLocation": "LocationConstraint",
        "GetBucketLogging": "BucketLoggingStatus",
        "GetBucketNotification": "NotificationConfiguration",
        "GetBucketNotificationConfiguration": "NotificationConfiguration",
        "GetBucketRequestPayment": "RequestPaymentConfiguration",
        "GetBucketTagging": "Tagging",
        "GetBucketVersioning": "VersioningConfiguration",
        "GetBucketWebsite": "WebsiteConfiguration",
        "GetObjectAcl": "AccessControlPolicy",
        "GetObjectAttributes": "GetObjectAttributesResponse",
        "GetObjectTagging": "Tagging",
        "ListBucketAnalyticsConfigurations": "ListBucketAnalyticsConfigurationResult",
        "ListBucketIntelligentTieringConfigurations": "ListBucketIntelligentTieringConfigurationsOutput",
        "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
        "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
        "ListBuckets": "ListAllMyBucketsResult",
        "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult",
        "ListMultipartUploads": "ListMultipartUploadsResult",
        "ListObjectVersions": "ListVersionsResult",
        "ListObjects": "ListBucketResult",
        "ListObjectsV2": "ListBucketResult",
        "ListParts": "ListPartsResult",
    }
)


SPELLINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "ChecksumAlgorithm": str.upper,
        "ChecksumMode": str.upper,
        "CopySource": addressing.read_slashes,
        "EncodingType": str.lower,
    }
)
"""C++ sends `enabled` as the checksum mode, and JavaScript programs escape all of a copy source."""
INVALID_VALUE = "Provided value is not valid for this argument."
INVALID_VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "encoding-type": ("InvalidArgument", "Invalid Encoding Method specified in Request"),
        "x-amz-server-side-encryption": (
            "InvalidEncryptionAlgorithmError",
            "The encryption request you specified is not valid. The valid value is AES256.",
        ),
        "x-amz-storage-class": ("InvalidStorageClass", "The storage class you specified is not valid"),
    }
)
"""Header or query parameter -> code and sentence for a value that it can't have."""


def root_element(operation: str) -> str:
    """The root element of an operation's answer."""
    return ROOTS.get(operation, f"{operation}Result")


# --- refusals ----------------------------------------------------------------------------------------


def malformed_uri(problem: FormError) -> AwsError:
    return AwsError("InvalidURI", 400, "Couldn't parse the specified URI.", str(problem))


def unreadable(problem: UnreadableError) -> AwsError:
    """The error for a value that isn't of its type, or a body that isn't the expected document."""
    if problem.argument:
        return _invalid_argument(str(problem), problem.argument, problem.value)
    return fault("MalformedInput", meant=str(problem))


def _invalid_argument(said: str, name: str, value: str) -> AwsError:
    fields = {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", 400, said, fields=fields)


def invalid(violations: Sequence[Violation], shape: Shape) -> AwsError:
    """The error for the first violation; S3 reports one."""
    violation = violations[0]
    if violation.path.endswith(".locationConstraint"):
        constraint = str(violation.value)[:1024]
        said = "The specified location-constraint is not valid"
        return AwsError("InvalidLocationConstraint", 400, said, fields={"LocationConstraint": constraint})
    top = violation.path.partition(".")[0]
    name, member = next(item for item in shape.members.items() if item[0][0].lower() + item[0][1:] == top)
    where, wire_name = member.location, member.wire_name(name)
    if violation.rule == "required" and violation.path == top:
        return _missing(where, wire_name)
    if wire_name.startswith("x-amz-checksum-"):
        return AwsError("InvalidRequest", 400, f"Value for {wire_name} header is invalid.")
    if where in {"header", "querystring"}:
        code, said = INVALID_VALUES.get(wire_name, ("InvalidArgument", INVALID_VALUE))
        fields = {"ArgumentName": wire_name, "ArgumentValue": str(violation.value)[:1024]}
        return AwsError(code, 400, said, fields=fields)
    if where == "uri":
        return AwsError("InvalidURI", 400, "Couldn't parse the specified URI.", meant=str(violation))
    return fault("MalformedInput", meant=str(violation))


def _missing(where: str, wire_name: str) -> AwsError:
    if where == "header":
        said = f"Missing required header for this request: {wire_name}"
        return AwsError("InvalidRequest", 400, said)
    if where == "querystring":
        return _invalid_argument(f"This operation requires the parameter {wire_name}.", wire_name, "")
    return AwsError("MissingRequestBodyError", 400, "Request Body is empty")


DIALECT = Dialect(
    bucket_in_host=True,
    read_path=addressing.read_path,
    spellings=SPELLINGS,
    lenient=frozenset({"IfModifiedSince", "IfUnmodifiedSince"}),
    sub_resources=s3_sub_resources.CHOOSING,
    error_format="rest-xml",
    malformed_uri=malformed_uri,
    no_operation=s3_sub_resources.refusal,
    unreadable=unreadable,
    invalid=invalid,
    request_id_headers=request_and_host_id_headers,
    namespace="http://s3.amazonaws.com/doc/2006-03-01/",
    write_iso=values.write_iso_milliseconds,
    root_element=root_element,
    unwrapped={"GetBucketLocation": "LocationConstraint"},
    partial_member="ContentRange",
)
