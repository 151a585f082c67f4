"""The json protocols, 1.0 and 1.1: `X-Amz-Target` names the operation, both bodies are one JSON object.

Source: Smithy 2.0, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol".
"""

from collections.abc import Callable, Mapping
from typing import Any

from watchword.names import HttpRequest, HttpResponse
from watchword.wire import json_body
from watchword.wire.answers import answer
from watchword.wire.model import Spec
from watchword.wire.rest_read import small_body


def reader(spec: Spec) -> Callable[[HttpRequest, str], dict[str, Any]]:
    """A function from a request (and its path) to the operation's input. An empty body is an empty object."""
    if spec.input is None:
        return lambda _request, _path: {}
    read = json_body.readers()(spec.input)

    def read_request(request: HttpRequest, _path: str) -> dict[str, Any]:
        found: dict[str, Any] = read(json_body.read_text(small_body(request) or b"{}"))
        return found

    return read_request


def writer(spec: Spec) -> Callable[[Mapping[str, Any], str], HttpResponse]:
    """A function from the operation's output and a request id to the response."""
    content_type = ("content-type", f"application/x-amz-json-{spec.row.json_version}")
    write = json_body.writers()(spec.output) if spec.output else None

    def write_answer(output: Mapping[str, Any], request_id: str) -> HttpResponse:
        if write is None and output:
            raise KeyError(*output)
        body = json_body.write_text(write(output)) if write else b""
        return answer(spec.status, [*spec.row.dialect.request_id_headers(request_id), content_type], body)

    return write_answer
