"""ARNs of entities are read strictly, and written as they were read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.names import Arn, nouns
from watchword.names.entity_arn import EntityArn

NAMES = st.from_regex(r"\A[A-Za-z0-9_+=,.@-]{1,128}\Z")
PATHS = st.from_regex(r"\A/([!-.0-~]{1,20}/){0,3}\Z")
OWNERS = st.from_regex(r"\A([0-9]{12}|aws)\Z")
NOUNS = st.sampled_from([nouns.USER, nouns.GROUP, nouns.ROLE, nouns.POLICY, nouns.INSTANCE_PROFILE])


@settings(max_examples=100)
@given(account=OWNERS, noun=NOUNS, path=PATHS, name=NAMES)
def test_what_is_written_is_read_back(account: str, noun: str, path: str, name: str) -> None:
    arn = EntityArn("aws-cn", account, noun, path, name)
    assert EntityArn.parse(str(arn)) == EntityArn.parse(str(arn), noun) == arn
    assert Arn.parse(str(arn)).resource == f"{noun}{path}{name}"


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:/p",
        "arn:aws:iam:us-east-1:aws:policy/p",
        "arn:aws:iam::12345678901:policy/p",
        "arn:aws:iam::other:policy/p",
        "arn:aws:s3::aws:policy/p",
        "arn:aws:iam::aws:policy//p q",
        "arn:aws:iam::aws:policy/a b/p",
        "arn:aws:iam::aws:policy/a/",
        "arn:aws:iam::aws:policy/p\n",
        "arn:aws:iam::aws:policy/p*",
        f"arn:aws:iam::aws:policy/{'p' * 129}",
        f"arn:aws:iam::aws:policy/{'p/' * 1020}p",
        "policy/p",
        "",
    ],
)
def test_what_is_no_arn_of_an_entity(text: str) -> None:
    assert EntityArn.parse(text) is None


@pytest.mark.parametrize(
    "url", ["idp.example.com", "idp.example.com/", "idp.example.com/a/b?~:%20", "x" * 255]
)
def test_an_oidc_provider_is_named_by_its_url(url: str) -> None:
    text = f"arn:aws:iam::123456789012:oidc-provider/{url}"
    arn = EntityArn.parse(text)
    assert arn == EntityArn("aws", "123456789012", nouns.OIDC_PROVIDER, "/", url)
    assert str(arn) == text


@pytest.mark.parametrize("url", ["", "a b", "x" * 256, "é.example.com"])
def test_what_no_oidc_provider_is_called(url: str) -> None:
    assert EntityArn.parse(f"arn:aws:iam::123456789012:oidc-provider/{url}") is None


def test_an_arn_of_another_noun() -> None:
    assert EntityArn.parse("arn:aws:iam::123456789012:user/p", nouns.ROLE) is None
