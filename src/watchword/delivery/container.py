"""The container credentials endpoint: where SDKs look when AWS_CONTAINER_CREDENTIALS_FULL_URI names it.

The order of checks:
1. It came to us by a name of this host, and through no proxy. So a web page that made its own name point
   here (DNS rebinding) gets nothing, and no proxy can be talked into asking.
2. GET. SDKs send nothing else.
3. The path is PATH, without a query: a token in a URL would stand in logs.
4. The Authorization header is the workload's token, compared in constant time.
5. There are credentials.

Answers are never cached, and errors have the members of ECS's. Sources: AWS SDKs and Tools Reference Guide,
"Container credential provider"; the credentials handler of the Amazon ECS agent for the errors.
"""

import hmac
from collections.abc import Collection, Mapping

import msgspec

from watchword.delivery.supply import Issued
from watchword.names import HttpRequest, HttpResponse
from watchword.names.moment import iso

PATH = "/v1/credentials"
_HEADERS = (("content-type", "application/json"), ("cache-control", "no-store"))


def refusal(request: HttpRequest, hosts: Collection[str], token: str) -> HttpResponse | None:
    """The answer to a request that gets no credentials; None for one that does.

    `hosts` are the values that a Host header may have, `token` is what the workload was given.
    """
    if request.joined("host").lower() not in hosts or request.joined("x-forwarded-for"):  # 1
        return error(403, "AccessDenied", "The request came by another name or through a proxy.")
    if request.method != "GET":  # 2
        return error(405, "MethodNotAllowed", "Credentials are read with GET.", ("allow", "GET"))
    if request.path != PATH or request.query:  # 3
        return error(404, "InvalidIdInRequest", f"Credentials are at {PATH}.")
    given = request.joined("authorization")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):  # 4
        said = "is not the token of this workload" if given else "is missing"
        return error(403, "AccessDenied", f"The Authorization header {said}.")
    return None


def credentials(issued: Issued) -> HttpResponse:
    """The answer with credentials (5)."""
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
