"""The code of a function: a package that came with the request, or is an object of a bucket.

It is read whole and checked before anything is changed, and kept as it came. The caller must be allowed to
read the object: that call is decided and recorded as one that Lambda makes for the caller.
Source: AWS Lambda API Reference, CreateFunction, UpdateFunctionCode, FunctionCode.
"""

import base64
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from watchword.access.request_context import Via
from watchword.functions import package
from watchword.functions.package import BadPackageError
from watchword.names import AwsError, fault
from watchword.objects import new_blob
from watchword.services.lambda_.demands import SERVICE
from watchword.services.lambda_.errors import invalid
from watchword.services.operation import Call
from watchword.store.functions import versions

TOTAL_CODE = 75 << 30
"""Bytes of all packages of an account in a region. Source: AWS Lambda Developer Guide, "Lambda quotas"."""
_UNSERVED = ("ImageUri", "SourceKMSKeyArn", "S3ObjectStorageMode")


class Code(Struct, frozen=True):
    """A package that was checked and kept."""

    blob: str
    sha256: str
    size: int


def keep(call: Call, given: Mapping[str, Any]) -> Code:
    """Checks and keeps the package of a request. Raises AwsError."""
    if member := next((name for name in _UNSERVED if given.get(name)), None):
        raise fault("NotImplemented", f"{member} is not implemented.")
    with call.world.reading_packages:
        data = _read(call, given)
        try:
            package.check(io.BytesIO(data))
        except BadPackageError as bad:
            raise invalid(bad.said, bad.meant) from bad
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
        code = Code(new_blob(call.world.randomness), digest, len(data))
        if not call.input.get("DryRun"):
            call.world.packages.put(code.blob, (data,))
    return code


def check_total(call: Call, account: str, region: str, added: int) -> None:
    """Raises CodeStorageExceededException when an account would have too much."""
    if versions.code_size(call.tx, account, region) + added > TOTAL_CODE:
        raise AwsError("CodeStorageExceededException", 400, "Code storage limit exceeded.")


def archive(call: Call, blob: str, size: int) -> Callable[[], io.BytesIO]:
    """Opens a kept package."""
    return lambda: io.BytesIO(b"".join(call.world.packages.pieces(blob, 0, size)))


def _read(call: Call, given: Mapping[str, Any]) -> bytes:
    if "ZipFile" in given:
        if given.get("S3Bucket") or given.get("S3Key"):
            raise invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.")
        data: bytes = given["ZipFile"]
        return data
    if not (given.get("S3Bucket") and given.get("S3Key")):
        raise invalid("Please provide a source for function code.")
    return _from_bucket(call, given)


def _from_bucket(call: Call, given: Mapping[str, Any]) -> bytes:
    wanted = {"Bucket": given["S3Bucket"], "Key": given["S3Key"]}
    if version := given.get("S3ObjectVersion"):
        wanted["VersionId"] = version
    try:
        found = call.act(call.caller, ("s3", "GetObject"), wanted, Via((SERVICE,)))
    except AwsError as refused:
        said = (
            f"Error occurred while GetObject. S3 Error Code: {refused.code}. S3 Error Message: {refused.said}"
        )
        if refused.code == "AccessDenied":
            raise AwsError("AccessDeniedException", 403, said, refused.meant) from refused
        raise invalid(said, refused.meant) from refused
    size = found["ContentLength"]
    if not isinstance(size, int) or size > package.MOST_ZIPPED:
        raise invalid(f"Zipped size must be smaller than {package.MOST_ZIPPED} bytes")
    body: Any = found["Body"]
    pieces: Iterable[bytes] = (body,) if isinstance(body, bytes) else body
    return b"".join(pieces)
