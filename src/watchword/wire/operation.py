"""Public face of this package: models, services and their operations.

`Models` reads a service's model when it is first used. An `Operation` compiles its reader, checks, writer and
audit views when each is first used. All are kept, because a server answers the same few operations.

    operation = recognise(request, models, scope_service="sts", hosts=("localhost",))
    output = perform(operation.service.name, operation.name, operation.parse(request))
    answer = operation.write(output, request_id)

What doesn't belong here: the protocols themselves (query, json_rpc, rest_read, rest_write).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import Struct

from watchword.names import AwsError, HttpRequest, HttpResponse, fault
from watchword.wire import json_rpc, query, query_json, rest_bodies, rest_read, rest_write, validate
from watchword.wire.audit_view import compile_view
from watchword.wire.error_writers import ErrorWriter
from watchword.wire.form import FormError
from watchword.wire.model import Model, Spec
from watchword.wire.routes import Routes
from watchword.wire.services import SERVICES, Protocol, Row
from watchword.wire.shapes import Shape
from watchword.wire.values import UnreadableError

Read = Callable[[HttpRequest, str], dict[str, Any]]
"""A request and its path, with the bucket of the host -> the input."""
Write = Callable[[Mapping[str, Any], str], HttpResponse]
"""An output and a request id -> the response."""
Show = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Members -> what an audit record shows of them."""

PROTOCOLS: Mapping[Protocol, tuple[Callable[[Spec], Read], Callable[[Spec], Write]]] = {
    "query": (query.reader, query.writer),
    "json": (json_rpc.reader, json_rpc.writer),
    "rest-json": (
        lambda spec: rest_read.reader(spec, rest_bodies.read_json),
        lambda spec: rest_write.writer(spec, rest_bodies.JSON),
    ),
    "rest-xml": (
        lambda spec: rest_read.reader(spec, rest_bodies.read_xml),
        lambda spec: rest_write.writer(spec, rest_bodies.xml_format(spec)),
    ),
}


class _Compiled(Struct, frozen=True, eq=False, dict=True):
    """The functions of one operation, each compiled when first used."""

    spec: Spec

    @cached_property
    def read(self) -> Read:
        return PROTOCOLS[self.spec.row.protocol][0](self.spec)

    @cached_property
    def check(self) -> Callable[[Any], list[validate.Violation]]:
        return validate.checker(self.spec.input)

    @cached_property
    def write(self) -> Write:
        return PROTOCOLS[self.spec.row.protocol][1](self.spec)

    @cached_property
    def write_json(self) -> Write:
        return query_json.writer(self.spec)

    @cached_property
    def answers_bytes(self) -> bool:
        shape = self.spec.output
        payload = shape.traits.get("payload") if shape else None
        return bool(shape and payload and shape.members[payload].type == "blob")

    @cached_property
    def audit_input(self) -> Show:
        return compile_view(self.spec.input)

    @cached_property
    def audit_output(self) -> Show:
        return compile_view(self.spec.output)

    @cached_property
    def audit_minted(self) -> Show:
        return compile_view(self.spec.output, mints=True)


