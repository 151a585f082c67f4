"""Objects that a browser shows as pages, on the host name that the console has as well.

Somebody who may write objects could write a page with a script, and send a link to it to somebody who is
signed in. To a browser the script would be of the same origin as the console. So such an answer says that it
is to be shown in a sandbox: no script of it runs, and it has no origin.

1. That is so whatever type the object has. Only PDF is left out: browsers show it by a program that has no
   origin of the server, and don't in a sandbox.
2. On a host name that names a bucket (virtual-hosted style) a page has an origin of its own, and may do what
   pages do.

Sources: W3C, "Content Security Policy Level 3", "sandbox"; security advisories of consoles that share their
origin with objects.
"""

from typing import Final

from msgspec import structs

from watchword.names import HttpResponse
from watchword.wire import Operation

_SANDBOX: Final = (("content-security-policy", "sandbox"),)
_PDF: Final = ("content-type", "application/pdf")


def may_be_a_page(model: Operation) -> bool:
    """Whether an answer of the operation is bytes that somebody wrote, on a host name of the server."""
    return model.answers_bytes and not model.before_path


def sandboxed(response: HttpResponse) -> HttpResponse:
    """The answer, to be shown in a sandbox."""
    if _PDF in response.headers:
        return response
    return structs.replace(response, headers=response.headers + _SANDBOX)
