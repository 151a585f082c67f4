"""Floor 2: AWS Signature Version 4, both ends. Pure: no I/O, no clock, no settings.

claim = read(request)                      what the request claims, None when it claims nothing
verify(claim, request, secret, now=...)    returns when the claim is true, raises a fault otherwise
sign(request, credentials, ...)            the request, signed
explain(claim, request)                    the canonical request and the string to sign
"""

from watchword.sigv4.canonical import Explanation, explain
from watchword.sigv4.claim import Claim, Credentials
from watchword.sigv4.read import read
from watchword.sigv4.sign import presign, sign
from watchword.sigv4.verify import verify

__all__ = ["Claim", "Credentials", "Explanation", "explain", "presign", "read", "sign", "verify"]
