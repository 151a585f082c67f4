"""The requests of the HTTP rows, signed by botocore as boto3 would, as bytes.

Every one is another request: session names and signing times differ, so no answer can be remembered.
"""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
MANY = 64


class _CaughtError(Exception):
    """Ends a boto3 call once its request is known."""


def signed(client: Any, operation: str, arguments: Mapping[str, object]) -> bytes:
    """What boto3 would send for one call."""
    caught: list[Any] = []

    def catch(request: Any, **_: object) -> None:
        caught.append(request)
        raise _CaughtError

    client.meta.events.register_first("before-send", catch)
    try:
        getattr(client, operation)(**arguments)
    except _CaughtError:
        pass
    finally:
        client.meta.events.unregister("before-send", catch)
    return _bytes(caught[0])


def client(service: str, port: int, key: str, secret: str, token: str | None = None) -> Any:
    """A client that doesn't retry and addresses buckets by path."""
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def _bytes(request: Any) -> bytes:
    target = request.url.partition("//")[2]
    host, _, path = target.partition("/")
    body = request.body or b""
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else body
    lines = [f"{request.method} /{path} HTTP/1.1", f"Host: {host}"]
    for name, value in request.headers.items():
        if name.lower() not in {"host", "content-length", "expect"}:
            lines.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
