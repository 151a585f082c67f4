"""Floor 2: AWS Signature Version 4, both ends. Pure: no I/O, no clock, no settings.

    claim = read(request)                      the claimed signer and signature; None for an unsigned request
    verify(claim, request, secret, now=...)    returns if the claim is true, else raises a fault
    explain(claim, request)                    the canonical request and the string to sign
    sign(request, credentials, ...)            the request with an Authorization header
    presign(request, credentials, ...)         the request with a signature in its query

For aws-chunked bodies: `verify_head` of `verify`, then a `Decoder` of `chunked`. For POST policy forms:
`post`. For presigned URLs of version 2, which `read` refuses: `sigv2`. For replay protection: `replay`.
"""

from watchword.sigv4.canonical import explain
from watchword.sigv4.claim import Claim, Credentials
from watchword.sigv4.read import read
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import verify

__all__ = ["Claim", "Credentials", "explain", "presign", "read", "sign", "verify"]
