"""multipart/form-data as browsers send it: some small fields, then one file.

Read strictly, so that no two readers can see two forms:
1. the body begins with the boundary; each part names itself in one Content-Disposition;
2. what stands before the file has at most `MOST_BEFORE_FILE` bytes;
3. the part named `file` comes last; behind it stands the closing boundary and nothing else.

The fields are read from the beginning of a body that needn't be here whole; the file is only pointed at.
Sources: RFC 7578; RFC 2046, section 5.1.1; WHATWG HTML, "Multipart form data"; Amazon S3 API Reference,
"POST Object" and "Error responses".
"""

import re
from typing import NamedTuple, Protocol

from watchword.names import AwsError

MOST_BEFORE_FILE = 40 << 10
"""S3 takes 20 KB of fields; the frames around many short ones may be as much again."""
FILE = "file"

_TYPE = re.compile(r'multipart/form-data *; *boundary=(?:"([^"\\]{1,70})"|([^\s";,]{1,70})) *', re.IGNORECASE)
_DISPOSITION = re.compile(
    r'form-data; *name="(?P<name>[^"\r\n]{1,256})"(?:; *filename="(?P<filename>[^"\r\n]{0,1024})")?'
)
_PART_HEADERS = frozenset({"content-disposition", "content-type", "content-length"})


class Buffer(Protocol):
    """A whole body: bytes, or a file that is mapped into memory."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., /) -> int: ...


class MultipartForm(NamedTuple):
    """The fields before the file, in their order, and where the file's bytes begin."""

    fields: tuple[tuple[str, str], ...]
    filename: str
    start: int


def boundary_of(content_type: str | None) -> bytes | None:
    """The boundary of a form; None for any other body."""
    match = _TYPE.fullmatch(content_type or "")
    return (match[1] or match[2]).encode("latin-1") if match else None


def read_fields(beginning: bytes, boundary: bytes) -> MultipartForm:
    """The form in the beginning of a body. Raises AwsError."""
    opening, delimiter = b"--" + boundary, b"\r\n--" + boundary
    if not beginning.startswith(opening):
        raise _malformed()
    fields: list[tuple[str, str]] = []
    at = len(opening)
    while True:
        if beginning[at : at + 2] == b"--":
            raise _error("IncorrectNumberOfFilesInPostRequest", _ONE_FILE)
        head_end = beginning.find(b"\r\n\r\n", at)
        if beginning[at : at + 2] != b"\r\n" or head_end < 0:
            raise _cut_short(beginning)
        name, filename = _named(beginning[at + 2 : head_end])
        start = head_end + 4
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
    """Where the file's bytes end in the whole body. Raises AwsError unless the file comes last."""
    closing = b"\r\n--" + boundary
    end = body.find(closing, form.start)
    if end < 0 or body[end + len(closing) : end + len(closing) + 5] not in {b"--", b"--\r\n"}:
        raise _malformed()
    return end


def _named(head: bytes) -> tuple[str, str]:
    """The name and the file name in a part's headers."""
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
