"""multipart/form-data as browsers send it: small fields, then one file.

One strict grammar, so that two readers can't see different forms:
1. the body begins with the boundary; each part has one Content-Disposition with its name;
2. at most `MOST_BEFORE_FILE` bytes come before the file;
3. the part named `file` is the last; only the closing boundary follows it.

Only the beginning of the body must have arrived to read the fields. The file is not copied: its position is
returned.
Sources: RFC 7578; RFC 2046, section 5.1.1; WHATWG HTML, "Multipart form data"; Amazon S3 API Reference,
"POST Object" and "Error responses".
"""

import re
from typing import NamedTuple, Protocol

from watchword.names import AwsError

MOST_BEFORE_FILE = 40 << 10
"""S3 allows 20 KB of fields; the headers of many short fields may take as much again."""
FILE = "file"

_TYPE = re.compile(r'multipart/form-data *; *boundary=(?:"([^"\\]{1,70})"|([^\s";,]{1,70})) *', re.IGNORECASE)
_DISPOSITION = re.compile(
    r'form-data; *name="(?P<name>[^"\r\n]{1,256})"(?:; *filename="(?P<filename>[^"\r\n]{0,1024})")?'
)
_PART_HEADERS = frozenset({"content-disposition", "content-type", "content-length"})


class Buffer(Protocol):
    """A whole body: bytes, or a memory-mapped file."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., /) -> int: ...


class MultipartForm(NamedTuple):
    """A form, read up to its file."""

    fields: tuple[tuple[str, str], ...]
    """Names and values, in their order, without the file."""
    filename: str
    start: int
    """Offset of the file's first byte in the body."""


def boundary_of(content_type: str | None) -> bytes | None:
    """The boundary in a Content-Type header; None for another content type."""
    match = _TYPE.fullmatch(content_type or "")
    return (match[1] or match[2]).encode("latin-1") if match else None


def read_fields(beginning: bytes, boundary: bytes) -> MultipartForm:
    """The form in the beginning of a body.

    Raises AwsError: MalformedPOSTRequest, MaxPostPreDataLengthExceededError or
    IncorrectNumberOfFilesInPostRequest.
    """
    opening, delimiter = b"--" + boundary, b"\r\n--" + boundary
    if not beginning.startswith(opening):
        raise _malformed()
    fields: list[tuple[str, str]] = []
    at = len(opening)
    while True:
        if beginning[at : at + 2] == b"--":  # the closing boundary, and no file before it
            raise _error("IncorrectNumberOfFilesInPostRequest", _ONE_FILE)
        head_end = beginning.find(b"\r\n\r\n", at)
        if beginning[at : at + 2] != b"\r\n" or head_end < 0:
            raise _cut_short(beginning)
        name, filename = _named(beginning[at + 2 : head_end])
        start = head_end + 4  # after the empty line
        if start > MOST_BEFORE_FILE:
            raise _error("MaxPostPreDataLengthExceededError", _TOO_LONG)
        if name.lower() == FILE:
            return MultipartForm(tuple(fields), filename, start)
        end = beginning.find(delimiter, start)
        if end < 0:
            raise _cut_short(beginning)
        fields.append((name, _text(beginning[start:end])))
        at = end + len(delimiter)


def end_of_file(body: Buffer, form: MultipartForm, boundary: bytes) -> int:
    """Offset after the file's last byte. Raises MalformedPOSTRequest unless the file is last (3.)."""
    closing = b"\r\n--" + boundary
    end = body.find(closing, form.start)
    if end < 0 or body[end + len(closing) : end + len(closing) + 5] not in {b"--", b"--\r\n"}:
        raise _malformed()
    return end


def _named(head: bytes) -> tuple[str, str]:
    """Name and file name in a part's headers; the file name may be empty."""
    headers: dict[str, str] = {}
    for line in _text(head).split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers or name.lower() not in _PART_HEADERS:
            raise _malformed()
        headers[name.lower()] = value.strip(" ")
    match = _DISPOSITION.fullmatch(headers.get("content-disposition", ""))
    if match is None:
        raise _malformed()
    return match["name"], match["filename"] or ""


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _malformed() from None


_ONE_FILE = "POST requires exactly one file upload per request."
_TOO_LONG = "Your POST request fields preceding the upload file were too large."
_NOT_WELL_FORMED = "The body of your POST request is not well-formed multipart/form-data."


def _cut_short(beginning: bytes) -> AwsError:
    if len(beginning) > MOST_BEFORE_FILE:
        return _error("MaxPostPreDataLengthExceededError", _TOO_LONG)
    return _malformed()


def _malformed() -> AwsError:
    return _error("MalformedPOSTRequest", _NOT_WELL_FORMED)


def _error(code: str, said: str) -> AwsError:
    return AwsError(code, 400, said)
