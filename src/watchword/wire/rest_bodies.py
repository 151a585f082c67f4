"""The bodies of the rest protocols: JSON for rest-json, XML for rest-xml.

An XML body's root is the element that the model names for it, unless the service's dialect names another.
JSON bodies are objects, even with no member in them.
Source: Smithy 2.0, "AWS restJson1 protocol" and "AWS restXml protocol".
What doesn't belong here: locations (rest_read, rest_write).
"""

from collections.abc import Callable, Mapping
from typing import Any

from watchword.wire import json_body, values, xml_body, xml_text
from watchword.wire.model import Spec
from watchword.wire.rest_read import ReadBody
from watchword.wire.rest_write import BodyFormat, WriteBody
from watchword.wire.shapes import Shape
from watchword.wire.xml_body import Write

# --- JSON --------------------------------------------------------------------------------------------


def read_json(shape: Shape) -> ReadBody:
    """A function from a body to the value of `shape`. It raises UnreadableError."""
    read = json_body.readers()(shape)
    return lambda data: read(json_body.read_text(data))


def _write_json(shape: Shape) -> WriteBody:
    write = json_body.writers()(shape)
    return lambda value: json_body.write_text(write(value))


JSON = BodyFormat("application/json", _write_json, lambda _name, shape: _write_json(shape))

# --- XML ---------------------------------------------------------------------------------------------


def read_xml(shape: Shape) -> ReadBody:
    """A function from a document to the value of `shape`. It raises UnreadableError for another root too."""
    read, root_name = xml_body.readers()(shape), shape.wire_name(shape.name)

    def read_body(data: bytes) -> object:
        try:
            root = xml_text.read_document(data)
        except xml_text.NotXmlError as problem:
            raise values.UnreadableError(str(problem)) from problem
        if root.name != root_name:
            raise values.UnreadableError(f"the root element is {root.name[:40]!r}, not {root_name}")
        return read(root)

    return read_body


def xml_format(spec: Spec) -> BodyFormat:
    """The body format of one operation's answers."""
    dialect = spec.row.dialect
    namespace = dialect.namespace or spec.namespace
    write: Callable[[Shape], Write] = xml_body.writers(dialect.write_iso)

    def payload(name: str, shape: Shape) -> WriteBody:
        return _write_xml(write(shape), shape.wire_name(shape.name or name), namespace)

    def members(shape: Shape) -> WriteBody:
        if all(member.location for member in shape.members.values()):
            return _write_nothing
        if (unwrapped := dialect.unwrapped.get(spec.name)) is not None:
            return _write_unwrapped(shape, unwrapped, namespace)
        root = dialect.root_element(spec.name) if dialect.root_element else shape.wire_name(shape.name)
        return _write_xml(write(shape), root, namespace)

    return BodyFormat("application/xml", members, payload)


def _write_nothing(members: Mapping[str, Any]) -> bytes:
    if members:
        raise KeyError(*members)
    return b""


def _write_xml(write: Write, root: str, namespace: str) -> WriteBody:
    opening, closing = f"{_opening(root, namespace)}>", f"</{root}>"
    return lambda value: xml_text.document(opening + write(value) + closing)


def _opening(root: str, namespace: str) -> str:
    return f'<{root} xmlns="{xml_text.attribute(namespace)}"' if namespace else f"<{root}"


def _write_unwrapped(shape: Shape, member: str, namespace: str) -> WriteBody:
    opening, write = _opening(member, namespace), xml_body.writers()(shape.members[member])

    def write_body(value: Mapping[str, Any]) -> bytes:
        given = dict(value)
        inside = given.pop(member, None)
        _write_nothing(given)
        return xml_text.document(f"{opening}>{write(inside)}</{member}>" if inside else f"{opening}/>")

    return write_body
