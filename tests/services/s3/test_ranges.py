"""RFC 9110, section 14.1.2, on an object of ten bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import AwsError
from watchword.services.s3.ranges import range_of


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-5", (2, 6)),
        ("bytes=2-", (2, 10)),
        ("bytes=0-99", (0, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        # What can't be read, and several ranges: the whole object.
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_a_range_means_its_bytes(header: str | None, expected: tuple[int, int] | None) -> None:
    assert range_of(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=" + "9" * 23 + "-"])
def test_a_range_beyond_the_end_is_refused(header: str) -> None:
    with pytest.raises(AwsError) as caught:
        range_of(header, 10)
    assert (caught.value.code, caught.value.status) == ("InvalidRange", 416)
    assert caught.value.fields == {"RangeRequested": header, "ActualObjectSize": "10"}


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1", "bytes=0-0"])
def test_an_empty_object_has_no_ranges(header: str) -> None:
    with pytest.raises(AwsError):
        range_of(header, 0)


@given(first=st.integers(0, 40), last=st.integers(0, 40), size=st.integers(0, 30))
@settings(max_examples=200)
def test_a_range_is_a_slice(first: int, last: int, size: int) -> None:
    data = bytes(range(size))
    try:
        found = range_of(f"bytes={first}-{last}", size)
    except AwsError:
        assert not data[first : last + 1]
        return
    if found is None:
        assert last < first
    else:
        assert data[slice(*found)] == data[first : last + 1] != b""
