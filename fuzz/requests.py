"""Requests as bytes and back, and those that the tests have as vectors.

METHOD target HTTP/1.1 LF  *( name:value LF )  LF  body
"""

from pathlib import Path

from watchword.names import Body, HttpRequest

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"


def request_of(data: bytes) -> HttpRequest:
    """The request that the bytes stand for; any bytes do."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    method, _, rest = first.partition(" ")
    path, _, query = rest.removesuffix(" HTTP/1.1").partition("?")
    named = (line.partition(":") for line in lines)
    headers = tuple((name.lower(), value.strip(" \t")) for name, _, value in named)
    return HttpRequest(method, path, query, headers, Body(body))


def vectors(stage: str) -> list[bytes]:
    """The signature vectors at a stage: request, as it came to be signed, or signed."""
    return [file.read_bytes() for file in sorted(VECTORS.glob(f"sigv4/*/{stage}.txt"))]
