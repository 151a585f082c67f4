"""The query protocol of IAM and STS: form parameters in, XML out.

Reading rules:
1. parameters are in the body; then the query string may only have a signature (`X-Amz-*`). Without a body
   (GET, or a presigned POST) they are in the query string. Each is given once (`form.single`);
2. `Tags.member.1.Key` is a path: members of structures, numbered items of lists (`member`), numbered entries
   of maps (`entry.1.key`). A name can't be both a value and a path;
3. items are in the order of their numbers; gaps are closed; an empty value is an empty list;
4. unknown parameters are ignored, as AWS does.

Source: Smithy 2.0, "AWS Query protocol"; IAM User Guide, "Making query requests"; IAM API Reference, "Common
Error Types" (MalformedQueryString).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.wire import form, values, xml_body, xml_text
from watchword.wire.model import Spec
from watchword.wire.shapes import Shape, compiler
from watchword.wire.values import UnreadableError

MAX_BODY = 32 << 20  # a SAML metadata document has 10 MB before it is escaped
MAX_DEPTH = 32
_REMEMBERED, _REMEMBERED_BYTES = 64, 8192

Node = Any
"""A value (str), or {next part of the path: Node}."""
Read = Callable[[Node], Any]

_INDEX = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def parameters(request: HttpRequest) -> Mapping[str, str]:
    """The parameters of a request by name (1.). Raises FormError."""
    query, body = request.query, request.body.read()
    read = _remembered if len(query) + len(body) <= _REMEMBERED_BYTES else _parameters
    return read(request.method, query, body)


def _parameters(method: str, query: str, body: bytes) -> Mapping[str, str]:
    in_query = form.read_pairs(query)
    if not body:  # a GET, or a POST that was presigned
        return form.single(in_query)
    if method == "GET":
        raise form.FormError("a GET request with a body")
    for name, _ in in_query:
        if not name.lower().startswith("x-amz-"):
            raise form.FormError(f"parameter {name[:100]!r} is in the query string, but there is a body")
    return form.single(form.read_body(body))


# The same request is read twice: to recognise its operation, then to parse its input.
_remembered = lru_cache(_REMEMBERED)(_parameters)


def malformed(problem: form.FormError) -> AwsError:
    """The error for parameters that can't be read."""
    return AwsError("MalformedQueryString", 404, f"The query string contains a syntax error: {problem}.")


def tree(flat: Mapping[str, str]) -> Node:
    """The parameters as a tree, by the parts of their names (2.). Raises UnreadableError."""
    if "." not in "".join(flat):
        return {**flat}
    root: dict[str, Node] = {}
    for name, value in flat.items():
        if "." not in name:
            _place(root, name, value)
            continue
        *path, last = name.split(".", MAX_DEPTH)
        node = root
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise UnreadableError(f"parameter {name[:100]!r} has a value as its parent")
        _place(node, last, value)
    return root


def _place(node: dict[str, Node], name: str, value: str) -> None:
    if name in node:
        raise UnreadableError(f"parameter {name[:100]!r} is both a value and a path")
    node[name] = value


# --- reading -----------------------------------------------------------------------------------------


def reader(spec: Spec) -> Callable[[HttpRequest, str], dict[str, Any]]:
    """A function from a request (and its path) to the operation's input. It raises UnreadableError."""
    if spec.input is None:
        return lambda _request, _path: {}
    read = compiler(_build_reader)(spec.input)

    def read_request(request: HttpRequest, _path: str) -> dict[str, Any]:
        found: dict[str, Any] = read(tree(parameters(request)))
        return found

    return read_request


def _build_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    match shape.type:
        case "structure":
            return _structure_reader(shape, compile_)
        case "list":
            return _list_reader(shape, compile_)
        case "map":
            return _map_reader(shape, compile_)
    read_text = values.reader(shape, xml_body.TIMESTAMPS)

    def read(node: Node) -> object:
        if not isinstance(node, str):
            raise UnreadableError("a single value is expected, not parameters with longer names")
        return read_text(node)

    return read


def _branch(node: Node) -> dict[str, Node]:
    if not isinstance(node, dict):
        raise UnreadableError("parameters with longer names are expected, not a single value")
    return node


def _structure_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    members = {
        xml_body.element_name(member, name): (name, compile_(member))
        for name, member in shape.members.items()
    }

    def read(node: Node) -> dict[str, Any]:
        found = {}
        for key, child in _branch(node).items():
            if (known := members.get(key)) is not None:  # 4.
                found[known[0]] = known[1](child)
        return found

    return read


def _in_order(node: Node) -> list[Node]:
    numbered = _branch(node)
    for index in numbered:
        if _INDEX.fullmatch(index) is None:
            raise UnreadableError(f"{index[:40]!r} is not the number of an item")
    return [numbered[index] for index in sorted(numbered, key=int)]  # 3.


def _list_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    read_item, item_name = compile_(shape.element), shape.element.wire_name("member")
    flattened = shape.flattened

    def read(node: Node) -> list[Any]:
        if node == "":
            return []
        items = node if flattened else _branch(node).get(item_name, {})
        return [read_item(item) for item in _in_order(items)]

    return read


def _map_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    key_name, value_name = shape.key.wire_name("key"), shape.value.wire_name("value")
    read_key, read_value = compile_(shape.key), compile_(shape.value)
    flattened = shape.flattened

    def read(node: Node) -> dict[Any, Any]:
        found = {}
        for entry in _in_order(node if flattened else _branch(node).get("entry", {})):
            parts = _branch(entry)
            if key_name not in parts or value_name not in parts:
                raise UnreadableError(f"an entry needs {key_name} and {value_name}")
            found[read_key(parts[key_name])] = read_value(parts[value_name])
        return found

    return read


# --- writing -----------------------------------------------------------------------------------------


def writer(spec: Spec) -> Callable[[Mapping[str, Any], str], HttpResponse]:
    """A function from the operation's output and a request id to the response."""
    opening = f'<{spec.name}Response xmlns="{xml_text.attribute(spec.namespace)}">'
    closing = f"</RequestId></ResponseMetadata></{spec.name}Response>"
    start, end = (
        (f"<{spec.result_wrapper}>", f"</{spec.result_wrapper}>") if spec.result_wrapper else ("", "")
    )
    before = opening + start
    after = end + "<ResponseMetadata><RequestId>"
    write = xml_body.writers()(spec.output) if spec.output else _nothing
    status, id_headers = spec.status, spec.row.dialect.request_id_headers

    def write_answer(output: Mapping[str, Any], request_id: str) -> HttpResponse:
        body = xml_text.document(before + write(output) + after + xml_text.text(request_id) + closing)
        headers = (*id_headers(request_id), ("content-type", "text/xml"), ("content-length", str(len(body))))
        return HttpResponse(status, headers, body)

    return write_answer


def _nothing(output: Mapping[str, Any]) -> str:
    if output:
        raise KeyError(*output)
    return ""
