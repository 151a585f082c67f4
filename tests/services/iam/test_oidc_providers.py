"""OpenID Connect providers: their URL, client ids and thumbprints."""

from datetime import datetime

import pytest
from tests.services.iam.harness import A, B, Iam, refused

from watchword.names import AwsError

ARN = f"arn:aws:iam::{A}:oidc-provider/idp.example.com/Realms/x"
ON = {"OpenIDConnectProviderArn": ARN}
URL = "https://idp.example.com/Realms/x"
PRINTS = ["A" * 40, "0123456789abcdef0123456789abcdef01234567"]


@pytest.fixture
def provided(iam: Iam) -> Iam:
    """An account with a provider."""
    iam("CreateOpenIDConnectProvider", Url=URL, ClientIDList=["b", "a"], ThumbprintList=PRINTS)
    return iam


def test_made_read_and_removed(iam: Iam, now: datetime) -> None:
    tags = [{"Key": "team", "Value": "red"}]
    made = iam("CreateOpenIDConnectProvider", Url=URL, ClientIDList=["b", "a", "b"], Tags=tags)
    assert made == {"OpenIDConnectProviderArn": ARN, "Tags": tags}
    assert iam("GetOpenIDConnectProvider", **ON) == {
        "Url": "idp.example.com/Realms/x",
        "ClientIDList": ["b", "a"],
        "ThumbprintList": [],
        "CreateDate": now,
        "Tags": tags,
    }
    assert iam("ListOpenIDConnectProviders") == {"OpenIDConnectProviderList": [{"Arn": ARN}]}
    assert iam("GetAccountSummary")["SummaryMap"]["Providers"] == 1
    assert iam("DeleteOpenIDConnectProvider", **ON) == {}
    assert iam("DeleteOpenIDConnectProvider", **ON) == {}
    assert iam("ListOpenIDConnectProviders") == {"OpenIDConnectProviderList": []}
    assert iam("CreateOpenIDConnectProvider", Url=URL) == {"OpenIDConnectProviderArn": ARN}


def test_a_url_is_had_once_in_an_account(provided: Iam, other: Iam) -> None:
    said = f"Provider with url {URL} already exists."
    refused("EntityAlreadyExists", said, provided, "CreateOpenIDConnectProvider", Url=URL)
    for different in (URL.lower(), f"{URL}/", "https://idp.example.com"):
        provided("CreateOpenIDConnectProvider", Url=different)
    other("CreateOpenIDConnectProvider", Url=URL)


@pytest.mark.parametrize(
    "url",
    [
        "https://a", "https://token.actions.githubusercontent.com", "https://a.example/",
        "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
        "https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF", "https://a/~x/%20/@b",
    ],
)  # fmt: skip
def test_urls_that_are_taken(iam: Iam, url: str) -> None:
    arn = iam("CreateOpenIDConnectProvider", Url=url)["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{A}:oidc-provider/{url.removeprefix('https://')}"
    assert f"https://{iam('GetOpenIDConnectProvider', OpenIDConnectProviderArn=arn)['Url']}" == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        *((url, "it must begin with https://.") for url in ("http://a", "HTTPS://a", "a", "ftp://a", " https://a")),
        *(
            (f"https://{host}", "it must have a host name, without user and port.")
            for host in ("", "/x", "a:8443", "user@a", "a..b", "-a", "a-", "ä.example", "*.example", "[::1]")
        ),
        *(
            (f"https://a/{path}", "after the host name comes a path, without a query.")
            for path in ("x?y", "x#y", "/x", "x//y", "..", "x/../y", "./x", "*", "x y", "ä", "x\n")
        ),
    ],
)  # fmt: skip
def test_urls_that_are_not(iam: Iam, url: str, said: str) -> None:
    said = f"Invalid Open ID Connect Provider URL: {said}"
    refused("InvalidInput", said, iam, "CreateOpenIDConnectProvider", Url=url)


def test_client_ids_come_and_go(provided: Iam) -> None:
    def known() -> list[str]:
        found: list[str] = provided("GetOpenIDConnectProvider", **ON)["ClientIDList"]
        return found

    for _ in range(2):
        provided("AddClientIDToOpenIDConnectProvider", ClientID="c", **ON)
        assert known() == ["b", "a", "c"]
    for _ in range(2):
        provided("RemoveClientIDFromOpenIDConnectProvider", ClientID="b", **ON)
        assert known() == ["a", "c"]


def test_a_hundred_client_ids_at_most(provided: Iam) -> None:
    said = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"
    many = [f"app{number}" for number in range(101)]
    other = {"Url": "https://other.example.com"}
    refused("LimitExceeded", said, provided, "CreateOpenIDConnectProvider", ClientIDList=many, **other)
    full = provided("CreateOpenIDConnectProvider", ClientIDList=many[:100], **other)
    refused("LimitExceeded", said, provided, "AddClientIDToOpenIDConnectProvider", ClientID="x", **full)
    provided("AddClientIDToOpenIDConnectProvider", ClientID="app1", **full)


def test_thumbprints_are_replaced(provided: Iam) -> None:
    provided("UpdateOpenIDConnectProviderThumbprint", ThumbprintList=["b" * 40], **ON)
    assert provided("GetOpenIDConnectProvider", **ON)["ThumbprintList"] == ["b" * 40]
    name = "UpdateOpenIDConnectProviderThumbprint"
    said = "Thumbprint list must contain at least one entry."
    refused("InvalidInput", said, provided, name, ThumbprintList=[], **ON)
    said = f"Thumbprint {'g' * 40} is not a SHA-1 hash in hexadecimal."
    refused("InvalidInput", said, provided, name, ThumbprintList=["g" * 40], **ON)
    said = "Thumbprint list must contain fewer than 5 entries."
    refused("InvalidInput", said, provided, name, ThumbprintList=["a" * 40] * 6, **ON)
    provided(name, ThumbprintList=["a" * 40] * 5, **ON)


def test_a_hundred_providers_at_most(iam: Iam) -> None:
    for number in range(100):
        iam("CreateOpenIDConnectProvider", Url=f"https://idp{number}.example.com")
    said = "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"
    refused("LimitExceeded", said, iam, "CreateOpenIDConnectProvider", Url=URL)


def test_arns_that_name_no_provider(provided: Iam) -> None:
    for text, code in (
        ("idp.example.com/Realms/x/long/enough", "ValidationError"),
        (ARN.replace("aws", "aws-cn"), "ValidationError"),
        (ARN.replace("oidc-provider", "role"), "InvalidInput"),
    ):
        with pytest.raises(AwsError) as caught:
            provided("GetOpenIDConnectProvider", OpenIDConnectProviderArn=text)
        assert caught.value.code == code
    for text in (ARN.lower(), f"{ARN}/", f"{ARN}x"):
        said = f"OpenIDConnect Provider not found for arn {text}"
        refused("NoSuchEntity", said, provided, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=text)


def test_nobody_reaches_into_another_account(provided: Iam, other: Iam) -> None:
    with pytest.raises(AwsError, match="AccessDenied"):
        other("GetOpenIDConnectProvider", **ON)
    said = f"OpenIDConnect Provider not found for arn {ARN.replace(A, B)}"
    refused(
        "NoSuchEntity", said, other, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=ARN.replace(A, B)
    )
