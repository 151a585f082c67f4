"""Responses of the rest protocols: status, headers and body; the counterpart of rest_read.

The model's `location` says where a member goes; without one it goes in the body, or it is the body. A
streaming payload is bytes, or an iterable of bytes whose length is in the output's content-length member.
Members that are None are absent; an unknown member is a bug of this server and raises KeyError.
Source: Smithy 2.0, "HTTP binding traits".
What doesn't belong here: JSON and XML (given as `BodyFormat`), reading (rest_read).
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from watchword.names import HttpResponse
from watchword.wire import json_body, values
from watchword.wire.answers import Headers, answer, header_value
from watchword.wire.model import Spec
from watchword.wire.shapes import Shape

PARTIAL_CONTENT = 206

WriteBody = Callable[[Mapping[str, Any]], bytes]


class BodyFormat(Struct, frozen=True):
    """How bodies are written in one protocol."""

    content_type: str
    members: Callable[[Shape], WriteBody]
    """Output shape -> a function from those members that go in the body to its bytes."""
    payload: Callable[[str, Shape], WriteBody]
    """Member name and shape of a payload -> a function from the payload to its bytes."""


def writer(spec: Spec, bodies: BodyFormat) -> Callable[[Mapping[str, Any], str], HttpResponse]:
    """A function from the operation's output and a request id to the response."""
    members = spec.output.members if spec.output else {}
    add_headers = header_writer(members)
    write_body = _body_writer(spec, bodies)
    status, id_headers = _status(spec, members), spec.row.dialect.request_id_headers
    own_type = next((name for name, shape in members.items() if shape.wire_name(name) == "Content-Type"), "")

    def write(output: Mapping[str, Any], request_id: str) -> HttpResponse:
        headers = id_headers(request_id)
        add_headers(output, headers)
        content_type, body = write_body(output)
        if content_type and body and output.get(own_type) is None:
            headers.append(("content-type", content_type))
        return answer(status(output), headers, body)

    return write


def _status(spec: Spec, members: Mapping[str, Shape]) -> Callable[[Mapping[str, Any]], int]:
    """The model's status, unless a member of the output is the status or changes it to 206."""
    member = next((name for name, shape in members.items() if shape.location == "statusCode"), None)
    if member is not None:
        return lambda output: output.get(member) or spec.status
    partial = spec.row.dialect.partial_member
    if partial in members:
        return lambda output: PARTIAL_CONTENT if output.get(partial) else spec.status
    return lambda _output: spec.status


# --- headers -----------------------------------------------------------------------------------------


def header_writer(members: Mapping[str, Shape]) -> Callable[[Mapping[str, Any], Headers], None]:
    """A function that appends the members which are headers to a list."""
    single = {
        name: (member.wire_name(name).lower(), _header_text(member))
        for name, member in members.items()
        if member.location == "header"
    }
    prefixed = {
        name: member.wire_name(name).lower()
        for name, member in members.items()
        if member.location == "headers"
    }

    def add(output: Mapping[str, Any], headers: Headers) -> None:
        for name, value in output.items():
            if value is None:
                continue
            if (known := single.get(name)) is not None:
                headers.append((known[0], known[1](value)))
            elif (prefix := prefixed.get(name)) is not None:
                headers.extend((prefix + key.lower(), header_value(text)) for key, text in value.items())

    return add


def _header_text(member: Shape) -> Callable[[Any], str]:
    """A function from a member to its header's value; only text has to be made fit for one."""
    if member.traits.get("jsonvalue"):
        return lambda value: base64.b64encode(json_body.write_text(value)).decode("ascii")
    if member.type == "list":
        write_item = values.writer(member.element, "rfc822")
        quoted = _quoted if member.element.type == "string" else str
        return lambda items: header_value(",".join([quoted(write_item(item)) for item in items]))
    return header_value if member.type == "string" else values.writer(member, "rfc822")


def _quoted(text: str) -> str:
    if '"' not in text and "," not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# --- the body ----------------------------------------------------------------------------------------

Written = tuple[str, bytes | Iterable[bytes]]
"""Content type and body."""


def _body_writer(spec: Spec, bodies: BodyFormat) -> Callable[[Mapping[str, Any]], Written]:
    """A function from an output to its body."""
    if spec.output is None:
        return _no_members
    outside = frozenset(name for name, shape in spec.output.members.items() if shape.location)
    payload = spec.output.traits.get("payload")
    if payload is not None:
        return _payload_writer(payload, spec.output.members[payload], outside, bodies)
    write = bodies.members(spec.output)
    return lambda output: (
        bodies.content_type,
        write({name: value for name, value in output.items() if name not in outside}),
    )


def _no_members(members: Mapping[str, Any]) -> Written:
    if members:
        raise KeyError(*members)
    return "", b""


def _payload_writer(
    name: str, member: Shape, outside: frozenset[str], bodies: BodyFormat
) -> Callable[[Mapping[str, Any]], Written]:
    raw = member.type in {"blob", "string"}
    write_value = bodies.payload(name, member) if not raw and not member.event_stream else None
    known = outside | {name}

    def write(output: Mapping[str, Any]) -> Written:
        if not output.keys() <= known:
            raise KeyError(*(output.keys() - known))
        value = output.get(name)
        if value is None:
            return "", b""
        if write_value is not None:
            return bodies.content_type, write_value(value)
        if isinstance(value, str):
            return "text/plain; charset=utf-8", value.encode("utf-8")
        return "application/octet-stream", value

    return write
