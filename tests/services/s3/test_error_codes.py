"""Which of S3's error codes are answered here, and why the others can't be.

The codes are those of the API Reference's "List of error codes" and of S3's model, as botocore has them.
"""

import ast
import re
from functools import cache
from pathlib import Path

from botocore.session import Session

import watchword

NEVER = {
    "states that accounts, buckets and objects don't have here": {
        *("AccountProblem", "AllAccessDisabled", "InvalidObjectState", "InvalidPayer"),
        *("InvalidSecurity", "NotSignedUp", "ObjectAlreadyInActiveTierError", "ObjectNotInActiveTierError"),
        *("RestoreAlreadyInProgress", "TokenRefreshRequired"),
    },
    "one address serves all regions: nothing is redirected": {
        *("PermanentRedirect", "Redirect", "TemporaryRedirect"),
    },
    "an account has any number of buckets": {"TooManyBuckets"},
    "accounts can't be found by their email addresses": {"AmbiguousGrantByEmailAddress"},
    "operations and parts of operations that answer NotImplemented": {
        *("AnnotationLimitExceeded", "AnnotationNameTooLong", "InvalidAnnotationName", "InvalidPrefix"),
        *("NoSuchAnnotation", "UnsupportedMediaType"),  # annotations
        *("EncryptionTypeMismatch", "InvalidWriteOffset", "TooManyParts"),  # appending
        *("IdempotencyParameterMismatch", "RequestTorrentOfBucketError"),
    },
    "SOAP, which S3 has given up": {"InlineDataTooLarge", "InvalidAddressingHeader"},
    "the connection is closed without an answer": {"RequestTimeout"},
    "S3 answers another code in fact": {
        "RequestIsNotMultiPartContent",  # PreconditionFailed, with this as the condition
        "UserKeyMustBeSpecified",  # InvalidArgument: Bucket POST must contain a field named 'key'
    },
    "when S3 answers it isn't documented": {"CredentialsNotSupported"},
}


@cache
def documented() -> set[str]:
    shapes = Session().get_service_model("s3")._service_description["shapes"]
    listed = re.findall(r"<i>Code:</i> ([A-Z]\w+)", shapes["Error"]["members"]["Code"]["documentation"])
    return {*listed, *(name for name, shape in shapes.items() if shape.get("exception"))}


@cache
def answered() -> set[str]:
    """Every text in the sources that could be a code."""
    files = Path(watchword.__file__).parent.rglob("*.py")
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_bytes())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_is_answered_or_cannot_be() -> None:
    assert len(documented()) > 80
    assert documented() - answered() == set().union(*NEVER.values())


def test_what_cannot_be_is_listed_once() -> None:
    assert sum(len(codes) for codes in NEVER.values()) == len(set().union(*NEVER.values()))
