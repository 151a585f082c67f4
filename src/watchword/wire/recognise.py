"""Finds the service and the operation that a request is for.

In this order:
1. headers that have one value must come once, for every service;
2. `X-Amz-Target` names a json service and its operation;
3. the credential scope of the signature names the service (`scope_service`), together with a header where
   two have the same name. In a query service, Action and Version name the operation; in a rest service,
   method, path and query do;
4. without a signature: Action and Version of a form (STS has unsigned operations);
5. without a signature: a rest operation that the model marks as unsigned, if the request has all its parts;
6. else S3, whose objects can be public;
7. the Host header must name this server. For S3 it can name a bucket too (`addressing`).

The scope and the target (or Version) must name the same service. The request is read one way only: repeated
parameters, and parameters in both body and query, are refused before an operation is chosen.
Refusals raise `UnrecognisedError`, which has the writer for the response.
Sources: Smithy 2.0, AWS protocols; IAM User Guide, "Making query requests"; Amazon S3 API Reference,
"Error responses".
What doesn't belong here: whether the signature is right (sigv4).
"""

from collections.abc import Mapping

from msgspec import structs

from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.wire import addressing, form, query, query_json
from watchword.wire.dialect import Unmatched
from watchword.wire.error_writers import TEXT, ErrorWriter
from watchword.wire.form import FormError
from watchword.wire.model import Spec
from watchword.wire.operation import Models, Operation, Service
from watchword.wire.routes import Query
from watchword.wire.services import FALLBACK

_SINGLE = frozenset(
    {"authorization", "content-length", "content-type", "host", "x-amz-content-sha256", "x-amz-date"}
    | {"x-amz-security-token", "x-amz-target"}
)
_FORM = "application/x-www-form-urlencoded"
_ROOT = frozenset({"", "/"})
_NO_VERSION = "NO_VERSION_SPECIFIED"
_OF_FORMS = ErrorWriter("query")


class UnrecognisedError(AwsError):
    """A request for no operation; `error_writer` writes the response."""

    def __init__(self, error: AwsError, error_writer: ErrorWriter) -> None:
        super().__init__(error.code, error.status, error.said, error.meant, error.fields)
        self.headers, self.in_s3 = error.headers, error.in_s3
        self.error_writer = error_writer


def error_response(error: AwsError, request_id: str, request: HttpRequest | None = None) -> HttpResponse:
    """The response with `error` when no operation is known.

    Written by the error's own writer, else in the protocol that `request` looks like, else as plain text.
    """
    if isinstance(error, UnrecognisedError):
        return error.error_writer.write(error, request_id)
    return (guess_error_writer(request) if request else TEXT).write(error, request_id)


def recognise(
    request: HttpRequest, models: Models, *, scope_service: str | None, hosts: tuple[str, ...] = ()
) -> Operation:
    """The operation that `request` is for. Raises UnrecognisedError.

    scope_service: the service in the signature's credential scope, None for an unsigned request;
    hosts: the names of this server; a bucket may be named below them (bucket.host).
    """
    operation = _find(request, models, scope_service, hosts)
    if not operation.service.row.dialect.bucket_in_host:
        try:
            addressing.check_host(request.header("host"), hosts, _prefix(request, operation.service))  # 7.
        except AwsError as error:
            raise _unrecognised(error, operation.service.error_writer, request) from error
    return operation


def _find(
    request: HttpRequest, models: Models, scope_service: str | None, hosts: tuple[str, ...]
) -> Operation:
    try:
        _once(request)  # 1.
    except AwsError as error:
        raise UnrecognisedError(error, guess_error_writer(request)) from error
    target = request.header("x-amz-target")
    if target is not None:
        return _by_target(request, models, target, scope_service)  # 2.
    if scope_service is not None:
        return _by_scope(request, models, scope_service, hosts)  # 3.
    if _is_form(request):
        return _by_form(request, models)  # 4.
    fallback = models.signed_as(FALLBACK.signing_name, request.by_name) or models.service(FALLBACK.name)
    return _unsigned(request, models) or _by_route(request, fallback, hosts)  # 5. 6.


def _prefix(request: HttpRequest, service: Service) -> str:
    """What clients of the service may put before a name of this server."""
    row = service.row
    return f"{request.header(row.header)}." if row.header else row.host_prefix


def guess_error_writer(request: HttpRequest) -> ErrorWriter:
    """For the protocol that a request looks like, or its host; S3's where it looks like no other."""
    content_type = _content_type(request)
    if request.header("x-amz-target") is not None:
        writer = ErrorWriter("json", json_version="1.0" if content_type.endswith("-1.0") else "1.1")
    elif _is_form(request):
        writer = ErrorWriter("query")
    elif content_type == "application/json" or addressing.FUNCTION_HOST in (request.header("host") or ""):
        writer = ErrorWriter("rest-json")
    else:
        writer = ErrorWriter(FALLBACK.error_format, FALLBACK.dialect.request_id_headers)
    return _for_request(writer, request)


def _for_request(writer: ErrorWriter, request: HttpRequest) -> ErrorWriter:
    writer = writer.for_method(request.method)
    return writer.in_json() if writer.format == "query" and query_json.asked(request) else writer


def _content_type(request: HttpRequest) -> str:
    return (request.header("content-type") or "").partition(";")[0].strip().lower()


def _unrecognised(error: AwsError, writer: ErrorWriter, request: HttpRequest) -> UnrecognisedError:
    return UnrecognisedError(error, _for_request(writer, request))


def _once(request: HttpRequest) -> None:
    if not request.repeats:
        return
    seen = set()
    for name, _ in request.headers:
        if name in seen and name in _SINGLE:
            raise fault("MalformedInput", f"The header {name} is given more than once.")
        seen.add(name)


