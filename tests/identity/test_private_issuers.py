"""Which URLs a setting may name as private issuers, and what the setting allows."""

import pytest

from watchword.identity.issuers import is_private, issuer_of
from watchword.installation.settings import issuers
from watchword.names import AwsError

NAMED = ("http://127.0.0.1:8080", "https://sso.corp.example/realms/ci")


def test_a_list_of_urls() -> None:
    assert issuers(" http://127.0.0.1:8080, https://sso.corp.example/realms/ci,") == NAMED
    assert issuers("http://[::1]:8080/") == ("http://[::1]:8080/",)
    assert issuers("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "sso.corp.example",
        "ftp://x",
        "http://",
        "http://x:0",
        "http://x/*",
        "http://x?y",
        "http://a@b",
        "http://x//y",
    ],
)
def test_what_is_no_url_of_an_issuer(text: str) -> None:
    with pytest.raises(ValueError, match="isn't the URL of an issuer"):
        issuers(text)


@pytest.mark.parametrize("url", NAMED)
def test_a_named_issuer_can_be_a_provider(url: str) -> None:
    assert issuer_of(url, NAMED) == url.partition("://")[2]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://127.0.0.1:8080/", "http://sso.corp.example"]
)
def test_no_other_can(url: str) -> None:
    with pytest.raises(AwsError, match="InvalidInput"):
        issuer_of(url, NAMED)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://127.0.0.1:8080/keys", True),
        ("https://sso.corp.example/keys", True),
        ("https://SSO.corp.example/keys", True),
        ("http://127.0.0.1/keys", False),
        ("https://127.0.0.1:8080/keys", False),
        ("http://sso.corp.example/keys", False),
        ("https://sso.corp.example:8443/keys", False),
        ("https://sso.corp.example.evil.example/keys", False),
    ],
)
def test_the_origin_is_what_counts(url: str, private: bool) -> None:
    assert is_private(url, NAMED) is private
