"""Requests of the rest protocols: labels of the path, query string, headers and body.

Rules:
1. the model's `location` says where a member is; without one it is in the body, or is the body (`payload`);
2. each query parameter, known or not, comes once, and so does a header that has one value. Parameters that
   are lists may repeat; headers that are lists may repeat or be separated by commas;
3. a streaming payload is the request's own `Body` and isn't read here; any other body has at most `MAX_BODY`
   bytes;
4. an empty body is an absent payload.

A member with `hostLabel` is read from its location: clients send it there too (Smithy 2.0, "hostLabel
trait"). A member with `orInBody`, a trait of ours, comes in its location or in the body, not in both.
Source: Smithy 2.0, "HTTP binding traits"; RFC 9110, section 5.6.1 (lists).
What doesn't belong here: JSON and XML (given as `body_readers`), writing (rest_write).
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct

from watchword.names import HttpRequest, fault
from watchword.wire import form, json_body, values
from watchword.wire.model import Spec
from watchword.wire.shapes import Shape
from watchword.wire.templates import Template
from watchword.wire.values import UnreadableError

MAX_BODY = 80 << 20  # bytes; Lambda allows 50 MB of code, which is longer in base64

ReadBody = Callable[[bytes], Any]
BodyReaders = Callable[[Shape], ReadBody]
"""Shape of the body -> a function from its bytes to its value."""
ReadTexts = Callable[[list[str]], Any]
Spellings = Mapping[str, Callable[[str], str]]
"""Member -> a function that spells its text as the model does (see `dialect`)."""

_HEADER_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)', re.DOTALL)


class Binding(Struct, frozen=True):
    """A member that is one query parameter or header."""

    member: str
    name: str
    read: ReadTexts
    many: bool

    def __call__(self, texts: list[str]) -> object:
        if len(texts) > 1 and not self.many:  # 2.
            raise UnreadableError(f"{self.name} is given more than once", self.name, texts[1][:100])
        try:
            return self.read(texts)
        except UnreadableError as problem:
            raise UnreadableError(str(problem), self.name, texts[0][:100]) from problem


def reader(spec: Spec, body_readers: BodyReaders) -> Callable[[HttpRequest, str], dict[str, Any]]:
    """A function from a request and its path to the operation's input. It raises UnreadableError."""
    if spec.input is None:
        return lambda _request, _path: {}
    members = spec.input.members
    read_labels = _label_reader(spec, members)
    dialect = spec.row.dialect
    read_query = _query_reader(members, dialect.spellings)
    read_headers = _header_reader(members, dialect.spellings, dialect.lenient)
    read_body = _body_reader(spec.input, body_readers)

    def read(request: HttpRequest, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        read_labels(path, found)
        read_query(request.query, found)
        read_headers(request, found)
        read_body(request, found)
        return found

    return read


def _at(members: Mapping[str, Shape], location: str) -> list[tuple[str, Shape]]:
    return [(name, member) for name, member in members.items() if member.location == location]


def _label_reader(spec: Spec, members: Mapping[str, Shape]) -> Callable[[str, dict[str, Any]], None]:
    template = Template(spec.uri.partition("?")[0])
    labels = [
        (name, member.wire_name(name), values.reader(member, "iso8601"))
        for name, member in _at(members, "uri")
    ]
    if not labels:
        return lambda _path, _found: None

    def read(path: str, found: dict[str, Any]) -> None:
        texts = template.read(path)
        for name, label, read_text in labels:
            found[name] = read_text(texts[label])

    return read


def _query_reader(
    members: Mapping[str, Shape], spellings: Spellings
) -> Callable[[str, dict[str, Any]], None]:
    bindings, rest = {}, ""
    for name, member in _at(members, "querystring"):
        if member.type == "map":
            rest = name
        else:
            bindings[member.wire_name(name)] = _query_binding(name, member, spellings.get(name, str))

    def read(query: str, found: dict[str, Any]) -> None:
        if not query:
            return
        for key, texts in form.grouped(form.read_pairs(query)).items():
            if (binding := bindings.get(key)) is not None:
                found[binding.member] = binding(texts)
            elif len(texts) > 1:  # 2.
                raise UnreadableError(f"{key[:100]} is given more than once", key[:100], texts[1][:100])
            elif rest:
                found.setdefault(rest, {})[key] = texts[0]

    return read


def _query_binding(name: str, member: Shape, spell: Callable[[str], str]) -> Binding:
    if member.type == "list":
        read_item = values.reader(member.element, "iso8601")
        return Binding(
            name, member.wire_name(name), lambda texts: [read_item(text) for text in texts], many=True
        )
    read_text = values.reader(member, "iso8601")
    return Binding(name, member.wire_name(name), lambda texts: read_text(spell(texts[0])), many=False)


def _header_reader(
    members: Mapping[str, Shape], spellings: Spellings, lenient: Collection[str]
) -> Callable[[HttpRequest, dict[str, Any]], None]:
    bindings = {
        member.wire_name(name).lower(): _header_binding(name, member, spellings.get(name, str))
        for name, member in _at(members, "header")
    }
    prefixes = [(name, member.wire_name(name).lower()) for name, member in _at(members, "headers")]
    if not bindings and not prefixes:
        return lambda _request, _found: None
    starts = tuple(prefix for _, prefix in prefixes)

    def read(request: HttpRequest, found: dict[str, Any]) -> None:
        if not starts and bindings.keys().isdisjoint(request.by_name):
            return
        own = [
            pair for pair in request.headers if pair[0] in bindings or (starts and pair[0].startswith(starts))
        ]
        for key, texts in form.grouped(own).items():
            if (binding := bindings.get(key)) is not None:
                try:
                    found[binding.member] = binding(texts)
                except UnreadableError:
                    if binding.member not in lenient:
                        raise
                continue
            for name, prefix in prefixes:
                if key.startswith(prefix):
                    found.setdefault(name, {})[key[len(prefix) :]] = ",".join(texts)

    return read


def _header_binding(name: str, member: Shape, spell: Callable[[str], str]) -> Binding:
    header = member.wire_name(name).lower()
    if member.traits.get("jsonvalue"):
        return Binding(name, header, lambda texts: _read_json_header(texts[0]), many=False)
    if member.type == "list":
        return Binding(name, header, _header_list_reader(member.element), many=True)
    read_text = values.reader(member, "rfc822")
    return Binding(name, header, lambda texts: read_text(spell(texts[0])), many=False)


def _read_json_header(text: str) -> object:
    return json_body.read_text(values.read_blob(text))


def _header_list_reader(item: Shape) -> ReadTexts:
    read_item = values.reader(item, "rfc822")
    dates = item.type == "timestamp" and values.timestamp_format(item, "rfc822") == "rfc822"

    def read(texts: list[str]) -> list[Any]:
        items = header_items(",".join(texts))
        if dates:  # an HTTP date has a comma of its own
            items = [f"{day},{rest}" for day, rest in zip(items[::2], items[1::2], strict=False)]
        return [read_item(text) for text in items]

    return read


def header_items(text: str) -> list[str]:
    """The items of a list in a header. A quoted item may have commas and escaped quotes in it."""
    items, position = [], 0
    while position < len(text):
        match = _HEADER_ITEM.match(text, position)
        assert match is not None, "an item may be any text up to a comma"
        items.append(match[2].rstrip() if match[1] is None else re.sub(r"\\(.)", r"\1", match[1]))
        position = match.end()
    return items


# --- the body ----------------------------------------------------------------------------------------


def _body_reader(shape: Shape, body_readers: BodyReaders) -> Callable[[HttpRequest, dict[str, Any]], None]:
    payload = shape.traits.get("payload")
    if payload is not None:
        return _payload_reader(payload, shape.members[payload], body_readers)
    if all(member.location for member in shape.members.values()):
        return lambda _request, _found: None
    read_value = body_readers(shape)

    def read(request: HttpRequest, found: dict[str, Any]) -> None:
        if data := small_body(request):
            value = read_value(data)
            if twice := next(iter(found.keys() & value.keys()), None):
                raise UnreadableError(f"{twice} is given in the query and in the body", twice)
            found.update(value)

    return read


def _payload_reader(
    name: str, member: Shape, body_readers: BodyReaders
) -> Callable[[HttpRequest, dict[str, Any]], None]:
    if member.event_stream:
        return lambda _request, _found: None
    if member.type == "blob" and member.streaming:

        def stream(request: HttpRequest, found: dict[str, Any]) -> None:
            found[name] = request.body  # 3.

        return stream
    read_value = _raw_reader(member) or body_readers(member)

    def read(request: HttpRequest, found: dict[str, Any]) -> None:
        if data := small_body(request):  # 4.
            found[name] = read_value(data)

    return read


def _raw_reader(member: Shape) -> ReadBody | None:
    """For a payload that is the body as it is; None for other payloads."""
    raw: dict[str, ReadBody] = {"blob": bytes, "string": _read_utf8}
    return raw.get(member.type)


def _read_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UnreadableError("the body is not UTF-8") from problem


def small_body(request: HttpRequest) -> bytes:
    """The whole body. Raises the fault RequestTooLarge above MAX_BODY."""
    if request.body.size > MAX_BODY:
        raise fault("RequestTooLarge", meant=f"{request.body.size} bytes for a body that isn't streamed")
    return request.body.read()