# --- json services -----------------------------------------------------------------------------------


def _by_target(request: HttpRequest, models: Models, target: str, scope: str | None) -> Operation:
    prefix, _, name = target.rpartition(".")
    service = next((one for one in models.services if one.row.target and one.row.target == prefix), None)
    unknown = fault("InvalidAction", meant=f"no target {target[:100]!r}")
    if service is None:
        raise UnrecognisedError(unknown, guess_error_writer(request))
    if scope not in {None, service.signing_name}:
        said = f"Credential should be scoped to correct service: '{service.signing_name}'. "
        raise _unrecognised(fault("ScopeMismatch", said), service.error_writer, request)
    if not service.knows(name) or request.method != "POST":
        raise _unrecognised(unknown, service.error_writer, request)
    return service.operation(name)


# --- services named by a signature -------------------------------------------------------------------


def _by_scope(request: HttpRequest, models: Models, scope: str, hosts: tuple[str, ...]) -> Operation:
    service = models.signed_as(scope, request.by_name)
    if service is None:
        error = fault("InvalidAction", f"The service {scope[:60]!r} is not served here.")
        raise UnrecognisedError(error, guess_error_writer(request))
    if service.protocol == "query":
        return _by_action(request, _parameters(request, service.error_writer), service)
    if service.protocol == "json":
        raise _unrecognised(fault("InvalidAction", meant="no X-Amz-Target"), service.error_writer, request)
    return _by_route(request, service, hosts)


# --- query services ----------------------------------------------------------------------------------


def _is_form(request: HttpRequest) -> bool:
    """Whether the request can be for a query service."""
    if request.path not in _ROOT:
        return False
    if request.method == "GET":
        return any(pair.startswith("Action=") for pair in request.query.split("&"))
    return request.method == "POST" and _content_type(request) == _FORM


def _parameters(request: HttpRequest, writer: ErrorWriter) -> Mapping[str, str]:
    if request.body.size > query.MAX_BODY:
        raise _unrecognised(fault("RequestTooLarge"), writer, request)
    try:
        return query.parameters(request)
    except FormError as problem:
        raise _unrecognised(query.malformed(problem), writer, request) from problem


def _by_form(request: HttpRequest, models: Models) -> Operation:
    parameters = _parameters(request, _OF_FORMS)
    service = models.of_version(parameters.get("Version"))
    if service is None:
        raise _unrecognised(_no_action(parameters), _OF_FORMS, request)
    return _by_action(request, parameters, service)


def _by_action(request: HttpRequest, parameters: Mapping[str, str], service: Service) -> Operation:
    action = parameters.get("Action")
    served = request.path in _ROOT and request.method in {"GET", "POST"}
    asked = served and parameters.get("Version") == service.version
    if action is None or not asked or not service.knows(action):
        raise _unrecognised(_no_action(parameters), service.error_writer, request)
    operation = service.operation(action)
    return structs.replace(operation, in_json=True) if query_json.asked(request) else operation


def _no_action(parameters: Mapping[str, str]) -> AwsError:
    action, version = parameters.get("Action"), parameters.get("Version") or _NO_VERSION
    if action is None:
        return AwsError("MissingAction", 400, "The request is missing an action.")
    return fault("InvalidAction", f"Could not find operation {action[:128]} for version {version[:64]}")


# --- rest services -----------------------------------------------------------------------------------


def _query_of(request: HttpRequest, service: Service) -> dict[str, list[str]]:
    if not request.query:
        return {}
    try:
        return form.grouped(form.read_pairs(request.query))
    except FormError as problem:
        raise _unrecognised(service.unreadable(problem), service.error_writer, request) from problem


def _unsigned(request: HttpRequest, models: Models) -> Operation | None:
    try:
        found = form.grouped(form.read_pairs(request.query))
    except FormError:
        return None  # rule 6 then reports the error, in S3's words
    headers = request.by_name
    for service in models.services:
        if service.protocol == "rest-json":
            spec = service.unsigned_routes.find_complete(request.method, request.path, found, headers)
            if spec is not None:
                return service.operation(spec.name)
    return None


def _by_route(request: HttpRequest, service: Service, hosts: tuple[str, ...]) -> Operation:
    found, headers = _query_of(request, service), request.by_name
    path = service.row.dialect.read_path(request.path)
    spec = service.routes.find(request.method, path, found, headers)
    before = _before_path(request, service, hosts) if _needs_bucket(service, spec) else ""
    if before:
        spec = service.routes.find(request.method, before + path, found, headers)
    if spec is None:
        raise _unrecognised(_no_route(request, service, before + path, found), service.error_writer, request)
    operation = service.operation(spec.name)
    return structs.replace(operation, before_path=before) if before else operation


def _needs_bucket(service: Service, spec: Spec | None) -> bool:
    """Whether the host can name a bucket of this path. Some paths of S3 never have a bucket."""
    return service.row.dialect.bucket_in_host and (spec is None or spec.uri == "/" or "{Bucket}" in spec.uri)


def _before_path(request: HttpRequest, service: Service, hosts: tuple[str, ...]) -> str:
    try:
        return addressing.before_path(request.header("host"), hosts)
    except AwsError as error:
        raise _unrecognised(error, service.error_writer, request) from error


def _no_route(request: HttpRequest, service: Service, path: str, found: Query) -> AwsError:
    if (refuse := service.row.dialect.no_operation) is not None:
        sub_resources, methods = service.routes.near(path, found)
        return refuse(Unmatched(request, path, found, tuple(sorted(sub_resources)), tuple(sorted(methods))))
    meant = f"no operation of {service.name} is {request.method} {path[:100]}"
    return fault("InvalidAction", meant=meant)
