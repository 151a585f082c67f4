"""The container credentials endpoint: where SDKs look when AWS_CONTAINER_CREDENTIALS_FULL_URI names it.

The order of checks:
1. It came to us by a name of this host, and through no proxy (`link`).
2. GET. SDKs send nothing else.
3. The path is PATH, without a query: a token in a URL would stand in logs.
4. The Authorization header is the workload's token, compared in constant time.
5. There are credentials.

Answers are never cached, and errors have the members of ECS's. Sources: AWS SDKs and Tools Reference Guide,
"Container credential provider"; the credentials handler of the Amazon ECS agent for the errors.
"""

import hmac
from collections.abc import Mapping

import msgspec

from watchword.delivery.link import Link
from watchword.delivery.supply import Issued, NotIssued, Refused, Supply
from watchword.names import HttpRequest, HttpResponse
from watchword.names.moment import iso

PATH = "/v1/credentials"
_HEADERS = (("content-type", "application/json"), ("cache-control", "no-store"))


def unfit(request: HttpRequest, link: Link) -> HttpResponse | None:
    """The answer to a request that no workload sends (1, 2)."""
    if not link.is_direct(request):  # 1
        return error(403, "AccessDenied", "The request came by another name or through a proxy.")
    if request.method != "GET":  # 2
        return error(405, "MethodNotAllowed", "Credentials are read with GET.", ("allow", "GET"))
    return None


def refusal(request: HttpRequest, link: Link, token: str) -> HttpResponse | None:
    """The answer to a request that gets no credentials; None for one that does.

    `token` is what the workload was given.
    """
    if refused := unfit(request, link):
        return refused
    if request.path != PATH or request.query:  # 3
        return error(404, "InvalidIdInRequest", f"Credentials are at {PATH}.")
    given = request.joined("authorization")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):  # 4
        said = "is not the token of this workload" if given else "is missing"
        return error(403, "AccessDenied", f"The Authorization header {said}.")
    return None


def answer(supply: Supply, *, wait: bool) -> HttpResponse | None:
    """The answer with credentials (5); None if the server must be asked for them, and it may not wait."""
    issued = supply.at_once()
    if issued or not wait:
        return credentials(issued) if issued else None
    try:
        return credentials(supply.get())
    except Refused as refused:
        return error(400, "NoCredentialsAssociated", str(refused))
    except NotIssued as missing:
        return error(503, "CredentialsUninitialized", str(missing))


def credentials(issued: Issued) -> HttpResponse:
    """The document of credentials."""
    return _json(
        200,
        {
            "RoleArn": issued.role,
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret,
            "Token": issued.token,
            "Expiration": iso(issued.expires),
        },
    )


def error(status: int, code: str, message: str, *more: tuple[str, str]) -> HttpResponse:
    """An error in the form of the ECS agent."""
    return _json(status, {"code": code, "message": message, "HTTPErrorCode": status}, *more)


def _json(status: int, members: Mapping[str, object], *more: tuple[str, str]) -> HttpResponse:
    body = msgspec.json.encode(members)
    return HttpResponse(status, (*_HEADERS, *more, ("content-length", str(len(body)))), body)
