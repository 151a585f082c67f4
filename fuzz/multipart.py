"""Browsers' forms: read or refused by an AwsError, the same from the beginning of a body as from the whole.

What the form's signed policy says about it is read as well.
The first line is the content type, the rest the body.
"""

from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime

from watchword.names import AwsError
from watchword.sigv4.post import check_policy, read_form
from watchword.wire.multipart import FILE, boundary_of, end_of_file, read_fields

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
POLICY = b64encode(
    b'{"expiration": "2026-12-01T00:00:00Z", "conditions": [{"bucket": "b"}, ["starts-with", "$key", "a/"], '
    b'["content-length-range", 1, 100]]}'
).decode()
FIELDS = {
    "key": "a/${filename}",
    "policy": POLICY,
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": "AKIDEXAMPLE/20261123/us-east-1/s3/aws4_request",
    "x-amz-date": "20261123T123456Z",
    "x-amz-signature": "0" * 64,
}


def seeds() -> list[bytes]:
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    fields = "".join(part.format(name, value) for name, value in FIELDS.items())
    file = part.format('file"; filename="x.txt', "bytes")
    return [f"multipart/form-data; boundary=b\n{fields}{file}--b--\r\n".encode()]


def check(data: bytes) -> None:
    kind, _, body = data.partition(b"\n")
    boundary = boundary_of(kind.decode("latin-1"))
    if boundary is None:
        return
    with suppress(AwsError):
        form = read_fields(body, boundary)
        assert read_fields(body[: form.start], boundary) == form
        assert all(name.lower() != FILE for name, _ in form.fields)
        end = end_of_file(body, form, boundary)
        assert form.start <= end + 2
        assert b"\r\n--" + boundary not in body[form.start : end]
        signed = read_form(form.fields)
        if signed is not None:
            check_policy(signed.fields, bucket="b", size=end - form.start, now=NOW)
