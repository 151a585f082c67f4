"""Conditional requests: RFC 9110, section 13.2.2, and what S3 makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchword.names import AwsError
from watchword.services.s3.preconditions import Preconditions

MODIFIED = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
SAME = MODIFIED.replace(microsecond=0)
NOW = SAME + timedelta(days=1)
BEFORE, AFTER = SAME - timedelta(seconds=1), SAME + timedelta(seconds=1)

READS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"IfMatch": '"tag"'}, ""),
    ({"IfMatch": "tag"}, ""),
    ({"IfMatch": '"a", "tag"'}, ""),
    ({"IfMatch": "*"}, ""),
    ({"IfMatch": '"other"'}, "PreconditionFailed"),
    ({"IfNoneMatch": '"tag"'}, "NotModified"),
    ({"IfNoneMatch": 'W/"tag"'}, "NotModified"),
    ({"IfNoneMatch": "*"}, "NotModified"),
    ({"IfNoneMatch": '"other"'}, ""),
    ({"IfModifiedSince": BEFORE}, ""),
    ({"IfModifiedSince": SAME}, "NotModified"),
    ({"IfModifiedSince": AFTER}, "NotModified"),
    ({"IfUnmodifiedSince": BEFORE}, "PreconditionFailed"),
    ({"IfUnmodifiedSince": SAME}, ""),
    # The tag goes before the date.
    ({"IfMatch": "tag", "IfUnmodifiedSince": BEFORE}, ""),
    ({"IfNoneMatch": "other", "IfModifiedSince": AFTER}, ""),
    ({"IfNoneMatch": "tag", "IfModifiedSince": BEFORE}, "NotModified"),
    # What must hold goes before what may spare the answer.
    ({"IfMatch": "other", "IfNoneMatch": "tag"}, "PreconditionFailed"),
]


@pytest.mark.parametrize(("given", "code"), READS)
def test_a_read_goes_on_only_when_its_conditions_hold(given: dict[str, Any], code: str) -> None:
    sent = {"": True, "NotModified": False}

    def check() -> None:
        assert Preconditions.of_read(given, NOW).check_read("tag", MODIFIED) is sent[code]

    assert _code(check) == code.replace("NotModified", "")


def test_a_date_in_the_future_is_none() -> None:
    given = {"IfModifiedSince": NOW + timedelta(seconds=1)}
    assert Preconditions.of_read(given, NOW).check_read("tag", MODIFIED)
    assert not Preconditions.of_read({"IfModifiedSince": NOW}, NOW).check_read("tag", MODIFIED)


@pytest.mark.parametrize(("given", "code"), READS)
def test_the_source_of_a_copy_is_never_not_modified(given: dict[str, Any], code: str) -> None:
    of_source = {f"CopySource{name}": value for name, value in given.items()}
    checked = _code(lambda: Preconditions.of(of_source, "CopySource").check_source("tag", MODIFIED))
    assert checked == ("PreconditionFailed" if code else "")


@pytest.mark.parametrize(
    ("match", "none_match", "etag", "code"),
    [
        (None, "*", None, ""),
        (None, "*", "tag", "PreconditionFailed"),
        (None, "tag", "tag", "PreconditionFailed"),
        ("tag", None, "tag", ""),
        ("*", None, "tag", ""),
        ("other", None, "tag", "PreconditionFailed"),
        ("tag", None, None, "NoSuchKey"),
        ("*", None, None, "PreconditionFailed"),
    ],
)
def test_a_write_goes_on_only_when_its_conditions_hold(
    match: str | None, none_match: str | None, etag: str | None, code: str
) -> None:
    wanted = Preconditions(match, none_match)
    assert wanted
    assert _code(lambda: wanted.check_write(etag, "key")) == code


def test_nothing_asked_for() -> None:
    assert not Preconditions()


def _code(check: Callable[[], None]) -> str:
    try:
        check()
    except AwsError as error:
        return error.code
    return ""
