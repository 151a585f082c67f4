"""Errors as HTTP answers: one document format for each protocol.

Rules:
1. a fault (`names.fault`) takes its code and status from the table in `faults`, and its message too unless it
   has one of its own; any other error brings all three. Where a fault has S3's own code as well (`in_s3`), S3
   reports that;
2. an error of the service's model takes its code and status from the model, and its fields become the members
   of the modelled shape, in their types. Other fields are shown by S3 only. IAM and STS append the canonical
   request and the string to sign to the message;
3. the answer to HEAD has no body (RFC 9110, section 9.3.2); S3's clients then read the status alone.

Source: Smithy 2.0, AWS protocols, "Operation error serialization"; IAM User Guide, "Making query requests"
and "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API Reference, "Error
responses".
What doesn't belong here: the wording of faults (faults).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from msgspec import Struct

from watchword.names import AwsError, HttpResponse
from watchword.wire import json_body, query_json, rest_write, values, xml_text
from watchword.wire.answers import Headers, answer, header_value, host_id, request_id_header
from watchword.wire.faults import FAULTS, ErrorFormat, ErrorTemplate
from watchword.wire.model import ErrorShape
from watchword.wire.shapes import Shape

_SERVER_ERROR = 500
_CLIENT_ERROR = 400

Errors = Mapping[str, ErrorShape]


class WireError(Struct, frozen=True):
    """An error as clients see it, before it is written in a format."""

    code: str
    status: int
    message: str
    fields: Mapping[str, str]
    shape: Shape | None
    """The modelled shape, where the error has one."""


@dataclass(frozen=True)
class ErrorWriter:
    """Writes errors in one format. The other fields are what depends on the service or the request."""

    format: ErrorFormat
    request_id_headers: Callable[[str], Headers] = request_id_header
    namespace: str = ""
    json_version: str = "1.0"
    errors: Errors = field(default_factory=dict)
    """The errors of the service's model, by code."""
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the service's errors have, by code, unless they bring their own."""
    body: bool = True
    """Whether answers have a body (3.)."""

    def write(self, error: AwsError, request_id: str) -> HttpResponse:
        """The whole answer: status, headers and document."""
        if self.format == "rest-xml" and error.in_s3:
            error = error.in_s3
        wired = self.wire_error(error)
        headers = self.request_id_headers(request_id)
        headers += [(name, header_value(value)) for name, value in error.headers.items()]
        content_type, document = _DOCUMENTS[self.format](self, wired, request_id, headers)
        headers.append(("content-type", content_type))
        return answer(wired.status, headers, document if self.body else b"")

    def for_method(self, method: str) -> "ErrorWriter":
        """The writer for answers to requests of this method (3.)."""
        return replace(self, body=False) if method == "HEAD" else self

    def in_json(self) -> "ErrorWriter":
        """The writer of a query service for a client that asks for JSON."""
        return replace(self, format="query-json")

    def wire_error(self, error: AwsError) -> WireError:
        """The error with its code, status and message."""
        formats = FAULTS.get(error.code) if not error.status else None  # 1.
        template = formats[self.format] if formats else ErrorTemplate(error.code, error.status, error.said)
        message = error.said or template.message
        known = self.errors.get(template.code)  # 2.
        if known is None:
            return WireError(template.code, template.status or _CLIENT_ERROR, message, error.fields, None)
        status = known.status or template.status or _CLIENT_ERROR
        fields = {**self.fields.get(known.code, {}), **error.fields}
        return WireError(known.code, status, message, fields, known.shape)


# --- documents: each may add headers, and gives a content type and a body

WriteDocument = Callable[[ErrorWriter, WireError, str, Headers], tuple[str, bytes]]


def _query(writer: ErrorWriter, error: WireError, request_id: str, _headers: Headers) -> tuple[str, bytes]:
    members = "".join(f"<{name}>{xml_text.text(value)}</{name}>" for name, value in _modelled(error).items())
    namespace = f' xmlns="{xml_text.attribute(writer.namespace)}"' if writer.namespace else ""
    root = (
        f"<ErrorResponse{namespace}><Error><Type>{_sender(error)}</Type><Code>{xml_text.text(error.code)}</Code>"
        f"<Message>{xml_text.text(_message(error))}</Message>{members}</Error>"
        f"<RequestId>{xml_text.text(request_id)}</RequestId></ErrorResponse>"
    )
    return "text/xml", xml_text.document(root)


