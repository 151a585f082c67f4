"""TLS to a token issuer, whose certificate is verified in one of two ways.

1. By the system's trusted authorities, as any web client does.
2. If that fails and the provider has thumbprints: a certificate that the issuer presents and whose SHA-1 is
   one of them is the only trusted authority, of a second connection. So the chain from it to the issuer's
   host name is verified too: a thumbprint alone proves nothing, since everybody can present a known
   certificate.

Source: IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider" (thumbprints count
only where the chain isn't publicly trusted).
"""

import hashlib
import socket
import ssl
from collections.abc import Callable
from functools import cache

Connect = Callable[[], socket.socket]
_DER = 2
"""How `ssl` numbers the encoding."""


def over(connect: Connect, host: str, thumbprints: tuple[str, ...]) -> socket.socket:
    """TLS over a new connection. Raises OSError, which ssl.SSLError is one of."""
    try:
        return _wrapped(connect, _public(), host)  # 1.
    except ssl.SSLCertVerificationError:
        if not thumbprints:
            raise
        wanted = {each.lower() for each in thumbprints}
        for presented in _chain(connect, host):
            if hashlib.sha1(presented, usedforsecurity=False).hexdigest() in wanted:
                return _wrapped(connect, _trusting(presented), host)  # 2.
        raise


@cache
def _public() -> ssl.SSLContext:
    return ssl.create_default_context()


def _trusting(certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(certificate))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an authority below the root is enough
    return context


def _chain(connect: Connect, host: str) -> list[bytes]:
    """The certificates that the issuer presents, with nothing verified: nothing else is read there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with _wrapped(connect, context, host) as connection:
        # Public from Python 3.13 on, as SSLSocket.get_unverified_chain.
        presented = connection._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # noqa: SLF001
        return [each.public_bytes(_DER) for each in presented]


def _wrapped(connect: Connect, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    connection = connect()
    try:
        return context.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise
