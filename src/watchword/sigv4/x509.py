"""Signatures of version 4 with the key of an X.509 certificate, as IAM Roles Anywhere takes them: the claim.

The texts are those of version 4 (`canonical`). These rules are added to those of `watchword.sigv4.read`:

 1. x-amz-x509 and x-amz-x509-chain come once, and nothing of a signature is in the query
 3. the algorithm is one of ALGORITHMS
 8. the certificate's headers are signed, as every x-amz-* header is
17. there is a certificate: DER in base64, at most LONGEST bytes
18. the chain has at most MOST_IN_CHAIN certificates of the same form, separated by commas
19. there is no session token

`x509_keys` goes on with rules 20 and 21, and verifies. Nothing here reads a certificate.
Source: IAM Roles Anywhere User Guide, "Authentication signing process".
"""

import binascii
from base64 import b64decode

from msgspec import Struct

from watchword.names import AwsError, HttpRequest, fault
from watchword.sigv4.claim import Claim
from watchword.sigv4.header import header_claim
from watchword.sigv4.query import attempts_signature, attempts_version_2, query_pairs
from watchword.sigv4.read import ONCE, check_once

PREFIX = "AWS4-X509-"
RSA, ECDSA = f"{PREFIX}RSA-SHA256", f"{PREFIX}ECDSA-SHA256"
ALGORITHMS = frozenset({RSA, ECDSA})
CERTIFICATE, CHAIN = "x-amz-x509", "x-amz-x509-chain"
LONGEST = 8192
"""Bytes of a certificate."""
MOST_IN_CHAIN = 5


class X509Claim(Struct, frozen=True):
    """A claim, and the certificates that come with it, in DER. Nothing of it is proved."""

    claim: Claim
    certificate: bytes
    chain: tuple[bytes, ...] = ()


def read(request: HttpRequest) -> X509Claim | None:
    """The claim of a request; None for one without such a signature.

    Raises AwsError: IncompleteSignature, UnsupportedSignature, UnsignedHeaders.
    """
    headers = request.by_name
    authorization = headers.get("authorization")
    if authorization is None or not authorization.startswith(PREFIX):
        return None
    if request.repeats:
        check_once(request, (*ONCE, CERTIFICATE, CHAIN))  # 1
    pairs = query_pairs(request.query)
    if attempts_signature(pairs) or attempts_version_2(pairs):
        raise incomplete("A request that is signed with a certificate has no signature in its query.")
    claim = header_claim(authorization, headers, ALGORITHMS)  # 3 to 11
    if not headers.get(CERTIFICATE):  # 17
        raise incomplete("The signature requires the header 'X-Amz-X509'.")
    chain = headers.get(CHAIN, "")
    listed = chain.split(",", MOST_IN_CHAIN) if chain else []
    if len(listed) > MOST_IN_CHAIN:  # 18
        raise incomplete(f"'X-Amz-X509-Chain' has more than {MOST_IN_CHAIN} certificates.")
    if claim.token is not None:  # 19
        raise incomplete("A request that is signed with a certificate has no session token.")
    return X509Claim(claim, _der(headers[CERTIFICATE]), tuple(map(_der, listed)))


def _der(text: str) -> bytes:
    """Rules 17 and 18: the bytes of a certificate in a header."""
    try:
        found = b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not 0 < len(found) <= LONGEST:
        raise incomplete(f"A certificate is DER in base64, at most {LONGEST} bytes.")
    return found


def incomplete(said: str) -> AwsError:
    """The error of a signature that lacks something."""
    return fault("IncompleteSignature", said)