def _query_json(
    _writer: ErrorWriter, error: WireError, request_id: str, _headers: Headers
) -> tuple[str, bytes]:
    members = {"Code": error.code, "Message": _message(error), "Type": _sender(error), **_modelled(error)}
    return query_json.JSON, json_body.write_text({"Error": members, "RequestId": request_id})


def _sender(error: WireError) -> str:
    return "Receiver" if error.status >= _SERVER_ERROR else "Sender"


def _message(error: WireError) -> str:
    """The message with the texts that had to be signed, where the error shows them (2.)."""
    if "CanonicalRequest" not in error.fields:
        return error.message
    return (
        f"{error.message}\n\nThe Canonical String for this request should have been\n"
        f"'{error.fields['CanonicalRequest']}'\n\n"
        f"The String-to-Sign should have been\n'{error.fields['StringToSign']}'\n"
    )


def _json(writer: ErrorWriter, error: WireError, _request_id: str, _headers: Headers) -> tuple[str, bytes]:
    name = error.shape.name if error.shape else error.code
    body = {"__type": name, **_json_members(error)}
    return f"application/x-amz-json-{writer.json_version}", json_body.write_text(body)


def _rest_json(
    _writer: ErrorWriter, error: WireError, _request_id: str, headers: Headers
) -> tuple[str, bytes]:
    headers.append(("x-amzn-errortype", error.shape.name if error.shape else error.code))
    if error.shape is not None:
        typed = {
            name: _typed(member, error.fields[name])
            for name, member in error.shape.members.items()
            if member.location and name in error.fields
        }
        rest_write.header_writer(error.shape.members)(typed, headers)
    return "application/json", json_body.write_text(_json_members(error))


def _rest_xml(
    _writer: ErrorWriter, error: WireError, request_id: str, _headers: Headers
) -> tuple[str, bytes]:
    fields = "".join(f"<{name}>{xml_text.text(value)}</{name}>" for name, value in error.fields.items())
    root = (
        f"<Error><Code>{xml_text.text(error.code)}</Code><Message>{xml_text.text(error.message)}</Message>"
        f"{fields}<RequestId>{xml_text.text(request_id)}</RequestId>"
        f"<HostId>{host_id(request_id)}</HostId></Error>"
    )
    return "application/xml", xml_text.document(root)


def _text(_writer: ErrorWriter, error: WireError, _request_id: str, _headers: Headers) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", f"{error.code}: {error.message}\n".encode("utf-8", "replace")


_DOCUMENTS: Mapping[ErrorFormat, WriteDocument] = {
    "query": _query,
    "query-json": _query_json,
    "json": _json,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
    "text": _text,
}


# --- members of a modelled error ---------------------------------------------------------------------


def _body_members(error: WireError) -> dict[str, Shape]:
    """Members of the error's shape that are in the body, except the message."""
    members = error.shape.members if error.shape else {}
    return {
        name: member for name, member in members.items() if not member.location and name.lower() != "message"
    }


def _modelled(error: WireError) -> dict[str, str]:
    """Wire name -> text, for XML."""
    return {
        member.wire_name(name): error.fields[name]
        for name, member in _body_members(error).items()
        if name in error.fields
    }


def _json_members(error: WireError) -> dict[str, object]:
    """The body of a JSON error; the message goes by the name that the model gives it."""
    shape_members = error.shape.members if error.shape else {}
    message = next((name for name in shape_members if name.lower() == "message"), "message")
    name = shape_members[message].wire_name(message) if message in shape_members else message
    members = _body_members(error)
    typed = {
        member.wire_name(key): _typed(member, error.fields[key])
        for key, member in members.items()
        if key in error.fields
    }
    return {**typed, name: error.message}


def _typed(member: Shape, text: str) -> object:
    """A field, which is text, as its shape's JSON value."""
    if member.type in {"structure", "list", "map"}:
        return json_body.read_text(text.encode())
    if member.type in {"string", "timestamp", "blob"}:
        return text
    return values.reader(member, "iso8601")(text)


TEXT = ErrorWriter("text")
"""For a request whose protocol isn't known either."""