class Operation(Struct, frozen=True, eq=False):
    """One operation of a service, as a request calls it."""

    service: "Service"
    name: str
    compiled: _Compiled
    before_path: str = ""
    """`/bucket`, where the Host header names S3's bucket; it comes before the request's path."""
    in_json: bool = False
    """Whether the client asks a query service for JSON."""

    def parse(self, request: HttpRequest) -> dict[str, Any]:
        """The input: the members that the request has, valid by the model. Raises AwsError."""
        try:
            path = self.before_path + self.service.row.dialect.read_path(request.path)
            found = self.compiled.read(request, path)
        except UnreadableError as problem:
            raise self._unreadable(problem) from problem
        except FormError as problem:
            raise self.service.unreadable(problem) from problem
        self.check(found)
        return found

    def check(self, given: Mapping[str, Any]) -> None:
        """Raises AwsError for an input that isn't valid by the model."""
        if violations := self.compiled.check(given):
            raise self._invalid(violations)

    def write(self, output: Mapping[str, Any], request_id: str) -> HttpResponse:
        """The response with `output`. Raises KeyError for a member that the model doesn't have."""
        write = self.compiled.write_json if self.in_json else self.compiled.write
        return write(output, request_id)

    def write_error(self, error: AwsError, request_id: str) -> HttpResponse:
        """The response with `error`, in the operation's protocol."""
        return self.error_writer.write(error, request_id)

    def audit_input(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """What an audit record shows of an input: JSON, secrets masked, bytes left out (`audit_view`)."""
        return self.compiled.audit_input(members)

    def audit_output(self, members: Mapping[str, Any], *, mints: bool) -> dict[str, Any]:
        """The same of an output. mints: it carries credentials, so only what is known is shown."""
        return (self.compiled.audit_minted if mints else self.compiled.audit_output)(members)

    @property
    def unsigned(self) -> bool:
        """Whether clients call it without a signature, according to the model."""
        return self.compiled.spec.anonymous

    @property
    def streams(self) -> bool:
        """Whether the body is bytes that aren't parsed: then the head has all other members."""
        shape = self.compiled.spec.input
        payload = shape.traits.get("payload") if shape else None
        return bool(shape and payload and shape.members[payload].streaming)

    @property
    def answers_bytes(self) -> bool:
        """Whether the body of the answer is bytes that a caller once sent, of any type."""
        return self.compiled.answers_bytes

    @property
    def input_shape(self) -> Shape | None:
        return self.compiled.spec.input

    @property
    def output_shape(self) -> Shape | None:
        return self.compiled.spec.output

    @property
    def error_writer(self) -> ErrorWriter:
        writer = self.service.error_writer.for_method(self.compiled.spec.method)
        return writer.in_json() if self.in_json else writer

    def _unreadable(self, problem: UnreadableError) -> AwsError:
        if (refuse := self.service.row.dialect.unreadable) is not None:
            return refuse(problem)
        return fault("MalformedInput", str(problem), str(problem))

    def _invalid(self, violations: list[validate.Violation]) -> AwsError:
        row, shape = self.service.row, self.compiled.spec.input
        assert shape is not None, "what has no input has no violations"
        if row.dialect.invalid is not None and (own := row.dialect.invalid(violations, shape)) is not None:
            return own
        said = validate.message(violations)
        return AwsError(row.invalid_input, 400, said) if row.invalid_input else fault("ValidationError", said)


@dataclass(frozen=True, eq=False)
class Service:
    """One service: its row of the table, and its model, which is read when first needed."""

    row: Row
    read: Callable[[str], bytes]
    """Service name -> the model as JSON."""
    _known: dict[str, Operation] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        return self.row.name

    @cached_property
    def protocol(self) -> str:
        return self.row.protocol

    @cached_property
    def version(self) -> str:
        return self.row.version

    @cached_property
    def signing_name(self) -> str:
        """The service's name in the credential scope of a signature."""
        return self.row.signing_name

    @property
    def event_source(self) -> str:
        """What audit records call it."""
        return f"{self.row.event_source or self.row.signing_name}.amazonaws.com"

    @cached_property
    def model(self) -> Model:
        return Model(self.row, self.read(self.row.name))

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations, in the order of the model."""
        return self.model.operations

    def knows(self, name: str) -> bool:
        """Whether the model has an operation of that name."""
        return name in self._known or name in self.operations

    def warm(self) -> None:
        """Reads the model now, so that the first request doesn't wait for it."""
        _ = self.error_writer, self.routes

    def operation(self, name: str) -> Operation:
        """The operation of that name. Raises KeyError."""
        if (known := self._known.get(name)) is not None:
            return known
        operation = Operation(self, name, _Compiled(self.model.spec(name)))
        return self._known.setdefault(name, operation)

    @cached_property
    def routes(self) -> Routes:
        """Finds a rest service's operation by method, path and query."""
        return Routes(self.model.specs, self.row.dialect.sub_resources)

    @cached_property
    def unsigned_routes(self) -> Routes:
        """The same for the operations that clients call without a signature."""
        return Routes([spec for spec in self.model.specs if spec.anonymous])

    def unreadable(self, problem: FormError) -> AwsError:
        """The service's error for a path, query string or form that can't be read."""
        if (refuse := self.row.dialect.malformed_uri) is not None:
            return refuse(problem)
        if self.protocol == "query":
            return query.malformed(problem)
        return fault("MalformedInput", f"The request's path and query can't be read: {problem}.")

    @cached_property
    def error_writer(self) -> ErrorWriter:
        """Writes this service's errors."""
        return ErrorWriter(
            format=self.row.error_format,
            request_id_headers=self.row.dialect.request_id_headers,
            namespace=self.model.namespace,
            json_version=self.row.json_version,
            errors=self.model.errors,
            fields=self.row.dialect.error_fields,
        )


class Models:
    """The services of a table. `read(name)` returns a service's model, as JSON."""

    def __init__(self, read: Callable[[str], bytes], rows: Mapping[str, Row] = SERVICES) -> None:
        self._services = {name: Service(row, read) for name, row in rows.items()}
        self._signed: dict[str, Service] = {}
        self._beside: dict[str, Service] = {}
        """By signing name, the service that a header tells from the one in `_signed`."""
        for service in self._services.values():
            (self._beside if service.row.header else self._signed)[service.signing_name] = service
        of_query = [service for service in self._services.values() if service.protocol == "query"]
        self._versions = {service.version: service for service in reversed(of_query)}

    def service(self, name: str) -> Service:
        """The service of that name. Raises KeyError."""
        return self._services[name]

    def signed_as(self, name: str, headers: Mapping[str, str]) -> Service | None:
        """The service with that name in credential scopes."""
        beside = self._beside.get(name)
        return self._signed.get(name) if beside is None or beside.row.header not in headers else beside

    def of_version(self, version: str | None) -> Service | None:
        """The query service of that version of its API; of several, the first of the table."""
        return self._versions.get(version or "")

    @property
    def services(self) -> tuple[Service, ...]:
        return tuple(self._services.values())
