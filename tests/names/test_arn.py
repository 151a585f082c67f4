import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.names import Arn
from watchword.names.errors import FAULTS, AwsError, fault

part = st.text(st.characters(blacklist_characters=":", blacklist_categories=["Cs"]), min_size=1, max_size=20)
maybe = st.one_of(st.just(""), part)
resource = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=60)


@given(part, part, maybe, maybe, resource)
def test_printing_and_parsing_are_inverse(
    partition: str, service: str, region: str, account: str, of: str
) -> None:
    arn = Arn(partition, service, region, account, of)
    assert Arn.parse(str(arn)) == arn


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn",
        "arn:aws:iam::123456789012",
        "urn:aws:iam::123456789012:role/r",
        "arn::iam::123456789012:role/r",
        "arn:aws:::123456789012:role/r",
        "arn:aws:iam::123456789012:",
        "arn:aws:s3:::" + "k" * 2048,
    ],
)
def test_what_is_no_arn(text: str) -> None:
    with pytest.raises(ValueError, match="ARN"):
        Arn.parse(text)


def test_a_fault_is_one_of_the_list() -> None:
    with pytest.raises(KeyError):
        fault("Whatever")
    assert isinstance(fault(next(iter(FAULTS))), AwsError)
