"""Floor 2: AWS Signature Version 4, both ends. Pure: no I/O, no clock, no settings.

    claim = read(request)                      what the request claims, None when it claims nothing
    verify(claim, request, secret, now=...)    returns when the claim is true, raises a fault otherwise
    explain(claim, request)                    the canonical request and the string to sign
    sign(request, credentials, ...)            the request with an Authorization header
    presign(request, credentials, ...)         the request with a query that authenticates it

For aws-chunked bodies: `verify_head` in `verify`, then a `Decoder` of `chunked`. For POST policy forms:
`post`. For presigned version 2, which `read` refuses: `sigv2`. For a replay guard: `replay`.
"""

from watchword.sigv4.canonical import explain
from watchword.sigv4.claim import Claim, Credentials
from watchword.sigv4.read import read
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import verify

__all__ = ["Claim", "Credentials", "explain", "presign", "read", "sign", "verify"]
