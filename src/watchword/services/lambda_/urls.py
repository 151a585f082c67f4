"""URLs of functions: made, shown, changed, removed. A request to one is `access.schemes.function_url`.

1. A function has one URL, and each of its aliases can have one; versions have none.
2. The host's first label is drawn, then come `lambda-url`, the region, and a name of this server.
3. Answers are buffered: RESPONSE_STREAM is refused.

Source: AWS Lambda API Reference, CreateFunctionUrlConfig and its siblings.
"""

import base64
from typing import Any

import msgspec
from msgspec import structs

from watchword.access import Demand
from watchword.functions.cors import ANY, Cors
from watchword.names import fault
from watchword.services.lambda_ import pages
from watchword.services.lambda_.demands import Keys, demand, found, function_of, on_function
from watchword.services.lambda_.errors import conflict, invalid, no_function, not_found
from watchword.services.lambda_.functions import current
from watchword.services.lambda_.names import FunctionName
from watchword.services.lambda_.permissions import NO_RESOURCE
from watchword.services.operation import Call, Demands, Operation, Output, reads, writes
from watchword.store import Conflict
from watchword.store.functions import aliases, urls
from watchword.store.functions.functions import Function
from watchword.store.functions.urls import FunctionUrl
from watchword.store.functions.versions import LATEST
from watchword.wire.addressing import FUNCTION_HOST, hostname, is_address

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", ANY})
LOCAL = "localhost"


def create_url(call: Call) -> Output:
    """CreateFunctionUrlConfig."""
    function, qualifier = current(call), _qualifier(call)
    if qualifier and qualifier not in {alias.name for alias in aliases.of(call.tx, function.id)}:  # 1.
        raise no_function(f"{function.arn}:{qualifier}")
    url_id = base64.b32encode(call.world.randomness(20)).decode("ascii").lower()
    auth_type = call.input["AuthType"]
    url = FunctionUrl(url_id, function.id, qualifier, auth_type, _cors(call), call.now, call.now)
    try:
        urls.insert(call.tx, url)
    except Conflict:
        raise conflict(
            f"Failed to create function url config for [functionArn = {_arn(function, url)}]. Error message: "
            " FunctionUrlConfig exists for this Lambda function"
        ) from None
    shown = dict(described(call, function, url))
    del shown["LastModifiedTime"]
    return shown


def get_url(call: Call) -> Output:
    """GetFunctionUrlConfig."""
    function = function_of(call).function
    return described(call, function, _existing(call, function))


def update_url(call: Call) -> Output:
    """UpdateFunctionUrlConfig."""
    function, changed = current(call), dict[str, Any]()
    url = _existing(call, function)
    if "AuthType" in call.input:
        changed["auth_type"] = call.input["AuthType"]
    cors = _cors(call)
    if "Cors" in call.input:
        changed["cors"] = cors
    url = structs.replace(url, **changed, modified=call.now)
    urls.update(call.tx, url)
    return described(call, function, url)


def delete_url(call: Call) -> Output:
    """DeleteFunctionUrlConfig."""
    url = _existing(call, current(call))
    urls.remove(call.tx, url.function_id, url.qualifier)
    return {}


def list_urls(call: Call) -> Output:
    """ListFunctionUrlConfigs: that of the function itself first."""
    function, size = function_of(call).function, pages.size_of(call)
    start = pages.start_of(call)
    after = "" if start == LATEST else start or None
    there, more = urls.page(call.tx, function.id, after=after, limit=size)
    shown = [described(call, function, each) for each in there]
    last = there[-1].qualifier or LATEST if there else ""
    return {"FunctionUrlConfigs": shown, **pages.end(last, more=more)}


def described(call: Call, function: Function, url: FunctionUrl) -> Output:
    """FunctionUrlConfig."""
    shown: dict[str, object] = {
        "FunctionUrl": _address(call, function, url),
        "FunctionArn": _arn(function, url),
        "AuthType": url.auth_type,
        "CreationTime": f"{url.created:%Y-%m-%dT%H:%M:%S.%f}Z",
        "LastModifiedTime": f"{url.modified:%Y-%m-%dT%H:%M:%S.%f}Z",
        "InvokeMode": "BUFFERED",
    }
    if url.cors:
        shown["Cors"] = msgspec.json.decode(url.cors)
    return shown


def on_url(action: str) -> Demands:
    """For operations on a URL: with the type of authorization that is asked for, or that it has."""

    def demands(call: Call) -> tuple[Demand, ...]:
        named = FunctionName.of(call)
        fact = found(call, named)
        known = fact.url_auth_types.get(_qualifier(call), "") if fact else ""
        auth_type = call.input.get("AuthType") or known
        keys: Keys = {"lambda:FunctionArn": named.arn}
        if auth_type:
            keys["lambda:FunctionUrlAuthType"] = auth_type
        return (demand(call, action, named, keys),)

    return demands


def _address(call: Call, function: Function, url: FunctionUrl) -> str:
    """Rule 2: as the caller can reach it, who named this server in the Host header, if by a name."""
    host = call.request.header("host") or ""
    name, port = hostname(host), host.rpartition(":")[2]
    if not name or is_address(name) or name not in call.world.settings.hosts:
        named = call.world.settings.hostnames
        name = named[0] if named else LOCAL
    scheme = "https" if call.request.secure else "http"
    at = f":{port}" if port.isascii() and port.isdigit() else ""
    return f"{scheme}://{url.id}{FUNCTION_HOST}{function.region}.{name}{at}/"


def _arn(function: Function, url: FunctionUrl) -> str:
    return f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn


def _qualifier(call: Call) -> str:
    """Rule 1."""
    qualifier = FunctionName.of(call).qualifier
    if qualifier.isdigit():
        raise invalid("Function URLs can't be created for versions.")
    return "" if qualifier == LATEST else qualifier


def _existing(call: Call, function: Function) -> FunctionUrl:
    url = urls.of(call.tx, function.id, _qualifier(call))
    if url is None:
        raise not_found(NO_RESOURCE)
    return url


def _cors(call: Call) -> str:
    """The settings for browsers, as they are kept. Raises InvalidParameterValueException; rule 3."""
    if call.input.get("InvokeMode", "BUFFERED") != "BUFFERED":
        raise fault("NotImplemented", "Response streaming is not implemented.")
    cors = msgspec.convert(call.input.get("Cors") or {}, Cors)
    if wrong := sorted(set(cors.allow_methods or ()) - METHODS):
        raise invalid(f"{wrong[0]} is not a method that Cors.AllowMethods can have.")
    for texts in (cors.allow_origins, cors.allow_headers, cors.expose_headers):
        if wrong := [each for each in texts or () if not (each.isascii() and each.isprintable())]:
            raise invalid(f"{wrong[0]!r} can't be in a header.")
    return "" if cors == Cors() else msgspec.json.encode(cors).decode()


OPERATIONS: dict[str, Operation] = {
    "CreateFunctionUrlConfig": writes(create_url, on_url("CreateFunctionUrlConfig")),
    "GetFunctionUrlConfig": reads(get_url, on_url("GetFunctionUrlConfig")),
    "UpdateFunctionUrlConfig": writes(update_url, on_url("UpdateFunctionUrlConfig")),
    "DeleteFunctionUrlConfig": writes(delete_url, on_url("DeleteFunctionUrlConfig")),
    "ListFunctionUrlConfigs": reads(list_urls, on_function("ListFunctionUrlConfigs")),
}
