"""The key of a customer that a request has in its headers, and whether it is the key of what is stored.

1. It comes over TLS, or from this machine. Otherwise: InvalidRequest.
2. The algorithm is AES256. Otherwise: InvalidEncryptionAlgorithmError. No other encryption is asked for.
3. The key is the base64 of 32 bytes, and its MD5 is the one in the headers. Otherwise: InvalidArgument.
4. What was stored with a key needs that key, also to be described: InvalidRequest without one, AccessDenied
   with another one. What was stored without a key is InvalidRequest with one.
5. A bucket may refuse new objects with such keys (PutBucketEncryption, BlockedEncryptionTypes): AccessDenied.

Source: Amazon S3 User Guide, "Using server-side encryption with customer-provided keys (SSE-C)"; API
Reference, PutObject, GetObject, "Error responses".
What doesn't belong here: the bytes (`sealed`).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import ip_address

from watchword.names import AwsError, HttpRequest, fault
from watchword.proofs.customer_key import CustomerKey
from watchword.proofs.keyring import KEY_BYTES
from watchword.services.operation import Call
from watchword.services.s3.demands import bucket_of
from watchword.services.s3.described import ENCRYPTION
from watchword.services.s3.encryption import blocks_customer_keys
from watchword.services.s3.errors import s3_error

ALGORITHM = "AES256"
OF_SOURCE = "CopySource"
"""The prefix of the members with the key of the source of a copy."""
_NAMES = ("Algorithm", "Key", "KeyMD5")
_HEADER = "server-side-encryption-customer-"
_WITH = "Requests specifying Server Side Encryption with Customer provided keys must"
_NEEDED = (
    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided "
    "to retrieve the object."
)
_PART_NEEDED = (
    "The multipart upload initiate requested encryption. Subsequent part requests must include the "
    "appropriate encryption parameters."
)
_NOT_APPLICABLE = "The encryption parameters are not applicable to this object."
_PART_NOT_APPLICABLE = (
    "The multipart upload initiate did not request encryption. Please resend the request without sending "
    "encryption parameters."
)


@dataclass(frozen=True, slots=True)
class Given:
    """A key, and what an answer says of it."""

    key: CustomerKey
    md5: str

    @property
    def members(self) -> dict[str, object]:
        return {"SSECustomerAlgorithm": ALGORITHM, "SSECustomerKeyMD5": self.md5}


def given_key(call: Call, prefix: str = "") -> Given | None:
    """The key in the headers, None where there is none: rules 1 to 3."""
    algorithm, key, md5 = (call.input.get(f"{prefix}SSECustomer{name}") for name in _NAMES)
    if algorithm is None and key is None and md5 is None:
        return None
    _check_connection(call.request)
    if algorithm != ALGORITHM:
        raise s3_error("InvalidEncryptionAlgorithmError")
    if not prefix and "ServerSideEncryption" in call.input:
        raise s3_error(
            "InvalidArgument",
            "Server Side Encryption with Customer provided key is incompatible with the encryption method "
            "specified",
        )
    return _read(key, md5, prefix)


def new_key(call: Call) -> Given | None:
    """The key for a new object: rule 5."""
    given = given_key(call)
    if given and blocks_customer_keys(bucket_of(call)):
        raise fault("AccessDenied", meant="the bucket's encryption settings block SSE-C")
    return given


def key_of(call: Call, check: str | None, prefix: str = "") -> Given | None:
    """The key of an object: rule 4. check: what is kept of its key."""
    return _fitting(given_key(call, prefix), check, (_NEEDED, _NOT_APPLICABLE))


def key_of_part(call: Call, check: str | None) -> Given | None:
    """The key of an upload, for one of its parts: rule 4."""
    return _fitting(given_key(call), check, (_PART_NEEDED, _PART_NOT_APPLICABLE))


def key_of_sums(call: Call, check: str | None, *, summed: bool) -> Given | None:
    """The key of an upload, for an operation that reads no bytes. It is needed where there are checksums."""
    if check and not summed and given_key(call) is None:
        return None
    return key_of_part(call, check)


def kept(call: Call, given: Given | None) -> str | None:
    """What the row of an object keeps of its key."""
    return given.key.check(call.world.randomness) if given else None


def encryption(given: Given | None) -> dict[str, object]:
    """The members of an answer that say how an object is encrypted."""
    return given.members if given else {**ENCRYPTION}


def _fitting(given: Given | None, check: str | None, said: tuple[str, str]) -> Given | None:
    if given is None:
        if check is not None:
            raise s3_error("InvalidRequest", said[0])
        return None
    if check is None:
        raise s3_error("InvalidRequest", said[1])
    if not given.key.fits(check):
        raise fault("AccessDenied", meant="it isn't the customer's key that the object was stored with")
    return given


def _check_connection(request: HttpRequest) -> None:
    """Rule 1. A call from within has no address."""
    if request.secure or not request.peer or ip_address(request.peer.partition("%")[0]).is_loopback:
        return
    raise s3_error("InvalidRequest", f"{_WITH} be made over a secure connection.")


def _read(key: str | None, md5: str | None, prefix: str) -> Given:
    """Rule 3."""
    source = "copy-source-" if prefix else ""
    if not key:
        raise _wrong(f"{_WITH} provide an appropriate secret key.", f"{source}{_HEADER}key")
    if not md5:
        said = f"{_WITH} provide the client calculated MD5 of the secret key."
        raise _wrong(said, f"{source}{_HEADER}key-MD5")
    try:
        material = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        material = b""
    if len(material) != KEY_BYTES:
        raise _wrong("The secret key was invalid for the specified algorithm.", f"{source}{_HEADER}key")
    calculated = base64.b64encode(hashlib.md5(material, usedforsecurity=False).digest())
    if not hmac.compare_digest(calculated, md5.encode(errors="surrogatepass")):
        said = "The calculated MD5 hash of the key did not match the hash that was provided."
        raise _wrong(said, f"{source}{_HEADER}key-MD5")
    return Given(CustomerKey(material), md5)


def _wrong(said: str, name: str) -> AwsError:
    """InvalidArgument. Neither the key nor its MD5 is repeated."""
    return s3_error("InvalidArgument", said, ArgumentName=f"x-amz-{name}", ArgumentValue="null")
